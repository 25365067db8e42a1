"""API keys: `pk_live_`, 30 random characters (178 bits), 6 of a checksum. Shown once, kept as a hash.

The checksum (CRC-32, as GitHub's tokens have) lets scanners and typing mistakes be told from keys without asking the
database.
"""

import re
import secrets
import string
import zlib
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, security
from pexit_app.core.actor import Actor, Scope
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, Conflict, NotFound
from pexit_app.features.identity import security_log
from pexit_app.features.identity.models import ApiKey, User
from pexit_app.features.identity.security_log import Caller
from pexit_app.features.identity.sessions import actor_of, check_proven, session_topic

PREFIX = "pk_live_"
RANDOM_CHARS, CHECK_CHARS, HINT_CHARS = 30, 6, 4
MAX_KEYS, MAX_NAME_CHARS, MAX_DAYS = 20, 80, 365
SCOPES: tuple[Scope, ...] = get_args(Scope)
TOLD_USE = timedelta(minutes=1)  # how exact "last used" is
_LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE = re.compile(rf"{PREFIX}([0-9A-Za-z]{{{RANDOM_CHARS}}})([0-9A-Za-z]{{{CHECK_CHARS}}})")


def _checksum(text: str) -> str:
    number, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_CHARS):  # 62^6 holds 32 bits
        number, digit = divmod(number, len(_LETTERS))
        digits = _LETTERS[digit] + digits
    return digits


def generate() -> str:
    random = "".join(secrets.choice(_LETTERS) for _ in range(RANDOM_CHARS))
    return f"{PREFIX}{random}{_checksum(random)}"


def is_key(text: str) -> bool:
    """Whether its checksum fits; nothing is said about it being in use."""
    found = _SHAPE.fullmatch(text)
    return found is not None and _checksum(found[1]) == found[2]


async def make_key(
    session: AsyncSession,
    actor: Actor,
    name: str,
    scopes: Collection[str],
    days: int | None = None,
    caller: Caller = Caller(),
) -> tuple[ApiKey, str]:
    """The row, and the key itself: the only time it is seen. `days` None: until it is ended. Raises BadInput, Conflict,
    NotProven."""
    await check_proven(session, actor)
    return await make_key_of(session, actor.user_id, name, scopes, days, caller)


async def make_key_of(
    session: AsyncSession, user_id: UUID, name: str, scopes: Collection[str], days: int | None, caller: Caller
) -> tuple[ApiKey, str]:
    """For whoever may do it anyway, such as the operator."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        raise BadInput.of("name", f"Name the key in 1 to {MAX_NAME_CHARS} characters.", name[:200], MAX_NAME_CHARS)
    chosen = sorted(set(scopes) | {"read"})
    if not scopes or not set(scopes) <= set(SCOPES):
        raise BadInput.of("scopes", "Choose read, or read and write.", sorted(scopes)[:10], list(SCOPES))
    if days is not None and not 1 <= days <= MAX_DAYS:
        raise BadInput.of("expires_in_days", f"Let it expire in 1 to {MAX_DAYS} days, or never.", days, MAX_DAYS)
    await session.get(User, user_id, with_for_update=True)  # so that two at once count each other
    if len(await _live(session, user_id)) >= MAX_KEYS:
        raise Conflict(f"You have {MAX_KEYS} keys. End one that is not used any more.", {"limit": MAX_KEYS})
    key = generate()
    row = ApiKey(
        user_id=user_id,
        name=name,
        key_hash=security.sha256(key),
        hint=key[-HINT_CHARS:],
        scopes=chosen,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    session.add(row)
    await security_log.note(session, user_id, "key_made", caller, name)
    return row, key


async def _live(session: AsyncSession, user_id: UUID) -> Sequence[ApiKey]:
    query = select(ApiKey).where(ApiKey.user_id == user_id, *_is_live())
    return (await session.exec(query.order_by(col(ApiKey.created_at).desc(), col(ApiKey.id)))).all()


def _is_live() -> tuple[Any, ...]:
    return col(ApiKey.revoked_at).is_(None), or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now())


async def list_keys(session: AsyncSession, actor: Actor) -> Sequence[ApiKey]:
    """Those that work, newest first."""
    return await _live(session, actor.user_id)


async def end_key(session: AsyncSession, actor: Actor, key_id: UUID, caller: Caller = Caller()) -> None:
    """At once, and whatever listens with it. Raises NotFound."""
    row = await session.get(ApiKey, key_id, with_for_update=True)
    if row is None or row.user_id != actor.user_id or row.revoked_at is not None:
        raise NotFound("There is no such key.")
    row.revoked_at = now()
    session.add(row)
    await security_log.note(session, actor.user_id, "key_ended", caller, row.name)
    await events.notify(session, session_topic(key_id))
    await events.notify(session, events.user_topic(actor.user_id))


async def find_by_key(session: AsyncSession, key: str) -> Actor | None:
    """Who this key works for, now; notes that it was used."""
    if not is_key(key):
        return None
    return await _actor(session, ApiKey.key_hash == security.sha256(key))


async def find_by_key_id(session: AsyncSession, key_id: UUID) -> Actor | None:
    return await _actor(session, ApiKey.id == key_id)


async def _actor(session: AsyncSession, condition: bool) -> Actor | None:
    query = select(ApiKey, User).join(User, col(User.id) == col(ApiKey.user_id)).where(condition, *_is_live())
    found = (await session.exec(query)).first()
    if found is None:
        return None
    row, user = found
    return actor_of(user, row.id, "write" if "write" in row.scopes else "read", row.id)


async def note_use(session: AsyncSession, key_id: UUID) -> None:
    """At most once a minute: reading must not write all the time."""
    is_old = or_(col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < now() - TOLD_USE)
    await session.exec(update(ApiKey).where(col(ApiKey.id) == key_id, is_old).values(last_used_at=now()))
