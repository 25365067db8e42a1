"""What an order costs besides its frames: a pack is unlocked once, by what is delivered; a trial's frames are free, and its
creator pays for their rendering, as far as there is dust."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from pexit_app.core import clock, erasing
from pexit_app.core.errors import NotAllowed
from pexit_app.core.models import Event
from pexit_app.core.personal import Entry
from pexit_app.core.ports import Kind
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.models import PackUnlock
from pexit_app.features.shoots import bills, requests, service, transitions, workflows  # noqa: F401
from pexit_app.features.shoots import personal as shoots_kept
from pexit_app.features.shoots.bills import Bill
from pexit_app.features.shoots.errors import PriceChanged
from pexit_app.features.shoots.planning import Rendering
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.trials import personal as trials_kept
from pexit_app.features.trials import service as trials
from pexit_app.features.trials.errors import NoFreeFrame, TrialRunDry
from pexit_app.features.trials.models import Trial, TrialTester
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.errors import NotEnoughDust
from tests.features.shoots.support import PACK, SIDE, asks, new_user, order, publish

pytestmark = pytest.mark.usefixtures("house")
FEE, UNLOCK = 2, 30  # beside 1 dust for the render


@pytest.fixture
async def creator(session):
    made = await new_user(session, 20)
    await publish(session, PACK, FEE, UNLOCK, made)
    return made


@pytest.fixture
async def me(session, creator):
    return await new_user(session)


def asked(*seeds: int, **more: object) -> ShootRequest:
    return ShootRequest(asks(*seeds), pack=PACK, width=SIDE, height=SIDE, **more)


async def lines(session, me, *seeds: int) -> list[tuple[str, int]]:
    return [(each.label, each.dust) for each in (await service.quote_frames(session, me, asked(*seeds))).lines]


async def purse(session, who) -> tuple[int, int]:
    card = await wallet.card(session, who.user_id)
    return card.balance, card.held


async def finish(session, *frames) -> None:
    for frame in frames:
        assert await transitions.finish_frame(session, frame.id, frame.attempt)


async def fail(session, *frames) -> None:
    for frame in frames:
        assert await transitions.fail_frame(session, frame.id, frame.attempt, "It broke.", "system")


async def adds_up(session) -> None:
    for check in (wallet.reconcile, jobs.reconcile_holds, unlocks.reconcile, bills.reconcile):
        assert await check(session) == []


async def unlocked(session, me) -> list[bool]:
    """Of the user's unlocks, whether they are paid."""
    rows = await session.exec(select(PackUnlock).where(PackUnlock.user_id == me.user_id))
    return [row.paid_at is not None for row in rows.all()]


# ---- unlocking


async def test_the_first_order_says_the_unlock_price_and_what_is_delivered_pays_it_once(session, me):
    assert await lines(session, me, 1, 2) == [
        ("2 frames, 1 dust each", 2),
        ("Creator's fee, 2 dust a frame", 4),
        ("Unlock Test pack, once", UNLOCK),
    ]
    done = await order(session, me, 1, 2)
    assert (done.quote.total_dust, done.quote.unlock_dust, done.job.held_dust) == (36, UNLOCK, 6)
    assert await purse(session, me) == (64, 36)
    await adds_up(session)
    await finish(session, *done.frames)
    assert await purse(session, me) == (64, 0)
    assert await lines(session, me, 3) == [("1 frame, 1 dust each", 1), ("Creator's fee, 2 dust a frame", 2)]
    kinds = [each.kind for each in (await wallet.statement(session, me.user_id, None, 10)).rows]
    assert kinds.count("unlock") == 1
    await adds_up(session)


async def test_nobody_pays_for_nothing(session, me):
    done = await order(session, me, 1, 2)
    await fail(session, *done.frames)
    assert (await purse(session, me), await unlocked(session, me)) == ((100, 0), [])
    assert ("Unlock Test pack, once", UNLOCK) in await lines(session, me, 1)
    again = await service.retry_frame(session, me, done.frames[0].id)
    assert await purse(session, me) == (67, 33)
    await jobs.cancel_job(session, me, again.job.id)
    assert await purse(session, me) == (100, 0)
    await adds_up(session)


async def test_one_frame_of_several_is_enough(session, me):
    done = await order(session, me, 1, 2)
    await fail(session, done.frames[0])
    assert await unlocked(session, me) == [False]
    await finish(session, done.frames[1])
    assert (await purse(session, me), await unlocked(session, me)) == ((67, 0), [True])


