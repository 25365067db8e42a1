"""`/c/<secret>`: where whoever is asked by a link answers, and takes the answer back. Plain forms, whole without
JavaScript.

Post, redirect, get. Where a code went is kept for ten minutes in a signed cookie of this browser, never in an address.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse

from pexit_app.core import db, deps, security
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.core.policy import FORM, PUBLIC, allow
from pexit_app.features.identity.access import caller_of, check_origin
from pexit_app.features.identity.forms import drop_cookie, keep_for_later, kept, see_other
from pexit_app.features.people import handshake_doors as doors
from pexit_app.features.people import handshakes
from pexit_app.features.people.handshake_cards import LinkCard, Said, masked, read_link
from pexit_app.features.people.handshake_components import link_page, unknown_page
from pexit_app.features.people.handshake_doors import Proof
from pexit_app.features.people.handshakes import Answer
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
COOKIE = "pexit_link"
MAX_SECRET_CHARS = 100
MOST_CHOSEN = 40
Field = Annotated[str, Form()]
Chosen = Annotated[list[str], Form()]
OVER = {"declined", "ended", "expired"}


def _sent_to(request: Request, secret: str) -> str:
    """The address that a code for this very link went to from this browser; empty: none did, lately."""
    lines = kept(request, COOKIE)
    is_this = lines is not None and len(lines) == 2 and lines[0] == security.sha256(secret)
    return lines[1] if lines is not None and is_this else ""


async def _draw(
    request: Request, secret: str, *, sent_to: str | None = None, error: PexitError | None = None
) -> Response:
    """The page, with what went wrong at its field and what was ticked."""
    sent_to = _sent_to(request, secret) if sent_to is None else sent_to
    async with db.transaction() as session:
        card = await read_link(session, secret)
    problems = error.problems if isinstance(error, BadInput) else []
    errors = {each.field: each.message for each in problems}
    typed = await request.form() if error is not None else None
    names = ("email", "uses", "packs", "adult", "notice")
    values = {name: [str(each) for each in typed.getlist(name)] for name in names} if typed is not None else {}
    said = Said(
        f"/c/{secret}",
        sent_to=_shown(card, sent_to),
        errors=errors,
        values=values,
        sender_note=deps.get().sender.where(sent_to) if sent_to else "",
        bad=error.message if error is not None and not errors else "",
    )
    status = error.status if error is not None else 410 if card.state in OVER and not card.can_hide else 200
    return _private(plain.answer("Pictures of you: Pexit", link_page(card, said), status))


def _shown(card: LinkCard, sent_to: str) -> str:
    """Whoever answers has just written it; later it is only hinted at."""
    return sent_to if card.state == "asked" else masked(sent_to)


def _private(answer: Response) -> Response:
    answer.headers["Referrer-Policy"] = "same-origin"  # the secret stands in this page's address
    return answer


def _unknown() -> Response:
    return _private(plain.answer("No such link: Pexit", unknown_page(), 404))


@router.get("/c/{secret}")
@allow(PUBLIC)
async def read(request: Request, secret: str, again: bool = False) -> Response:
    """`again`: as if no code had been sent."""
    try:
        return await _draw(request, secret[:MAX_SECRET_CHARS], sent_to="" if again else None)
    except NotFound:
        return _unknown()


@router.post("/c/{secret}/code")
@allow(FORM)
async def ask_code(request: Request, secret: str, email: Field = "") -> Response:
    check_origin(request)
    secret = secret[:MAX_SECRET_CHARS]
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        sent_to = await doors.send_code(secret, email, caller_of(request))
    except NotFound:
        return _unknown()
    except PexitError as error:
        return await _draw(request, secret, sent_to="", error=error)
    answer = _private(see_other(f"/c/{secret}#answer"))
    keep_for_later(answer, COOKIE, f"{security.sha256(secret)}\n{sent_to}")
    return answer


@router.post("/c/{secret}/answer")
@allow(FORM)
async def approve(
    request: Request,
    secret: str,
    uses: Chosen = [],  # noqa: B006 - FastAPI copies it
    packs: Chosen = [],  # noqa: B006
    adult: Field = "",
    notice: Field = "",
    code: Field = "",
) -> Response:
    check_origin(request)
    secret = secret[:MAX_SECRET_CHARS]
    sent_to = _sent_to(request, secret)
    answered = Answer("", frozenset(uses[:MOST_CHOSEN]), frozenset(packs[:MOST_CHOSEN]), bool(adult), bool(notice))
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        await doors.approve(secret, Proof(_digits(code), sent_to), answered)
    except NotFound:
        return _unknown()
    except PexitError as error:
        is_address = isinstance(error, BadInput) and any(each.field == "email" for each in error.problems)
        return await _draw(request, secret, sent_to="" if is_address else None, error=error)
    return _done(secret)


@router.post("/c/{secret}/no")
@allow(FORM)
async def decline(request: Request, secret: str) -> Response:
    check_origin(request)
    secret = secret[:MAX_SECRET_CHARS]
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        await doors.decline(secret)
    except NotFound:
        return _unknown()
    except PexitError as error:
        return await _draw(request, secret, error=error)
    return _done(secret)


@router.post("/c/{secret}/back")
@allow(FORM)
async def take_back(request: Request, secret: str, hide: Field = "", code: Field = "") -> Response:
    check_origin(request)
    secret = secret[:MAX_SECRET_CHARS]
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        await doors.take_back(secret, Proof(_digits(code)), is_hiding=bool(hide))
    except NotFound:
        return _unknown()
    except PexitError as error:
        return await _draw(request, secret, error=error)
    return _done(secret)


@router.get("/c/{secret}/receipt")
@allow(PUBLIC)
async def read_receipt(secret: str) -> Response:
    """What was deleted, signed: `python -m pexit_app.cli verify-receipt` reads it."""
    try:
        async with db.transaction() as session:
            row = await handshakes.find(session, secret[:MAX_SECRET_CHARS])
            receipt = await handshakes.receipt_of(session, row)
    except NotFound:
        return _unknown()
    if receipt is None:
        return _unknown()
    name = f"pexit-receipt-{str(receipt.id)[:8]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return _private(JSONResponse(receipt.document, headers=headers))


def _done(secret: str) -> Response:
    answer = _private(see_other(f"/c/{secret}"))
    drop_cookie(answer, COOKIE)
    return answer


def _digits(code: str) -> str:
    return code.strip().replace(" ", "")[:20]
