"""How often anybody may guess wrong in one day, however many addresses they come from.

Six digits are a million possibilities. 50 guesses a day find one with 5 in 100,000, and 100 in any 24 hours (the end of one
day and the beginning of the next) with 1 in 10,000: that is the promise for an account and a day. It is kept in the
database, so that neither a restart nor a second process gives more. Whoever uses up another's guesses locks nobody out:
links, passkeys and passwords go on working.
"""

from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.clock import now
from pexit_app.features.identity.models import WrongGuesses

A_DAY = 50


async def are_left(session: AsyncSession, subject: str) -> bool:
    return await made_today(session, subject) < A_DAY


async def count_wrong(session: AsyncSession, subject: str) -> None:
    fresh = WrongGuesses(subject=subject, day=now().date(), count=1).model_dump()
    statement = insert(WrongGuesses).values(**fresh)
    more = {"count": col(WrongGuesses.count) + 1, "updated_at": now()}
    await session.exec(statement.on_conflict_do_update(index_elements=["subject", "day"], set_=more))


async def take(session: AsyncSession, subject: str) -> bool:
    """Counts a guess before it is judged, so that many at the same time are not more than one after the other; False when
    none is left. give_back() it when it was right."""
    await count_wrong(session, subject)
    return await made_today(session, subject) <= A_DAY


async def give_back(session: AsyncSession, subject: str) -> None:
    theirs = col(WrongGuesses.subject) == subject, col(WrongGuesses.day) == now().date()
    await session.exec(update(WrongGuesses).where(*theirs).values(count=col(WrongGuesses.count) - 1))


async def made_today(session: AsyncSession, subject: str) -> int:
    query = select(WrongGuesses.count).where(WrongGuesses.subject == subject, WrongGuesses.day == now().date())
    return (await session.exec(query)).first() or 0


async def forget_old(session: AsyncSession) -> None:
    await session.exec(delete(WrongGuesses).where(col(WrongGuesses.day) < now().date() - timedelta(days=1)))
