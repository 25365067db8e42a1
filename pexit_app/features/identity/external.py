"""Bearer tokens of the operator's own issuer (PEXIT_JWT_ISSUER), each mapped to a local user and a session.

The operator chose this issuer as the authority on who people are, so an address it vouches for finds the account that has
it. (Google and the like are not: see elsewhere.py.) Who has no vouched address gets an account without one. The session
is listed and can be ended like any other; tokens issued before its end are refused from then on.
"""

from datetime import UTC, datetime

from sqlalchemy import false, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, security
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.sign_in_ports import Vouched
from pexit_app.features.identity import elsewhere, security_log, service, sessions
from pexit_app.features.identity.models import User, UserSession
from pexit_app.features.identity.security_log import Caller

WAY = elsewhere.EXTERNAL


async def read(token: str) -> Vouched | None:
    """Outside every transaction: the issuer may have to be asked for its keys."""
    reader = deps.get().token_reader
    return await reader.read(token) if reader is not None and reader.is_theirs(token) else None


async def find(session: AsyncSession, vouched: Vouched, caller: Caller) -> Actor | None:
    """None: this sign-in over there was ended here after the token was issued."""
    user = await _user(session, vouched, caller)
    row = await _session(session, vouched)
    if row is not None and row.revoked_at is not None and _issued_at(vouched) <= row.revoked_at:
        return None
    if row is not None and (row.revoked_at is not None or row.expires_at <= now()):
        await _retire(session, row)
        row = None
    if row is None:
        row = await _open(session, user, vouched, caller)
    return sessions.actor_of(user, row.id)


def _issued_at(vouched: Vouched) -> datetime:
    return datetime.fromtimestamp(vouched.issued_at, UTC)


def _key(vouched: Vouched) -> str:
    return security.sha256(f"external\0{vouched.issuer}\0{vouched.subject}\0{vouched.session}")


async def _session(session: AsyncSession, vouched: Vouched) -> UserSession | None:
    return (await session.exec(select(UserSession).where(UserSession.cookie_hash == _key(vouched)))).first()


async def _retire(session: AsyncSession, row: UserSession) -> None:
    """Its key is free for the next one."""
    row.cookie_hash = security.sha256(security.secret_token())
    session.add(row)
    await session.flush()


async def _open(session: AsyncSession, user: User, vouched: Vouched, caller: Caller) -> UserSession:
    """Two requests at once open one."""
    made, _ = sessions.new_session(user, caller.agent, caller.address, WAY)
    made.cookie_hash = _key(vouched)
    new = insert(UserSession).values(**made.model_dump()).on_conflict_do_nothing().returning(col(UserSession.id))
    if (await session.exec(new)).first() is not None:
        await security_log.note(session, user.id, "signed_in", caller, WAY)
    row = await _session(session, vouched)
    assert row is not None
    return row


async def _user(session: AsyncSession, vouched: Vouched, caller: Caller) -> User:
    user = await elsewhere.find(session, vouched)
    if user is None:
        # A program's first requests come all at once: one of them makes the account.
        await session.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(_key(vouched), 0))))
        user = await elsewhere.find(session, vouched)
    if user is None:
        email = elsewhere.vouched_email(vouched)
        made = service.user_of(session, email, caller) if email else _make_nameless(session, caller)
        user = await made
        await elsewhere.link(session, user.id, WAY, vouched, caller)
    return user


async def _make_nameless(session: AsyncSession, caller: Caller) -> User:
    return await service.find_or_make(session, {"is_external": True}, false(), caller)
