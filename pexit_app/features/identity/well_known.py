"""`/.well-known/`: what programs look for by agreement."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, RedirectResponse

from pexit_app.core.policy import OPEN, allow
from pexit_app.features.identity import signing
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
KEPT_S = 3600  # a day at most would do: see signing.OVERLAP


@router.get("/.well-known/jwks.json")
@allow(OPEN)
async def keys() -> Response:
    """The keys our access tokens are signed with (RFC 7517)."""
    return JSONResponse(signing.published(), headers={"Cache-Control": f"public, max-age={KEPT_S}"})


@router.get("/.well-known/change-password")
@allow(OPEN)
async def change_password() -> Response:
    """Where password managers lead (W3C, A Well-Known URL for Changing Passwords)."""
    return RedirectResponse("/account#ways", 303)
