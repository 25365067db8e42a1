"""`/takedown`: a plain form for everybody, and `/takedown/<number>`, the ticket. Post, redirect, get."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData, UploadFile

from pexit_app.core import db
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.core.policy import FORM, PUBLIC, Policy, allow
from pexit_app.features.identity.access import who
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.takedowns import service
from pexit_app.features.takedowns.cards import FormCard, ticket_card
from pexit_app.features.takedowns.components import takedown_page, ticket_page
from pexit_app.features.takedowns.models import MAX_WORDS_CHARS
from pexit_app.features.takedowns.service import Report
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
HOME = "/takedown"
TICKETS = Policy("anybody", "read", "sign_in")  # numbers are not to be guessed
FIELDS = ("name", "email", "reason", "words", "address")
MAX_FIELDS = 10
FIELD_BYTES = 4 * MAX_WORDS_CHARS + 1024
MAX_PICTURE_BYTES = 20 * 1024 * 1024


async def _visitor(request: Request) -> Visitor:
    me = await who(request)
    async with db.transaction() as session:
        return await visitor_of(session, me)


@router.get(HOME)
@allow(PUBLIC)
async def takedown_form(request: Request, address: str = "") -> Response:
    return await _form_page(request, FormCard(values={"address": address[:1000]}))


async def _form_page(request: Request, card: FormCard, status: int = 200) -> Response:
    body = takedown_page(card, action=HOME, visitor=await _visitor(request))
    return plain.answer("Take a picture down: Pexit", body, status, is_indexed=True)


@router.post(HOME)
@allow(FORM)
async def report(request: Request) -> Response:
    """Whoever sends it, from wherever: nothing is done in anybody's name."""
    async with request.form(max_files=1, max_fields=MAX_FIELDS, max_part_size=FIELD_BYTES) as sent:
        values = {name: _text(sent, name) for name in FIELDS}
        picture = await _picture(sent)
    try:
        await rates.count_takedown(rates.address_of(request))
        ticket = await service.report(Report(**values, picture=picture))
    except BadInput as error:
        errors = {each.field: each.message for each in error.problems}
        return await _form_page(request, FormCard(values, errors, had_picture=picture is not None), error.status)
    except PexitError as error:  # too often, or nobody could look at the picture
        return await _form_page(request, FormCard(values, said=error.message), error.status)
    return RedirectResponse(f"{HOME}/{ticket.number}", 303)


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


async def _picture(sent: FormData) -> bytes | None:
    """None for a field that was left empty: browsers send a nameless file then."""
    file = sent.get("picture")
    if not isinstance(file, UploadFile) or not (file.filename or file.size):
        return None
    return await file.read(MAX_PICTURE_BYTES + 1)


@router.get(f"{HOME}/{{number}}")
@allow(TICKETS)
async def read_ticket(request: Request, number: str) -> Response:
    visitor = await _visitor(request)
    try:
        async with db.transaction() as session:
            ticket = await service.find_ticket(session, number)
            matches = await service.matches_of(session, ticket.id)
    except NotFound:
        body = plain_page("There is no such ticket.", "Look at its number once more.", "Take a picture down", HOME)
        return plain.answer("No such ticket: Pexit", body, 404)
    return plain.answer(f"{ticket.number}: Pexit", ticket_page(ticket_card(ticket, matches), visitor=visitor))
