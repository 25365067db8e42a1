"""The account as its page shows it: texts ready to read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.features.identity import elsewhere, keys, linking, security_log, service, sessions, ways
from pexit_app.features.identity.models import ApiKey, LinkedIdentity, SecurityEvent, User, UserSession
from pexit_app.features.identity.schemas import PasskeyOut

LOG_LINES = 20
WAYS = {
    "code": "by code",
    "link": "by link",
    "password": "by password",
    "passkey": "by passkey",
    "external": "by a token of your organisation",
}


@dataclass(frozen=True)
class SessionLine:
    id: str
    device: str
    facts: str
    is_current: bool


@dataclass(frozen=True)
class KeyLine:
    id: str
    name: str
    hint: str
    facts: str


@dataclass(frozen=True)
class PasskeyLine:
    id: str
    name: str
    facts: str


@dataclass(frozen=True)
class LinkedLine:
    id: str
    label: str
    facts: str


@dataclass(frozen=True)
class LogLine:
    when: str
    what: str
    detail: str
    where: str


@dataclass(frozen=True)
class AccountCard:
    fairyname: str
    name: str
    email: str
    phone: str
    since: str
    tier: str
    balance: str
    tells_sign_ins: bool
    password: str = ""  # since when; empty: none
    passkeys: Sequence[PasskeyLine] = ()
    authenticator: str = ""  # since when; empty: off
    is_passkey_demanded: bool = False
    recovery_left: int = 0
    linked: Sequence[LinkedLine] = ()
    linkable: Sequence[tuple[str, str]] = ()  # (label, where linking begins)
    sessions: Sequence[SessionLine] = ()
    keys: Sequence[KeyLine] = ()
    log: Sequence[LogLine] = ()
    log_href: str = ""  # to what is older; empty: that is all
    leaves: str = ""  # the day it is to be erased; empty: it stays

    @property
    def identifier(self) -> str:
        return self.email or self.phone

    @property
    def has_second(self) -> bool:
        return bool(self.authenticator) or (self.is_passkey_demanded and bool(self.passkeys))


@dataclass(frozen=True)
class Said:
    """What the page has to say about what was just asked of it. `errors` and `values` by field; `opened` is the form that
    stands open; `note` is good news; `key` and `codes` are shown once."""

    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    opened: str = ""
    note: str = ""
    bad: str = ""
    key: str = ""
    codes: Sequence[str] = ()


def _way_words(way: str) -> str:
    return WAYS.get(way) or f"with {elsewhere.label_of(way)}"


def day_words(when: datetime) -> str:
    return when.strftime("%-d %B %Y")


def moment_words(when: datetime) -> str:
    """`13:40` of today, else with its day. UTC, as the page says."""
    return when.strftime("%H:%M" if when.date() == now().date() else "%-d %b %Y, %H:%M")


def _seen_words(when: datetime) -> str:
    return "used just now" if when > now() - 2 * sessions.TOLD_USE else f"last used {moment_words(when)}"


def session_line(row: UserSession, actor: Actor) -> SessionLine:
    is_current = row.id == actor.session_id
    facts = ["this session" if is_current else _seen_words(row.last_seen_at)]
    facts.append(f"signed in {_way_words(row.way)} {moment_words(row.created_at)}")
    facts += [f"from {row.address}"] if row.address else []
    return SessionLine(str(row.id), sessions.device_words(row.agent), ", ".join(facts), is_current)


def key_line(row: ApiKey) -> KeyLine:
    facts = ["reads and writes" if "write" in row.scopes else "reads only"]
    facts.append("never used" if row.last_used_at is None else _seen_words(row.last_used_at))
    facts.append("until you end it" if row.expires_at is None else f"until {day_words(row.expires_at)}")
    return KeyLine(str(row.id), row.name, f"{keys.PREFIX}…{row.hint}", ", ".join(facts))


def passkey_line(row: PasskeyOut) -> PasskeyLine:
    used = "never used" if row.last_used_at is None else _seen_words(row.last_used_at)
    return PasskeyLine(str(row.id), row.name, f"added {moment_words(row.created_at)}, {used}")


def linked_line(row: LinkedIdentity) -> LinkedLine:
    facts = ", ".join(filter(None, (row.shown, f"linked {moment_words(row.created_at)}")))
    return LinkedLine(str(row.id), elsewhere.label_of(row.provider), facts)


def _linkable(actor: Actor, links: Sequence[LinkedIdentity]) -> list[tuple[str, str]]:
    token, taken = linking.link_token(actor), {row.provider for row in links}
    known = deps.get().elsewhere.items()
    return [(each.label, f"/auth/with/{name}?link={token}") for name, each in known if name not in taken]


def log_line(row: SecurityEvent) -> LogLine:
    detail = _way_words(row.detail) if row.kind == "signed_in" else row.detail
    where = ", ".join(filter(None, (sessions.device_words(row.agent) if row.agent else "", row.address)))
    return LogLine(moment_words(row.created_at), security_log.WORDS.get(row.kind, row.kind), detail, where)


async def account_card(session: AsyncSession, actor: Actor, log_cursor: str | None = None) -> AccountCard:
    """Raises BadInput for a cursor that is none."""
    user: User = await service.me(session, actor)
    known = await ways.read(session, actor)
    links = await elsewhere.list_linked(session, user.id)
    opened = await sessions.list_sessions(session, actor)
    page = await security_log.read(session, actor, log_cursor, LOG_LINES)
    leaves_at = await hooks.leaves_at(session, actor.user_id)
    return AccountCard(
        fairyname=user.fairyname,
        name=user.name,
        email=user.email or "",
        phone=user.phone or "",
        since=day_words(user.created_at),
        tier=user.tier.title(),
        balance=f"{await hooks.balance_of(session, actor.user_id):,}",
        tells_sign_ins=user.tells_sign_ins,
        password=f"Set {day_words(known.password_set_at)}" if known.password_set_at else "",
        passkeys=[passkey_line(row) for row in known.passkeys],
        authenticator=day_words(known.authenticator_since) if known.authenticator_since else "",
        is_passkey_demanded=known.is_passkey_demanded,
        recovery_left=known.recovery_codes_left,
        linked=[linked_line(row) for row in links],
        linkable=_linkable(actor, links),
        sessions=[session_line(row, actor) for row in opened],
        keys=[key_line(row) for row in await keys.list_keys(session, actor)],
        log=[log_line(row) for row in page.rows],
        log_href=f"/account?log={page.next_cursor}#log" if page.next_cursor else "",
        leaves=day_words(leaves_at) if leaves_at else "",
    )
