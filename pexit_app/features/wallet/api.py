"""The wallet over REST. API.md, "Wallet"."""

from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, log, settings
from pexit_app.core.errors import Malformed, NotSignedIn, Unavailable
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import MANAGES, OPEN, READS, WRITES, allow
from pexit_app.core.ports import Forged, ProviderError
from pexit_app.features.identity.access import Me
from pexit_app.features.wallet import bundles, buying, caps, promos, purchases, service
from pexit_app.features.wallet.schemas import (
    BundleOut,
    Caps,
    CapsIn,
    EntryOut,
    HeardOut,
    PromoIn,
    PromoOut,
    PurchaseIn,
    PurchaseOut,
    WalletCard,
)
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["wallet"])
logger = log.get("wallet")


def origin_of(request: Request) -> str:
    """Where complete addresses begin: in public, or where the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")


@router.get("/wallet", response_model=WalletCard)
@allow(READS)
async def read_wallet(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        card = await service.card(session, me.user_id)
    return ok(request, card)


@router.get("/wallet/entries", response_model=list[EntryOut])
@allow(READS)
async def list_entries(
    request: Request,
    me: Me,
    cursor: str | None = None,
    limit: int = Query(50, ge=1, le=MAX_LIMIT),
    show: str = Query("all", max_length=20, description="all, in, spent, back, taken"),
) -> Response:
    """The statement, newest first."""
    async with db.transaction() as session:
        page = await service.statement(session, me.user_id, cursor, limit, show)
    return ok(
        request, [EntryOut.of(transfer) for transfer in page.rows], next_cursor=page.next_cursor, limit=page.limit
    )


@router.put("/wallet/caps", response_model=Caps)
@allow(MANAGES)
async def change_caps(request: Request, me: Me, body: CapsIn) -> Response:
    """How much may go in a day (UTC), and in one order. No API key lifts a limit."""
    async with db.transaction() as session:
        kept = await caps.change(session, me, body.daily_dust, body.run_dust)
    return ok(request, kept)


@router.get("/wallet/bundles", response_model=list[BundleOut])
@allow(READS)
async def list_bundles(request: Request) -> Response:
    async with db.transaction() as session:
        rows = await bundles.list_bundles(session)
    return ok(request, [BundleOut.of(each) for each in rows], limit=MAX_LIMIT)


@router.post("/wallet/purchases", response_model=PurchaseOut, status_code=201)
@allow(WRITES)
async def buy(request: Request, me: Me, body: PurchaseIn) -> Response:
    """A pending purchase, and where it is paid. The dust comes once, when the cashier has the money."""
    row = await buying.buy(me, body.bundle)
    return ok(request, PurchaseOut.of(row, origin_of(request)), 201)


@router.get("/wallet/purchases", response_model=list[PurchaseOut])
@allow(READS)
async def list_purchases(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await purchases.list_purchases(session, me, cursor, limit)
    rows = [PurchaseOut.of(each, origin_of(request)) for each in page.rows]
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/wallet/purchases/{purchase_id}", response_model=PurchaseOut)
@allow(READS)
async def read_purchase(request: Request, me: Me, purchase_id: UUID) -> Response:
    """While it is pending the cashier is asked."""
    row = await buying.ask_again(me, purchase_id)
    return ok(request, PurchaseOut.of(row, origin_of(request)))


@router.post("/wallet/promo", response_model=PromoOut, status_code=201)
@allow(WRITES)
async def redeem(request: Request, me: Me, body: PromoIn) -> Response:
    async with db.transaction() as session:
        given = await promos.redeem(session, me, body.code)
    told = PromoOut(code=given.memo["promo"], dust=given.dust, balance=given.balance_after)
    return ok(request, told, 201)


class ForgedHook(NotSignedIn):
    code = "forged"


@router.post("/wallet/hooks/stripe", response_model=HeardOut, include_in_schema=False)
@allow(OPEN)
async def hear(request: Request) -> Response:
    """Stripe's webhook. 401 `forged`, with nothing changed, unless it is signed; 503 lets it call again. Once or ten times,
    the answer is the same."""
    try:
        is_known = await buying.hear(dict(request.headers), await request.body())
    except Forged as error:
        logger.warning("forged hook", provider="stripe")
        raise ForgedHook("This was not signed by Stripe, or too long ago.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Malformed("The body is no event.") from error
    except ProviderError as error:
        raise Unavailable("This could not be looked up just now.") from error
    return ok(request, HeardOut(known=is_known))
