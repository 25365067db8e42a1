"""A Stripe of our own, as far as the official client speaks with it for us: Checkout Sessions, PaymentIntents, Refunds,
Disputes, Accounts, AccountLinks, Transfers, Payouts, and events as it signs them.

    stripe = StripeServer()
    with serving(stripe.app()) as address: open_stripe(stripe.key, stripe.secret, address)

The test plays people and banks: pay(), expire(), refund(), dispute(), onboard(), reverse_transfer(), fail_payout(). What it
has, it shows: `sessions`, `charges`, `accounts`, `transfers`, `payouts`, and `asked` (method, path, idempotency key).
Places for faults: "METHOD /v1/path" with every id as {id}.
"""

import hashlib
import hmac
import itertools
import json
import re
import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.base import App
from tests.servers.faults import Faults, faulty

Thing = dict[str, Any]
ID = re.compile(r"/(?:cs|pi|ch|re|dp|acct|tr|po)_\w+")


def nested(pairs: list[tuple[str, str]]) -> Thing:
    """`a[b][0][c]=x` as the dictionaries and lists it stands for."""
    made: Thing = {}
    for name, value in pairs:
        keys = re.findall(r"[^\[\]]+", name)
        here = made
        for key in keys[:-1]:
            here = here.setdefault(key, {})
        if name.endswith("[]"):
            here.setdefault(keys[-1], []).append(value)
        else:
            here[keys[-1]] = value
    return made


def problem(status: int, code: str, message: str, kind: str = "invalid_request_error") -> Response:
    return JSONResponse({"error": {"type": kind, "code": code, "message": message}}, status)


