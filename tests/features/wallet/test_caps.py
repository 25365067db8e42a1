"""The user's own limits, and codes that give dust."""

from datetime import timedelta
from uuid import uuid4

import pytest

from pexit_app.core import clock
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, Conflict
from pexit_app.features.wallet import caps, promos, service
from pexit_app.features.wallet.errors import CapReached, PromoOver, PromoUnknown, PromoUsed
from tests.features.wallet.support import wallet_of


async def somebody(session, granted=100):
    return Actor(await wallet_of(session, granted=granted), uuid4(), "starter")


async def test_a_day_and_an_order_take_no_more_than_their_limits(session):
    me = await somebody(session)
    await caps.change(session, me, 10, 6)
    with pytest.raises(CapReached) as raised:
        await service.hold(session, me.user_id, 7, key="a")
    assert (raised.value.status, raised.value.code) == (409, "cap_reached")
    assert raised.value.details == {"cap": "run", "cap_dust": 6, "needed_dust": 7}
    await service.hold(session, me.user_id, 6, key="b")
    with pytest.raises(CapReached) as raised:
        await service.check_affordable(session, me.user_id, 5)
    assert raised.value.details == {
        "cap": "daily", "cap_dust": 10, "needed_dust": 5, "spent_dust": 6, "left_dust": 4,
    }  # fmt: skip
    assert await service.can_spend(session, me.user_id) == 4
    await service.hold(session, me.user_id, 4, key="c")
    assert await service.can_spend(session, me.user_id) == 0
    await service.settle(session, "b", 2, key="b1", memo={})
    await service.release(session, "b", None, key="b2", reason="stopped")
    assert await service.can_spend(session, me.user_id) == 4  # what came back counts no more
    await caps.change(session, me, None, None)
    assert await service.can_spend(session, me.user_id) == 94


async def test_yesterday_is_over(session, monkeypatch):
    me = await somebody(session)
    await caps.change(session, me, 10, None)
    await service.hold(session, me.user_id, 10, key="a")
    with pytest.raises(CapReached):
        await service.hold(session, me.user_id, 1, key="b")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    await service.release(session, "a", None, key="back", reason="")  # held yesterday: it makes no room today
    assert await caps.room(session, me.user_id) == 10


@pytest.mark.parametrize(("daily", "run"), [(0, None), (None, 0), (-1, None), (caps.MAX_CAP_DUST + 1, None)])
async def test_a_limit_is_a_number_of_dust(session, daily, run):
    with pytest.raises(BadInput):
        await caps.change(session, await somebody(session), daily, run)


async def test_a_code_is_good_once_a_user_and_as_often_as_it_says(session):
    promo = await promos.make_promo(session, 50, 2, None, "summer-26")
    first, second, third = [await somebody(session) for _ in range(3)]
    row = await promos.redeem(session, first, " Summer-26 ")
    assert (row.kind, row.dust, row.reason, row.balance_after) == ("promo", 50, "Code SUMMER-26", 150)
    with pytest.raises(PromoUsed):
        await promos.redeem(session, first, "SUMMER-26")
    await promos.redeem(session, second, "summer-26")
    with pytest.raises(PromoOver):
        await promos.redeem(session, third, "summer-26")
    with pytest.raises(PromoUnknown):
        await promos.redeem(session, third, "summer-27")
    with pytest.raises(Conflict):
        await promos.make_promo(session, 50, 2, None, promo.code)
    assert await service.reconcile(session) == []


async def test_a_code_expires(session, monkeypatch):
    promo = await promos.make_promo(session, 50, 2, clock.now() + timedelta(days=1))
    assert promos.CODE.fullmatch(promo.code)
    later = clock.now() + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(PromoOver):
        await promos.redeem(session, await somebody(session), promo.code)


@pytest.mark.parametrize(
    "ask", [(0, 1, ""), (1, 0, ""), (promos.MAX_PROMO_DUST + 1, 1, ""), (1, 1, "a b"), (1, 1, "ünï-code")]
)
async def test_a_code_that_cannot_be(session, ask):
    dust, uses, code = ask
    with pytest.raises(BadInput):
        await promos.make_promo(session, dust, uses, None, code)
