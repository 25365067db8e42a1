"""Two connections that want the same thing at the same moment. Everything commits."""

import asyncio

import pytest
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.errors import PexitError
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.models import Job
from pexit_app.features.shoots import service, transitions, trash, workflows  # noqa: F401
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import PACK, SIDE, asks, new_user, order, publish

ROUNDS = 4
pytestmark = pytest.mark.usefixtures("house", "live_db")


async def in_transaction(verb, *args, **named):
    async with db.transaction() as session:
        return await verb(session, *args, **named)


async def both(*runs) -> list:
    """What each came to; a refusal counts as an answer, anything else is a fault."""
    found = await asyncio.gather(*runs, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, PexitError):
            raise each
    return found


@pytest.fixture
async def user(live_db):
    await in_transaction(publish)
    made = await in_transaction(new_user)
    yield made
    async with db.transaction() as session:  # leave nothing open behind for tests that count everybody's frames
        still = select(Job).where(Job.user_id == made.user_id, Job.completed_at.is_(None))
        for job in (await session.exec(still)).all():
            await jobs.cancel_job(session, made, job.id)


async def read(user, frame_id, job_id):
    async with db.transaction() as session:
        card = await wallet.card(session, user.user_id)
        return await session.get(Frame, frame_id), await session.get(Job, job_id), card


async def test_a_frame_that_comes_while_its_job_is_stopped_ends_one_way(user):
    for _ in range(ROUNDS):
        done = await in_transaction(order, user, 1)
        frame = done.frames[0]
        before = (await read(user, frame.id, done.job.id))[2].balance + 1
        await both(
            in_transaction(transitions.finish_frame, frame.id, 1),
            in_transaction(jobs.cancel_job, user, done.job.id),
            in_transaction(transitions.note_update, frame.id, 1, ProviderUpdate(ProviderState.RUNNING, 50, "light")),
        )
        frame, job, card = await read(user, frame.id, done.job.id)
        assert (frame.status, job.status) in {("done", "completed"), ("canceled", "canceled")}
        assert (card.balance, card.held) == (before - frame.charge_dust, 0)


async def test_a_frame_delivered_and_failed_and_delivered_again_is_paid_once(user):
    for _ in range(ROUNDS):
        done = await in_transaction(order, user, 1, 2)
        frame = done.frames[0]
        answers = await both(
            in_transaction(transitions.finish_frame, frame.id, 1),
            in_transaction(transitions.fail_frame, frame.id, 1, "no", "system"),
            in_transaction(transitions.finish_frame, frame.id, 1),
            in_transaction(transitions.finish_frame, done.frames[1].id, 1),
        )
        assert sorted(answers[:3]) == [False, False, True]
        frame, job, card = await read(user, frame.id, done.job.id)
        assert (job.status, card.held) == ("completed", 0)
        assert job.charge_dust == job.delivered == (2 if frame.status == "done" else 1)


async def test_a_retry_clicked_twice_is_one_attempt(user):
    done = await in_transaction(order, user, 1)
    frame_id = done.frames[0].id
    await in_transaction(transitions.fail_frame, frame_id, 1, "no", "system")
    answers = await both(*(in_transaction(service.retry_frame, user, frame_id) for _ in range(4)))
    assert sum(not isinstance(each, PexitError) for each in answers) == 1
    frame, _, card = await read(user, frame_id, done.job.id)
    assert (frame.attempt, card.held) == (2, 1)


async def test_a_frame_deleted_while_it_comes_tweaked_and_tried_again_locks_nobody_up(user):
    for _ in range(ROUNDS):
        done = await in_transaction(order, user, 1, 2)
        frame = done.frames[0]
        child = ShootRequest(asks(3, parent_frame_id=frame.id), shoot_id=done.shoot.id, width=SIDE, height=SIDE)
        await both(
            in_transaction(transitions.finish_frame, frame.id, 1),
            in_transaction(trash.trash_frame, user, frame.id),
            in_transaction(trash.delete_frame, user, frame.id),
            in_transaction(trash.restore_frame, user, frame.id),
            in_transaction(trash.trash_shoot, user, done.shoot.id),
            in_transaction(service.request_frames, user, child),
            in_transaction(service.retry_frame, user, frame.id),
            in_transaction(service.mark_frame, user, frame.id, "ring"),
            in_transaction(transitions.claim_frames, user.user_id),
            in_transaction(transitions.finish_frame, done.frames[1].id, 1),
        )
        frame, job, _ = await read(user, frame.id, done.job.id)
        assert job.completed_at is not None


async def test_places_are_not_given_twice(user):
    done = await in_transaction(order, user, *range(12))
    given = await both(*(in_transaction(transitions.claim_frames, user.user_id) for _ in range(4)))
    claimed = [claim.frame_id for claims in given for claim in claims]
    assert len(claimed) == len(set(claimed)) == transitions.PLACES
    assert set(claimed) <= {frame.id for frame in done.frames}


async def test_numbers_are_given_once_in_a_shoot(user):
    shoot = await in_transaction(service.open_shoot, user, PACK)
    orders = await both(*(in_transaction(order, user, 1, 2, shoot_id=shoot.id) for _ in range(5)))
    numbers = [frame.number for done in orders for frame in done.frames]
    assert sorted(numbers) == sorted({"1", "1A", "2", "2A", "3", "3A", "4", "4A", "5", "5A"})


async def test_the_last_dust_is_spent_once(user):
    poor = await in_transaction(new_user, 3)
    answers = await both(*(in_transaction(order, poor, 1) for _ in range(8)))
    assert sum(not isinstance(each, PexitError) for each in answers) == 3
    for done in answers:
        if not isinstance(done, PexitError):
            await in_transaction(jobs.cancel_job, poor, done.job.id)
    assert (await in_transaction(wallet.card, poor.user_id)).balance == 3
