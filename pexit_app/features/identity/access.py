"""Who is calling, for routers: `async def route(me: Me)`. One dependency authenticates, checks Origin, counts.

`Me` is a person or their API key; `Person` is a person, for what a key must never do.
"""

import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, Request

from pexit_app.core import db, settings
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import NotSignedIn
from pexit_app.features.identity import external, keys, service, sessions, tokens
from pexit_app.features.identity.errors import NotForKeys, OriginMismatch, ReadOnlyKey
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import rates

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UNCOUNTED = frozenset({"/api/v1/drafts"})  # newest wins there instead
# What comes with every few letters that somebody types into a draft, and costs nothing: counted as reading is.
TYPED = re.compile(r"/api/v1/builder/drafts/[0-9a-f-]{36}/(picture|words|changes|changes/batch|undo|redo|scenes)")
MOST_NOTED = 10_000
_noted: dict[UUID, datetime] = {}


def check_origin(request: Request) -> None:
    """A cookie is sent by the browser whoever asks for it: writes must come from our own pages. Browsers send Origin on
    every POST."""
    caller = _netloc(request.headers.get("origin", ""))
    ours = {request.headers.get("host"), urlsplit(settings.load().origin).netloc}
    if not caller or caller not in ours:
        raise OriginMismatch("This request came from another site.")


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:  # such as "http://[": no address at all
        return ""


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


async def identify(request: Request) -> object | None:
    """The user's id, for the idempotency store."""
    actor = await who(request)
    return actor.user_id if actor else None


async def signed_in(request: Request) -> Actor:
    actor = await who(request)
    if actor is None:
        raise NotSignedIn("Sign in first.", headers={"WWW-Authenticate": "Bearer"})
    is_write = request.method not in SAFE_METHODS
    if is_write and _bearer_token(request) is None:
        check_origin(request)
    if is_write and actor.scope == "read":
        raise ReadOnlyKey("This key may only read. Make one with the scope write.")
    if request.url.path not in UNCOUNTED:
        is_spending = is_write and not TYPED.fullmatch(request.url.path)
        await rates.count(request, "spend" if is_spending else "read", str(actor.user_id), actor.tier)
    return actor


async def in_person(actor: Annotated[Actor, Depends(signed_in)]) -> Actor:
    if actor.key_id is not None:
        raise NotForKeys("An API key cannot do this. Sign in.")
    return actor


Me = Annotated[Actor, Depends(signed_in)]
Person = Annotated[Actor, Depends(in_person)]
