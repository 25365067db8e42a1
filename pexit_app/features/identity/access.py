"""Who is calling, and whether they may: the one place where a policy is carried out, for REST and for live pages.

A router's function takes `me: Me`, whoever was let in. `admit` was asked before anything of the request was read.
"""

from typing import Annotated

from fastapi import Depends, Request

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotAllowed, NotSignedIn
from pexit_app.core.policy import Policy
from pexit_app.features.identity import service, tokens
from pexit_app.features.identity.errors import OriginMismatch
from pexit_app.web import origins, rates
from pexit_app.web.routes import actor_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request) -> None:
    """A cookie is sent by the browser whoever asks for it: writes must come from our own pages. Browsers send Origin on
    every POST."""
    if not origins.is_ours(request.headers.get("origin", ""), request.headers.get("host", "")):
        raise OriginMismatch("This request came from another site.")


def _bearer_token(request: Request) -> str | None:
    """None when the request goes by its cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def who(request: Request) -> Actor | None:
    """By bearer token if there is one, otherwise by cookie."""
    token = _bearer_token(request)
    async with db.transaction() as session:
        if token is not None:
            session_id = tokens.session_id_of(token)
            return await service.find_by_id(session, session_id) if session_id else None
        return await service.find_by_cookie(session, request.headers.get("cookie", ""))


def check(actor: Actor | None, policy: Policy) -> None:
    """Raises NotSignedIn, NotAllowed."""
    if policy.who == "anybody":
        return
    if actor is None:
        raise NotSignedIn("Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    if policy.who == "admin" and actor.role != "admin":
        raise NotAllowed("Only the people who run this place may do that.")
    if policy.scope == "write" and actor.scope == "read":
        raise NotAllowed("This key may only read. Use one that may write.")


async def admit(request: Request, policy: Policy) -> Actor | None:
    """Lets a request in, or raises NotSignedIn, NotAllowed, OriginMismatch, TooMany. Who is not known is counted by
    address, also where nobody unknown is let in."""
    is_by_cookie = request.method not in SAFE_METHODS and _bearer_token(request) is None
    if policy.who == "anybody":
        if policy.scope == "write" and is_by_cookie and "origin" in request.headers:  # which programs do not send
            check_origin(request)
        if policy.window is not None:
            await rates.count(request, policy.window, rates.address_of(request))
        return None
    actor = await who(request)
    if actor is None:
        await rates.count(request, "public", rates.address_of(request))
    elif is_by_cookie:
        check_origin(request)
    check(actor, policy)
    if actor is not None and policy.window is not None:
        await rates.count(request, policy.window, str(actor.user_id), actor.tier)
    return actor


def _me(request: Request) -> Actor:
    actor = actor_of(request)
    assert actor is not None, "an operation that takes `me` has a policy for users"
    return actor


Me = Annotated[Actor, Depends(_me)]
