"""Who is calling, and whether they may: the one place where a policy is carried out, for REST and for live pages.

A router's function takes `me: Me`, whoever was let in. `admit` was asked before anything of the request was read.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import NotAllowed, NotSignedIn
from pexit_app.core.policy import Policy
from pexit_app.features.identity import external, keys, service, sessions, tokens
from pexit_app.features.identity.errors import NotForKeys, OriginMismatch, ReadOnlyKey
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import origins, rates
from pexit_app.web.routes import actor_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_NOTED = 10_000
_noted: dict[UUID, datetime] = {}


def check_origin(request: Request) -> None:
    """A cookie is sent by the browser whoever asks for it: writes must come from our own pages. Browsers send Origin on
    every POST."""
    if not origins.is_ours(request.headers.get("origin", ""), request.headers.get("host", "")):
        raise OriginMismatch("This request came from another site.")


def caller_of(request: Request) -> Caller:
    return Caller(request.headers.get("user-agent", ""), rates.address_of(request))


def _bearer_token(request: Request) -> str | None:
    """None when the request goes by its cookie."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def who(request: Request) -> Actor | None:
    """By bearer token if there is one, otherwise by cookie. Notes when they were seen."""
    token = _bearer_token(request)
    vouched = await external.read(token) if token else None
    async with db.transaction() as session:
        if token is None:
            actor = await service.find_by_cookie(session, request.headers.get("cookie", ""))
        elif vouched is not None:
            actor = await external.find(session, vouched, caller_of(request))
        elif token.startswith(keys.PREFIX):
            actor = await keys.find_by_key(session, token)
        else:
            session_id = tokens.session_id_of(token)
            actor = await service.find_by_id(session, session_id) if session_id else None
        if actor is not None and _is_due(actor.session_id):
            note_use = keys.note_use if actor.key_id else sessions.note_use
            await note_use(session, actor.session_id)
    return actor


def _is_due(session_id: UUID) -> bool:
    """Whether this process has not noted their use within the last minute: most requests need not ask for it."""
    moment = now()
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    if moment - _noted.get(session_id, datetime.min.replace(tzinfo=UTC)) < sessions.TOLD_USE:
        return False
    _noted[session_id] = moment
    return True


def check(actor: Actor | None, policy: Policy) -> None:
    """Raises NotSignedIn, NotAllowed."""
    if policy.who == "anybody":
        return
    if actor is None:
        raise NotSignedIn("Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    if policy.who == "person" and actor.key_id is not None:
        raise NotForKeys("An API key cannot do this. Sign in.")
    if policy.who == "admin" and actor.role != "admin":
        raise NotAllowed("Only the people who run this place may do that.")
    if policy.scope == "write" and actor.scope == "read":
        raise ReadOnlyKey("This key may only read. Use one that may write.")


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
