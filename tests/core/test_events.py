"""Events: gapless per job, told at commit."""

from uuid import uuid4

from sqlalchemy import func
from sqlmodel import select

from pexit_app.core import db, events
from pexit_app.core.models import Event, StoredReply


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


async def test_a_turn_is_kept_through_flushes_until_its_transaction_ends(live_db):
    user = uuid4()
    async with db.transaction() as other:
        async with db.transaction() as session:
            await events.take_turn(session, user)
            session.add(StoredReply(user_id=user, key="k", fingerprint="f"))
            await session.flush()
            await events.take_turn(session, user)
            assert not await is_free(other, user)
        assert await is_free(other, user)


async def test_a_turn_that_went_with_its_savepoint_is_taken_again(live_db):
    user = uuid4()
    async with db.transaction() as session, db.transaction() as other:
        try:
            async with session.begin_nested():
                await events.take_turn(session, user)
                raise LookupError
        except LookupError:
            pass
        await events.take_turn(session, user)
        assert not await is_free(other, user)


async def is_free(session, user) -> bool:
    """Whether nobody holds the user's turn now; takes it for the rest of this transaction if so."""
    key = func.hashtextextended(events.user_topic(user), 0)
    return await session.scalar(select(func.pg_try_advisory_xact_lock(key)))
