"""A coupon is made within its limits, taken by as many as it is for, and used by one order that delivers something."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from pexit_app.core import clock, db
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.pricing import coupons
from pexit_app.features.pricing.coupons import CouponAsk
from pexit_app.features.pricing.errors import CodeTaken, CouponFull, CouponOver, OwnPack
from pexit_app.features.shoots import service, transitions, workflows  # noqa: F401
from pexit_app.features.shoots.requests import ShootRequest
from pexit_app.features.wallet import service as wallet
from tests.features.earnings.support import FEE, SOURCE, UNLOCK, buyer, creator, pack
from tests.features.shoots.support import SIDE, asks, new_user, order, publish


def ask(**changes) -> CouponAsk:
    return replace(CouponAsk("snow-50", 50, None, 2, clock.after(days=9)), **changes)


@pytest.fixture
async def source(session):
    made = await creator(session)
    await publish(session, SOURCE, FEE, UNLOCK, made)
    return made


async def made(session, source, **changes):
    return await coupons.make_coupon(session, source, (await pack(session, SOURCE)).id, ask(**changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "ABC"}, "code"),
        ({"code": "A" * 25}, "code"),
        ({"code": "AB--CD"}, "code"),
        ({"code": "SN\u00d6W"}, "code"),
        ({"percent": 0}, "percent"),
        ({"percent": 101}, "percent"),
        ({"percent": None}, "percent"),
        ({"dust": 5}, "percent"),
        ({"percent": None, "dust": -5}, "dust"),
        ({"percent": None, "dust": 10_001}, "dust"),
        ({"takers": 0}, "takers"),
        ({"takers": 10_001}, "takers"),
        ({"expires_at": clock.now() - timedelta(minutes=1)}, "expires_at"),
        ({"expires_at": clock.now() + timedelta(days=366)}, "expires_at"),
    ],
)
async def test_what_is_out_of_bounds_names_its_field(session, source, changes, field):
    with pytest.raises(BadInput) as refused:
        await made(session, source, **changes)
    assert [each.field for each in refused.value.problems] == [field]


async def test_the_bounds_themselves_are_in(session, source):
    for at, changes in enumerate(
        ({"percent": 1}, {"percent": 100}, {"percent": None, "dust": 10_000, "takers": 10_000})
    ):
        assert (await made(session, source, code=f"Fine{at}", **changes)).code == f"FINE{at}"
    with pytest.raises(CodeTaken):
        await made(session, source, code="fine0")
    with pytest.raises(NotFound):
        await coupons.make_coupon(session, await new_user(session), (await pack(session, SOURCE)).id, ask())


async def test_it_comes_off_the_creators_part_of_one_order(session, source):
    await made(session, source)
    me = await buyer(session)
    await coupons.take(session, me, " snow-50 ")
    request = ShootRequest(asks(1, 2), pack=SOURCE, width=SIDE, height=SIDE)
    quote = await service.quote_frames(session, me, request)
    off = 2 * (FEE // 2) + UNLOCK // 2
    assert [(line.label, line.dust) for line in quote.lines] == [
        ("2 frames, 1 dust each", 2),
        (f"Creator's fee, {FEE} dust a frame", 2 * FEE),
        ("Unlock Test pack, once", UNLOCK),
        ("Coupon SNOW-50, 50 % off", -off),
    ]
    assert (quote.render_dust, quote.creator_dust, quote.discount_dust) == (2, 2 * FEE + UNLOCK, off)
    done = await order(session, me, 1, 2, pack=SOURCE, quote_id=quote.id)
    assert (await wallet.card(session, me.user_id)).held == quote.total_dust
    for frame in done.frames:
        await transitions.fail_frame(session, frame.id, 1, "It broke.", "system")
    assert (await wallet.card(session, me.user_id)).balance == 500
    again = await order(session, me, 1, 2, pack=SOURCE)  # nothing was delivered: it is theirs still
    first, second = again.frames
    await transitions.finish_frame(session, first.id, 1)
    await transitions.fail_frame(session, second.id, 1, "It broke.", "system")
    retried = await service.retry_frame(session, me, second.id)  # a frame of ours that broke keeps what was taken off
    assert retried.quote.total_dust == 1 + FEE - FEE // 2
    assert (await order(session, me, 3, pack=SOURCE)).quote.discount_dust == 0
    assert (await coupons.look(session, "SNOW-50", me.user_id)).standing == "used"


async def test_a_whole_unlock_price_may_be_taken_off_and_the_pack_stays_unlocked(session, source):
    await made(session, source, percent=100)
    me = await buyer(session, bought=20)
    await coupons.take(session, me, "SNOW-50")
    done = await order(session, me, 1, pack=SOURCE)
    assert done.quote.total_dust == 1
    await transitions.finish_frame(session, done.frames[0].id, 1)
    assert (await order(session, me, 2, pack=SOURCE)).quote.total_dust == 1 + FEE


async def test_who_may_take_it(session, source):
    await made(session, source, takers=1)
    with pytest.raises(OwnPack):
        await coupons.take(session, source, "SNOW-50")
    me, late = await new_user(session), await new_user(session)
    first = await coupons.take(session, me, "SNOW-50")
    assert (await coupons.take(session, me, "snow-50")).id == first.id
    with pytest.raises(CouponFull):
        await coupons.take(session, late, "SNOW-50")
    ended = await made(session, source, code="SNOW-51")
    await coupons.end_coupon(session, source, ended.id)
    with pytest.raises(CouponOver):
        await coupons.take(session, late, "SNOW-51")
    with clock.moved(days=10), pytest.raises(CouponOver):
        await coupons.take(session, late, "SNOW-50")
    with pytest.raises(NotFound):
        await coupons.take(session, late, "none'; --")


async def test_the_last_one_is_taken_by_one_of_many(live_db):
    async with db.transaction() as session:
        source = await creator(session)
        await publish(session, f"race-{source.user_id.hex[:8]}", FEE, 0, source)
        found = await pack(session, f"race-{source.user_id.hex[:8]}")
        code = f"RACE-{source.user_id.hex[:8].upper()}"
        await coupons.make_coupon(session, source, found.id, ask(code=code, takers=2))
        users = [await new_user(session) for _ in range(6)]

    async def take(who) -> bool:
        try:
            async with db.transaction() as session:
                await coupons.take(session, who, code)
        except CouponFull:
            return False
        return True

    assert sum(await asyncio.gather(*map(take, users))) == 2
