"""Signing in on the page: plain forms, so it works without JavaScript. Post, redirect, get; the address being proven
travels in a signed cookie of ten minutes, never in a URL."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps, hooks, security, settings
from pexit_app.core.errors import BadInput, Conflict, PexitError, TooMany
from pexit_app.core.policy import FORM, OPEN, allow
from pexit_app.features.identity import api, doors, sessions
from pexit_app.features.identity import linking as linkings
from pexit_app.features.identity.access import caller_of, check_origin, who
from pexit_app.features.identity.components import code_page, link_page, sign_in_page, used_link_page
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import SecondStepNeeded, WrongCode
from pexit_app.features.identity.identifiers import canonical as canonical_form
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
PENDING_COOKIE, SECOND_COOKIE = "pexit_pending", "pexit_second"
PENDING_S = 600
MAX_SEALED = 1600  # a cookie holds 4096 with everything else
HOME = "/sheets"
PASSKEYS = ("/passkeys.js",)


def safe_next(path: str) -> str:
    """A path on this site, or the user's sheets: never another site."""
    is_path = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_path and len(path) <= 2000 else HOME


def cookie_name(name: str) -> str:
    """`__Host-` demands Secure: as in core/settings.py."""
    return f"__Host-{name}" if settings.load().is_https else name


def drop_cookie(answer: Response, name: str) -> None:
    is_https = settings.load().is_https
    answer.delete_cookie(cookie_name(name), path="/", httponly=True, samesite="lax", secure=is_https)


def kept(request: Request, name: str) -> list[str] | None:
    """The lines that keep_for_later() kept in this browser."""
    text = security.unsign(name, request.cookies.get(cookie_name(name), ""), PENDING_S)
    return None if text is None else text.split("\n")


@dataclass(frozen=True, slots=True)
class Pending:
    """The sign-in under way in this browser. `linking` is the sealed account elsewhere that it shall open too, or ""."""

    identifier: str
    target: str
    linking: str

    @property
    def elsewhere(self) -> linkings.Linking | None:
        return linkings.unsealed(self.linking)


def _pending(request: Request) -> Pending | None:
    lines = kept(request, PENDING_COOKIE)
    if lines is None or len(lines) != len(fields(Pending)):
        return None
    return Pending(lines[0], safe_next(lines[1]), lines[2])


def see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


@router.get("/login")
@allow(OPEN)
async def sign_in_form(request: Request, next: str = "") -> Response:
    target = safe_next(next) if next else HOME
    if await who(request) is not None:
        return see_other(target)
    return await sign_in_answer(target)


def elsewhere() -> list[tuple[str, str]]:
    """Accounts elsewhere that may open one here: (name in addresses, label)."""
    return [(name, provider.label) for name, provider in deps.get().elsewhere.items()]


async def strips() -> Sequence[StripCard]:
    async with db.transaction() as session:
        return await hooks.showcase(session)


async def sign_in_answer(target: str, status: int = 200, value: str = "", error: str = "", bad: str = "") -> Response:
    """`error` is of the address in `value`, `bad` of another way in."""
    body = sign_in_page(
        action="/auth/code",
        next_path=target,
        value=value,
        error=error,
        bad=bad,
        elsewhere=elsewhere(),
        strips=await strips(),
    )
    return plain.answer("Sign in: Pexit", body, status, scripts=PASSKEYS)


@router.post("/auth/code")
@allow(FORM)
async def ask_code(
    request: Request,
    identifier: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
    linking: Annotated[str, Form()] = "",
) -> Response:
    """`linking`: sealed by elsewhere_forms.py, so that what the code proves may be linked with it."""
    check_origin(request)
    target = safe_next(next)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        canonical = canonical_form(identifier)
        await doors.send_code(canonical, caller_of(request), next_path=target)
    except (BadInput, TooMany) as error:
        return await sign_in_answer(target, error.status, identifier[:254], error.message)
    answer = see_other("/login/code")
    keep_for_later(answer, PENDING_COOKIE, f"{canonical}\n{target}\n{linking[:MAX_SEALED]}")
    return answer


