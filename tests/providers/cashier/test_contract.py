"""What every cashier and every bank promises, as one suite: the stand-ins, and Stripe's own client before our Stripe."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from pexit_app.core import clock
from pexit_app.core.cashier_ports import Cashier, DisputeState, PayoutBank, PayState, TransferState
from pexit_app.core.ports import AnswerLost, Forged, ProviderError
from pexit_app.providers.cashier.bank import TestBank
from pexit_app.providers.cashier.till import Till
from pexit_app.providers.stripe import open_stripe
from tests.servers.base import serving
from tests.servers.faults import Fault
from tests.servers.stripe import StripeServer

BACK = {
    "back_url": "https://pexit.example/back",
    "cancel_url": "https://pexit.example/wallet",
    "email": "ann@example.com",
}


@dataclass
class Street:
    """A cashier and a bank, and what people and banks do there (`act(verb, checkout or account, ...)`)."""

    cashier: Cashier
    bank: PayoutBank
    act: Callable[..., Any]
    server: StripeServer | None = None


@pytest.fixture(params=["test", "stripe"])
async def street(request, tmp_path) -> AsyncIterator[Street]:
    if request.param == "test":
        till = Till(tmp_path, lambda purchase_id: f"https://pexit.example/checkout/{purchase_id}")
        bank = TestBank(tmp_path)

        async def act(verb: str, subject: str, *args: Any) -> None:
            if verb == "onboard":
                await bank.onboarding_link(subject, return_url="https://back", refresh_url="https://again")
            elif verb == "reverse":
                await bank.bounce(subject, "It was taken back.")
            else:
                await getattr(till, verb)(subject, *args)

        yield Street(till, bank, act)
        return
    server = StripeServer()
    with serving(server.app()) as address:
        talk, cashier, bank = open_stripe(server.key, server.secret, address, retries=0)

        async def act(verb: str, subject: str, *args: Any) -> None:
            words = {DisputeState.OPEN: "needs_response"}
            match verb:
                case "onboard":
                    server.onboard(subject)
                case "reverse":
                    server.reverse_transfer((await bank.find_transfer(subject)).id)
                case "dispute":
                    server.dispute(subject, words.get(args[0], args[0]))
                case _:
                    getattr(server, verb)(subject, *args)

        yield Street(cashier, bank, act, server)
        await talk.close()


async def test_a_checkout_is_opened_once_and_paid(street):
    purchase = uuid4()
    first = await street.cashier.open_checkout(purchase, 1000, "1,000 dust", **BACK)
    assert first == await street.cashier.open_checkout(purchase, 1000, "1,000 dust", **BACK)
    assert first.url.startswith("https://")
    assert (await street.cashier.ask(first.id)).state == PayState.OPEN
    await street.act("pay", first.id)
    paid = await street.cashier.ask(first.id)
    assert (paid.state, paid.cents, paid.currency, paid.refunded_cents) == (PayState.PAID, 1000, "usd", 0)
    assert paid.dispute == DisputeState.NONE
    assert paid.means


async def test_what_was_not_paid_expires(street):
    made = await street.cashier.open_checkout(uuid4(), 500, "500 dust", **BACK)
    await street.act("expire", made.id)
    assert (await street.cashier.ask(made.id)).state == PayState.EXPIRED


async def test_the_stand_ins_checkouts_end_after_a_day_too(tmp_path):
    till = Till(tmp_path, lambda purchase_id: "")
    made = await till.open_checkout(uuid4(), 500, "500 dust", **BACK)
    with clock.moved(hours=25):
        assert (await till.ask(made.id)).state == PayState.EXPIRED


async def test_refunds_add_up_and_disputes_end(street):
    made = await street.cashier.open_checkout(uuid4(), 1000, "1,000 dust", **BACK)
    await street.act("pay", made.id)
    await street.act("refund", made.id, 300)
    await street.act("refund", made.id, 200)
    assert (await street.cashier.ask(made.id)).refunded_cents == 500
    for state in (DisputeState.OPEN, DisputeState.WON):
        await street.act("dispute", made.id, state)
        told = await street.cashier.ask(made.id)
        assert (told.dispute, told.disputed_cents) == (state, 500)


async def test_an_unknown_checkout_is_no_payment(street):
    with pytest.raises(ProviderError):
        await street.cashier.ask("cs_unknown")


async def test_a_forged_hook_is_refused(street):
    with pytest.raises(Forged):
        await street.cashier.read_hook({"stripe-signature": "t=1,v1=00"}, b"{}")


async def test_a_creator_is_paid_once_under_one_key(street):
    creator, key = uuid4(), f"payout:{uuid4()}"
    account = await street.bank.open_account(creator, "ann@example.com")
    assert account == await street.bank.open_account(creator, "ann@example.com")
    status = await street.bank.account_status(account)
    assert not status.can_be_paid
    assert status.needs
    with pytest.raises(ProviderError):
        await street.bank.transfer(account, 800, key=key + ":early", note="Week 47")
    assert await street.bank.find_transfer(key) is None
    await street.act("onboard", account)
    link = await street.bank.onboarding_link(account, return_url="https://back", refresh_url="https://again")
    assert link.startswith("https://")
    assert (await street.bank.account_status(account)).can_be_paid
    made = await street.bank.transfer(account, 800, key=key, note="Week 47")
    assert (
        made
        == await street.bank.transfer(account, 800, key=key, note="Week 47")
        == await street.bank.find_transfer(key)
    )
    assert made.state == TransferState.PAID
    await street.act("reverse", key)
    assert (await street.bank.find_transfer(key)).state == TransferState.FAILED


async def test_stripe_says_by_hook_which_checkout_to_ask_about_and_signs_it(tmp_path):
    server = StripeServer()
    with serving(server.app()) as address:
        talk, cashier, _ = open_stripe(server.key, server.secret, address, retries=0)
        made = await cashier.open_checkout(uuid4(), 1000, "1,000 dust", **BACK)
        server.pay(made.id)
        session = server.sessions[made.id]
        for kind, subject in (
            ("checkout.session.completed", session),
            ("charge.refunded", server.charge_of(made.id)),
            ("charge.dispute.created", server.dispute(made.id)),
        ):
            body, headers = server.event(kind, subject)
            assert await cashier.read_hook(headers, body) == made.id
        body, headers = server.event("customer.created", {"id": "cus_1", "object": "customer"})
        assert await cashier.read_hook(headers, body) is None
        for forged in (
            server.event("checkout.session.completed", session, secret="another"),
            server.event("checkout.session.completed", session, at=time.time() - 3600),
            (b"{}", headers),
        ):
            with pytest.raises(Forged):
                await cashier.read_hook(forged[1], forged[0])
        await talk.close()


@pytest.mark.parametrize("kind", ["status", "disconnect", "invalid_json"])
async def test_an_order_without_a_clear_answer_is_made_once_when_it_is_made_again(kind):
    server, purchase = StripeServer(), uuid4()
    server.faults.plan(Fault("POST /v1/checkout/sessions", kind, is_taken=True))
    with serving(server.app()) as address:
        talk, cashier, _ = open_stripe(server.key, server.secret, address, retries=0)
        with pytest.raises(AnswerLost):
            await cashier.open_checkout(purchase, 1000, "1,000 dust", **BACK)
        made = await cashier.open_checkout(purchase, 1000, "1,000 dust", **BACK)
        assert list(server.sessions) == [made.id]
        await talk.close()


async def test_a_wrong_key_is_a_refusal_in_our_words():
    server = StripeServer()
    with serving(server.app()) as address:
        talk, cashier, _ = open_stripe("sk_wrong", server.secret, address, retries=0)
        with pytest.raises(ProviderError, match="Nothing was charged"):
            await cashier.open_checkout(uuid4(), 1000, "1,000 dust", **BACK)
        await talk.close()
