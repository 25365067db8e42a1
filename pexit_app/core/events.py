"""What happened, told to whoever listens: an outbox row in the caller's transaction, NOTIFY at its commit, one LISTEN
connection a process, fanned out to asyncio wake-ups by topic.

A wake-up carries no data: readers read the database again. So a slow reader, a lost NOTIFY or a reconnect can make a
page late but never wrong.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import event as happening
from sqlalchemy import func, insert
from sqlalchemy.orm import Session, SessionTransaction
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.models import Event

CHANNEL = "pexit"
TURNS = "turns"
RECONNECT_S = 1.0
_wakers: dict[str, set[asyncio.Event]] = defaultdict(set)


def user_topic(user_id: UUID) -> str:
    return f"user:{user_id}"


async def notify(session: AsyncSession, topic: str) -> None:
    """Wakes every subscriber of `topic`, in every process, at commit; dropped at rollback."""
    await session.scalar(select(func.pg_notify(CHANNEL, topic)))


async def take_turn(session: AsyncSession, user_id: UUID) -> None:
    """Waits until no other transaction writes events of this user, and keeps the turn until this one ends. Whoever
    locks rows of a user and emits afterwards takes the turn first, so that all take the two in one order."""
    topic = user_topic(user_id)
    taken: set[str] = session.info.setdefault(TURNS, set())
    if topic not in taken:
        await session.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(topic, 0))))
        taken.add(topic)


@happening.listens_for(Session, "after_transaction_end")
def _forget_turns(session: Session, transaction: SessionTransaction) -> None:
    """With it, or with the savepoint it was taken in, a turn may have gone. A flush is a part of neither's end."""
    if transaction.parent is None or transaction.nested:
        session.info.pop(TURNS, None)


async def emit(
    session: AsyncSession, user_id: UUID, kind: str, data: dict[str, Any], job_id: UUID | None = None
) -> Event:
    """Writes one event. Call it late in the transaction: the user's events are serialised until it commits, so that
    ids grow in commit order and a reader who saw id n never misses a smaller one."""
    # A statement of its own: what the next one reads must be what was committed before the turn came.
    await take_turn(session, user_id)
    last = select(func.coalesce(func.max(col(Event.seq)), 0)).where(col(Event.job_id) == job_id).scalar_subquery()
    values = {"user_id": user_id, "job_id": job_id, "kind": kind, "data": data}
    new = insert(Event).values(**values, seq=None if job_id is None else last + 1)
    row = (await session.exec(new.returning(Event, func.pg_notify(CHANNEL, user_topic(user_id))))).one()
    event: Event = row[0]
    return event


@contextlib.contextmanager
def subscribe(topic: str) -> Iterator[asyncio.Event]:
    """An asyncio.Event that is set whenever something happened under `topic`. Clear it, then read the database."""
    waker = asyncio.Event()
    _wakers[topic].add(waker)
    try:
        yield waker
    finally:
        _wakers[topic].discard(waker)
        if not _wakers[topic]:
            del _wakers[topic]


async def woken(waker: asyncio.Event, at_most_s: float) -> bool:
    """Waits for a wake-up and clears it; False when `at_most_s` passed without one."""
    try:
        async with asyncio.timeout(at_most_s):
            await waker.wait()
    except TimeoutError:
        return False
    waker.clear()
    return True


def _wake_everyone() -> None:
    for wakers in list(_wakers.values()):
        for waker in wakers:
            waker.set()


async def _listen(url: str) -> None:
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                _wake_everyone()  # something may have been missed while away
                async for note in connection.notifies():
                    for waker in _wakers.get(note.payload, ()):
                        waker.set()
        except psycopg.OperationalError:
            await asyncio.sleep(RECONNECT_S)


@contextlib.asynccontextmanager
async def hub(url: str) -> AsyncIterator[None]:
    """The process's ear; open it once, beside db.engine()."""
    task = asyncio.create_task(_listen(url), name="listen")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
