"""How the account page answers: drawn, drawn with what went wrong, or gone back to."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.features.identity import api
from pexit_app.features.identity.access import who
from pexit_app.features.identity.account_cards import Said, account_card
from pexit_app.features.identity.account_components import account_page
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.features.identity.forms import PASSKEYS
from pexit_app.features.identity.page_route import page_route
from pexit_app.features.identity.state import visitor_of
from pexit_app.ui.parts.ruler import Visitor
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
    "password": "Your password is set, and all other sessions are ended.",
    "password-removed": "Your password is removed.",
    "authenticator-removed": "The authenticator app is off.",
    "passkey": "Your passkey is added.",
    "passkey-removed": "That passkey is removed.",
    "linked": "It is linked: that account opens this one from now on.",
    "linked-elsewhere": "That account elsewhere opens another account here. Unlink it there first.",
    "unlinked": "It is unlinked.",
    "demanded": "A passkey is demanded as a second step from now on.",
    "not-demanded": "A passkey is not demanded any more.",
    "proven": "Thank you. You may change how you sign in for the next 15 minutes.",
}


OPENED = {"/account/keys": "key", "/account/address": "address", "/account/password": "password"}  # by what was posted


async def draw(request: Request, actor: Actor, said: Said, status: int = 200, log: str | None = None) -> Response:
    async with db.transaction() as session:
        card = await account_card(session, actor, log)
        seen = await visitor_of(session, actor)
    return plain.answer("Account: Pexit", account_page(card, said, seen), status, scripts=PASSKEYS)


async def visitor(me: Actor) -> Visitor:
    async with db.transaction() as session:
        return await visitor_of(session, me)


async def tell(request: Request, error: PexitError) -> Response:
    """The page again, with the error at its field and what was typed."""
    actor = None if isinstance(error, OriginMismatch) else await who(request)
    if actor is None:
        raise error
    typed = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    problems = error.problems if isinstance(error, BadInput) else []
    names = {"name": "key_name"} if request.url.path == "/account/keys" else {}
    errors = {names.get(each.field, each.field): each.message for each in problems}
    opened = OPENED.get(request.url.path, "")
    said = Said(errors=errors, values=typed, opened=opened, bad="" if errors else error.message)
    return await draw(request, actor, said, error.status)


AccountRoute = page_route(HOME, tell)


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


def digits(code: str) -> str:
    return code.replace(" ", "")[:20]
