"""What the page behind a link says, as plain values, and what the person's page says of it. Texts are ready to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import hooks
from pexit_app.features.identity import service as identity
from pexit_app.features.people import cards, handshakes
from pexit_app.features.people.consent import CURRENT, Use
from pexit_app.features.people.models import Handshake, HandshakeStatus, Likeness, Person, Photo

USES = {
    Use.LIKENESS: ("A likeness", "Trained from the photos, so that pictures look like you."),
    Use.FRAMES: (
        "Drafts and pictures",
        "Made with the likeness, or from one photo. Only the owner of the account sees them.",
    ),
    Use.OUTSIDE: (
        "A GPU service",
        "Photos and the likeness may be sent to an outside service that trains and renders, and deletes its copies within "
        "a day.",
    ),
}


@dataclass(frozen=True)
class Choice:
    """Something that may be agreed to: `value` as it is sent."""

    value: str
    title: str
    text: str = ""


@dataclass(frozen=True)
class LinkCard:
    """`state` is asked, approved, declined, revoked, ended or expired. `packs` none: any. `kept` is what is stored of
    them now, in words; `can_hide`: what was made may still be hidden; `has_receipt`: what was deleted can be read."""

    state: str
    who: str
    fairyname: str
    called: str
    note: str
    uses: list[Choice]
    packs: list[Choice]
    email: str  # masked
    answered: str
    ended: str
    until: str
    kept: str
    can_hide: bool
    is_hidden: bool
    has_receipt: bool
    notice: cards.NoticeCard = field(default_factory=cards.NoticeCard)


@dataclass(frozen=True)
class Said:
    """What the page has to say about what was just asked of it. `action` is the link's own path; `sent_to`: where a code
    went from this browser, empty: none did; `errors` and `values` by field; `bad` what no field is to blame for."""

    action: str
    sent_to: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sender_note: str = ""
    bad: str = ""


def masked(email: str) -> str:
    """`a…@example.org`: whoever has the link learns no address."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}" if host else ""


async def read_link(session: AsyncSession, secret: str) -> LinkCard:
    """Raises NotFound."""
    row = await handshakes.find(session, secret)
    owner = await identity.me(session, handshakes.owner_of(row))
    person = await session.get(Person, row.person_id)
    titles = await hooks.pack_titles(session, row.packs) if row.packs else {}
    email = handshakes.email_of(row)
    state = handshakes.standing_of(row)
    over = (HandshakeStatus.ENDED, HandshakeStatus.REVOKED)
    return LinkCard(
        state=state,
        who=owner.identifier or owner.fairyname,
        fairyname=owner.fairyname,
        called=person.name if person else "",
        note=row.note,
        uses=[Choice(each, *USES[Use(each)]) for each in row.uses],
        packs=[Choice(slug, titles.get(slug, slug)) for slug in row.packs],
        email=masked(email),
        answered=cards.minute_of(row.answered_at) if row.answered_at else "",
        ended=cards.minute_of(row.ended_at) if row.ended_at else "",
        until=cards.day_of(row.expires_at),
        kept=await _kept(session, row),
        can_hide=state in over and bool(row.answered_at and email) and not row.is_hiding,
        is_hidden=row.is_hiding,
        has_receipt=await handshakes.receipt_of(session, row) is not None,
        notice=cards.notice_card(CURRENT),
    )


async def _kept(session: AsyncSession, row: Handshake) -> str:
    counts = []
    for table in (Photo, Likeness):
        query = select(func.count()).select_from(table).where(table.person_id == row.person_id)
        counts.append((await session.exec(query)).one())
    return f"{cards.many(counts[0], 'photo')} and {cards.many(counts[1], 'likeness', 'likenesses')}"


# ---- for whoever asked


@dataclass(frozen=True)
class AskCard:
    """How a question stands, on the person's page. `state` empty: nobody was asked. `is_no`: only they can change it."""

    state: str = ""
    title: str = ""
    text: str = ""
    scope: str = ""
    is_no: bool = False


def ask_card(row: Handshake | None, titles: Mapping[str, str]) -> AskCard:
    if row is None:
        return AskCard()
    state = handshakes.standing_of(row)
    asked, until = cards.day_of(row.created_at), cards.day_of(row.expires_at)
    told = {
        "asked": ("Waiting for their answer", f"Asked on {asked}. The link works until {until}."),
        "approved": ("They agreed", f"By the link, on {_day(row)}. They may take it back at any time."),
        "declined": ("They said no", f"On {_day(row)}. Nothing was kept of them."),
        "revoked": ("They took it back", f"On {_ended(row)}. Photos and likenesses of them are deleted."),
        "ended": ("The link is over", f"Since {_ended(row)}."),
        "expired": ("The link has expired", f"It went unanswered until {until}. Make another one."),
    }
    title, text = told[state]
    if row.is_hiding:
        text += " Frames made with them are hidden, as they wish."
    scope = ". ".join(scope_lines(row.uses, row.packs, titles))
    return AskCard(state, title, text, f"{scope}.", state in ("declined", "revoked"))


def _day(row: Handshake) -> str:
    return cards.day_of(row.answered_at or row.created_at)


def _ended(row: Handshake) -> str:
    return cards.day_of(row.ended_at or row.created_at)


def scope_lines(uses: Sequence[str], packs: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """`A likeness`, `Drafts and pictures`, `In Salt & Light only`."""
    lines = [USES[Use(each)][0] for each in uses]
    return [*lines, f"In {', '.join(titles.get(slug, slug) for slug in packs)} only" if packs else "In any pack"]
