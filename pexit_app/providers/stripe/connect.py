"""Creators paid by Stripe Connect: an Express account each, transfers to it, and from there to their bank by Stripe's own
schedule. https://docs.stripe.com/connect/separate-charges-and-transfers"""

import hashlib
from typing import Any
from uuid import UUID

from pexit_app.core.cashier_ports import CURRENCY, BankAccount, Transferred, TransferState
from pexit_app.providers.stripe.talk import Talk, asking, ordering

REVERSED = "It was taken back."


class StripeBank:
    name = "stripe"
    is_test = False

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    async def open_account(self, creator_id: UUID, email: str) -> str:
        params: Any = {
            "type": "express",
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"creator_id": str(creator_id)},
        }
        if email:
            params["email"] = email
        with ordering():
            made = await self._talk.client.v1.accounts.create_async(
                params, {"idempotency_key": f"creator:{creator_id}"}
            )
        return made.id

    async def onboarding_link(self, account_id: str, *, return_url: str, refresh_url: str) -> str:
        with asking():
            link = await self._talk.client.v1.account_links.create_async(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
        return link.url

    async def account_status(self, account_id: str) -> BankAccount:
        with asking():
            account = (await self._talk.client.v1.accounts.retrieve_async(account_id)).to_dict()
        is_active = (account.get("capabilities") or {}).get("transfers") == "active"
        needs = (account.get("requirements") or {}).get("currently_due") or []
        can_be_paid = is_active and bool(account.get("payouts_enabled"))
        return BankAccount(account_id, can_be_paid, tuple(each.replace("_", " ").replace(".", ": ") for each in needs))

    async def transfer(self, account_id: str, cents: int, *, key: str, note: str) -> Transferred:
        params: Any = {
            "amount": cents,
            "currency": CURRENCY,
            "destination": account_id,
            "description": note,
            "transfer_group": _group(key),
        }
        with ordering():
            made = await self._talk.client.v1.transfers.create_async(params, {"idempotency_key": key})
        return _transferred(made.to_dict())

    async def find_transfer(self, key: str) -> Transferred | None:
        with asking():
            listed = await self._talk.client.v1.transfers.list_async({"transfer_group": _group(key), "limit": 1})
        return _transferred(listed.data[0].to_dict()) if listed.data else None


def _group(key: str) -> str:
    """What transfers are found again by; the key itself may be of any form."""
    return f"pexit_{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _transferred(made: dict[str, Any]) -> Transferred:
    is_reversed = bool(made.get("reversed"))
    state = TransferState.FAILED if is_reversed else TransferState.PAID
    return Transferred(made["id"], state, REVERSED if is_reversed else "")
