"""Sign-in, tokens and sessions over REST. API.md, "Identity"."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db, deps, hooks, log, settings
from pexit_app.core.policy import CHANGES, READS, SIGN_IN, allow
from pexit_app.features.identity import service, tokens
from pexit_app.features.identity.access import Me
from pexit_app.features.identity.errors import SessionEnded
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import User
from pexit_app.features.identity.schemas import (
    CodeProof,
    CodeRequest,
    MeOut,
    Refresh,
    SessionOut,
    SignedInOut,
    TokensOut,
    UserOut,
)
from pexit_app.web import rates
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["identity"])
logger = log.get("identity")


def set_cookie(response: Response, secret: str) -> None:
    config = settings.load()
    response.set_cookie(
        config.cookie_name,
        secret,
        max_age=int(service.SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=config.is_https,
        path="/",
    )


def clear_cookie(response: Response) -> None:
    config = settings.load()
    response.delete_cookie(config.cookie_name, path="/", httponly=True, samesite="lax", secure=config.is_https)


def user_out(user: User) -> UserOut:
    return UserOut.model_validate({**user.model_dump(), "identifier": user.identifier})


async def send_code(identifier: str) -> None:
    """The code leaves after the commit, so that it is valid when it arrives. In silence nothing is sent when there were
    too many for this identifier: the answer is the same for everybody."""
    identifier = canonical(identifier)
    if not await rates.may_send_code(identifier):
        logger.warning("too many codes for one identifier")
        return
    async with db.transaction() as session:
        code = await service.request_code(session, identifier)
    if code is not None:
        await rates.code_sent(identifier)
        await deps.get().sender.send_code(identifier, code)


async def prove(identifier: str, code: str) -> None:
    """In a transaction of its own: a wrong try counts whatever happens after. Raises WrongCode."""
    async with db.transaction() as session:
        is_right = await service.check_code(session, identifier, code)
    service.refuse(is_right)
    await rates.code_used(canonical(identifier))


@router.post("/auth/otp/request", status_code=202)
@allow(SIGN_IN)
async def request_code(request: Request, body: CodeRequest) -> Response:
    """Always 202 for a well-formed identifier, whether or not it has an account."""
    await send_code(body.identifier)
    return ok(request, {"status": "sent"}, 202)


@router.post("/auth/otp/verify", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_code(request: Request, body: CodeProof) -> Response:
    await prove(body.identifier, body.code)
    async with db.transaction() as session:
        user, row, secret = await service.sign_in(session, body.identifier, request.headers.get("user-agent", ""))
        pair = await tokens.issue(session, row)
    data = SignedInOut(**_pair(pair).model_dump(), user=user_out(user))
    answer = ok(request, data)
    set_cookie(answer, secret)
    return answer


def _pair(pair: tokens.TokenPair) -> TokensOut:
    return TokensOut(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        token_type=pair.token_type,
        expires_in=pair.expires_in,
    )


@router.post("/auth/refresh", response_model=TokensOut)
@allow(SIGN_IN)
async def refresh(request: Request, body: Refresh) -> Response:
    async with db.transaction() as session:
        pair = await tokens.rotate(session, body.refresh_token)
    if pair is None:
        raise SessionEnded("This token was used before, so its session was ended. Sign in again.")
    return ok(request, _pair(pair))


@router.post("/auth/logout", status_code=204)
@allow(CHANGES)
async def sign_out(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        await service.end_session(session, me, me.session_id)
    answer = Response(status_code=204)
    clear_cookie(answer)
    return answer


@router.get("/me", response_model=MeOut)
@allow(READS)
async def read_me(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        user = await service.me(session, me)
        balance = await hooks.balance_of(session, me.user_id)
    return ok(request, MeOut(**user_out(user).model_dump(), balance=balance))


@router.get("/sessions", response_model=list[SessionOut])
@allow(READS)
async def list_sessions(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        rows = await service.list_sessions(session, me)
    data = [SessionOut(**row.model_dump(), is_current=row.id == me.session_id) for row in rows]
    return ok(request, data, limit=len(data))


@router.delete("/sessions/{session_id}", status_code=204)
@allow(CHANGES)
async def end_session(session_id: UUID, me: Me) -> Response:
    async with db.transaction() as session:
        await service.end_session(session, me, session_id)
    return Response(status_code=204)
