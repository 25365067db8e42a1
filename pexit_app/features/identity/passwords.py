"""Passwords, for those who want one: bcrypt at cost 12, 8 to 72 bytes, no common ones.

Hashing takes a quarter of a second on purpose: in a thread, at most two at once, and never inside a transaction.
"""

import asyncio
import string
import unicodedata
from functools import cache
from pathlib import Path
from uuid import UUID

import bcrypt
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.identity import guesses, security_log, service, sessions
from pexit_app.features.identity.models import Password, User
from pexit_app.features.identity.security_log import Caller

COST = 12
MIN_BYTES, MAX_BYTES = 8, 72  # bcrypt reads no further than 72: what it would not read is refused, not cut off
MIN_DIFFERENT = 4
AT_ONCE = 2
_COMMON = Path(__file__).with_name("common_passwords.txt")
NOBODYS = "$2b$12$zJ93BfQhG3sNVIC7kfMOUusOwPt7LcchpmLqoFajIwr9EKwX3E7Wy"  # compared with where there is none
_hashing = asyncio.Semaphore(AT_ONCE)


@cache
def _common() -> frozenset[str]:
    return frozenset(line for line in _COMMON.read_text().splitlines() if not line.startswith("#"))


def _bytes(password: str) -> bytes:
    """As it is hashed: the same letters typed on another machine are the same bytes."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def check_new(password: str, user: User) -> None:
    """Raises BadInput; what was typed is never told back."""
    size = len(_bytes(password))
    if not MIN_BYTES <= size <= MAX_BYTES or "\0" in password:
        raise BadInput.of("password", f"Use {MIN_BYTES} to {MAX_BYTES} bytes: this is {size}.", None, MAX_BYTES)
    text = unicodedata.normalize("NFKC", password).lower()
    stem = text.rstrip(string.digits + string.punctuation)
    if text in _common() or stem in _common() or len(set(text)) < MIN_DIFFERENT:
        raise BadInput.of("password", "This password is among the first that are tried. Choose another.")
    told = (user.fairyname, user.phone, user.email, (user.email or "").partition("@")[0], user.name, "pexit")
    own = {each.lower() for each in told if each}
    if stem in own or text in own:
        raise BadInput.of("password", "This is you or us, with little else. Choose something nobody knows of you.")


async def hashed(password: str) -> str:
    async with _hashing:
        made: bytes = await asyncio.to_thread(bcrypt.hashpw, _bytes(password), bcrypt.gensalt(COST))
    return made.decode()


async def is_right(password: str, kept: str | None) -> bool:
    """Takes as long for no password as for a wrong one."""
    content = _bytes(password)
    async with _hashing:
        is_same = await asyncio.to_thread(bcrypt.checkpw, content[:MAX_BYTES], (kept or NOBODYS).encode())
    return is_same and kept is not None and len(content) <= MAX_BYTES


def guessed_at(identifier: str) -> str:
    return f"password {identifier}"


async def kept_for(session: AsyncSession, identifier: str) -> tuple[User | None, str | None]:
    """Whose it would be, and the hash to compare with: None without account or password, or when today's guesses are used
    up. The try is counted as wrong until give_back()."""
    query = select(User, Password).join(Password, col(Password.user_id) == col(User.id), isouter=True)
    query = query.where((col(User.email) == identifier) | (col(User.phone) == identifier))
    found = (await session.exec(query)).first()
    may_guess = await guesses.take(session, guessed_at(identifier))
    if found is None or found[1] is None or not may_guess:
        return None, None
    return found[0], found[1].hash


async def keep(session: AsyncSession, user_id: UUID, hash_: str) -> None:
    """In place of what there was."""
    fresh = Password(user_id=user_id, hash=hash_).model_dump()
    new = {"hash": hash_, "updated_at": fresh["updated_at"]}
    await session.exec(insert(Password).values(**fresh).on_conflict_do_update(index_elements=["user_id"], set_=new))


async def find(session: AsyncSession, user_id: UUID) -> Password | None:
    return (await session.exec(select(Password).where(Password.user_id == user_id))).first()


async def check_change(session: AsyncSession, actor: Actor, password: str) -> None:
    """Before it is hashed. Raises NotProven, BadInput."""
    await sessions.check_proven(session, actor)
    check_new(password, await service.me(session, actor))


async def change(session: AsyncSession, actor: Actor, hash_: str, caller: Caller) -> None:
    """Ends every other session: whoever knew the old one is out."""
    await keep(session, actor.user_id, hash_)
    await sessions.end_sessions(session, actor, caller)
    await security_log.note(session, actor.user_id, "password_set", caller)


async def remove(session: AsyncSession, actor: Actor, caller: Caller) -> None:
    """Raises NotProven, NotFound."""
    await sessions.check_proven(session, actor)
    if await find(session, actor.user_id) is None:
        raise NotFound("There is no password.")
    await session.exec(delete(Password).where(col(Password.user_id) == actor.user_id))
    await security_log.note(session, actor.user_id, "password_removed", caller)
