"""Proving once more who one is, on the page: `/account/confirm`."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity import api, changes, second, service
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.account_components import confirm_page
from pexit_app.features.identity.account_drawing import HOME, AccountRoute, Field, back, digits, visitor
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import WrongCode, WrongPasskey
from pexit_app.features.identity.forms import PASSKEYS, safe_next, strips
from pexit_app.features.identity.ways_forms import credential_in
from pexit_app.web import plain

router = APIRouter(include_in_schema=False, route_class=AccountRoute)


async def _page(me: Actor, target: str, *, is_sent: bool, error: str = "", status: int = 200) -> Response:
    async with db.transaction() as session:
        user = await service.me(session, me)
        is_second = await second.is_on(session, user)
        has_passkeys = await second.has_passkey(session, user.id)
    body = confirm_page(
        identifier=user.identifier,
        is_second=is_second,
        has_passkeys=has_passkeys,
        is_sent=is_sent,
        error=error,
        next_path=target,
        note_text=deps.get().sender.where(user.identifier),
        visitor=await visitor(me),
        strips=await strips(),
    )
    return plain.answer("Prove it is you: Pexit", body, status, scripts=PASSKEYS)


@router.get("/account/confirm")
@allow(LOOKS_AFTER)
async def confirm_form(me: Me, next: str = HOME, sent: bool = False) -> Response:
    return await _page(me, safe_next(next), is_sent=sent)


@router.post("/account/confirm/send")
@allow(MANAGES)
async def send_confirmation(request: Request, me: Me, next: Field = HOME) -> Response:
    await changes.send_confirmation(me, caller_of(request))
    return RedirectResponse(f"/account/confirm?sent=true&next={quote(safe_next(next), safe='')}", 303)


@router.post("/account/confirm")
@allow(MANAGES)
async def confirm(request: Request, me: Me, code: Field = "", next: Field = HOME) -> Response:
    try:
        return _on(await changes.confirm(me, digits(code), caller_of(request)), safe_next(next))
    except WrongCode as error:
        return await _page(me, safe_next(next), is_sent=True, error=error.message, status=error.status)


@router.post("/account/confirm/passkey")
@allow(MANAGES)
async def confirm_by_passkey(request: Request, me: Me, credential: Field = "", next: Field = HOME) -> Response:
    try:
        entered = await changes.confirm_by_passkey(me, credential_in(credential), caller_of(request))
        return _on(entered, safe_next(next))
    except WrongPasskey as error:
        return await _page(me, safe_next(next), is_sent=True, error=error.message, status=error.status)


def _on(entered: Entered, target: str) -> Response:
    """To where they were going."""
    if target == HOME:
        return back("proven", "main", entered)
    answer = RedirectResponse(target, 303)
    api.set_cookie(answer, entered.secret)
    return answer
