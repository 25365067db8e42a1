"""Dust bought by Stripe Checkout: https://docs.stripe.com/api/checkout/sessions

What became of a checkout is read from the session, its payment's charge, and the charge's disputes; a webhook only says
which one to ask about.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import stripe

from pexit_app.core.cashier_ports import CURRENCY, Checkout, DisputeState, Payment, PayState
from pexit_app.core.ports import Forged
from pexit_app.providers.stripe.talk import Talk, asking, ordering

CHARGE = "payment_intent.latest_charge"
# An inquiry ("warning_...") takes no money: https://docs.stripe.com/api/disputes/object#dispute_object-status
DISPUTES = {
    "needs_response": DisputeState.OPEN,
    "under_review": DisputeState.OPEN,
    "won": DisputeState.WON,
    "lost": DisputeState.LOST,
}
WORST = (DisputeState.NONE, DisputeState.WON, DisputeState.OPEN, DisputeState.LOST)


class StripeCashier:
    """`webhook_secret` signs what Stripe calls us with; without one nothing it says is believed."""

    name = "stripe"
    is_test = False
    pay_origins: tuple[str, ...] = ("https://checkout.stripe.com",)

    def __init__(self, talk: Talk, webhook_secret: str) -> None:
        self._talk = talk
        self._secret = webhook_secret

    async def open_checkout(
        self, purchase_id: UUID, cents: int, title: str, *, back_url: str, cancel_url: str, email: str
    ) -> Checkout:
        ours = {"purchase_id": str(purchase_id)}
        product: Any = {"currency": CURRENCY, "unit_amount": cents, "product_data": {"name": title}}
        params: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": product}],
            "client_reference_id": str(purchase_id),
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": title},
            "success_url": back_url,
            "cancel_url": cancel_url,
        }
        if email:
            params["customer_email"] = email
        with ordering():
            made = await self._talk.client.v1.checkout.sessions.create_async(
                params, {"idempotency_key": f"purchase:{purchase_id}"}
            )
        return Checkout(made.id, made.url or "")

    async def ask(self, checkout_id: str) -> Payment:
        with asking():
            found = await self._talk.client.v1.checkout.sessions.retrieve_async(checkout_id, {"expand": [CHARGE]})
            session = found.to_dict()
            if session["payment_status"] != "paid":
                return Payment(PayState.EXPIRED if session["status"] == "expired" else PayState.OPEN)
            intent = session.get("payment_intent") or {}
            charge = intent.get("latest_charge") or {}
            dispute, disputed = await self._dispute(intent["id"]) if charge.get("disputed") else (DisputeState.NONE, 0)
        return Payment(
            PayState.PAID,
            cents=session["amount_total"],
            currency=session["currency"],
            refunded_cents=charge.get("amount_refunded", 0),
            dispute=dispute,
            disputed_cents=disputed,
            means=_means(charge.get("payment_method_details") or {}),
        )

    async def _dispute(self, intent_id: str) -> tuple[DisputeState, int]:
        """The worst of them, and how much is contested there."""
        listed = await self._talk.client.v1.disputes.list_async({"payment_intent": intent_id})
        found = [(DISPUTES.get(each.status, DisputeState.NONE), each.amount) for each in listed.data]
        return max(found, key=lambda each: WORST.index(each[0]), default=(DisputeState.NONE, 0))

    async def read_hook(self, headers: Mapping[str, str], body: bytes) -> str | None:
        signature = {name.lower(): value for name, value in headers.items()}.get("stripe-signature", "")
        if not self._secret:
            raise Forged("no PEXIT_STRIPE_WEBHOOK_SECRET is set")
        try:
            event = self._talk.client.construct_event(body, signature, self._secret).to_dict()
        except stripe.SignatureVerificationError as error:
            raise Forged(str(error)) from error
        subject = event["data"]["object"]
        if subject.get("object") == "checkout.session":
            return str(subject["id"])
        intent_id = subject.get("payment_intent")
        return await self._checkout_of(intent_id) if isinstance(intent_id, str) else None

    async def _checkout_of(self, intent_id: str) -> str | None:
        with asking():
            listed = await self._talk.client.v1.checkout.sessions.list_async({"payment_intent": intent_id, "limit": 1})
        return listed.data[0].id if listed.data else None


def _means(details: Mapping[str, Any]) -> str:
    card = details.get("card")
    if card:
        return f"{str(card['brand']).title()} ending {card['last4']}"
    return str(details.get("type", "")).replace("_", " ").capitalize()
