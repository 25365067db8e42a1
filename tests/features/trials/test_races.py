"""Many at the same moment, on real connections that commit: nothing is unlocked, used or taken twice."""

import asyncio

import pytest
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.errors import PexitError
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.models import PackUnlock
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots import transitions, workflows  # noqa: F401
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.trials import service
from pexit_app.features.trials.errors import TrialFull
from pexit_app.features.trials.models import TrialTester
from pexit_app.features.wallet import service as wallet
from tests.features.shoots.support import SIDE, asks, new_user, publish
from tests.features.wallet.test_concurrency import deadlocks

UNLOCK = 30
pytestmark = pytest.mark.usefixtures("live_db")


async def in_transaction(verb, *args, **named):
    async with db.transaction() as session:
        return await verb(session, *args, **named)


async def all_of(*runs) -> list:
    """What each came to; a refusal counts as an answer, anything else is a fault."""
    found = await asyncio.gather(*runs, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, PexitError):
            raise each
    return found


async def order(session, me, slug: str, count: int) -> shoots.Requested:
    """At whatever it costs by now."""
    request = ShootRequest(asks(*range(count)), pack=slug, width=SIDE, height=SIDE)
    quote = await shoots.quote_frames(session, me, request)
    return await shoots.request_frames(session, me, shoots.replace(request, quote_id=quote.id))


@pytest.fixture
async def sold(live_db):
    """Makes packs that cost 2 dust a frame and 30 once, each with a creator of its own: (creator, slug)."""
    users = []

    async def make(number: int, creators_dust: int = 100):
        creator = await in_transaction(new_user, creators_dust)
        slug = f"sold-{number}-{creator.user_id.hex[:8]}"
        await in_transaction(publish, slug, 2, UNLOCK, creator)
        users.append(creator)
        return creator, slug

    make.users = users
    yield make
    async with db.transaction() as session:  # leave nothing open behind for tests that count everybody's frames
        still = select(Frame.job_id).where(Frame.user_id.in_([each.user_id for each in users]))
        still = still.where(Frame.status.in_(["waiting", "developing"])).distinct()
        for job_id in sorted((await session.exec(still)).all()):
            job = await jobs.lock_job(session, job_id)
            await transitions.stop_job(session, job)


async def invited(sold, creator, slug: str, count: int):
    """`count` users who take part in one trial."""
    pack = (await in_transaction(packs.find_pack, slug)).pack
    _, token = await in_transaction(service.make_trial, creator, pack.id, count)
    made = [await in_transaction(new_user) for _ in range(count)]
    sold.users.extend(made)
    for each in made:
        await in_transaction(service.accept, each, token)
    return made


async def test_of_orders_at_once_exactly_one_unlocks(sold):
    _, slug = await sold(1)
    me = await in_transaction(new_user, 200)
    sold.users.append(me)
    done = await all_of(*(in_transaction(order, me, slug, 1) for _ in range(6)))
    done = [each for each in done if not isinstance(each, PexitError)]
    assert sum(each.quote.unlock_dust for each in done) == UNLOCK
    assert (await in_transaction(wallet.card, me.user_id)).held == UNLOCK + 3 * len(done)
    frames = [each.frames[0] for each in done]
    await all_of(*(in_transaction(transitions.fail_frame, frame.id, 1, "no", "system") for frame in frames))
    card = await in_transaction(wallet.card, me.user_id)
    assert (card.balance, card.held) == (200, 0)
    again = [await in_transaction(order, me, slug, 1) for _ in range(3)]
    await all_of(*(in_transaction(transitions.finish_frame, each.frames[0].id, 1) for each in again))
    card = await in_transaction(wallet.card, me.user_id)
    assert (card.balance, card.held) == (200 - UNLOCK - 9, 0)
    async with db.transaction() as session:
        rows = (await session.exec(select(PackUnlock).where(PackUnlock.user_id == me.user_id))).all()
    assert [row.paid_at is not None for row in rows] == [True]


async def test_the_last_places_are_taken_once(sold):
    creator, slug = await sold(2)
    pack = (await in_transaction(packs.find_pack, slug)).pack
    _, token = await in_transaction(service.make_trial, creator, pack.id, 2)
    users = [await in_transaction(new_user) for _ in range(6)]
    answers = await all_of(*(in_transaction(service.accept, user, token) for user in users + users[:2]))
    assert {type(each) for each in answers} == {TrialTester, TrialFull}
    assert len({each.user_id for each in answers if isinstance(each, TrialTester)}) == 2


async def test_free_frames_are_used_once_and_the_creators_dust_too(sold):
    creator, slug = await sold(3, creators_dust=7)
    first, second = await invited(sold, creator, slug, 2)
    orders = await all_of(*(in_transaction(order, me, slug, 2) for me in (first, second) for _ in range(4)))
    frames = [frame for each in orders if not isinstance(each, PexitError) for frame in each.frames]
    free = [frame for frame in frames if frame.payer_id is not None]
    assert 2 <= len(free) <= 7
    assert max(sum(frame.user_id == me.user_id for frame in free) for me in (first, second)) <= 5
    card = await in_transaction(wallet.card, creator.user_id)
    assert (card.balance, card.held) == (7 - len(free), len(free))


async def test_creators_who_test_each_others_packs_never_lock_each_other_up(sold):
    (one, ones), (other, others) = await sold(4), await sold(5)
    for creator, slug, tester in ((one, ones, other), (other, others, one)):
        pack = (await in_transaction(packs.find_pack, slug)).pack
        _, token = await in_transaction(service.make_trial, creator, pack.id, 1)
        await in_transaction(service.accept, tester, token)
    before = await deadlocks()
    for _ in range(3):
        made = await all_of(
            in_transaction(order, one, others, 3),
            in_transaction(order, other, ones, 3),
            in_transaction(order, one, others, 2),
            in_transaction(order, other, ones, 2),
        )
        done = [each for each in made if not isinstance(each, PexitError)]
        ends = [
            in_transaction(transitions.fail_frame, frame.id, 1, "no", "system")
            if place % 2
            else in_transaction(transitions.stop_frame, frame.id)
            for each in done
            for place, frame in enumerate(each.frames[:-1])
        ]
        await all_of(*ends, *(in_transaction(jobs.cancel_job, _whose(each, one, other), each.job.id) for each in done))
    assert await deadlocks() == before
    for creator in (one, other):
        assert (await in_transaction(wallet.card, creator.user_id)).held == 0


def _whose(done, one, other):
    return one if done.job.user_id == one.user_id else other
