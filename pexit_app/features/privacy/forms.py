"""`/account/data` and its posts. Post, redirect, get; the link to an export is drawn in the answer to the post itself."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity.access import Me, who
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.features.identity.page_route import page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.privacy import deletion, downloads, exports, receipts
from pexit_app.features.privacy.cards import data_card
from pexit_app.features.privacy.components import data_page
from pexit_app.web import plain

HOME = "/account/data"
NOTES = {  # by the word that a redirect brings; nothing else is ever shown from an address
    "asked": "It is noted. A letter to your address says so, too.",
    "kept": "Your account stays, as it was.",
}


async def _draw(me: Actor, *, link: str = "", note: str = "", bad: str = "", status: int = 200) -> Response:
    async with db.transaction() as session:
        card = await data_card(session, me, link=link, note=note, bad=bad)
        visitor = await visitor_of(session, me)
    return plain.answer("Your data: Pexit", data_page(card, visitor), status)


async def _tell(request: Request, error: PexitError) -> Response:
    actor = None if isinstance(error, OriginMismatch) else await who(request)
    if actor is None:
        raise error
    return await _draw(actor, bad=error.message, status=error.status)


router = APIRouter(include_in_schema=False, route_class=page_route(HOME, _tell))


@router.get("/account/data")
@allow(LOOKS_AFTER)
async def read(me: Me, done: str = "") -> Response:
    return await _draw(me, note=NOTES.get(done, ""))


@router.post("/account/data/export")
@allow(MANAGES)
async def make_export(me: Me) -> Response:
    async with db.transaction() as session:
        _, secret = await exports.make_link(session, me)
    return await _draw(me, link=downloads.link_of(secret))


@router.post("/account/data/delete")
@allow(MANAGES)
async def ask_deletion(me: Me) -> Response:
    async with db.transaction() as session:
        await deletion.ask(session, me)
    await deletion.tell_asked(me)
    return RedirectResponse(f"{HOME}?done=asked#delete", 303)


@router.post("/account/data/keep")
@allow(MANAGES)
async def keep_account(me: Me) -> Response:
    async with db.transaction() as session:
        await deletion.take_back(session, me)
    return RedirectResponse(f"{HOME}?done=kept#delete", 303)


@router.get("/account/data/receipts/{receipt_id}")
@allow(LOOKS_AFTER)
async def read_receipt(me: Me, receipt_id: str) -> Response:
    async with db.transaction() as session:
        return downloads.document(await receipts.find(session, me, _id_in(receipt_id)))


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such receipt.") from None
