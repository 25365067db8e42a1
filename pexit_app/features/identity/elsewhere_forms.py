"""Signing in by an account elsewhere, and linking one: `/auth/with/{name}` and back to `/auth/with/{name}/done`.

What must be the same when the browser comes back (state, nonce, PKCE verifier) travels sealed in a cookie of ten minutes.
"""

import json
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db, deps, log, security, settings
from pexit_app.core.errors import Conflict, NotFound, PexitError, TooMany
from pexit_app.core.policy import OPEN, allow
from pexit_app.core.sign_in_ports import ElsewhereFailed, IdentityProvider, Outset
from pexit_app.features.identity import api, changes, doors, service
from pexit_app.features.identity.access import caller_of, who
from pexit_app.features.identity.components import prove_page
from pexit_app.features.identity.errors import NotProven, SecondStepNeeded
from pexit_app.features.identity.forms import (
    HOME,
    admitted,
    cookie_name,
    drop_cookie,
    safe_next,
    see_other,
    sign_in_answer,
    strips,
    to_second_step,
)
from pexit_app.features.identity.linking import Linking, is_link_token
from pexit_app.web import plain, rates
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
COOKIE, COOKIE_S = "pexit_with", 600
logger = log.get("identity")


@dataclass(frozen=True, slots=True)
class Journey:
    """`session_id` is whose account the one elsewhere shall open too; empty: somebody signs in."""

    name: str
    outset: Outset
    target: str
    session_id: str


def redirect_uri(name: str) -> str:
    return f"{settings.load().origin}/auth/with/{name}/done"


def _provider(name: str) -> IdentityProvider:
    provider = deps.get().elsewhere.get(name)
    if provider is None:
        raise NotFound("Nobody signs in this way here.")
    return provider


@router.get("/auth/with/{name}")
@allow(OPEN)
async def begin(request: Request, name: str, next: str = "", link: str = "") -> Response:
    provider = _provider(name)
    target = safe_next(next) if next else HOME
    session_id = ""
    if link:
        actor = await who(request)
        if actor is None or not is_link_token(link, actor):
            return see_other("/account")
        session_id = str(actor.session_id)
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        outset = await provider.begin(redirect_uri(name))
    except (ElsewhereFailed, TooMany) as error:
        return await _failed(provider, target, error)
    answer = RedirectResponse(outset.url, 302)
    _keep(answer, provider, Journey(name, outset, target, session_id))
    return answer


def _keep(answer: Response, provider: IdentityProvider, journey: Journey) -> None:
    config = settings.load()
    answer.set_cookie(
        cookie_name(COOKIE),
        security.seal(COOKIE, json.dumps(asdict(journey))),
        max_age=COOKIE_S,
        httponly=True,
        samesite="none" if provider.posts_back and config.is_https else "lax",
        secure=config.is_https,
        path="/",
    )


def _journey(request: Request, name: str, state: str) -> Journey | None:
    """None: nobody set out from this browser, or the answer belongs to another journey."""
    opened = security.unseal(COOKIE, request.cookies.get(cookie_name(COOKIE), ""), COOKIE_S)
    if opened is None:
        return None
    said: dict[str, Any] = json.loads(opened)
    journey = Journey(**said | {"outset": Outset(**said["outset"])})
    return journey if journey.name == name and security.same(journey.outset.state, state) else None


async def _failed(provider: IdentityProvider, target: str, error: Exception) -> Response:
    logger.warning("an account elsewhere did not vouch", provider=provider.label, why=str(error)[:500])
    message = f"{provider.label} did not let you in. Try again, or take another way."
    bad = error.message if isinstance(error, PexitError) else message
    return await sign_in_answer(target, error.status if isinstance(error, PexitError) else 502, bad=bad)


@router.get("/auth/with/{name}/done")
@allow(OPEN)
async def come_back(request: Request, name: str, state: str = "", code: str = "", error: str = "") -> Response:
    return await _come_back(request, name, state, code, error)


@router.post("/auth/with/{name}/done")
@allow(OPEN)
async def come_back_by_post(
    request: Request,
    name: str,
    state: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    error: Annotated[str, Form()] = "",
) -> Response:
    """From another site, on purpose, so its policy asks for no Origin: the state says that it is this browser's journey."""
    return await _come_back(request, name, state, code, error)


async def _come_back(request: Request, name: str, state: str, code: str, error: str) -> Response:
    provider = _provider(name)
    journey = _journey(request, name, state)
    if journey is None:
        return await sign_in_answer(
            HOME, 400, bad="That took longer than 10 minutes, or began in another browser. Try again."
        )
    try:
        await rates.count(request, "sign_in", rates.address_of(request))
        if error or not code:
            raise ElsewhereFailed(error[:200] or "no code")
        vouched = await provider.finish(redirect_uri(name), journey.outset, code)
    except (ElsewhereFailed, TooMany) as failure:
        answer = await _failed(provider, journey.target, failure)
    else:
        answer = await _go_on(request, journey, Linking(name, provider.label, vouched))
    drop_cookie(answer, COOKIE)
    return answer


async def _go_on(request: Request, journey: Journey, linking: Linking) -> Response:
    if journey.session_id:
        return await _link(request, journey, linking)
    try:
        entered = await doors.enter_elsewhere(journey.name, linking.vouched, caller_of(request))
    except SecondStepNeeded as error:
        return to_second_step(error, journey.target)
    return await _prove_page(journey.target, linking) if entered is None else admitted(entered, journey.target)


async def _prove_page(target: str, linking: Linking) -> Response:
    body = prove_page(
        action="/auth/code",
        next_path=target,
        label=linking.label,
        email=linking.vouched.email,
        is_vouched=linking.vouched.is_email_verified,
        linking=linking.sealed(),
        strips=await strips(),
    )
    return plain.answer("Prove your address: Pexit", body)


async def _link(request: Request, journey: Journey, linking: Linking) -> Response:
    """The session that set out; a cross-site POST does not bring its cookie, so it is known by the journey."""
    async with db.transaction() as session:
        actor = await service.find_by_id(session, UUID(journey.session_id))
    if actor is None:
        return see_other("/login?next=%2Faccount")
    try:
        entered = await changes.link(actor, linking, caller_of(request))
    except NotProven:
        return see_other("/account/confirm?next=%2Faccount")
    except Conflict:
        return see_other("/account?done=linked-elsewhere#ways")
    answer = see_other("/account?done=linked#ways")
    api.set_cookie(answer, entered.secret)
    return answer
