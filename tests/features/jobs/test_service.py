"""A job's parts, its dust and how it ends."""

from uuid import uuid4

import pytest

from pexit_app.core.errors import NotFound
from pexit_app.features.jobs import service
from pexit_app.features.jobs.errors import JobOver
from pexit_app.features.jobs.models import FailureType
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import new_user


@pytest.fixture
async def me(session):
    return await new_user(session, dust=10)


async def job_of(session, me, parts=3):
    return await service.open_job(session, me.user_id, "test", subject_id=uuid4(), total=parts, dust=parts, memo={})


async def part(session, job, outcome):
    key = f"{job.id}:{job.parts_left}"
    if outcome == "delivered":
        await service.settle(session, job, 1, key=key, memo={})
    else:
        await service.release(session, job, 1, key=key, reason="not delivered", memo={})
    service.count_part(session, job, outcome, error="It broke.", failure_type=FailureType.SYSTEM)
    await service.end_if_over(session, job)


@pytest.mark.parametrize(
    ("outcomes", "status", "charge"),
    [
        ("delivered delivered delivered", "completed", 3),
        ("failed failed delivered", "completed", 1),
        ("delivered canceled failed", "completed", 1),
        ("failed canceled canceled", "failed", 0),
        ("failed failed failed", "failed", 0),
        ("canceled canceled canceled", "canceled", 0),
    ],
)
async def test_how_a_job_ends(session, me, outcomes, status, charge):
    job = await job_of(session, me)
    for outcome in outcomes.split():
        assert not job.is_over
        await part(session, job, outcome)
    assert (job.status, job.charge_dust, job.held_dust) == (status, charge, 0)
    assert job.completed_at is not None
    assert (job.error == "It broke.") == (status == "failed" or (status == "canceled" and "failed" in outcomes))
    card = await wallet.card(session, me.user_id)
    assert (card.balance, card.held) == (10 - charge, 0)


async def test_what_is_left_of_the_hold_goes_back_at_the_end(session, me):
    job = await job_of(session, me)
    await service.settle(session, job, 1, key=f"{job.id}:1", memo={})
    for _ in range(3):
        service.count_part(session, job, "delivered")
        await service.end_if_over(session, job)
    assert (job.charge_dust, job.held_dust) == (1, 0)
    assert (await wallet.card(session, me.user_id)).balance == 9


async def test_progress_never_goes_back(session, me):
    job = await job_of(session, me)
    service.note_progress(job, 150)
    service.note_progress(job, 90)
    assert job.progress == 50
    service.note_progress(job, 1000)
    assert job.progress == 100


async def test_stopping_asks_the_slice_that_does_the_work(session, me):
    async def cancel(session, job):
        while job.parts_left:
            await part(session, job, "canceled")

    told = []

    async def after(user_id):
        told.append(user_id)

    service.owns("test", cancel, after)
    job = await job_of(session, me)
    await part(session, job, "delivered")
    stopped = await service.cancel_job(session, me, job.id)
    await service.after_cancel(stopped)
    assert (stopped.status, stopped.delivered, stopped.canceled, told) == ("canceled", 1, 2, [me.user_id])
    assert (await service.cancel_job(session, me, job.id)).status == "canceled"
    over = await job_of(session, me, parts=1)
    await part(session, over, "delivered")
    with pytest.raises(JobOver):
        await service.cancel_job(session, me, over.id)
    with pytest.raises(NotFound):
        await service.cancel_job(session, await new_user(session), job.id)


async def test_several_are_stopped_together_and_those_that_are_over_are_left(session, me):
    async def cancel(session, job):
        while job.parts_left:
            await part(session, job, "canceled")

    async def after(user_id):
        raise AssertionError("nothing is committed yet")

    service.owns("test", cancel, after)
    one, two, over = [await job_of(session, me) for _ in range(3)]
    await service.cancel_job(session, me, over.id)
    stopped = await service.cancel_jobs(session, me, [two.id, over.id, one.id])
    assert {job.id for job in stopped} == {one.id, two.id}
    assert all(job.is_over for job in stopped)
    with pytest.raises(NotFound):
        await service.cancel_jobs(session, await new_user(session), [one.id])
