"""The real workflow engine in this process: frames from the order to the end, stops, restarts, lost starts.

One engine for the file, on the scratch database; everything commits, so every test brings its own users.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import col, select

from pexit_app.core import db, deps, events, objects, workflows
from pexit_app.core.clock import now
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ProviderError
from pexit_app.features.jobs import service as jobs
from pexit_app.features.routing import following
from pexit_app.features.routing.following import Patience
from pexit_app.features.shoots import developing, service, trash
from pexit_app.features.shoots import workflows as shoot_workflows
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.transitions import PLACES
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import FakeImages, House, Script, new_user, open_house, order, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOO_LONG_S = 60


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def engine(work_url: str) -> AsyncIterator[None]:
    async with db.engine(work_url), events.hub(work_url), workflows.runner(work_url, "test-shoots"):
        async with db.transaction() as session:
            await publish(session)
        yield
    deps.use(None)


@pytest.fixture(autouse=True)
def patience(monkeypatch) -> None:
    monkeypatch.setattr(following, "patience", Patience(pause_s=0.01, told_s=0.0))


@pytest.fixture
def house() -> House:
    return open_house()


@pytest_asyncio.fixture(loop_scope="module")
async def me(house):
    async with db.transaction() as session:
        return await new_user(session)


async def ordered(me, *seeds):
    async with db.transaction() as session:
        done = await order(session, me, *seeds)
    await shoot_workflows.dispatch(me.user_id)
    return done


async def over(me, job):
    """The job, once it is over: woken by its events."""
    with events.subscribe(events.user_topic(me.user_id)) as waker:
        async with asyncio.timeout(TOO_LONG_S):
            while True:
                async with db.transaction() as session:
                    found = await jobs.find_job(session, me, job.id)
                if found.is_over:
                    return found
                await events.woken(waker, 5)


async def until(condition) -> None:
    async with asyncio.timeout(TOO_LONG_S):
        while not condition():
            await asyncio.sleep(0.005)


async def frames_of(me, job) -> list[Frame]:
    async with db.transaction() as session:
        return list((await session.exec(select(Frame).where(Frame.job_id == job.id).order_by(col(Frame.position)))).all())


async def dust_of(me) -> tuple[int, int]:
    async with db.transaction() as session:
        card = await wallet.card(session, me.user_id)
    return card.balance, card.held


async def test_an_order_is_developed_paid_and_told(house, me):
    house.images.scripts[2] = Script(refusals=[ProviderError("Closed today.")])
    done = await ordered(me, 1, 2, 3)
    job = await over(me, done.job)
    assert (job.status, job.delivered, job.failed, job.charge_dust) == ("completed", 2, 1, 2)
    assert [frame.status for frame in await frames_of(me, job)] == ["done", "failed", "done"]
    assert await dust_of(me) == (98, 0)
    assert len(house.store.objects) == 6


async def test_more_frames_than_places_all_come_and_never_more_at_once(house, me):
    done = await ordered(me, *range(16))
    job = await over(me, done.job)
    assert (job.status, job.delivered) == ("completed", 16)
    assert house.images.most_at_once <= PLACES
    assert len(house.images.submitted) == 16


async def test_one_users_many_frames_leave_room_for_anothers_one(house, me):
    gate = asyncio.Event()
    house.images.scripts = {seed: Script(gate=gate) for seed in range(12)}
    many = await ordered(me, *range(12))
    async with db.transaction() as session:
        other = await new_user(session)
    one = await ordered(other, 100)
    assert (await over(other, one.job)).status == "completed"
    assert len(house.images.orders) == PLACES + 1
    gate.set()
    assert (await over(me, many.job)).delivered == 12


async def test_stopping_a_job_calls_off_what_runs_and_gives_the_rest_back(house, me):
    never = asyncio.Event()
    house.images.scripts = {seed: Script(gate=never) for seed in (2, 3)}
    done = await ordered(me, 1, 2, 3)
    await until(lambda: len(house.images.orders) == 3 and len(house.images.forgotten) == 1)
    async with db.transaction() as session:
        job = await jobs.cancel_job(session, me, done.job.id)
    await jobs.after_cancel(job)
    assert (job.status, job.delivered, job.canceled) == ("canceled", 1, 2)
    assert await dust_of(me) == (99, 0)
    await until(lambda: len(house.images.canceled) == 2)


async def test_a_failed_frame_is_tried_again_alone(house, me):
    house.images.scripts[1] = Script(refusals=[ProviderError("Closed today.")])
    done = await ordered(me, 1)
    assert (await over(me, done.job)).status == "failed"
    async with db.transaction() as session:
        again = await service.retry_frame(session, me, done.frames[0].id)
    await shoot_workflows.dispatch(me.user_id)
    assert (await over(me, again.job)).status == "completed"
    assert await dust_of(me) == (99, 0)


async def test_starting_twice_is_one_run(house, me):
    gate = asyncio.Event()
    house.images.scripts[1] = Script(gate=gate)
    done = await ordered(me, 1)
    frame = (await frames_of(me, done.job))[0]
    await workflows.start(shoot_workflows.RENDER, frame.workflow_id, str(frame.id), frame.attempt, str(me.user_id))
    await until(lambda: house.images.orders)
    gate.set()
    await over(me, done.job)
    await workflows.start(shoot_workflows.RENDER, frame.workflow_id, str(frame.id), frame.attempt, str(me.user_id))
    assert len(house.images.submitted) == 1


async def test_what_was_never_started_is_started_by_the_sweep(house, me):
    async with db.transaction() as session:
        done = await order(session, me, 1)  # and the process dies before it is dispatched
    await shoot_workflows.start_waiting_frames()
    assert (await over(me, done.job)).status == "completed"


async def test_a_place_given_and_never_used_is_used_by_the_sweep(house, me):
    async with db.transaction() as session:
        done = await order(session, me, 1)
    async with db.transaction() as session:
        frame = await session.get(Frame, done.frames[0].id)
        frame.slot_at = now() - timedelta(minutes=1)  # claimed, and the process died before the start
    await shoot_workflows.start_waiting_frames()
    assert (await over(me, done.job)).status == "completed"


async def test_the_watchdog_ends_what_nobody_hears_of(house, me, monkeypatch):
    async with db.transaction() as session:
        done = await order(session, me, 1)
    async with db.transaction() as session:
        frame = await session.get(Frame, done.frames[0].id)
        frame.slot_at = frame.news_at = now() - timedelta(hours=2)
        frame.status = "developing"
    monkeypatch.setattr(shoot_workflows, "_watching_since", None)
    await shoot_workflows.fail_silent_frames()
    assert not (await frames_of(me, done.job))[0].finished_at, "time without anybody listening counted as silence"
    monkeypatch.setattr(shoot_workflows, "_watching_since", now() - timedelta(hours=1))
    await shoot_workflows.fail_silent_frames()
    job = await over(me, done.job)
    assert (job.status, job.failure_type) == ("failed", "timeout")
    assert await dust_of(me) == (100, 0)


async def test_deleted_frames_lose_their_bytes_even_if_nobody_stayed_to_do_it(house, me):
    done = await ordered(me, 1)
    await over(me, done.job)
    assert len(house.store.objects) == 3
    async with db.transaction() as session:
        for _ in range(2):
            await trash.delete_frame(session, me, done.frames[0].id)
    await objects.discard_objects()
    assert house.store.objects == {}
    async with db.transaction() as session:
        kept = (await session.exec(select(Discarded).where(col(Discarded.prefix).contains(str(done.frames[0].id))))).one()
        kept.created_at = now() - timedelta(hours=1)
    await objects.discard_objects()
    async with db.transaction() as session:
        assert await session.get(Discarded, kept.id) is None


async def test_a_stopped_process_is_taken_up_by_the_next(work_url, house, me):
    """A second engine of its own, because it is stopped in the middle."""
    gate = asyncio.Event()
    house.images.scripts = {seed: Script(gate=gate) for seed in range(3)}
    done = await ordered(me, *range(3))
    await until(lambda: len(house.images.orders) == 3)
    await workflows._cut_off()
    assert [frame.is_open for frame in await frames_of(me, done.job)] == [True] * 3
    later = open_house(FakeImages())  # a new process: its provider has never heard of those orders
    for frame in await frames_of(me, done.job):
        await developing.develop_frame(frame.id, frame.attempt)  # what recovery at the next launch runs
    job = await over(me, done.job)
    assert (job.status, job.delivered, await dust_of(me)) == ("completed", 3, (97, 0))
    assert len(later.images.submitted) == 3
