"""How one may sign in to one's account, over REST: what there is, and changing it.

Each change demands a proof that is at most 15 minutes old (403 `proof_needed`, see /auth/confirm) and gives the session
another id: take the new tokens.
"""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, allow
from pexit_app.features.identity import changes, passkeys, second, ways
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.api import signed_in
from pexit_app.features.identity.schemas import (
    AppCode,
    NewPasskey,
    PasskeyDemand,
    PasswordIn,
    RecoveryOut,
    SecondOut,
    SetupOut,
    SignedInOut,
    WaysOut,
)
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["identity"])


@router.get("/me/ways", response_model=WaysOut)
@allow(LOOKS_AFTER)
async def read_ways(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        return ok(request, await ways.read(session, me))


@router.put("/me/password", response_model=SignedInOut)
@allow(MANAGES)
async def set_password(request: Request, me: Me, body: PasswordIn) -> Response:
    """Ends all other sessions."""
    return await signed_in(request, await changes.set_password(me, body.password, caller_of(request)))


@router.delete("/me/password", response_model=SignedInOut)
@allow(MANAGES)
async def remove_password(request: Request, me: Me) -> Response:
    return await signed_in(request, await changes.remove_password(me, caller_of(request)))


@router.post("/me/authenticator", status_code=201, response_model=SetupOut)
@allow(MANAGES)
async def begin_authenticator(request: Request, me: Me) -> Response:
    """A secret for an app. It counts once a code of it was confirmed."""
    async with db.transaction() as session:
        setup = await second.begin(session, me)
    return ok(request, SetupOut(secret=setup.secret, uri=setup.uri), 201)


@router.post("/me/authenticator/confirm", response_model=SecondOut)
@allow(MANAGES)
async def confirm_authenticator(request: Request, me: Me, body: AppCode) -> Response:
    """Ends all other sessions."""
    entered, codes = await changes.confirm_authenticator(me, body.code, caller_of(request))
    return await signed_in(request, entered, recovery_codes=codes)


@router.delete("/me/authenticator", response_model=SignedInOut)
@allow(MANAGES)
async def turn_off_authenticator(request: Request, me: Me) -> Response:
    return await signed_in(request, await changes.turn_off_authenticator(me, caller_of(request)))


@router.post("/me/recovery-codes", status_code=201, response_model=RecoveryOut)
@allow(MANAGES)
async def renew_recovery(request: Request, me: Me) -> Response:
    """In place of those there were."""
    async with db.transaction() as session:
        codes = await second.renew_recovery(session, me, caller_of(request))
    return ok(request, RecoveryOut(recovery_codes=list(codes)), 201)


@router.post("/passkeys/options")
@allow(MANAGES)
async def offer_passkey(request: Request, me: Me) -> Response:
    """For navigator.credentials.create(); good once, for ten minutes."""
    async with db.transaction() as session:
        return ok(request, await passkeys.creation_options(session, me))


@router.post("/passkeys", status_code=201, response_model=SignedInOut)
@allow(MANAGES)
async def add_passkey(request: Request, me: Me, body: NewPasskey) -> Response:
    entered = await changes.add_passkey(me, body.credential, body.name, caller_of(request))
    return await signed_in(request, entered, 201)


@router.put("/passkeys/demand", response_model=SecondOut)
@allow(MANAGES)
async def demand_passkey(request: Request, me: Me, body: PasskeyDemand) -> Response:
    """Whether a passkey is demanded as a second step."""
    entered, codes = await changes.ask_for_passkey(me, body.is_demanded, caller_of(request))
    return await signed_in(request, entered, recovery_codes=codes)


@router.delete("/passkeys/{passkey_id}", response_model=SignedInOut)
@allow(MANAGES)
async def remove_passkey(request: Request, me: Me, passkey_id: UUID) -> Response:
    return await signed_in(request, await changes.remove_passkey(me, passkey_id, caller_of(request)))


@router.delete("/me/linked/{link_id}", response_model=SignedInOut)
@allow(MANAGES)
async def unlink(request: Request, me: Me, link_id: UUID) -> Response:
    return await signed_in(request, await changes.unlink(me, link_id, caller_of(request)))
