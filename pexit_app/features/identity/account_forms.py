"""The account page and its posts. Plain forms: they work without JavaScript, and a session may be replaced under the page.

Post, redirect, get; what went wrong, and what is shown only once, is drawn in the answer to the post itself.
"""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.features.identity import account, addresses, api, doors, keys, service, sessions
from pexit_app.features.identity.access import caller_of, who
from pexit_app.features.identity.account_cards import Said, account_card
from pexit_app.features.identity.account_components import account_page, address_page, confirm_page
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import OriginMismatch, WrongCode
from pexit_app.features.identity.forms import safe_next
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.page_route import Visiting, page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.web import plain

HOME = "/account"
Field = Annotated[str, Form()]
NOTES = {  # by the word that a redirect brings; nothing else is ever shown from an address
    "name": "Your name is kept.",
    "fairyname": "You have a new fairyname.",
    "address": "Your address is changed.",
    "removed": "The address is removed.",
    "session": "That session is ended.",
    "sessions": "All other sessions are ended.",
    "key": "That key is ended.",
    "notices": "Kept.",
    "proven": "Thank you. You may change how you sign in for the next 15 minutes.",
}


async def draw(request: Request, actor: Actor, said: Said, status: int = 200, log: str | None = None) -> Response:
    async with db.transaction() as session:
        card = await account_card(session, actor, log)
        visitor = await visitor_of(session, actor)
    return plain.answer("Account: Pexit", account_page(card, said, visitor), status)


async def tell(request: Request, error: PexitError) -> Response:
    """The page again, with the error at its field and what was typed."""
    actor = None if isinstance(error, OriginMismatch) else await who(request)
    if actor is None:
        raise error
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    problems = error.problems if isinstance(error, BadInput) else []
    names = {"name": "key_name"} if request.url.path == "/account/keys" else {}
    errors = {names.get(each.field, each.field): each.message for each in problems}
    opened = {"/account/keys": "key", "/account/address": "address"}.get(request.url.path, "")
    said = Said(errors=errors, values=typed, opened=opened, bad="" if errors else error.message)
    return await draw(request, actor, said, error.status)


router = APIRouter(include_in_schema=False, route_class=page_route(HOME, tell))


def back(note: str, anchor: str, entered: Entered | None = None) -> Response:
    """To the page, saying so. `entered`: the session is another one from now on."""
    answer = RedirectResponse(f"{HOME}?done={note}#{anchor}", 303)
    if entered is not None:
        api.set_cookie(answer, entered.secret)
    return answer


def id_in(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such thing.") from None


@router.get("/account")
async def read_account(request: Request, me: Visiting, done: str = "", log: str = "") -> Response:
    try:
        return await draw(request, me, Said(note=NOTES.get(done, "")), log=log or None)
    except BadInput:
        return RedirectResponse(HOME, 303)


@router.post("/account/name")
async def keep_name(me: Visiting, name: Field = "") -> Response:
    async with db.transaction() as session:
        await account.change_me(session, me, name=name)
    return back("name", "you")


@router.post("/account/fairyname")
async def draw_fairyname(request: Request, me: Visiting) -> Response:
    async with db.transaction() as session:
        await account.draw_fairyname(session, me, caller_of(request))
    return back("fairyname", "you")


@router.post("/account/notices")
async def keep_notices(me: Visiting, tells_sign_ins: Field = "") -> Response:
    async with db.transaction() as session:
        await account.change_me(session, me, tells_sign_ins=bool(tells_sign_ins))
    return back("notices", "notices")


@router.post("/account/address")
async def ask_address(request: Request, me: Visiting, identifier: Field = "") -> Response:
    letters = await doors.send_address_codes(me, identifier, caller_of(request))
    return await _address_page(me, letters.new, letters.old, {})


async def _address_page(me: Actor, new: str, old: str, errors: dict[str, str], status: int = 200) -> Response:
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
    note = deps.get().sender.where(new)
    body = address_page(new=new, old=old, errors=errors, note_text=note, visitor=visitor)
    return plain.answer("New address: Pexit", body, status)


@router.post("/account/address/confirm")
async def change_address(
    request: Request, me: Visiting, identifier: Field = "", code_new: Field = "", code_old: Field = ""
) -> Response:
    new = canonical(identifier)
    try:
        entered = await doors.change_address(me, new, _digits(code_new), _digits(code_old), caller_of(request))
    except WrongCode as error:
        async with db.transaction() as session:
            old = await addresses.old_side(session, me, new)
        return await _address_page(me, new, old, {error.problems[0].field: error.message}, error.status)
    return back("address", "addresses", entered)


def _digits(code: str) -> str:
    return code.replace(" ", "")[:20]


@router.post("/account/address/remove")
async def remove_address(request: Request, me: Visiting, kind: Field = "") -> Response:
    entered = await doors.remove_address(me, kind, caller_of(request))
    return back("removed", "addresses", entered)


@router.post("/account/sessions/end")
async def end_session(request: Request, me: Visiting, session_id: Field = "") -> Response:
    async with db.transaction() as session:
        await sessions.end_session(session, me, id_in(session_id), caller_of(request))
    return back("session", "sessions")


@router.post("/account/sessions/end-others")
async def end_other_sessions(request: Request, me: Visiting) -> Response:
    async with db.transaction() as session:
        await sessions.end_sessions(session, me, caller_of(request))
    return back("sessions", "sessions")


@router.post("/account/keys")
async def make_key(
    request: Request, me: Visiting, key_name: Field = "", scope: Field = "read", days: Field = ""
) -> Response:
    life = int(days) if days.isdecimal() and len(days) <= 4 else None
    async with db.transaction() as session:
        _, key = await keys.make_key(session, me, key_name, [scope], life, caller_of(request))
    return await draw(request, me, Said(key=key))


@router.post("/account/keys/end")
async def end_key(request: Request, me: Visiting, key_id: Field = "") -> Response:
    async with db.transaction() as session:
        await keys.end_key(session, me, id_in(key_id), caller_of(request))
    return back("key", "keys")


async def _confirm_page(me: Actor, target: str, *, is_sent: bool, error: str = "", status: int = 200) -> Response:
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        identifier = (await service.me(session, me)).identifier
    body = confirm_page(
        identifier=identifier,
        is_sent=is_sent,
        error=error,
        next_path=target,
        note_text=deps.get().sender.where(identifier),
        visitor=visitor,
    )
    return plain.answer("Prove it is you: Pexit", body, status)


@router.get("/account/confirm")
async def confirm_form(me: Visiting, next: str = HOME, sent: bool = False) -> Response:
    return await _confirm_page(me, safe_next(next), is_sent=sent)


@router.post("/account/confirm/send")
async def send_confirmation(request: Request, me: Visiting, next: Field = HOME) -> Response:
    await doors.send_confirmation(me, caller_of(request))
    return RedirectResponse(f"/account/confirm?sent=true&next={quote(safe_next(next), safe='')}", 303)


@router.post("/account/confirm")
async def confirm(request: Request, me: Visiting, code: Field = "", next: Field = HOME) -> Response:
    try:
        entered = await doors.confirm(me, _digits(code), caller_of(request))
    except WrongCode as error:
        return await _confirm_page(me, safe_next(next), is_sent=True, error=error.message, status=error.status)
    if safe_next(next) == HOME:
        return back("proven", "main", entered)
    answer = RedirectResponse(safe_next(next), 303)
    api.set_cookie(answer, entered.secret)
    return answer