class StripeServer:
    def __init__(self, key: str = "sk_test_pexit", secret: str = "whsec_pexit") -> None:
        self.key, self.secret = key, secret
        self.faults = Faults()
        self.sessions: dict[str, Thing] = {}
        self.charges: dict[str, Thing] = {}  # by their payment intent
        self.disputes: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.accounts: dict[str, Thing] = {}
        self.transfers: dict[str, Thing] = {}
        self.payouts: dict[str, Thing] = {}
        self.asked: list[tuple[str, str, str]] = []
        self._replies: dict[str, tuple[str, Thing]] = {}
        self._numbers = itertools.count(1)

    def app(self) -> App:
        def post(path: str, make: Any) -> Route:
            async def answer(request: Request) -> Response:
                return await self._once(request, make)

            return Route(path, answer, methods=["POST"])

        app = Starlette(
            routes=[
                post("/v1/checkout/sessions", self._new_session),
                post("/v1/checkout/sessions/{id}/expire", self._expire),
                Route("/v1/checkout/sessions", self._list_sessions),
                Route("/v1/checkout/sessions/{id}", self._get_session),
                Route("/v1/payment_intents/{id}", self._get_intent),
                post("/v1/refunds", self._new_refund),
                Route("/v1/disputes", self._list_disputes),
                post("/v1/accounts", self._new_account),
                Route("/v1/accounts/{id}", self._get_account),
                post("/v1/account_links", self._new_link),
                post("/v1/transfers", self._new_transfer),
                Route("/v1/transfers", self._list_transfers),
                Route("/v1/transfers/{id}", self._get_transfer),
                Route("/v1/payouts", self._list_payouts),
            ]
        )
        return faulty(app, self.faults, self._place)

    def _place(self, scope: Any) -> str:
        return f"{scope['method']} {ID.sub('/{id}', scope['path'])}"

    # What people and banks do.

    def pay(self, session_id: str) -> None:
        session = self.sessions[session_id]
        assert session["status"] == "open"
        session["status"], session["payment_status"] = "complete", "paid"
        intent = session["payment_intent"] = self._id("pi")
        self.charges[intent] = {
            "id": self._id("ch"),
            "object": "charge",
            "amount": session["amount_total"],
            "amount_refunded": 0,
            "disputed": False,
            "payment_intent": intent,
            "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "4242"}},
        }

    def expire(self, session_id: str) -> None:
        self.sessions[session_id]["status"] = "expired"

    def refund(self, session_id: str, cents: int) -> Thing:
        charge = self.charge_of(session_id)
        assert charge["amount_refunded"] + cents <= charge["amount"]
        charge["amount_refunded"] += cents
        return self._keep(self.refunds, "re", "refund", amount=cents, payment_intent=charge["payment_intent"])

    def dispute(self, session_id: str, status: str = "needs_response") -> Thing:
        """Opens one, or says how it stands."""
        charge = self.charge_of(session_id)
        charge["disputed"] = True
        for each in self.disputes.values():
            if each["payment_intent"] == charge["payment_intent"]:
                each["status"] = status
                return each
        cents = charge["amount"] - charge["amount_refunded"]
        intent = charge["payment_intent"]
        return self._keep(self.disputes, "dp", "dispute", amount=cents, payment_intent=intent, status=status)

    def onboard(self, account_id: str) -> None:
        account = self.accounts[account_id]
        account |= {"details_submitted": True, "payouts_enabled": True, "capabilities": {"transfers": "active"}}
        account["requirements"] = {"currently_due": []}

    def reverse_transfer(self, transfer_id: str) -> None:
        self.transfers[transfer_id]["reversed"] = True

    def pay_out(self, account_id: str, cents: int, status: str = "paid") -> Thing:
        """From the account to the creator's own bank."""
        return self._keep(self.payouts, "po", "payout", amount=cents, destination=account_id, status=status)

    def charge_of(self, session_id: str) -> Thing:
        return self.charges[self.sessions[session_id]["payment_intent"]]

    def event(
        self, kind: str, subject: Thing, at: float | None = None, secret: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook."""
        event = {"id": self._id("evt"), "object": "event", "type": kind, "data": {"object": subject}}
        body = json.dumps(event).encode()
        stamp = int(time.time() if at is None else at)
        signed = hmac.new((secret or self.secret).encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return body, {"Stripe-Signature": f"t={stamp},v1={signed}", "Content-Type": "application/json"}

    # What the client says.

    async def _once(self, request: Request, make: Any) -> Response:
        """An answer is kept under its idempotency key, with what was asked."""
        body = (await request.body()).decode()
        key = request.headers.get("idempotency-key", "")
        self.asked.append((request.method, request.url.path, key))
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return problem(401, "api_key_invalid", "Invalid API Key", "authentication_error")
        if key in self._replies:
            asked, reply = self._replies[key]
            if asked != body:
                return problem(400, "idempotency_key_in_use", "Keys are for one request.", "idempotency_error")
            return JSONResponse(reply, headers={"Idempotent-Replayed": "true"})
        made = make(request, nested(parse_qsl(body, keep_blank_values=True)))
        if isinstance(made, Response):
            return made
        if key:
            self._replies[key] = (body, dict(made))
        return JSONResponse(made)

    def _new_session(self, request: Request, ask: Thing) -> Thing | Response:
        line = ask["line_items"]["0"]
        price = line["price_data"]
        if ask["mode"] != "payment" or price["currency"] != "usd" or not price["product_data"]["name"]:
            return problem(400, "parameter_invalid", "mode, currency or name")
        cents = int(price["unit_amount"]) * int(line["quantity"])
        if cents < 50:
            return problem(400, "amount_too_small", "At least 50 cents.")
        session_id = self._id("cs")
        session = {
            "id": session_id,
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": cents,
            "currency": "usd",
            "client_reference_id": ask["client_reference_id"],
            "metadata": ask["metadata"],
            "payment_intent": None,
            "success_url": ask["success_url"],
            "cancel_url": ask["cancel_url"],
            "url": f"https://checkout.stripe.com/c/pay/{session_id}",
        }
        self.sessions[session_id] = session
        return session

    def _expire(self, request: Request, ask: Thing) -> Thing:
        self.expire(request.path_params["id"])
        return self.sessions[request.path_params["id"]]

    async def _get_session(self, request: Request) -> Response:
        if (session := self.sessions.get(request.path_params["id"])) is None:
            return problem(404, "resource_missing", "No such checkout.session")
        shown = dict(session)
        if session["payment_intent"] and "payment_intent.latest_charge" in request.query_params.values():
            charge = self.charges[session["payment_intent"]]
            shown["payment_intent"] = {
                "id": session["payment_intent"],
                "object": "payment_intent",
                "latest_charge": charge,
            }
        return JSONResponse(shown)

    async def _get_intent(self, request: Request) -> Response:
        charge = self.charges.get(request.path_params["id"])
        if charge is None:
            return problem(404, "resource_missing", "No such payment_intent")
        return JSONResponse({"id": charge["payment_intent"], "object": "payment_intent", "latest_charge": charge["id"]})

    async def _list_sessions(self, request: Request) -> Response:
        return self._listed(self.sessions, request, "payment_intent")

    async def _list_disputes(self, request: Request) -> Response:
        return self._listed(self.disputes, request, "payment_intent")

    def _new_refund(self, request: Request, ask: Thing) -> Thing | Response:
        session = next((s for s in self.sessions.values() if s["payment_intent"] == ask["payment_intent"]), None)
        if session is None:
            return problem(404, "resource_missing", "No such payment_intent")
        charge = self.charges[ask["payment_intent"]]
        return self.refund(session["id"], int(ask.get("amount", charge["amount"] - charge["amount_refunded"])))

    def _new_account(self, request: Request, ask: Thing) -> Thing:
        return self._keep(
            self.accounts,
            "acct",
            "account",
            type=ask["type"],
            email=ask.get("email"),
            metadata=ask["metadata"],
            details_submitted=False,
            payouts_enabled=False,
            capabilities={"transfers": "inactive"},
            requirements={"currently_due": ["external_account", "individual.first_name"]},
        )

    async def _get_account(self, request: Request) -> Response:
        account = self.accounts.get(request.path_params["id"])
        return JSONResponse(account) if account else problem(404, "resource_missing", "No such account")

    def _new_link(self, request: Request, ask: Thing) -> Thing | Response:
        if ask["account"] not in self.accounts:
            return problem(404, "resource_missing", "No such account")
        url = f"https://connect.stripe.com/setup/e/{ask['account']}/{next(self._numbers)}"
        return {"object": "account_link", "url": url, "created": 1, "expires_at": int(time.time()) + 300}

    def _new_transfer(self, request: Request, ask: Thing) -> Thing | Response:
        account = self.accounts.get(ask["destination"])
        if account is None or account["capabilities"]["transfers"] != "active":
            return problem(400, "insufficient_capabilities_for_transfer", "The destination cannot take transfers.")
        return self._keep(
            self.transfers,
            "tr",
            "transfer",
            amount=int(ask["amount"]),
            currency=ask["currency"],
            destination=ask["destination"],
            transfer_group=ask.get("transfer_group"),
            description=ask.get("description"),
            reversed=False,
        )

    async def _list_transfers(self, request: Request) -> Response:
        return self._listed(self.transfers, request, "transfer_group")

    async def _get_transfer(self, request: Request) -> Response:
        made = self.transfers.get(request.path_params["id"])
        return JSONResponse(made) if made else problem(404, "resource_missing", "No such transfer")

    async def _list_payouts(self, request: Request) -> Response:
        return self._listed(self.payouts, request, "destination")

    def _listed(self, things: dict[str, Thing], request: Request, by: str) -> Response:
        wanted = request.query_params.get(by)
        data = [each for each in things.values() if wanted is None or each[by] == wanted]
        return JSONResponse({"object": "list", "data": data, "has_more": False, "url": request.url.path})

    def _keep(self, things: dict[str, Thing], prefix: str, kind: str, **values: Any) -> Thing:
        made = {"id": self._id(prefix), "object": kind, **values}
        things[made["id"]] = made
        return made

    def _id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"
