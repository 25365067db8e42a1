"""Signing in and tokens over REST. API.md, "Identity"."""

from fastapi import APIRouter, Request, Response

from pexit_app.core import db, deps, settings
from pexit_app.core.policy import MANAGES, PUBLIC, SIGN_IN, allow
from pexit_app.features.identity import changes, doors, sessions, tokens
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import SessionEnded
from pexit_app.features.identity.models import User
from pexit_app.features.identity.schemas import (
    CodeProof,
    CodeRequest,
    Confirmation,
    CredentialIn,
    ElsewhereOut,
    LinkProof,
    PasswordProof,
    Refresh,
    SecondProof,
    SignedInOut,
    TokensOut,
    UserOut,
)
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["identity"])


def set_cookie(response: Response, secret: str) -> None:
    config = settings.load()
    response.set_cookie(
        config.cookie_name,
        secret,
        max_age=int(sessions.LIFE.total_seconds()),
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


def pair_out(pair: tokens.TokenPair) -> TokensOut:
    return TokensOut(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        token_type=pair.token_type,
        expires_in=pair.expires_in,
    )


async def signed_in(request: Request, entered: Entered, status: int = 200, **more: object) -> Response:
    """The new session as tokens and as a cookie; `more` stands beside them."""
    async with db.transaction() as session:
        pair = await tokens.issue(session, entered.row)
    data = SignedInOut(**pair_out(pair).model_dump(), user=user_out(entered.user))
    answer = ok(request, {**data.model_dump(), **more}, status)
    set_cookie(answer, entered.secret)
    return answer


@router.post("/auth/otp/request", status_code=202)
@allow(SIGN_IN)
async def request_code(request: Request, body: CodeRequest) -> Response:
    """Sends a code, and a link that does the same. Always 202 for a well-formed identifier, whether or not it has an
    account."""
    await doors.send_code(body.identifier, caller_of(request))
    return ok(request, {"status": "sent"}, 202)


@router.post("/auth/otp/verify", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_code(request: Request, body: CodeProof) -> Response:
    await doors.prove(body.identifier, body.code)
    return await signed_in(request, await doors.enter_by(body.identifier, "code", caller_of(request)))


@router.post("/auth/link/verify", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_link(request: Request, body: LinkProof) -> Response:
    """The `token` of the link that was sent with the code. It works once, for ten minutes."""
    identifier, _ = await doors.take_link(body.token)
    return await signed_in(request, await doors.enter_by(identifier, "link", caller_of(request)))


@router.post("/auth/password", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_password(request: Request, body: PasswordProof) -> Response:
    """401 `wrong_password` whatever is wrong: no account, no password, another one, or too many tries today."""
    return await signed_in(request, await doors.enter_by_password(body.identifier, body.password, caller_of(request)))


@router.get("/auth/elsewhere", response_model=list[ElsewhereOut])
@allow(PUBLIC)
async def list_elsewhere(request: Request) -> Response:
    """Accounts elsewhere that may open one here, by OpenID Connect in a browser."""
    begin = settings.load().origin + "/auth/with/"
    found = [ElsewhereOut(id=name, label=each.label, url=begin + name) for name, each in deps.get().elsewhere.items()]
    return ok(request, found, limit=len(found))


@router.post("/auth/second", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_second(request: Request, body: SecondProof) -> Response:
    """After 401 `second_step_needed`, which any way in but a passkey answers where a second step is on."""
    return await signed_in(request, await doors.take_second_step(body.slip, body.code, caller_of(request)))


@router.post("/passkeys/sign-in/options")
@allow(SIGN_IN)
async def ask_passkey(request: Request) -> Response:
    """For navigator.credentials.get(); good once, for ten minutes."""
    return ok(request, await doors.ask_passkey())


@router.post("/passkeys/sign-in", response_model=SignedInOut)
@allow(SIGN_IN)
async def verify_passkey(request: Request, body: CredentialIn) -> Response:
    """Enough alone: a passkey is opened by its owner's finger, face or PIN."""
    return await signed_in(request, await doors.enter_by_passkey(body.credential, caller_of(request)))


@router.post("/auth/confirm/request", status_code=202)
@allow(MANAGES)
async def request_confirmation(request: Request, me: Me) -> Response:
    """Sends a code by which you prove once more who you are: demanded (403 `proof_needed`) before anything that changes who
    may come in, when your last proof is more than 15 minutes old."""
    await changes.send_confirmation(me, caller_of(request))
    return ok(request, {"status": "sent"}, 202)


@router.post("/auth/confirm", response_model=SignedInOut)
@allow(MANAGES)
async def confirm(request: Request, me: Me, body: Confirmation) -> Response:
    """The session gets another id: take the new tokens."""
    return await signed_in(request, await changes.confirm(me, body.code, caller_of(request)))


@router.post("/auth/refresh", response_model=TokensOut)
@allow(SIGN_IN)
async def refresh(request: Request, body: Refresh) -> Response:
    async with db.transaction() as session:
        pair = await tokens.rotate(session, body.refresh_token)
    if pair is None:
        raise SessionEnded("This token was used before, so its session was ended. Sign in again.")
    return ok(request, pair_out(pair))


@router.post("/auth/logout", status_code=204)
@allow(MANAGES)
async def sign_out(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        await sessions.end_session(session, me, me.session_id, caller_of(request))
    answer = Response(status_code=204)
    clear_cookie(answer)
    return answer
