"""Sign-in by a one-time code; sessions that end at once, in every process, when they are revoked."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, hooks, security, settings
from pexit_app.core.actor import Actor
from pexit_app.core.clock import after, now
from pexit_app.core.errors import NotFound
from pexit_app.features.identity import fairynames
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import SignInCode, User, UserSession

CODE_LIFE = timedelta(minutes=10)
RESEND_PAUSE = timedelta(seconds=30)
MAX_TRIES = 5
SESSION_LIFE = timedelta(days=30)
PURPOSE = "sign-in"


def session_topic(session_id: UUID) -> str:
    return f"session:{session_id}"


async def request_code(session: AsyncSession, identifier: str) -> str | None:
    """The code to send after the commit, or None while a pause runs: a live code is not replaced within 30 s."""
    identifier = canonical(identifier)
    code = f"{secrets.randbelow(10**6):06d}"
    fresh = SignInCode(
        identifier=identifier,
        code_hash=_hash_of(identifier, code),
        expires_at=now() + CODE_LIFE,
        sent_at=now(),
    ).model_dump()
    statement = insert(SignInCode).values(**fresh)
    statement = statement.on_conflict_do_update(
        index_elements=["identifier"],
        set_={key: fresh[key] for key in ("code_hash", "tries", "expires_at", "sent_at", "updated_at")},
        where=(col(SignInCode.sent_at) < now() - RESEND_PAUSE) | (col(SignInCode.tries) >= MAX_TRIES),
    )
    sent = (await session.exec(statement.returning(col(SignInCode.id)))).scalar_one_or_none()
    return code if sent is not None else None


def _hash_of(identifier: str, code: str) -> str:
    return security.keyed_hash(PURPOSE, f"{identifier}\0{code}")


async def check_code(session: AsyncSession, identifier: str, code: str) -> bool:
    """Counts the try; a right code is used up. Commit whatever the answer is: wrong tries must count."""
    identifier = canonical(identifier)
    query = select(SignInCode).where(SignInCode.identifier == identifier).with_for_update()
    row = (await session.exec(query)).first()
    if row is None or row.tries >= MAX_TRIES or row.expires_at < now():
        return False
    if not security.same(row.code_hash, _hash_of(identifier, code)):
        row.tries += 1
        return False
    await session.delete(row)
    await session.flush()
    return True


async def user_of(session: AsyncSession, identifier: str) -> User:
    """The account of a proven identifier; made, with its wallet, when there is none."""
    identifier = canonical(identifier)
    field = "email" if "@" in identifier else "phone"
    for _ in range(20):
        values = User.model_validate({"fairyname": fairynames.make(), field: identifier}).model_dump()
        statement = insert(User).values(**values).on_conflict_do_nothing().returning(col(User.id))
        made = (await session.exec(statement)).scalar_one_or_none()
        query = select(User).where(getattr(User, field) == identifier)
        user = (await session.exec(query)).first()
        if user is not None:
            if made is not None:
                await hooks.run_user_created(session, user.id)
            return user
    raise RuntimeError("no free fairyname found")  # 20 collisions in 10^8 names: the generator is broken


async def open_session(session: AsyncSession, user: User, agent: str) -> tuple[UserSession, str]:
    """A new session and its cookie's secret, which is shown once."""
    secret = security.secret_token()
    row = UserSession(
        user_id=user.id,
        cookie_hash=security.sha256(secret),
        agent=agent[:200],
        expires_at=now() + SESSION_LIFE,
    )
    session.add(row)
    await session.flush()
    return row, secret


async def sign_in(session: AsyncSession, identifier: str, agent: str) -> tuple[User, UserSession, str]:
    """After check_code() said yes."""
    user = await user_of(session, identifier)
    row, secret = await open_session(session, user, agent)
    return user, row, secret


def secret_in(cookie_header: str) -> str | None:
    """The session's secret in a raw Cookie header; None when absent or unreadable."""
    try:
        morsel = SimpleCookie(cookie_header).get(settings.load().cookie_name)
    except CookieError:
        return None
    return morsel.value if morsel else None


async def find_by_cookie(session: AsyncSession, cookie_header: str) -> Actor | None:
    """Who this cookie belongs to, now: asked of the database at each request and each live event."""
    secret = secret_in(cookie_header)
    if not secret:
        return None
    return await _actor(session, UserSession.cookie_hash == security.sha256(secret))


async def find_by_id(session: AsyncSession, session_id: UUID) -> Actor | None:
    return await _actor(session, UserSession.id == session_id)


async def _actor(session: AsyncSession, condition: bool) -> Actor | None:
    query = select(UserSession, User).join(User, col(User.id) == col(UserSession.user_id))
    query = query.where(condition, col(UserSession.revoked_at).is_(None), col(UserSession.expires_at) > now())
    found = (await session.exec(query)).first()
    if found is None:
        return None
    row, user = found
    return Actor(user.id, row.id, "creator" if user.tier == "creator" else "starter")


async def me(session: AsyncSession, actor: Actor) -> User:
    user = await session.get(User, actor.user_id)
    if user is None:
        raise NotFound("This account is gone.")
    return user


async def fairynames_of(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these users are called in public, by id."""
    query = select(col(User.id), col(User.fairyname)).where(col(User.id).in_(user_ids))
    return dict((await session.exec(query)).all())


async def list_sessions(session: AsyncSession, actor: Actor) -> Sequence[UserSession]:
    query = select(UserSession).where(
        UserSession.user_id == actor.user_id, col(UserSession.revoked_at).is_(None), col(UserSession.expires_at) > now()
    )
    return (await session.exec(query.order_by(col(UserSession.created_at).desc()))).all()


async def end_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """One of the actor's own. Its cookie, its tokens and its live pages end with it."""
    row = await session.get(UserSession, session_id, with_for_update=True)
    if row is None or row.user_id != actor.user_id or row.revoked_at is not None:
        raise NotFound("There is no such session.")
    row.revoked_at = now()
    session.add(row)
    await events.notify(session, session_topic(session_id))


async def user_by_identifier(session: AsyncSession, identifier: str) -> User | None:
    identifier = canonical(identifier)
    query = select(User).where((col(User.email) == identifier) | (col(User.phone) == identifier))
    return (await session.exec(query)).first()


async def remove_stale(session: AsyncSession) -> None:
    """Codes that expired an hour ago; sessions, with their tokens, that ended a month ago."""
    await session.exec(delete(SignInCode).where(col(SignInCode.expires_at) < after(hours=-1)))
    month_ago = after(days=-30)
    ended = or_(col(UserSession.expires_at) < month_ago, col(UserSession.revoked_at) < month_ago)
    await session.exec(delete(UserSession).where(ended))


def refuse(is_right: bool) -> None:
    if not is_right:
        raise WrongCode.of("code", "That code is wrong or too old. Ask for a new one if it keeps failing.")
