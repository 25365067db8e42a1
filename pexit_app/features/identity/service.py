"""Accounts, and the one-time codes that prove an address."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import hooks, security, settings
from pexit_app.core.actor import Actor
from pexit_app.core.clock import after, now
from pexit_app.core.errors import NotFound
from pexit_app.features.identity import fairynames, guesses, keys, security_log, sessions, slips
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import SIGN_IN, SignInCode, User, UserSession
from pexit_app.features.identity.security_log import Caller
from pexit_app.features.identity.sessions import end_session as end_session  # for other slices too
from pexit_app.features.identity.sessions import open_session as open_session

CODE_LIFE = timedelta(minutes=10)
RESEND_PAUSE = timedelta(seconds=30)
MAX_TRIES = 5


async def request_code(session: AsyncSession, identifier: str, purpose: str = SIGN_IN) -> str | None:
    """The code to send after the commit, or None while a pause runs: a live code is not replaced within 30 s."""
    identifier = canonical(identifier)
    code = f"{secrets.randbelow(10**6):06d}"
    fresh = SignInCode(
        identifier=identifier,
        purpose=purpose,
        code_hash=_hash_of(identifier, code, purpose),
        expires_at=now() + CODE_LIFE,
        sent_at=now(),
    ).model_dump()
    statement = insert(SignInCode).values(**fresh)
    statement = statement.on_conflict_do_update(
        index_elements=["identifier", "purpose"],
        set_={key: fresh[key] for key in ("code_hash", "tries", "expires_at", "sent_at", "updated_at")},
        where=(col(SignInCode.sent_at) < now() - RESEND_PAUSE) | (col(SignInCode.tries) >= MAX_TRIES),
    )
    sent = (await session.exec(statement.returning(col(SignInCode.id)))).scalar_one_or_none()
    return code if sent is not None else None


def _hash_of(identifier: str, code: str, purpose: str) -> str:
    return security.keyed_hash(purpose, f"{identifier}\0{code}")


def guessed_at(identifier: str, purpose: str = SIGN_IN) -> str:
    """What the wrong guesses of a day are counted for."""
    return f"code {purpose} {identifier}"


async def check_code(
    session: AsyncSession, identifier: str, code: str, purpose: str = SIGN_IN, *, is_kept: bool = False
) -> bool:
    """Counts the try; a right code is used up, unless `is_kept`. Commit whatever the answer is: wrong tries must count."""
    identifier = canonical(identifier)
    query = select(SignInCode).where(SignInCode.identifier == identifier, SignInCode.purpose == purpose)
    row = (await session.exec(query.with_for_update())).first()
    if row is None or row.tries >= MAX_TRIES or row.expires_at < now():
        return False
    if not await guesses.are_left(session, guessed_at(identifier, purpose)):
        return False
    if not security.same(row.code_hash, _hash_of(identifier, code, purpose)):
        row.tries += 1
        await guesses.count_wrong(session, guessed_at(identifier, purpose))
        return False
    if not is_kept:
        await session.delete(row)
        await session.flush()
    return True


async def forget_code(session: AsyncSession, identifier: str, purpose: str = SIGN_IN) -> None:
    theirs = col(SignInCode.identifier) == identifier, col(SignInCode.purpose) == purpose
    await session.exec(delete(SignInCode).where(*theirs))


async def user_of(session: AsyncSession, identifier: str, caller: Caller = Caller()) -> User:
    """The account of a proven identifier; made, with its wallet, when there is none."""
    identifier = canonical(identifier)
    field = "email" if "@" in identifier else "phone"
    return await find_or_make(session, {field: identifier}, getattr(User, field) == identifier, caller)


async def find_or_make(session: AsyncSession, values: dict[str, Any], is_theirs: Any, caller: Caller) -> User:
    """The account that `is_theirs` finds, or a new one of `values`."""
    for _ in range(20):
        row = User.model_validate({"fairyname": fairynames.make(), **values}).model_dump()
        statement = insert(User).values(**row).on_conflict_do_nothing().returning(col(User.id))
        made = (await session.exec(statement)).scalar_one_or_none()
        user = (await session.exec(select(User).where(is_theirs if made is None else User.id == made))).first()
        if user is not None:
            if made is not None:
                await hooks.run_user_created(session, user.id)
                await security_log.note(session, user.id, "account_made", caller)
            return user
    raise RuntimeError("no free fairyname found")  # 20 collisions in 10^8 names: the generator is broken


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
    return await sessions.find(session, UserSession.cookie_hash == security.sha256(secret))


async def find_by_id(session: AsyncSession, session_id: UUID) -> Actor | None:
    """Whom this session, or this API key, lets in now."""
    found = await sessions.find(session, UserSession.id == session_id)
    return found or await keys.find_by_key_id(session, session_id)


async def me(session: AsyncSession, actor: Actor) -> User:
    user = await session.get(User, actor.user_id)
    if user is None:
        raise NotFound("This account is gone.")
    return user


async def fairynames_of(session: AsyncSession, user_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these users are called in public, by id."""
    query = select(col(User.id), col(User.fairyname)).where(col(User.id).in_(user_ids))
    return dict((await session.exec(query)).all())


async def user_by_identifier(session: AsyncSession, identifier: str) -> User | None:
    identifier = canonical(identifier)
    query = select(User).where((col(User.email) == identifier) | (col(User.phone) == identifier))
    return (await session.exec(query)).first()


async def remove_stale(session: AsyncSession) -> None:
    """Codes and slips that expired an hour ago; sessions, with their tokens, that ended a month ago."""
    await session.exec(delete(SignInCode).where(col(SignInCode.expires_at) < after(hours=-1)))
    month_ago = after(days=-30)
    ended = or_(col(UserSession.expires_at) < month_ago, col(UserSession.revoked_at) < month_ago)
    await session.exec(delete(UserSession).where(ended))
    for forget in (guesses.forget_old, slips.forget_old, security_log.forget_old):
        await forget(session)


def refuse(is_right: bool) -> None:
    if not is_right:
        raise WrongCode.of("code", "That code is wrong or too old. Ask for a new one if it keeps failing.")
