"""Events told to whoever listens, from the database: a job's own, and a user's whole stream.

A wake-up (core/events.py) only says that there may be something to read, so nothing is lost when one is; without any, the
database is read every 15 s.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.models import Event
from pexit_app.features.identity import service as identity
from pexit_app.features.jobs import service
from pexit_app.features.jobs.errors import EventsExpired

REREAD_S = 15.0
AT_ONCE = 200
KEPT = timedelta(days=7)
MAX_SEQ = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a listener gets it. `id` is what Last-Event-ID brings back."""

    id: str
    kind: str
    data: dict[str, Any]


def _number_in(last_event_id: str, prefix: str) -> int:
    scope, _, number = last_event_id.strip().rpartition(":")
    if scope != prefix or not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise EventsExpired("This event is not one of this stream.", {"last_event_id": last_event_id[:200]})
    return int(number)


async def _must_exist(session: AsyncSession, *conditions: Any) -> None:
    if (await session.exec(select(Event.id).where(*conditions))).first() is None:
        raise EventsExpired("This event is unknown, or older than we keep them. Read the state anew.")


async def job_start(session: AsyncSession, actor: Actor, job_id: UUID, last_event_id: str | None) -> int:
    """The `seq` after which to tell: 0 without Last-Event-ID. Raises NotFound, EventsExpired."""
    await service.find_job(session, actor, job_id)
    if not last_event_id:
        return 0
    seq = _number_in(last_event_id, str(job_id))
    if seq > MAX_SEQ:
        raise EventsExpired("This event is not one of this stream.", {"last_event_id": last_event_id[:200]})
    if seq:
        await _must_exist(session, Event.job_id == job_id, Event.seq == seq)
    return seq


async def user_start(session: AsyncSession, actor: Actor, last_event_id: str | None) -> int:
    """The event id after which to tell: from now on without Last-Event-ID. Raises EventsExpired."""
    if not last_event_id:
        latest = await session.scalar(select(func.max(col(Event.id))).where(Event.user_id == actor.user_id))
        return latest or 0
    event_id = _number_in(last_event_id, "user")
    if event_id:
        await _must_exist(session, Event.user_id == actor.user_id, Event.id == event_id)
    return event_id


async def _job_news(session: AsyncSession, actor: Actor, job_id: UUID, seq: int) -> tuple[Sequence[Event], bool]:
    """What came after `seq`, and whether that is all there will ever be: the status is read first, so that an ended
    job's last event is among them."""
    job = await service.find_job(session, actor, job_id)
    query = select(Event).where(Event.job_id == job_id, col(Event.seq) > seq).order_by(col(Event.seq)).limit(AT_ONCE)
    rows = (await session.exec(query)).all()
    return rows, job.is_over and len(rows) < AT_ONCE


async def job_stream(actor: Actor, job_id: UUID, seq: int) -> AsyncIterator[Told]:
    """Ends when the job is over and everything was told, or the session ended."""
    with events.subscribe(events.user_topic(actor.user_id)) as waker:
        while True:
            async with db.transaction() as session:
                if await identity.find_by_id(session, actor.session_id) is None:
                    return
                rows, is_all = await _job_news(session, actor, job_id, seq)
            for row in rows:
                yield Told(f"{job_id}:{row.seq}", row.kind, row.data)
                seq = row.seq or seq
            if is_all:
                return
            if len(rows) < AT_ONCE:
                await events.woken(waker, REREAD_S)


async def user_stream(actor: Actor, event_id: int) -> AsyncIterator[Told]:
    """Everything that happens to the user, until the session ends."""
    with events.subscribe(events.user_topic(actor.user_id)) as waker:
        while True:
            async with db.transaction() as session:
                if await identity.find_by_id(session, actor.session_id) is None:
                    return
                query = select(Event).where(Event.user_id == actor.user_id, col(Event.id) > event_id)
                rows = (await session.exec(query.order_by(col(Event.id)).limit(AT_ONCE))).all()
            for row in rows:
                yield Told(f"user:{row.id}", row.kind, row.data)
                event_id = row.id or event_id
            if len(rows) < AT_ONCE:
                await events.woken(waker, REREAD_S)


async def forget_old_events(session: AsyncSession) -> None:
    await session.exec(delete(Event).where(col(Event.created_at) < now() - KEPT))
