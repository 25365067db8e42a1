"""Buying, with the cashier between two transactions: whatever comes twice, late, never or in another order, the dust comes
once; and goes back with its money."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core import clock, db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.cashier_ports import DisputeState, Payment, PayState
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import Forged
from pexit_app.features.identity import service as identity
from pexit_app.features.wallet import bundles, buying, nightly, purchases, service
from pexit_app.features.wallet.errors import TooManyUnpaid
from pexit_app.features.wallet.models import DustBundle, Purchase, PurchaseStatus, Reconciliation
from pexit_app.providers.cashier.till import Till
from pexit_app.providers.stripe import open_stripe
from tests.features.shoots.support import open_house
from tests.servers.base import serving
from tests.servers.faults import Fault
from tests.servers.stripe import StripeServer


@pytest.fixture
async def me(session):
    user = await identity.user_of(session, f"{uuid4().hex[:12]}@example.com")
    row, _ = await identity.open_session(session, user, "test")
    await service.open_wallet(session, user.id, 0)
    await bundles.seed_bundles(session)
    return Actor(user.id, row.id, "starter")


@pytest.fixture
async def bundle(session, me):
    return (await session.exec(select(DustBundle).where(DustBundle.dust == 1000))).one().id


@pytest.fixture
def till(tmp_path):
    open_house()
    made = Till(tmp_path, lambda purchase_id: f"/wallet/checkout/{purchase_id}")
    deps.use(replace(deps.get(), cashier=made, play_cashier=made))
    yield made
    deps.use(None)


@pytest.fixture
async def stripe():
    open_house()
    server = StripeServer()
    with serving(server.app()) as address:
        talk, cashier, _ = open_stripe(server.key, server.secret, address, retries=0)
        deps.use(replace(deps.get(), cashier=cashier))
        yield server
        await talk.close()
        deps.use(None)


async def numbers(me):
    async with db.transaction() as session:
        card = await service.card(session, me.user_id)
        assert await service.reconcile(session) == []
        assert await purchases.reconcile(session) == []
    return card.bought, card.owed


async def test_whoever_asks_and_how_often_the_dust_comes_once(me, bundle, till):
    row = await buying.buy(me, bundle)
    assert (row.status, row.dust, row.price_cents, row.checkout_url) == (
        "pending", 1000, 1000, f"/wallet/checkout/{row.id}",
    )  # fmt: skip
    assert (await buying.ask_again(me, row.id)).status == "pending"  # back before it was paid
    await till.pay(row.checkout_id)
    for _ in range(2):
        paid = await buying.ask_again(me, row.id)
        await buying.ask_about_open(timedelta(0))
        assert (paid.status, paid.means) == ("paid", "Test card")
    assert await numbers(me) == (1000, 0)


async def test_what_nobody_told_is_found_by_the_sweep_and_what_expires_is_over(me, bundle, till):
    paid, left = await buying.buy(me, bundle), await buying.buy(me, bundle)
    await till.pay(paid.checkout_id)
    await till.expire(left.checkout_id)
    await buying.ask_about_open()  # too young to be asked about
    assert await numbers(me) == (0, 0)
    await buying.ask_about_open(timedelta(0))
    async with db.transaction() as session:
        rows = [await purchases.find_purchase(session, me, each.id) for each in (paid, left)]
    assert [row.status for row in rows] == ["paid", "expired"]
    assert await numbers(me) == (1000, 0)


def said(**values):
    return Payment(**{"state": PayState.PAID, "cents": 1000, "means": "Visa ending 4242", **values})


async def apply(row, *payments):
    for payment in payments:
        async with db.transaction() as session:
            row = await purchases.apply(session, row.id, payment)
    return row


async def spend(me, dust):
    async with db.transaction() as session:
        await service.hold(session, me.user_id, dust, key=f"{me.user_id}:h")
        await service.settle(session, f"{me.user_id}:h", dust, key=f"{me.user_id}:s", memo={})


async def test_refunds_take_their_part_in_any_order_and_leave_a_debt(me, bundle, till):
    row = await apply(await buying.buy(me, bundle), said())
    await spend(me, 900)
    row = await apply(row, said(refunded_cents=333), said(refunded_cents=200), said(), said(refunded_cents=333))
    assert (row.refunded_dust, row.status) == (333, "paid")
    assert await numbers(me) == (0, 233)
    row = await apply(row, said(refunded_cents=1000))
    assert (row.refunded_dust, row.status) == (1000, "refunded")
    assert await numbers(me) == (0, 900)
    await apply(await buying.buy(me, bundle), said())
    assert await numbers(me) == (100, 0)


@pytest.mark.parametrize(
    ("story", "bought", "status"),
    [
        (("open",), 0, "disputed"),
        (("open", "open", "won", "open"), 1000, "paid"),
        (("open", "lost", "won"), 0, "disputed"),
        (("won",), 1000, "paid"),
        (("lost",), 0, "disputed"),
    ],
)
async def test_a_dispute_never_goes_back(me, bundle, till, story, bought, status):
    row = await apply(await buying.buy(me, bundle), said())
    row = await apply(row, *[said(dispute=DisputeState(each), disputed_cents=1000) for each in story])
    assert row.status == status
    assert await numbers(me) == (bought, 0)


async def test_what_is_contested_is_not_taken_twice(me, bundle, till):
    row = await apply(await buying.buy(me, bundle), said(), said(refunded_cents=400))
    contested = said(refunded_cents=400, dispute=DisputeState.OPEN, disputed_cents=600)
    row = await apply(row, contested, replace(contested, refunded_cents=1000), said(refunded_cents=1000))
    assert (row.refunded_dust, row.disputed_dust) == (400, 600)
    assert await numbers(me) == (0, 0)


async def test_a_payment_of_another_amount_moves_nothing_and_is_told(me, bundle, till):
    row = await apply(await buying.buy(me, bundle), said(cents=1))
    assert (row.status, row.credited_dust) == ("pending", 0)
    async with db.transaction() as session:
        assert f"Purchase {row.id}: Paid 1 usd instead of 1000 usd." in await purchases.reconcile(session)


async def test_a_hook_of_stripe_credits_once_and_a_forged_one_nothing(me, bundle, stripe):
    row = await buying.buy(me, bundle)
    stripe.pay(row.checkout_id)
    body, headers = stripe.event("checkout.session.completed", stripe.sessions[row.checkout_id])
    with pytest.raises(Forged):
        await buying.hear(headers, body + b" ")
    assert await numbers(me) == (0, 0)
    assert [await buying.hear(headers, body) for _ in range(3)] == [True] * 3
    assert await numbers(me) == (1000, 0)
    stripe.refund(row.checkout_id, 250)
    await buying.hear(*reversed(stripe.event("charge.refunded", stripe.charge_of(row.checkout_id))))
    dispute = stripe.dispute(row.checkout_id)
    await buying.hear(*reversed(stripe.event("charge.dispute.created", dispute)))
    assert await numbers(me) == (0, 0)
    stripe.dispute(row.checkout_id, "won")
    await buying.hear(*reversed(stripe.event("charge.dispute.closed", dispute)))
    assert await numbers(me) == (750, 0)
    unknown = {"id": "cs_9", "object": "checkout.session"}
    assert not await buying.hear(*reversed(stripe.event("checkout.session.expired", unknown)))


async def test_a_lost_answer_is_asked_for_again_and_makes_one_checkout(me, bundle, stripe):
    stripe.faults.plan(Fault("POST /v1/checkout/sessions", "disconnect", is_taken=True))
    with pytest.raises(Unavailable):
        await buying.buy(me, bundle)
    async with db.transaction() as session:
        row = (await session.exec(select(Purchase).where(Purchase.user_id == me.user_id))).one()
    assert row.checkout_id is None
    assert (await buying.ask_again(me, row.id)).checkout_id == next(iter(stripe.sessions))
    assert len(stripe.sessions) == 1


async def test_checkouts_that_are_begun_and_left_have_a_limit(me, bundle, till, monkeypatch):
    monkeypatch.setattr(purchases, "MAX_UNPAID", 2)
    first, _ = await buying.buy(me, bundle), await buying.buy(me, bundle)
    with pytest.raises(TooManyUnpaid):
        await buying.buy(me, bundle)
    await apply(first, said())
    assert (await buying.buy(me, bundle)).status == "pending"


async def test_what_never_became_a_checkout_ends_after_a_day(me, bundle, till):
    async with db.transaction() as session:
        row = await purchases.open_purchase(session, me, bundle, till.name)
    for hours, status in ((23, "pending"), (25, "expired")):
        with clock.moved(hours=hours):
            await buying.ask_about_open()
        async with db.transaction() as session:
            assert (await purchases.read_purchase(session, row.id)).status == status


async def test_what_was_paid_while_we_were_away_is_credited(me, bundle, till):
    row = await buying.buy(me, bundle)
    await till.pay(row.checkout_id)
    with clock.moved(days=4):
        await buying.ask_about_open()
        assert await numbers(me) == (0, 0)
        await buying.ask_about_paid()
    assert await numbers(me) == (1000, 0)


async def test_where_no_cashier_is_nothing_is_sold(me, bundle):
    open_house()
    with pytest.raises(Unavailable, match="PEXIT_STRIPE_KEY"):
        await buying.buy(me, bundle)
    deps.use(None)


async def test_the_night_finds_what_nobody_told_and_says_what_does_not_add_up(me, bundle, till, session):
    row = await apply(await buying.buy(me, bundle), said(means="Test card"))
    await till.pay(row.checkout_id)
    await till.refund(row.checkout_id, 100)
    assert await buying.differences(till) == [
        f"Purchase {row.id}: the cashier says 1000 cents paid, 100 refunded, dispute none, we say 1000 cents paid,"
        " 0 refunded, dispute none."
    ]
    async with db.transaction() as inner:
        found = await inner.get(Purchase, row.id)
        found.asked_at = found.created_at = found.created_at - timedelta(days=1)
    await nightly.reconcile_day.__wrapped__.__wrapped__("2026-01-02")
    kept = (await session.exec(select(Reconciliation))).one()
    assert (str(kept.day), kept.problems) == ("2026-01-02", [])
    assert await numbers(me) == (900, 0)
    assert PurchaseStatus((await purchases.read_purchase(session, row.id)).status) == PurchaseStatus.PAID
