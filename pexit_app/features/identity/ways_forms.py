"""The other ways in on the page: a password, a passkey, the second step."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from pexit_app.core.errors import BadInput, TooMany
from pexit_app.core.policy import FORM, OPEN, allow
from pexit_app.features.identity import doors
from pexit_app.features.identity.access import caller_of, check_origin
from pexit_app.features.identity.components import password_page, second_page
from pexit_app.features.identity.errors import SecondStepOver, WrongCode, WrongPasskey, WrongPassword
from pexit_app.features.identity.forms import (
    HOME,
    PASSKEYS,
    SECOND_COOKIE,
    elsewhere,
    kept,
    let_in,
    safe_next,
    see_other,
    sign_in_answer,
    strips,
)
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
Field = Annotated[str, Form()]
MAX_TYPED = 400


def credential_in(text: str) -> dict[str, Any]:
    """What the page's script put into the form. Raises WrongPasskey."""
    try:
        credential = json.loads(text)
    except ValueError:
        credential = None
    if not isinstance(credential, dict):
        raise WrongPasskey.of("credential", "The browser did not answer with a passkey. Try again.")
    return credential


@router.get("/login/password")
@allow(OPEN)
async def password_form(next: str = "") -> Response:
    return await _password_page(safe_next(next) if next else HOME, "", {}, 200)


async def _password_page(target: str, value: str, errors: dict[str, str], status: int) -> Response:
    body = password_page(
        action="/auth/password",
        next_path=target,
        value=value,
        errors=errors,
        elsewhere=elsewhere(),
        strips=await strips(),
    )
    return plain.answer("Sign in: Pexit", body, status, scripts=PASSKEYS)


@router.post("/auth/password")
@allow(FORM)
async def prove_password(request: Request, identifier: Field = "", password: Field = "", next: Field = "") -> Response:
    check_origin(request)
    target = safe_next(next)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        return await let_in(doors.enter_by_password(identifier, password[:MAX_TYPED], caller_of(request)), target)
    except (BadInput, TooMany, WrongPassword) as error:
        field = "identifier" if isinstance(error, BadInput) else "password"
        return await _password_page(target, identifier[:254], {field: error.message}, error.status)


@router.post("/auth/passkey/options")
@allow(FORM)
async def ask_passkey(request: Request) -> Response:
    """For the page's script, which has no JSON envelope to read."""
    check_origin(request)
    await rates.count(request, "sign_in", rates.address_of(request))
    return Response(json.dumps(await doors.ask_passkey()), media_type="application/json")


@router.post("/auth/passkey")
@allow(FORM)
async def prove_passkey(request: Request, credential: Field = "", next: Field = "") -> Response:
    check_origin(request)
    target = safe_next(next)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        return await let_in(doors.enter_by_passkey(credential_in(credential), caller_of(request)), target)
    except (WrongPasskey, TooMany) as error:
        return await sign_in_answer(target, error.status, bad=error.message)


async def _second_page(target: str, error: str, status: int) -> Response:
    body = second_page(action="/auth/second", start_over="/login", next_path=target, error=error, strips=await strips())
    return plain.answer("Second step: Pexit", body, status, scripts=PASSKEYS)


@router.get("/login/second")
@allow(OPEN)
async def second_form(request: Request) -> Response:
    under_way = kept(request, SECOND_COOKIE)
    return await _second_page(safe_next(under_way[1]), "", 200) if under_way else see_other("/login")


@router.post("/auth/second")
@allow(FORM)
async def prove_second(request: Request, code: Field = "") -> Response:
    check_origin(request)
    under_way = kept(request, SECOND_COOKIE)
    if under_way is None:
        return see_other("/login")
    slip, target = under_way[0], safe_next(under_way[1])
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        return await let_in(doors.take_second_step(slip, code.strip()[:40], caller_of(request)), target)
    except (WrongCode, TooMany) as error:
        return await _second_page(target, error.message, error.status)
    except SecondStepOver:
        return see_other("/login")
