"""The account page and its posts. Plain forms: they work without JavaScript, and a session may be replaced under the page.

Post, redirect, get; what went wrong, and what is shown only once, is drawn in the answer to the post itself.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity import account, addresses, changes, keys, sessions
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.account_components import address_page
from pexit_app.features.identity.account_drawing import (
    HOME,
    NOTES,
    AccountRoute,
    Field,
    back,
    digits,
    draw,
    id_in,
    visitor,
)
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.forms import strips
from pexit_app.features.identity.identifiers import canonical
from pexit_app.web import plain

router = APIRouter(include_in_schema=False, route_class=AccountRoute)


@router.get("/account")
@allow(LOOKS_AFTER)
async def read_account(request: Request, me: Me, done: str = "", log: str = "") -> Response:
    try:
        return await draw(request, me, Said(note=NOTES.get(done, "")), log=log or None)
    except BadInput:
        return RedirectResponse(HOME, 303)


@router.post("/account/name")
@allow(MANAGES)
async def keep_name(me: Me, name: Field = "") -> Response:
    async with db.transaction() as session:
        await account.change_me(session, me, name=name)
    return back("name", "you")


@router.post("/account/fairyname")
@allow(MANAGES)
async def draw_fairyname(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        await account.draw_fairyname(session, me, caller_of(request))
    return back("fairyname", "you")


@router.post("/account/notices")
@allow(MANAGES)
async def keep_notices(me: Me, tells_sign_ins: Field = "") -> Response:
    async with db.transaction() as session:
        await account.change_me(session, me, tells_sign_ins=bool(tells_sign_ins))
    return back("notices", "notices")


@router.post("/account/address")
@allow(MANAGES)
async def ask_address(request: Request, me: Me, identifier: Field = "") -> Response:
    letters = await changes.send_address_codes(me, identifier, caller_of(request))
    return await _address_page(me, letters.new, letters.old, {})


async def _address_page(me: Actor, new: str, old: str, errors: dict[str, str], status: int = 200) -> Response:
    note = deps.get().sender.where(new)
    body = address_page(
        new=new, old=old, errors=errors, note_text=note, visitor=await visitor(me), strips=await strips()
    )
    return plain.answer("New address: Pexit", body, status)


@router.post("/account/address/confirm")
@allow(MANAGES)
async def change_address(
    request: Request, me: Me, identifier: Field = "", code_new: Field = "", code_old: Field = ""
) -> Response:
    new = canonical(identifier)
    try:
        entered = await changes.change_address(me, new, digits(code_new), digits(code_old), caller_of(request))
    except WrongCode as error:
        async with db.transaction() as session:
            old = await addresses.old_side(session, me, new)
        return await _address_page(me, new, old, {error.problems[0].field: error.message}, error.status)
    return back("address", "addresses", entered)


@router.post("/account/address/remove")
@allow(MANAGES)
async def remove_address(request: Request, me: Me, kind: Field = "") -> Response:
    entered = await changes.remove_address(me, kind, caller_of(request))
    return back("removed", "addresses", entered)


@router.post("/account/sessions/end")
@allow(MANAGES)
async def end_session(request: Request, me: Me, session_id: Field = "") -> Response:
    async with db.transaction() as session:
        await sessions.end_session(session, me, id_in(session_id), caller_of(request))
    return back("session", "sessions")


@router.post("/account/sessions/end-others")
@allow(MANAGES)
async def end_other_sessions(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        await sessions.end_sessions(session, me, caller_of(request))
    return back("sessions", "sessions")


@router.post("/account/keys")
@allow(MANAGES)
async def make_key(request: Request, me: Me, key_name: Field = "", scope: Field = "read", days: Field = "") -> Response:
    life = int(days) if days.isdecimal() and len(days) <= 4 else None
    async with db.transaction() as session:
        _, key = await keys.make_key(session, me, key_name, [scope], life, caller_of(request))
    return await draw(request, me, Said(key=key))


@router.post("/account/keys/end")
@allow(MANAGES)
async def end_key(request: Request, me: Me, key_id: Field = "") -> Response:
    async with db.transaction() as session:
        await keys.end_key(session, me, id_in(key_id), caller_of(request))
    return back("key", "keys")
