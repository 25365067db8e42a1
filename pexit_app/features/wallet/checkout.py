"""The test cashier's own pages, where the stand-in is the cashier: `/wallet/checkout/{id}`, and `pay`, for its page and for
programs. Anywhere else there is no such page."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.cashier_ports import PlayCashier
from pexit_app.core.errors import Conflict, NotFound
from pexit_app.core.policy import LOOKS_AFTER, WRITES, allow
from pexit_app.core.ports import ProviderError
from pexit_app.features.identity.access import Me
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.wallet import buying, purchases
from pexit_app.features.wallet.api import origin_of
from pexit_app.features.wallet.forms import WalletRoute
from pexit_app.features.wallet.models import Purchase
from pexit_app.features.wallet.receipts import checkout_page
from pexit_app.features.wallet.schemas import PurchaseOut
from pexit_app.web import plain
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(tags=["wallet"])
_pages = APIRouter(route_class=WalletRoute, include_in_schema=False)
_calls = APIRouter(route_class=IdempotentRoute)


def _till() -> PlayCashier:
    """Raises NotFound."""
    if (found := deps.get().play_cashier) is None:
        raise NotFound("There is no test cashier here.")
    return found


async def _open(me: Actor, purchase_id: UUID) -> Purchase:
    """Raises NotFound."""
    async with db.transaction() as session:
        row = await purchases.find_purchase(session, me, purchase_id)
    if row.checkout_id is None or row.cashier != _till().name:
        raise NotFound("There is no such checkout.")
    return row


@_pages.get("/wallet/checkout/{purchase_id}")
@allow(LOOKS_AFTER)
async def read_checkout(me: Me, purchase_id: UUID) -> Response:
    row = await _open(me, purchase_id)
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
    return plain.answer("Test cashier: Pexit", checkout_page(row, "", visitor))


@_calls.post("/wallet/checkout/{purchase_id}/pay", response_model=PurchaseOut)
@allow(WRITES)
async def pay(request: Request, me: Me, purchase_id: UUID) -> Response:
    """Pays with test money. Again: the same. A page is led back as Stripe leads it back."""
    row = await _open(me, purchase_id)
    assert row.checkout_id is not None
    try:
        await _till().pay(row.checkout_id)
    except ProviderError as error:
        raise Conflict(error.message) from error
    if "text/html" in request.headers.get("accept", ""):
        return RedirectResponse(f"/wallet/purchases/{row.id}", 303)
    paid = await buying.ask_again(me, row.id)
    return ok(request, PurchaseOut.of(paid, origin_of(request)))


router.include_router(_pages)
router.include_router(_calls)
