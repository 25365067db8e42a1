"""Dust for money, and what goes back; what creators earn of it."""

from uuid import uuid4

import pytest

from pexit_app.features.wallet import earnings, money, service
from pexit_app.features.wallet.errors import EarningsExceeded, KeyReused
from pexit_app.features.wallet.schemas import EntryOut
from tests.features.wallet.support import buy, wallet_of


async def numbers(session, user):
    card = await service.card(session, user)
    return card.granted, card.bought, card.held, card.owed


async def take_back(session, user, dust, key="back"):
    return await money.refund_purchase(session, user, dust, key=key, reason="Refunded", memo={})


async def test_what_was_spent_before_its_money_went_back_is_a_debt_that_bought_dust_pays(session):
    user = await wallet_of(session, granted=3, bought=10)
    await service.hold(session, user, 11, key="h")
    await service.settle(session, "h", 4, key="s", memo={})
    row = await take_back(session, user, 10)
    assert (row.bought, row.owed, row.balance_after) == (2, 8, 0)
    released = await service.release(session, "h", None, key="r", reason="You stopped it.")
    assert (released.dust, released.bought, released.owed) == (7, 0, 7)
    assert await numbers(session, user) == (0, 0, 0, 1)
    await service.grant(session, user, 2, key="g", reason="A gift is no payment")
    await buy(session, user, 5, "again")
    assert await numbers(session, user) == (2, 4, 0, 0)
    lines = [EntryOut.of(each) for each in (await service.statement(session, user, None, 20)).rows]
    assert sum(line.change for line in lines) == lines[0].balance_after == 6
    assert await service.reconcile(session) == []


@pytest.mark.parametrize(("end", "bought"), [(money.dispute_won, 10), (money.dispute_lost, 4)])
async def test_contested_dust_waits_and_comes_back_or_goes(session, end, bought):
    user = await wallet_of(session, granted=0, bought=10)
    assert (await money.dispute(session, user, 6, key="d", reason="Contested", memo={})).balance_after == 4
    assert await service.reconcile(session) == []
    for _ in range(2):
        await end(session, user, 6, key="e", reason="Decided", memo={})
    assert await numbers(session, user) == (0, bought, 0, 0)
    with pytest.raises(KeyReused):
        await end(session, user, 5, key="e", reason="", memo={})
    assert await service.reconcile(session) == []


async def sold(session, creator, dust, share):
    """A frame of `dust`, and the creator's share of it."""
    user = await wallet_of(session, granted=0, bought=dust)
    key = str(uuid4())
    await service.hold(session, user, dust, key=key)
    await service.settle(session, key, dust, key=f"{key}:s", memo={})
    await earnings.earn(session, creator, share, key=f"{key}:earn", reason="A frame", memo={})


async def test_earnings_go_from_pending_to_the_bank(session):
    creator = uuid4()
    await sold(session, creator, 10, 8)
    move = {"reason": "", "memo": {}}
    await earnings.mature(session, creator, 8, key=f"{creator}:m", **move)
    await earnings.payout(session, creator, 5, key=f"{creator}:p", **move)
    await earnings.payout_failed(session, creator, 5, key=f"{creator}:f", **move)
    await earnings.payout(session, creator, 6, key=f"{creator}:p2", **move)
    await earnings.paid_out(session, creator, 6, key=f"{creator}:o", **move)
    mine = await earnings.read(session, creator)
    assert (mine.pending, mine.earned, mine.payout, mine.debt) == (0, 2, 0, 0)
    lines = (await earnings.statement(session, creator, None, 10)).rows
    told = [(line.kind, line.dust, line.balance_after) for line in lines]
    assert told == [
        ("paid_out", 6, 2),
        ("payout", 6, 2),
        ("payout_failed", 5, 8),
        ("payout", 5, 3),
        ("mature", 8, 8),
        ("earn", 8, 8),
    ]
    assert await service.reconcile(session) == []


async def test_an_earning_that_is_reversed_takes_what_is_there_and_leaves_a_debt(session):
    creator = uuid4()
    move = {"reason": "", "memo": {}}
    await sold(session, creator, 10, 8)
    await earnings.mature(session, creator, 8, key=f"{creator}:m", **move)
    await earnings.payout(session, creator, 7, key=f"{creator}:p", **move)
    await sold(session, creator, 4, 3)
    await earnings.earn_back(session, creator, 8, key=f"{creator}:b", **move)
    mine = await earnings.read(session, creator)
    assert (mine.pending, mine.earned, mine.payout, mine.debt) == (0, 0, 7, -4)
    await sold(session, creator, 10, 6)
    mine = await earnings.read(session, creator)
    assert (mine.pending, mine.debt) == (2, 0)
    with pytest.raises(EarningsExceeded):
        await earnings.mature(session, creator, 3, key=f"{creator}:m2", **move)
    assert await service.reconcile(session) == []
