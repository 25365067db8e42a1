"""The earnings page and its posts: post, redirect, get. It works without JavaScript."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, PexitError
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.earnings import accounts, statements
from pexit_app.features.earnings.api import PAGE, onboarding_link
from pexit_app.features.earnings.cards import earnings_card
from pexit_app.features.earnings.components import earnings_page, leave_page, starter_page
from pexit_app.features.identity import account
from pexit_app.features.identity.access import Me, caller_of, who
from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.features.identity.page_route import page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.web import plain

NOTES = {  # by the word that a redirect brings; nothing else is ever shown from an address
    "creator": "You are a creator. Set your prices in the builder, under Listing.",
    "account": "You are back from the payment provider. This is what it says of your account now.",
    "again": "That link had expired. Begin once more.",
    "looked": "Asked again.",
}


async def draw(request: Request, actor: Actor, said: Said, status: int = 200, period: str = "") -> Response:
    async with db.transaction() as session:
        card = await earnings_card(session, actor, period)
        seen = await visitor_of(session, actor)
        strips = () if card.is_creator else await hooks.showcase(session)
    body = earnings_page(card, said, seen) if card.is_creator else starter_page(card, said, seen, strips)
    return plain.answer("Earnings: Pexit", body, status)


async def _tell(request: Request, error: PexitError) -> Response:
    actor = None if isinstance(error, OriginMismatch) else await who(request)
    if actor is None:
        raise error
    return await draw(request, actor, Said(bad=error.message), error.status)


router = APIRouter(include_in_schema=False, route_class=page_route(PAGE, _tell))


@router.get(PAGE)
@allow(LOOKS_AFTER)
async def read_earnings(request: Request, me: Me, done: str = "", period: str = "") -> Response:
    if done == "account":
        await accounts.look_at(deps.get().payouts, me.user_id)
    try:
        return await draw(request, me, Said(note=NOTES.get(done, "")), period=period)
    except BadInput:
        return RedirectResponse(PAGE, 303)


@router.post(f"{PAGE}/become")
@allow(MANAGES)
async def become_creator(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        await account.become_creator(session, me, caller_of(request))
    return RedirectResponse(f"{PAGE}?done=creator", 303)


@router.post(f"{PAGE}/account")
@allow(MANAGES)
async def start_onboarding(request: Request, me: Me) -> Response:
    url = await onboarding_link(request, me)
    if urlsplit(url).netloc in ("", request.url.netloc):
        return RedirectResponse(url, 303)
    async with db.transaction() as session:
        seen = await visitor_of(session, me)
    return plain.answer("Payouts: Pexit", leave_page(url, seen))


@router.post(f"{PAGE}/account/look")
@allow(MANAGES)
async def look_at_account(me: Me) -> Response:
    await accounts.look_at(deps.get().payouts, me.user_id)
    return RedirectResponse(f"{PAGE}?done=looked#payouts", 303)


@router.get(f"{PAGE}/statement.csv")
@allow(LOOKS_AFTER)
async def read_csv(me: Me, period: Annotated[str, Query(max_length=7)]) -> Response:
    """A month or a year, for the tax office."""
    async with db.transaction() as session:
        found = await statements.statement(session, me, period)
    headers = {
        "Content-Disposition": f'attachment; filename="pexit-earnings-{found.period}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(statements.as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)
