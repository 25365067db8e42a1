"""Changing one's ways in on the account page: password, passkeys, the second step."""

import json
from collections.abc import Sequence

import segno
from fastapi import APIRouter, Request, Response

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import MANAGES, allow
from pexit_app.features.identity import api, changes, passkeys, second
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.account_drawing import AccountRoute, Field, back, digits, draw, id_in, visitor
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.forms import strips
from pexit_app.features.identity.ways_components import authenticator_page
from pexit_app.features.identity.ways_forms import MAX_TYPED, credential_in
from pexit_app.web import plain

router = APIRouter(include_in_schema=False, route_class=AccountRoute)


@router.post("/account/password")
@allow(MANAGES)
async def set_password(request: Request, me: Me, password: Field = "") -> Response:
    return back("password", "ways", await changes.set_password(me, password[:MAX_TYPED], caller_of(request)))


@router.post("/account/password/remove")
@allow(MANAGES)
async def remove_password(request: Request, me: Me) -> Response:
    return back("password-removed", "ways", await changes.remove_password(me, caller_of(request)))


@router.post("/account/authenticator")
@allow(MANAGES)
async def begin_authenticator(me: Me) -> Response:
    async with db.transaction() as session:
        setup = await second.begin(session, me)
    return await _authenticator_page(me, setup)


async def _authenticator_page(me: Actor, setup: second.Setup, error: str = "", status: int = 200) -> Response:
    picture = segno.make_qr(setup.uri).svg_data_uri(scale=5, border=4, light="#fff")
    body = authenticator_page(
        secret=setup.secret,
        uri=setup.uri,
        picture=picture,
        error=error,
        visitor=await visitor(me),
        strips=await strips(),
    )
    return plain.answer("Authenticator app: Pexit", body, status)


@router.post("/account/authenticator/confirm")
@allow(MANAGES)
async def confirm_authenticator(request: Request, me: Me, code: Field = "") -> Response:
    try:
        entered, codes = await changes.confirm_authenticator(me, digits(code), caller_of(request))
    except WrongCode as error:
        async with db.transaction() as session:
            setup = await second.under_way(session, me)
        if setup is None:
            raise NotFound("No authenticator app is being added. Begin again.") from error
        return await _authenticator_page(me, setup, error.message, error.status)
    return await _with_codes(request, entered, codes, "The authenticator app is on. All other sessions are ended.")


async def _with_codes(request: Request, entered: Entered, codes: Sequence[str], note: str) -> Response:
    """The page as the new session sees it, with what is shown once."""
    actor = Actor(entered.user.id, entered.row.id, "starter")
    answer = await draw(request, actor, Said(note=note, codes=codes))
    api.set_cookie(answer, entered.secret)
    return answer


@router.post("/account/authenticator/remove")
@allow(MANAGES)
async def turn_off_authenticator(request: Request, me: Me) -> Response:
    return back("authenticator-removed", "ways", await changes.turn_off_authenticator(me, caller_of(request)))


@router.post("/account/recovery")
@allow(MANAGES)
async def renew_recovery(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        codes = await second.renew_recovery(session, me, caller_of(request))
    return await draw(request, me, Said(codes=codes))


@router.post("/account/passkeys/options")
@allow(MANAGES)
async def offer_passkey(me: Me) -> Response:
    """For the page's script, which has no envelope to read."""
    async with db.transaction() as session:
        options = await passkeys.creation_options(session, me)
    return Response(json.dumps(options), media_type="application/json")


@router.post("/account/passkeys")
@allow(MANAGES)
async def add_passkey(request: Request, me: Me, credential: Field = "", passkey_name: Field = "") -> Response:
    entered = await changes.add_passkey(me, credential_in(credential), passkey_name, caller_of(request))
    return back("passkey", "ways", entered)


@router.post("/account/passkeys/remove")
@allow(MANAGES)
async def remove_passkey(request: Request, me: Me, passkey_id: Field = "") -> Response:
    return back("passkey-removed", "ways", await changes.remove_passkey(me, id_in(passkey_id), caller_of(request)))


@router.post("/account/passkeys/demand")
@allow(MANAGES)
async def demand_passkey(request: Request, me: Me, is_demanded: Field = "") -> Response:
    entered, codes = await changes.ask_for_passkey(me, is_demanded == "yes", caller_of(request))
    note = "demanded" if is_demanded == "yes" else "not-demanded"
    return (
        await _with_codes(request, entered, codes, "A passkey is demanded.") if codes else back(note, "ways", entered)
    )


@router.post("/account/unlink")
@allow(MANAGES)
async def unlink(request: Request, me: Me, link_id: Field = "") -> Response:
    return back("unlinked", "ways", await changes.unlink(me, id_in(link_id), caller_of(request)))
