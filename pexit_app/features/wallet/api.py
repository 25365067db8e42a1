"""The wallet over REST. API.md, "Wallet"."""

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import READS, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.wallet import service
from pexit_app.features.wallet.schemas import EntryOut, WalletCard
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["wallet"])


@router.get("/wallet", response_model=WalletCard)
@allow(READS)
async def read_wallet(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        card = await service.card(session, me.user_id)
    return ok(request, card)


@router.get("/wallet/entries", response_model=list[EntryOut])
@allow(READS)
async def list_entries(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """The statement, newest first."""
    async with db.transaction() as session:
        page = await service.statement(session, me.user_id, cursor, limit)
    return ok(
        request, [EntryOut.of(transfer) for transfer in page.rows], next_cursor=page.next_cursor, limit=page.limit
    )
