"""Earnings over REST: as they stand, as they came about, and paid out."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, deps, settings
from pexit_app.core.actor import Actor
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, READS, allow
from pexit_app.features.earnings import accounts, statements
from pexit_app.features.earnings.schemas import EarningsOut, LinkOut, PayoutOut, StatementOut
from pexit_app.features.identity.access import Me
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(prefix="/earnings", route_class=Route, tags=["earnings"])
PAGE = "/earnings"
Period = Annotated[str, Query(max_length=7, description="a month such as 2026-11, or a year; UTC")]


async def onboarding_link(request: Request, me: Actor) -> str:
    """It leads back to the page. Raises NotAllowed, Unavailable."""
    place = f"{settings.load().public_url or str(request.base_url).rstrip('/')}{PAGE}"
    return await accounts.start_onboarding(me, return_url=f"{place}?done=account", refresh_url=f"{place}?done=again")


@router.get("", response_model=EarningsOut)
@allow(READS)
async def read_earnings(request: Request, me: Me) -> Response:
    """What can be paid out, what is pending and until when, and where the account for payouts stands."""
    async with db.transaction() as session:
        found = await statements.standing(session, me)
    return ok(request, EarningsOut.of(found))


@router.get("/statement", response_model=StatementOut)
@allow(READS)
async def read_statement(request: Request, me: Me, period: Period) -> Response:
    """Every line of a month or a year, replayed from the ledger."""
    async with db.transaction() as session:
        found = await statements.statement(session, me, period)
    return ok(request, StatementOut.of(found))


@router.get("/payouts", response_model=list[PayoutOut])
@allow(READS)
async def list_payouts(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(20, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await statements.list_payouts(session, me, cursor, limit)
    found = [PayoutOut.of(each) for each in page.rows]
    return ok(request, found, next_cursor=page.next_cursor, limit=page.limit)


@router.post("/account", response_model=LinkOut)
@allow(MANAGES)
async def start_onboarding(request: Request, me: Me) -> Response:
    """A link to the payment provider, where a creator says who they are and where their money goes. 403 for a starter."""
    return ok(request, LinkOut(url=await onboarding_link(request, me)))


@router.post("/account/look", response_model=EarningsOut)
@allow(LOOKS_AFTER)
async def look_at_account(request: Request, me: Me) -> Response:
    """Asks the provider where the account stands now."""
    await accounts.look_at(deps.get().payouts, me.user_id)
    return await read_earnings(request, me)