@pytest.mark.parametrize(("first_comes", "second_comes"), [(True, False), (False, True), (False, False)])
async def test_an_order_beside_the_first_needs_no_second_unlock(session, me, first_comes, second_comes):
    first, second = await order(session, me, 1), await order(session, me, 2)
    assert (first.quote.unlock_dust, second.quote.unlock_dust) == (UNLOCK, 0)
    await (finish if first_comes else fail)(session, *first.frames)
    assert await unlocked(session, me) == [first_comes]
    await (finish if second_comes else fail)(session, *second.frames)
    is_paid = first_comes or second_comes
    assert await unlocked(session, me) == ([True] if is_paid else [])
    assert await purse(session, me) == (100 - (UNLOCK if is_paid else 0) - 3 * (first_comes + second_comes), 0)
    await adds_up(session)


async def test_what_is_unlocked_stays_so_whatever_later_versions_cost(session, me, creator):
    await finish(session, *(await order(session, me, 1)).frames)
    await publish(session, PACK, FEE, 500, creator)
    assert (await service.quote_frames(session, me, asked(2))).unlock_dust == 0
    somebody = await new_user(session)
    assert (await service.quote_frames(session, somebody, asked(2))).unlock_dust == 500
    assert (await service.quote_frames(session, creator, asked(2))).unlock_dust == 0


async def test_the_last_dust_unlocks_and_one_too_few_holds_nothing(session, creator):
    poor = await new_user(session, UNLOCK + 2)
    with pytest.raises(NotEnoughDust) as caught:
        await order(session, poor, 1)
    assert caught.value.details == {"missing_dust": 1, "balance": 32, "needed": 33}
    assert await purse(session, poor) == (32, 0)
    await wallet.grant(session, poor.user_id, 1, key="one-more", reason="")
    await order(session, poor, 1)
    assert await purse(session, poor) == (0, 33)


async def test_a_quote_from_before_the_unlock_is_asked_for_anew(session, me):
    quote = await service.quote_frames(session, me, asked(2))
    await finish(session, *(await order(session, me, 1)).frames)
    with pytest.raises(PriceChanged):
        await service.request_frames(session, me, asked(2, quote_id=quote.id))


async def test_a_pack_that_is_sold_is_remixed_by_those_who_have_it(session, me, creator):
    with pytest.raises(NotAllowed, match="30 dust"):
        await packs.may_start_from(session, me, PACK)
    assert (await packs.may_start_from(session, creator, PACK)).pack.slug == PACK
    await finish(session, *(await order(session, me, 1)).frames)
    assert (await packs.may_start_from(session, me, PACK)).pack.slug == PACK


async def test_changing_a_finished_frame_unlocks_nothing(session, me):
    version = await packs.version_of(session, PACK)
    edit = Rendering(Kind.UPSCALE, "gpu", 4)
    bill = Bill(version, [edit], None, frozenset(), False, await unlocks.asked(session, me.user_id, version))
    assert (bill.asked.dust, bill.unlock_dust, bill.prices) == (UNLOCK, 0, [4])


# ---- trials


@pytest.fixture
async def trial(session, creator, me) -> Trial:
    """`me` takes part in it."""
    pack = (await packs.find_pack(session, PACK)).pack
    made, token = await trials.make_trial(session, creator, pack.id, 2)
    await trials.accept(session, me, token)
    return made


async def seat(session, me) -> tuple[int, int, int]:
    row = (await session.exec(select(TrialTester).where(TrialTester.user_id == me.user_id))).one()
    return row.ordered, row.delivered, row.paid_dust


async def test_a_trials_frames_are_free_and_its_creator_pays_their_rendering(session, me, creator, trial):
    assert await lines(session, me, 1, 2) == [("Trial, 5 left: 2 frames free", 0)]
    done = await order(session, me, 1, 2)
    assert (done.quote.total_dust, done.quote.free_frames, done.quote.trial_left) == (0, 2, 5)
    assert (await purse(session, me), await purse(session, creator)) == ((100, 0), (18, 2))
    await adds_up(session)
    await finish(session, *done.frames)
    assert (await purse(session, me), await purse(session, creator)) == ((100, 0), (18, 0))
    assert await seat(session, me) == (2, 2, 2)
    assert [frame.charge_dust for frame in done.frames] == [0, 0]
    assert await unlocked(session, me) == []
    spent = (await wallet.statement(session, creator.user_id, None, 1)).rows[0]
    assert set(spent.memo) == {"trial_id", "title", "seat_id", "tester"}  # nothing of whose picture it is
    await adds_up(session)


async def test_what_goes_beyond_the_free_frames_is_paid_like_any_other(session, me, creator, trial):
    assert await lines(session, me, *range(7)) == [
        ("Trial, 5 left: 5 frames free", 0),
        ("2 frames, 1 dust each", 2),
        ("Creator's fee, 2 dust a frame", 4),
        ("Unlock Test pack, once", UNLOCK),
    ]
    done = await order(session, me, *range(7))
    await finish(session, *done.frames[:5])
    assert (await unlocked(session, me), await seat(session, me)) == ([False], (5, 5, 5))
    await finish(session, done.frames[5])
    await fail(session, done.frames[6])
    assert (await purse(session, me), await purse(session, creator)) == ((67, 0), (15, 0))
    assert (await service.quote_frames(session, me, asked(1))).trial_left is None
    await adds_up(session)


