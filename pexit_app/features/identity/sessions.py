"""Sessions: opened by a sign-in, found at each request, ended at once in every process."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, security
from pexit_app.core.actor import Actor, Scope
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.features.identity import security_log
from pexit_app.features.identity.errors import NotProven
from pexit_app.features.identity.models import User, UserSession
from pexit_app.features.identity.security_log import Caller

LIFE = timedelta(days=30)
PROVEN_FOR = timedelta(minutes=15)  # how long after a proof somebody may change how they sign in
TOLD_USE = timedelta(minutes=1)  # how exact "last seen" is
# The first mark that is found says it: those that pretend to be others come first.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python", "Python"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def session_topic(session_id: UUID) -> str:
    return f"session:{session_id}"


def actor_of(user: User, session_id: UUID, scope: Scope = "write", key_id: UUID | None = None) -> Actor:
    return Actor(user.id, session_id, "creator" if user.tier == "creator" else "starter", scope, key_id=key_id)


async def open_session(
    session: AsyncSession, user: User, agent: str = "", address: str = "", way: str = "code"
) -> tuple[UserSession, str]:
    """A new session and its cookie's secret, which is shown once."""
    row, secret = new_session(user, agent, address, way)
    session.add(row)
    await session.flush()
    return row, secret


def new_session(user: User, agent: str, address: str, way: str) -> tuple[UserSession, str]:
    secret = security.secret_token()
    row = UserSession(
        user_id=user.id,
        cookie_hash=security.sha256(secret),
        agent=agent[:200],
        address=address[:60],
        way=way,
        expires_at=now() + LIFE,
    )
    return row, secret


def is_live() -> tuple[Any, ...]:
    return col(UserSession.revoked_at).is_(None), col(UserSession.expires_at) > now()


async def find(session: AsyncSession, condition: Any) -> Actor | None:
    query = select(UserSession, User).join(User, col(User.id) == col(UserSession.user_id))
    found = (await session.exec(query.where(condition, *is_live()))).first()
    if found is None:
        return None
    row, user = found
    return actor_of(user, row.id)


async def list_sessions(session: AsyncSession, actor: Actor) -> Sequence[UserSession]:
    """Those that are open, last seen first."""
    query = select(UserSession).where(UserSession.user_id == actor.user_id, *is_live())
    return (await session.exec(query.order_by(col(UserSession.last_seen_at).desc(), col(UserSession.id)))).all()


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID, caller: Caller = Caller()) -> None:
    """One of the actor's own. Its cookie, its tokens and its live pages end with it. Raises NotFound."""
    row = await session.get(UserSession, session_id, with_for_update=True)
    if row is None or row.user_id != actor.user_id or row.revoked_at is not None:
        raise NotFound("There is no such session.")
    await revoke(session, row)
    kind = "signed_out" if session_id == actor.session_id else "session_ended"
    await security_log.note(session, actor.user_id, kind, caller, row.agent)


async def revoke(session: AsyncSession, row: UserSession) -> None:
    row.revoked_at = now()
    session.add(row)
    await _tell_ended(session, row.user_id, [row.id])


async def end_sessions(
    session: AsyncSession, actor: Actor, caller: Caller = Caller(), *, is_own_kept: bool = True
) -> int:
    """All the actor's sessions, their own too if not `is_own_kept`. How many ended."""
    theirs = [col(UserSession.user_id) == actor.user_id, col(UserSession.revoked_at).is_(None)]
    if is_own_kept:
        theirs.append(col(UserSession.id) != actor.session_id)
    statement = update(UserSession).where(*theirs).values(revoked_at=now()).returning(col(UserSession.id))
    ended = list((await session.exec(statement)).scalars())
    if ended:
        await _tell_ended(session, actor.user_id, ended)
        await security_log.note(session, actor.user_id, "sessions_ended", caller, f"{len(ended)}")
    return len(ended)


async def _tell_ended(session: AsyncSession, user_id: UUID, ids: Sequence[UUID]) -> None:
    """Live pages watch their own session, streams of events everything of their user."""
    for session_id in ids:
        await events.notify(session, session_topic(session_id))
    await events.notify(session, events.user_topic(user_id))


async def renew(session: AsyncSession, actor: Actor) -> tuple[UserSession, str]:
    """Another session in place of the actor's, just proven: whoever may do more than before does not do it under an id
    that was known before."""
    row = await session.get(UserSession, actor.session_id, with_for_update=True)
    user = await session.get(User, actor.user_id)
    if row is None or user is None or row.revoked_at is not None:
        raise NotFound("There is no such session.")
    made = await open_session(session, user, row.agent, row.address, row.way)
    await revoke(session, row)
    return made


async def check_proven(session: AsyncSession, actor: Actor) -> None:
    """Before anything that changes who may come in. Raises NotProven."""
    row = await session.get(UserSession, actor.session_id)
    if row is None or row.user_id != actor.user_id or row.proven_at < now() - PROVEN_FOR:
        raise NotProven("Prove once more who you are: your last proof is more than 15 minutes old.")


async def note_use(session: AsyncSession, session_id: UUID) -> None:
    """At most once a minute: reading must not write all the time."""
    is_old = col(UserSession.last_seen_at) < now() - TOLD_USE
    seen = update(UserSession).where(col(UserSession.id) == session_id, is_old).values(last_seen_at=now())
    await session.exec(seen.execution_options(synchronize_session=False))


def device_words(agent: str) -> str:
    """`Firefox on Windows`: what a User-Agent says, in words; "" becomes "Unknown device"."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or (agent.split("/")[0].strip()[:40] if agent.strip() else "Unknown device")