async def _code_page(pending: Pending, error: str, status: int) -> Response:
    elsewhere = pending.elsewhere
    body = code_page(
        action="/auth/session",
        again_action="/auth/code",
        start_over="/login",
        identifier=pending.identifier,
        error=error,
        next_path=pending.target,
        linking=pending.linking if elsewhere else "",
        linked=elsewhere.words if elsewhere else "",
        note=deps.get().sender.where(pending.identifier),
        strips=await strips(),
    )
    return plain.answer("Your code: Pexit", body, status)


@router.get("/login/code")
@allow(OPEN)
async def code_form(request: Request) -> Response:
    pending = _pending(request)
    return await _code_page(pending, "", 200) if pending else see_other("/login")


@router.post("/auth/session")
@allow(FORM)
async def prove_code(request: Request, code: Annotated[str, Form()] = "") -> Response:
    check_origin(request)
    pending = _pending(request)
    if pending is None:
        return see_other("/login")
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        await doors.prove(pending.identifier, code.strip().replace(" ", "")[:20])
        if pending.elsewhere is not None:
            await doors.link_proven(pending.identifier, pending.elsewhere, caller_of(request))
    except (WrongCode, TooMany, Conflict) as error:
        return await _code_page(pending, error.message, error.status)
    return await let_in(doors.enter_by(pending.identifier, "code", caller_of(request)), pending.target)


async def let_in(entering: Awaitable[Entered], target: str) -> Response:
    """To `target`, or to the second step."""
    try:
        return admitted(await entering, target)
    except SecondStepNeeded as error:
        return to_second_step(error, target)


def admitted(entered: Entered, target: str) -> Response:
    answer = see_other(target)  # a full page load: the live connection is opened with the new cookie
    api.set_cookie(answer, entered.secret)
    for name in (PENDING_COOKIE, SECOND_COOKIE):
        drop_cookie(answer, name)
    return answer


def to_second_step(error: SecondStepNeeded, target: str) -> Response:
    answer = see_other("/login/second")
    keep_for_later(answer, SECOND_COOKIE, f"{error.details['slip']}\n{target}")
    return answer


def keep_for_later(answer: Response, name: str, text: str) -> None:
    """Signed, for the ten minutes of a sign-in under way."""
    answer.set_cookie(
        cookie_name(name),
        security.sign(name, text),
        max_age=PENDING_S,
        httponly=True,
        samesite="lax",
        secure=settings.load().is_https,
        path="/",
    )


@router.get("/login/link")
@allow(OPEN)
async def link_form(token: str = "") -> Response:
    """Only asks: mail programs and their guards follow links too, and must not use it up."""
    return await _link_page(token[:100], "", 200)


async def _link_page(token: str, error: str, status: int) -> Response:
    slip = await doors.look_at_link(token)
    if slip is None:
        return await _used_link_page()
    body = link_page(action="/auth/link", token=token, identifier=slip.subject, error=error, strips=await strips())
    answer = plain.answer("Sign in: Pexit", body, status)
    answer.headers["Referrer-Policy"] = "same-origin"  # the token stands in this page's address
    return answer


async def _used_link_page() -> Response:
    return plain.answer("Link used: Pexit", used_link_page(start_over="/login", strips=await strips()), 410)


@router.post("/auth/link")
@allow(FORM)
async def prove_link(request: Request, token: Annotated[str, Form()] = "") -> Response:
    check_origin(request)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        identifier, target = await doors.take_link(token[:100])
    except TooMany as error:
        return await _link_page(token[:100], error.message, error.status)
    except WrongCode:
        return await _used_link_page()
    return await let_in(doors.enter_by(identifier, "link", caller_of(request)), safe_next(target))


@router.post("/auth/logout")
@allow(FORM)
async def sign_out(request: Request) -> Response:
    check_origin(request)
    actor = await who(request)
    if actor is not None:
        try:
            async with db.transaction() as session:
                await sessions.end_session(session, actor, actor.session_id, caller_of(request))
        except PexitError:
            pass  # ended in another tab meanwhile: signed out is signed out
    answer = see_other("/")
    api.clear_cookie(answer)
    return answer