async def test_a_frame_that_fails_gives_the_free_frame_back(session, me, creator, trial):
    done = await order(session, me, *range(5))
    await fail(session, done.frames[0])
    assert (await seat(session, me), await purse(session, creator)) == ((4, 0, 0), (16, 4))
    assert await lines(session, me, 9) == [("Trial, 1 left: 1 frame free", 0)]
    again = await service.retry_frame(session, me, done.frames[0].id)
    assert (again.quote.total_dust, await seat(session, me)) == (0, (5, 0, 0))
    await fail(session, *again.frames)
    await trials.end_trial(session, creator, trial.id)
    with pytest.raises(NoFreeFrame):
        await service.retry_frame(session, me, done.frames[0].id)
    await jobs.cancel_job(session, me, done.job.id)
    assert (await seat(session, me), await purse(session, creator)) == ((0, 0, 0), (20, 0))
    await adds_up(session)


async def test_a_trial_without_dust_says_so_and_charges_nobody_unasked(session, me, creator, trial):
    await wallet.hold(session, creator.user_id, 18, key="elsewhere")
    told = await lines(session, me, 1, 2, 3)
    assert told[:2] == [
        ("Trial, 5 left: 2 frames free", 0),
        ("Trial, run dry: its creator has no dust left for more", 0),
    ]
    with pytest.raises(TrialRunDry):
        await order(session, me, 1, 2, 3)
    quote = await service.quote_frames(session, me, asked(1, 2, 3))
    assert (quote.total_dust, quote.free_frames) == (33, 2)
    assert trial.dry_at is not None
    news = select(Event.id).where(Event.user_id == creator.user_id, Event.kind == "trial.run_dry")
    assert len((await session.exec(news)).all()) == 1
    done = await order(session, me, 1, 2, 3, quote_id=quote.id)
    assert [frame.price_dust for frame in done.frames] == [0, 0, 3]
    await wallet.grant(session, creator.user_id, 1, key="again", reason="")
    quote = await service.quote_frames(session, me, asked(4))
    await wallet.hold(session, creator.user_id, 1, key="gone")
    with pytest.raises(TrialRunDry):  # what was quoted as free is not taken for the full price
        await order(session, me, 4, quote_id=quote.id)
    assert await lines(session, me, 4) == [
        ("Trial, run dry: its creator has no dust left for more", 0),
        ("1 frame, 1 dust each", 1),
        ("Creator's fee, 2 dust a frame", 2),
    ]  # and none of the unlock, which an order under way holds


@pytest.mark.parametrize(("late", "is_free"), [(timedelta(days=14, seconds=-5), True), (timedelta(days=14), False)])
async def test_free_frames_end_with_the_trial(session, me, trial, monkeypatch, late, is_free):
    at = trial.created_at + late
    monkeypatch.setattr(clock, "now", lambda: at)
    version = await packs.version_of(session, PACK)
    assert (await bills.take_turns(session, me.user_id, version) is not None) == is_free


async def test_who_leaves_is_named_nowhere_and_what_was_promised_is_paid(session, me, creator, trial):
    done = await order(session, me, 1, 2)
    await finish(session, done.frames[0])
    erasure = await erasing.begin(session, creator.user_id, "account", creator.user_id)
    for keeper in (shoots_kept, trials_kept):
        await keeper.erase(session, erasure)
    for frame in done.frames:
        await session.refresh(frame)
    assert [frame.payer_id for frame in done.frames] == [None, creator.user_id]
    await finish(session, done.frames[1])
    assert await purse(session, creator) == (18, 0)
    await adds_up(session)


async def test_a_tester_who_leaves_is_taken_out_of_their_creators_lines(session, me, creator, trial):
    await finish(session, *(await order(session, me, 1)).frames)
    await trials_kept.erase(session, await erasing.begin(session, me.user_id, "account", me.user_id))
    session.expire_all()
    lines = (await wallet.statement(session, creator.user_id, None, 2)).rows
    assert [set(each.memo) for each in lines] == [{"trial_id", "title"}] * 2
    assert await trials_kept.export(session, me.user_id) == [
        Entry("packs/trials.json", {"opened": [], "taken_part_in": []})
    ]


async def test_the_ledger_lets_words_go_and_nothing_else(session, me, creator, trial):
    await order(session, me, 1)
    for change in ("dust = dust + 1", "reason = 'Other'", 'memo = memo || \'{"tester": "x"}\'', "user_id = id"):
        with pytest.raises(IntegrityError, match="never changed"):
            async with session.begin_nested():
                await session.exec(text(f"UPDATE transfer SET {change} WHERE memo ? 'tester'"))
