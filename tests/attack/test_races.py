"""The same thing asked twice at once, on real connections: one effect, and words for the other."""

import asyncio
from collections import Counter

import pytest

from pexit_app.core import db, deps
from pexit_app.core.errors import PexitError
from pexit_app.features.identity import service as identity
from pexit_app.features.identity import tokens
from pexit_app.features.jobs import service as jobs
from pexit_app.features.shoots import service, trash
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import new_user, open_house, order, publish


@pytest.fixture
async def ann(live_db):
    open_house()
    async with db.transaction() as session:
        await publish(session)
        made = await new_user(session, dust=10)
    yield made
    deps.use(None)


async def attempt(verb, *arguments) -> str:
    """Runs it in a transaction of its own; the name of what refused it, or "done"."""
    try:
        async with db.transaction() as session:
            await verb(session, *arguments)
    except PexitError as error:
        return type(error).__name__
    return "done"


async def at_once(*attempts) -> Counter:
    return Counter(await asyncio.gather(*attempts))


async def test_nobody_spends_more_than_there_is(ann):
    told = await at_once(*(attempt(order, ann, 1, 2, 3) for _ in range(8)))
    assert told == {"done": 3, "NotEnoughDust": 5}
    async with db.transaction() as session:
        card = await wallet.card(session, ann.user_id)
        assert (card.balance, card.held) == (1, 9)
        open_jobs = (await jobs.list_jobs(session, ann, None, 50)).rows
    both = [attempt(jobs.cancel_job, ann, job.id) for job in open_jobs for _ in range(2)]
    assert await at_once(*both) == {"done": 6}
    async with db.transaction() as session:
        assert (await wallet.card(session, ann.user_id)).balance == 10
        assert await wallet.reconcile(session) == []


async def test_a_stopped_frame_is_tried_again_once(ann):
    async with db.transaction() as session:
        done = await order(session, ann, 1)
    await attempt(jobs.cancel_job, ann, done.job.id)
    told = await at_once(*(attempt(service.retry_frame, ann, done.frames[0].id) for _ in range(6)))
    assert told == {"done": 1, "NotReady": 5}


async def test_a_frame_is_marked_while_it_is_deleted(ann):
    for _ in range(5):
        async with db.transaction() as session:
            frame_id = (await order(session, ann, 1)).frames[0].id
        marks = [attempt(service.mark_frame, ann, frame_id, "ring") for _ in range(4)]
        told = await at_once(*marks[:2], attempt(trash.trash_frame, ann, frame_id), *marks[2:])
        assert told.keys() <= {"done", "NotReady"}
        async with db.transaction() as session:
            assert (await service.find_frame(session, ann, frame_id)).trashed_at is not None


async def test_a_refresh_token_is_spent_once_by_two_at_once(ann):
    async with db.transaction() as session:
        user = await identity.me(session, ann)
        row, _ = await identity.open_session(session, user, "")
        pair = await tokens.issue(session, row)
    got = []

    async def rotate(session):
        got.append(await tokens.rotate(session, pair.refresh_token))

    await at_once(attempt(rotate), attempt(rotate))
    assert sum(each is not None for each in got) == 1
    async with db.transaction() as session:
        assert await identity.find_by_id(session, row.id) is None  # one of the two may be a thief


async def test_a_code_lets_one_in(ann):
    async with db.transaction() as session:
        code = await identity.request_code(session, f"{ann.user_id.hex}@example.com")
    answers = []

    async def prove(session):
        answers.append(await identity.check_code(session, f"{ann.user_id.hex}@example.com", code))

    await at_once(*(attempt(prove) for _ in range(4)))
    assert Counter(answers) == {True: 1, False: 3}
