"""Signing in on the page: plain forms, so it works without JavaScript. Post, redirect, get; the address being proven
travels in a signed cookie of ten minutes, never in a URL."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps, hooks, security, settings
from pexit_app.core.errors import BadInput, PexitError, TooMany
from pexit_app.core.policy import FORM, OPEN, allow
from pexit_app.features.identity import api, service
from pexit_app.features.identity.access import check_origin, who
from pexit_app.features.identity.components import code_page, sign_in_page
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.identifiers import canonical as canonical_form
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
PENDING = "pexit_pending"
PENDING_S = 600
HOME = "/sheets"


def safe_next(path: str) -> str:
    """A path on this site, or the user's sheets: never another site."""
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_path and len(path) <= 2000 else HOME


def _pending(request: Request) -> tuple[str, str] | None:
    """(identifier, where to go next) of the sign-in under way in this browser."""
    text = security.unsign(PENDING, request.cookies.get(_cookie_name(), ""), PENDING_S)
    if text is None:
        return None
    identifier, _, target = text.partition("\n")
    return identifier, safe_next(target)


def _cookie_name() -> str:
    """`__Host-` demands Secure: as in core/settings.py."""
    return f"__Host-{PENDING}" if settings.load().is_https else PENDING


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


@router.get("/login")
@allow(OPEN)
async def sign_in_form(request: Request, next: str = "") -> Response:
    target = safe_next(next) if next else HOME
    if await who(request) is not None:
        return _see_other(target)
    return await _sign_in_page(target, "", "", 200)


async def _strips() -> Sequence[StripCard]:
    async with db.transaction() as session:
        return await hooks.showcase(session)


async def _sign_in_page(target: str, value: str, error: str, status: int) -> Response:
    body = sign_in_page(action="/auth/code", next_path=target, value=value, error=error, strips=await _strips())
    return plain.answer("Sign in: Pexit", body, status)


@router.post("/auth/code")
@allow(FORM)
async def ask_code(
    request: Request, identifier: Annotated[str, Form()] = "", next: Annotated[str, Form()] = ""
) -> Response:
    check_origin(request)
    target = safe_next(next)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        canonical = canonical_form(identifier)
        await api.send_code(canonical)
    except (BadInput, TooMany) as error:
        return await _sign_in_page(target, identifier[:254], error.message, error.status)
    answer = _see_other("/login/code")
    answer.set_cookie(
        _cookie_name(),
        security.sign(PENDING, f"{canonical}\n{target}"),
        max_age=PENDING_S,
        httponly=True,
        samesite="lax",
        secure=settings.load().is_https,
        path="/",
    )
    return answer


async def _code_page(pending: tuple[str, str], error: str, status: int) -> Response:
    identifier, target = pending
    body = code_page(
        action="/auth/session",
        again_action="/auth/code",
        start_over="/login",
        identifier=identifier,
        error=error,
        next_path=target,
        note=deps.get().sender.where,
        strips=await _strips(),
    )
    return plain.answer("Your code: Pexit", body, status)


@router.get("/login/code")
@allow(OPEN)
async def code_form(request: Request) -> Response:
    pending = _pending(request)
    return await _code_page(pending, "", 200) if pending else _see_other("/login")


@router.post("/auth/session")
@allow(FORM)
async def prove_code(request: Request, code: Annotated[str, Form()] = "") -> Response:
    check_origin(request)
    pending = _pending(request)
    if pending is None:
        return _see_other("/login")
    identifier, target = pending
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        await api.prove(identifier, code.strip().replace(" ", "")[:20])
    except (WrongCode, TooMany) as error:
        return await _code_page(pending, error.message, error.status)
    async with db.transaction() as session:
        _, _, secret = await service.sign_in(session, identifier, request.headers.get("user-agent", ""))
    answer = _see_other(target)  # a full page load: the live connection is opened with the new cookie
    api.set_cookie(answer, secret)
    is_https = settings.load().is_https
    answer.delete_cookie(_cookie_name(), path="/", httponly=True, samesite="lax", secure=is_https)
    return answer


@router.post("/auth/logout")
@allow(FORM)
async def sign_out(request: Request) -> Response:
    check_origin(request)
    actor = await who(request)
    if actor is not None:
        try:
            async with db.transaction() as session:
                await service.end_session(session, actor, actor.session_id)
        except PexitError:
            pass  # ended in another tab meanwhile: signed out is signed out
    answer = _see_other("/")
    api.clear_cookie(answer)
    return answer
