"""What a sale earns, in the transaction that spends the dust: by whom, of which dust, and taken back with a refund."""

import pytest
from sqlmodel import select

from pexit_app.core import clock
from pexit_app.core.errors import BadInput
from pexit_app.features.earnings import maturing, sales
from pexit_app.features.earnings.models import Earning
from pexit_app.features.packs import terms
from pexit_app.features.packs.models import Pack
from pexit_app.features.shoots import refunds, transitions, workflows  # noqa: F401
from pexit_app.features.wallet import audit, money
from pexit_app.features.wallet import earnings as book
from pexit_app.features.wallet import service as wallet
from tests.features.earnings.support import FEE, REMIX, SOURCE, UNLOCK, buyer, creator, remix, sell, shop
from tests.features.shoots.support import order, publish


async def pending(session, *who) -> list[int]:
    return [(await book.read(session, each.user_id)).pending for each in who]


async def test_a_frame_and_an_unlock_earn_their_share_and_the_statement_says_how(session):
    source, _ = await shop(session)
    me = await buyer(session)
    await sell(session, me, SOURCE)
    assert await pending(session, source) == [(FEE + UNLOCK) * 80 // 100]
    lines = (await book.statement(session, source.user_id, None, 10)).rows
    assert [(line.dust, line.reason) for line in lines] == [(27, "Unlocked, Test pack"), (5, "A frame, Test pack")]
    assert lines[0].memo["units"] == 264_000 and str(me.user_id) not in str([line.memo for line in lines])
    await sell(session, me, SOURCE, 4)
    assert await pending(session, source) == [(5 * FEE + UNLOCK) * 80 // 100]
    assert await audit.reconcile(session) == []


async def test_ancestors_are_paid_in_the_same_transaction(session):
    source, other = await shop(session)
    await sell(session, await buyer(session), REMIX)
    part = (FEE + UNLOCK) * 80
    assert await pending(session, source, other) == [part * 10 // 10_000, part * 90 // 10_000]


async def test_nobody_earns_of_what_they_buy_themselves(session):
    source, other = await shop(session)
    before = (await wallet.card(session, source.user_id)).balance
    done = await sell(session, source, SOURCE)
    assert (done.quote.total_dust, [line.dust for line in done.quote.lines]) == (1, [1])
    assert (await wallet.card(session, source.user_id)).balance == before - 1
    await sell(session, source, REMIX)  # of whose price a part would be their own
    assert await pending(session, source, other) == [0, (FEE + UNLOCK) * 80 // 100]


async def test_a_remix_keeps_the_shares_it_began_with_and_twenty_percent_are_the_most(session):
    source, other = await creator(session), await creator(session)
    await publish(session, SOURCE, FEE, UNLOCK, source)
    made = await remix(session, source, other, 20)
    origin = (await session.exec(select(Pack).where(Pack.slug == SOURCE))).one()
    assert made.royalties == [{"pack_id": str(origin.id), "percent": 20}]
    await terms.set_royalty(session, source, origin.id, 0)
    assert made.royalties[0]["percent"] == 20
    for percent in (1, -1):  # the remix has nothing left to ask of its own
        with pytest.raises(BadInput) as refused:
            await terms.set_royalty(session, other, made.id, percent)
        assert refused.value.problems[0].limit == 0


async def test_what_was_paid_in_granted_dust_never_becomes_money(session):
    source, _ = await shop(session)
    me = await buyer(session, granted=21, bought=60)  # the unlock, then the render and the fee: granted dust goes first
    await sell(session, me, SOURCE)
    rows = (await session.exec(select(Earning).where(Earning.user_id == source.user_id))).all()
    assert sum(row.bought_dust for row in rows) * 100 <= 80 * (FEE + UNLOCK + 1 - 21)
    gifts = sum(row.gift_dust for row in rows)
    before = await wallet.card(session, source.user_id)
    with clock.moved(days=8):
        assert await maturing.mature(session, source.user_id) == len(rows)
        assert await maturing.mature(session, source.user_id) == 0
    mine, after = await book.read(session, source.user_id), await wallet.card(session, source.user_id)
    assert (mine.pending, mine.earned) == (0, sum(row.payable_dust for row in rows))
    assert (after.granted - before.granted, after.bought) == (gifts, 0)
    assert gifts > 0 and await audit.reconcile(session) == []


async def test_what_was_bought_with_a_contested_payment_waits_until_it_is_won(session):
    source, _ = await shop(session)
    honest, thief = await buyer(session), await buyer(session)
    for who in (honest, thief):
        await sell(session, who, SOURCE)
    told = {"reason": "", "memo": {}}
    await money.dispute(session, thief.user_id, 500, key="contested", **told)
    share = (FEE + UNLOCK) * 80 // 100
    with clock.moved(days=8):
        assert await maturing.mature(session, source.user_id) == 2  # an unlock and a frame of the other one
        assert await maturing.waiting(session) == []
        mine = await book.read(session, source.user_id)
        assert (mine.earned, mine.pending) == (share, share)
        await money.dispute_won(session, thief.user_id, 500, key="won", **told)
        assert await maturing.mature(session, source.user_id) == 2
    assert (await book.read(session, source.user_id)).earned == 2 * share
    assert await audit.reconcile(session) == []


async def test_a_refund_takes_it_back_pending_or_not_and_only_once(session):
    source, other = await shop(session)
    me = await buyer(session)
    done = await sell(session, me, REMIX)
    spent = 1 + FEE + UNLOCK
    assert await refunds.refund_frame(session, done.frames[0].id, "It was another place.", with_unlock=True) == spent
    assert await refunds.refund_frame(session, done.frames[0].id, "It was another place.", with_unlock=True) == 0
    assert (await wallet.card(session, me.user_id)).balance == 500
    assert await pending(session, source, other) == [0, 0]
    again = await sell(session, me, REMIX)  # it is locked again
    assert again.quote.unlock_dust == UNLOCK
    with clock.moved(days=8):
        for who in (source, other):
            await maturing.mature(session, who.user_id)
    await refunds.refund_frame(session, again.frames[0].id, "It was another place.", with_unlock=True)
    for who in (source, other):
        mine = await book.read(session, who.user_id)
        assert (mine.pending, mine.earned, mine.debt) == (0, 0, 0)
    assert await audit.reconcile(session) == []


async def test_what_has_matured_is_taken_back_of_what_can_be_paid_out(session):
    """And not of what waits, or the refunded sale would still be paid out on Monday."""
    source, _ = await shop(session)
    done = await sell(session, await buyer(session), SOURCE)
    share = (FEE + UNLOCK) * 80 // 100
    with clock.moved(days=8):
        await maturing.mature(session, source.user_id)
        await sell(session, await buyer(session), SOURCE)
        mine = await book.read(session, source.user_id)
        assert (mine.pending, mine.earned) == (share, share)
        await refunds.refund_frame(session, done.frames[0].id, "It was another place.", with_unlock=True)
    mine = await book.read(session, source.user_id)
    assert (mine.pending, mine.earned, mine.debt) == (share, 0, 0)
    assert await audit.reconcile(session) == []


async def test_a_settle_that_is_told_twice_earns_once(session):
    source, _ = await shop(session)
    done = await order(session, await buyer(session), 1, pack=SOURCE)
    for _ in range(2):
        await transitions.finish_frame(session, done.frames[0].id, 1)
    assert len(await sales.of_source(session, f"frame:{done.frames[0].id}")) == 1
    assert await pending(session, source) == [(FEE + UNLOCK) * 80 // 100]
