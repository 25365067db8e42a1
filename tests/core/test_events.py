"""Events: gapless per job, told at commit."""

from uuid import uuid4

from sqlmodel import select

from pexit_app.core import db, events
from pexit_app.core.models import Event


async def test_a_job_counts_its_events_from_one(session):
    user, job = uuid4(), uuid4()
    for kind in ("queued", "stage", "done"):
        await events.emit(session, user, kind, {}, job)
    await events.emit(session, user, "wallet", {})
    rows = (await session.exec(select(Event).where(Event.user_id == user).order_by(Event.id))).all()
    assert [row.seq for row in rows] == [1, 2, 3, None]


async def test_a_commit_wakes_the_listener_and_a_rollback_does_not(live_db):
    user = uuid4()
    async with events.hub(live_db):
        with events.subscribe(events.user_topic(user)) as waker:
            await events.woken(waker, 5)  # the hub wakes everyone once it listens
            async with db.transaction() as session:
                await events.emit(session, user, "hello", {})
            assert await events.woken(waker, 5)
            try:
                async with db.transaction() as session:
                    await events.emit(session, user, "never", {})
                    raise LookupError
            except LookupError:
                pass
            assert not await events.woken(waker, 0.2)
