"""The real workflow engine in this process: trainings from the order to the end, stops, restarts, lost starts.

One engine for the file; everything commits, so every test brings its own users.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from pexit_app.core import db, deps, events, objects, workflows
from pexit_app.core.clock import now
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import learning, service
from pexit_app.features.people import workflows as people_workflows
from pexit_app.features.people.models import Likeness
from pexit_app.features.routing import following
from pexit_app.features.routing.following import Patience
from pexit_app.features.wallet import service as wallet
from tests.features.people.support import (
    PARTS,
    PROOFS,
    House,
    fresh,
    new_user,
    open_house,
    order_training,
    person_with_photos,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOO_LONG_S = 60


@pytest_asyncio.fixture(loop_scope="module", scope="module", autouse=True)
async def engine(work_url: str) -> AsyncIterator[None]:
    async with db.engine(work_url), events.hub(work_url), workflows.runner(work_url, "test-people"):
        yield
    deps.use(None)


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(following, "patience", Patience(pause_s=0.01, told_s=0.0))


@pytest.fixture
def house() -> House:
    return open_house()


@pytest_asyncio.fixture(loop_scope="module")
async def me(house):
    async with db.transaction() as session:
        return await new_user(session)


async def ordered(me, **more) -> Likeness:
    person, _ = await person_with_photos(me, **more)
    likeness = await order_training(me, person.id)
    await people_workflows.start_training(likeness)
    return likeness


async def over(me, likeness):
    """The job, once it is over: woken by its events."""
    with events.subscribe(events.user_topic(me.user_id)) as waker:
        async with asyncio.timeout(TOO_LONG_S):
            while True:
                async with db.transaction() as session:
                    found = await jobs.find_job(session, me, likeness.job_id)
                if found.is_over:
                    return found
                await events.woken(waker, 5)


async def until(condition) -> None:
    async with asyncio.timeout(TOO_LONG_S):
        while not condition():
            await asyncio.sleep(0.005)


async def test_an_order_is_trained_proved_and_chosen(house, me):
    likeness = await ordered(me)
    job = await over(me, likeness)
    assert (job.status, job.delivered, job.progress) == ("completed", 1, 100)
    row = await fresh(likeness)
    assert (row.status, row.proof_count, len(house.store.of(likeness))) == ("ready", PROOFS, PARTS)
    async with db.transaction() as session:
        assert (await service.find_person(session, me, row.person_id)).likeness_id == row.id
        assert (await wallet.card(session, me.user_id)).held == 0


async def test_starting_twice_is_one_run(house, me):
    house.trainer.course.gate = asyncio.Event()
    likeness = await ordered(me)
    await people_workflows.start_training(likeness)
    await until(lambda: house.trainer.orders)
    house.trainer.course.gate.set()
    await over(me, likeness)
    await people_workflows.start_training(likeness)
    assert len(house.trainer.submitted) == 1


async def test_three_trainings_go_side_by_side(house, me):
    house.trainer.course.gate = asyncio.Event()
    three = [await ordered(me, name=f"{n}") for n in range(3)]
    await until(lambda: len(house.trainer.orders) == 3)
    house.trainer.course.gate.set()
    assert [(await over(me, each)).status for each in three] == ["completed"] * 3


async def test_stopping_calls_off_the_trainer_at_once(house, me):
    house.trainer.course.gate = asyncio.Event()  # never set: only the stop ends it
    likeness = await ordered(me)
    await until(lambda: house.trainer.orders)
    async with db.transaction() as session:
        job = await jobs.cancel_job(session, me, likeness.job_id)
    await jobs.after_cancel(job)
    assert job.status == "canceled"
    await until(lambda: house.trainer.canceled and house.trainer.forgotten)
    assert house.store.of(likeness) == set()
    again = await ordered(me)
    house.trainer.course.gate.set()
    assert (await over(me, again)).status == "completed"


async def test_deleting_the_person_calls_off_the_trainer_and_takes_every_byte(house, me):
    house.trainer.course.gate = asyncio.Event()
    likeness = await ordered(me)
    await until(lambda: house.trainer.orders)
    async with db.transaction() as session:
        prefixes = await service.delete_person(session, me, likeness.person_id)
    await objects.discard_now(prefixes)
    await until(lambda: house.trainer.canceled)
    assert house.store.objects == {}
    async with db.transaction() as session:
        assert (await jobs.find_job(session, me, likeness.job_id)).status == "canceled"


async def test_what_was_never_started_is_started_by_the_sweep(house, me):
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)  # and the process dies before it is started
    await people_workflows.start_unstarted_trainings()
    assert (await fresh(likeness)).started_at is None, "a start that is just under way was done again"
    async with db.transaction() as session:
        (await session.get(Likeness, likeness.id)).created_at = now() - timedelta(minutes=1)
    await people_workflows.start_unstarted_trainings()
    assert (await over(me, likeness)).status == "completed"


async def test_the_watchdog_ends_what_nobody_hears_of(house, me, monkeypatch):
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    async with db.transaction() as session:
        row = await session.get(Likeness, likeness.id)
        row.news_at = now() - timedelta(hours=2)
        row.stage = "photo 1 of 5: found"
    monkeypatch.setattr(people_workflows, "_watching_since", None)
    await people_workflows.fail_silent_trainings()
    assert (await fresh(likeness)).status == "training", "time without anybody listening counted as silence"
    monkeypatch.setattr(people_workflows, "_watching_since", now() - timedelta(hours=1))
    await people_workflows.fail_silent_trainings()
    job = await over(me, likeness)
    assert (job.status, job.failure_type) == ("failed", "timeout")


@pytest.mark.parametrize(("stage", "minutes", "status"), [("proof sheet: 1 of 6", 10, "training"), ("x", 10, "failed")])
async def test_a_proof_sheet_may_wait_in_the_renderers_queue(house, me, monkeypatch, stage, minutes, status):
    person, _ = await person_with_photos(me)
    likeness = await order_training(me, person.id)
    async with db.transaction() as session:
        row = await session.get(Likeness, likeness.id)
        row.news_at = now() - timedelta(minutes=minutes)
        row.stage = stage
    monkeypatch.setattr(people_workflows, "_watching_since", now() - timedelta(hours=1))
    await people_workflows.fail_silent_trainings()
    assert (await fresh(likeness)).status == status
    async with db.transaction() as session:
        await service.delete_person(session, me, person.id)


async def test_a_stopped_process_is_taken_up_by_the_next(house, me):
    house.trainer.course.gate = asyncio.Event()
    likeness = await ordered(me)
    await until(lambda: house.trainer.orders)
    await workflows._cut_off()
    assert (await fresh(likeness)).status == "training"
    assert not house.trainer.canceled, "a process that ends called off what the next one goes on with"
    later = open_house(house.store)  # a new process: its trainer has never heard of that order
    await learning.learn(likeness.id)  # what recovery at the next launch runs
    assert (await over(me, likeness)).status == "completed"
    assert len(later.trainer.submitted) == 1
    assert len(house.store.of(likeness)) == PARTS
