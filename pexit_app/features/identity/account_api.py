"""One's own account over REST: who I am, sessions, API keys, the security log."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, hooks
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import LOOKS_AFTER, MANAGES, READS, allow
from pexit_app.features.identity import account, changes, keys, security_log, service, sessions
from pexit_app.features.identity.access import Me, caller_of
from pexit_app.features.identity.api import signed_in, user_out
from pexit_app.features.identity.models import ApiKey
from pexit_app.features.identity.schemas import (
    AddressProof,
    CodeRequest,
    KeyOut,
    MadeKeyOut,
    MeChange,
    MeOut,
    NewKey,
    SecurityEventOut,
    SessionOut,
    SignedInOut,
)
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["identity"])


async def _me(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        user = await service.me(session, me)
        balance = await hooks.balance_of(session, me.user_id)
    return ok(request, MeOut(**user_out(user).model_dump(), balance=balance))


@router.get("/me", response_model=MeOut)
@allow(READS)
async def read_me(request: Request, me: Me) -> Response:
    return await _me(request, me)


@router.patch("/me", response_model=MeOut)
@allow(MANAGES)
async def change_me(request: Request, me: Me, body: MeChange) -> Response:
    """What is absent stays as it is."""
    async with db.transaction() as session:
        await account.change_me(session, me, body.name, body.tells_sign_ins)
    return await _me(request, me)


@router.post("/me/fairyname", response_model=MeOut)
@allow(MANAGES)
async def draw_fairyname(request: Request, me: Me) -> Response:
    """Another one by chance; the one before is free for anybody."""
    async with db.transaction() as session:
        await account.draw_fairyname(session, me, caller_of(request))
    return await _me(request, me)


@router.post("/me/creator", response_model=MeOut)
@allow(MANAGES)
async def become_creator(request: Request, me: Me) -> Response:
    """From starter to creator: packs may ask a price, and earn. There is no way back; again: nothing."""
    async with db.transaction() as session:
        await account.become_creator(session, me, caller_of(request))
    return await _me(request, me)


@router.post("/me/address", status_code=202)
@allow(MANAGES)
async def ask_address(request: Request, me: Me, body: CodeRequest) -> Response:
    """Sends a code to the new e-mail address or phone number and one to the present address. Always 202: an address that
    another account has is sent nothing."""
    await changes.send_address_codes(me, body.identifier, caller_of(request))
    return ok(request, {"status": "sent"}, 202)


@router.post("/me/address/confirm", response_model=SignedInOut)
@allow(MANAGES)
async def change_address(request: Request, me: Me, body: AddressProof) -> Response:
    """Both codes. The session gets another id: take the new tokens."""
    entered = await changes.change_address(me, body.identifier, body.code_new, body.code_old, caller_of(request))
    return await signed_in(request, entered)


@router.delete("/me/address/{kind}", response_model=SignedInOut)
@allow(MANAGES)
async def remove_address(request: Request, me: Me, kind: Literal["email", "phone"]) -> Response:
    """One address stays: 409. The session gets another id: take the new tokens."""
    return await signed_in(request, await changes.remove_address(me, kind, caller_of(request)))


@router.get("/me/security-log", response_model=list[SecurityEventOut])
@allow(LOOKS_AFTER)
async def read_security_log(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """What happened to the ways into the account in the last 180 days, newest first."""
    async with db.transaction() as session:
        page = await security_log.read(session, me, cursor, limit)
    data = [SecurityEventOut.model_validate(row.model_dump()) for row in page.rows]
    return ok(request, data, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/sessions", response_model=list[SessionOut])
@allow(LOOKS_AFTER)
async def list_sessions(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        rows = await sessions.list_sessions(session, me)
    data = [
        SessionOut(**row.model_dump(), device=sessions.device_words(row.agent), is_current=row.id == me.session_id)
        for row in rows
    ]
    return ok(request, data, limit=len(data))


@router.delete("/sessions", status_code=204)
@allow(MANAGES)
async def end_sessions(request: Request, me: Me, keep_current: bool = False) -> Response:
    """All of them, this one too unless `keep_current`. REST answers 401 and live pages close at once."""
    async with db.transaction() as session:
        await sessions.end_sessions(session, me, caller_of(request), is_own_kept=keep_current)
    return Response(status_code=204)


@router.delete("/sessions/{session_id}", status_code=204)
@allow(MANAGES)
async def end_session(request: Request, session_id: UUID, me: Me) -> Response:
    async with db.transaction() as session:
        await sessions.end_session(session, me, session_id, caller_of(request))
    return Response(status_code=204)


def _key_out(row: ApiKey) -> KeyOut:
    return KeyOut.model_validate(row.model_dump())


@router.get("/keys", response_model=list[KeyOut])
@allow(LOOKS_AFTER)
async def list_keys(request: Request, me: Me) -> Response:
    async with db.transaction() as session:
        rows = await keys.list_keys(session, me)
    return ok(request, [_key_out(row) for row in rows], limit=keys.MAX_KEYS)


@router.post("/keys", status_code=201, response_model=MadeKeyOut)
@allow(MANAGES)
async def make_key(request: Request, me: Me, body: NewKey) -> Response:
    """`key` is shown in this answer and never again. (So a repeated Idempotency-Key makes another key here: nothing keeps
    the first answer.) 403 `proof_needed` when the last proof of who you are is more than 15 minutes old."""
    async with db.transaction() as session:
        row, key = await keys.make_key(session, me, body.name, body.scopes, body.expires_in_days, caller_of(request))
    return ok(request, MadeKeyOut(**_key_out(row).model_dump(), key=key), 201)


@router.delete("/keys/{key_id}", status_code=204)
@allow(MANAGES)
async def end_key(request: Request, me: Me, key_id: UUID) -> Response:
    async with db.transaction() as session:
        await keys.end_key(session, me, key_id, caller_of(request))
    return Response(status_code=204)
