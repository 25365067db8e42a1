"""Idempotency-Key: the same key and body get the stored reply for 24 h, so a lost answer can be asked for again.

A claim of the key is written first. The transaction that does the work marks the claim as carried out, so that a crash
before the reply was stored can never lead to the same work twice: then the key answers 409 `reply_lost`.

Use `APIRouter(route_class=IdempotentRoute)`. A request that gets a stored reply was let in and counted as any other.
"""

import functools
import hashlib
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, Conflict
from pexit_app.core.models import StoredReply
from pexit_app.web.routes import Handler, Route, actor_of

KEPT = timedelta(hours=24)
RUNNING = timedelta(seconds=60)  # a claim older than this belongs to a process that died
CLAIMED, CARRIED_OUT = 0, 1  # below any HTTP status: there is no reply yet
MAX_KEY_CHARS = 200


class IdempotencyConflict(Conflict):
    code: ClassVar[str] = "idempotency_conflict"


class InProgress(Conflict):
    code: ClassVar[str] = "in_progress"


class ReplyLost(Conflict):
    code: ClassVar[str] = "reply_lost"


class IdempotentRoute(Route):
    def carried_out(self, handler: Handler) -> Handler:
        async def once(request: Request) -> Response:
            key, actor = request.headers.get("idempotency-key"), actor_of(request)
            if key is None or actor is None or request.method not in ("POST", "PUT", "PATCH", "DELETE"):
                return await handler(request)
            user_id = actor.user_id
            if not 1 <= len(key) <= MAX_KEY_CHARS or not key.isprintable():
                message = f"Use 1 to {MAX_KEY_CHARS} printable characters."
                raise BadInput.of("Idempotency-Key", message, None, MAX_KEY_CHARS)
            body = await request.body()
            asked = f"{request.method} {request.url.path}?{request.url.query}\n"
            fingerprint = hashlib.sha256(asked.encode() + body).hexdigest()
            if (stored := await _claim(user_id, key, fingerprint)) is not None:
                return stored
            try:
                with db.before_commit(functools.partial(_mark_carried_out, user_id, key)):
                    response = await handler(request)
            except Exception:
                await _forget(user_id, key)  # what failed may be mended and tried again under the same key
                raise
            await _keep(user_id, key, response)
            return response

        return once


async def _claim(user_id: UUID, key: str, fingerprint: str) -> Response | None:
    """None: the key is ours now. Otherwise the reply to give."""
    mine = (col(StoredReply.user_id) == user_id) & (col(StoredReply.key) == key)
    async with db.transaction() as session:
        await session.exec(delete(StoredReply).where(mine, col(StoredReply.created_at) < now() - KEPT))
        stale = (col(StoredReply.status) == CLAIMED) & (col(StoredReply.updated_at) < now() - RUNNING)
        await session.exec(delete(StoredReply).where(mine, stale))
        row = StoredReply(user_id=user_id, key=key, fingerprint=fingerprint)
        values = row.model_dump()
        claim = insert(StoredReply).values(**values).on_conflict_do_nothing().returning(col(StoredReply.id))
        if (await session.exec(claim)).scalar_one_or_none() is not None:
            return None
        found = (await session.exec(select(StoredReply).where(mine))).one()
    if found.fingerprint != fingerprint:
        raise IdempotencyConflict("This Idempotency-Key was used for another request. Take a new one.")
    if found.status == CARRIED_OUT and found.updated_at < now() - RUNNING:
        raise ReplyLost("This was carried out, but its answer was lost. What came of it is in your lists.")
    if found.status in (CLAIMED, CARRIED_OUT):
        raise InProgress("The first request with this Idempotency-Key is still running. Ask again shortly.")
    return Response(found.body, found.status, headers={**found.headers, "Idempotent-Replay": "true"})


async def _mark_carried_out(user_id: UUID, key: str, session: AsyncSession) -> None:
    mine = (col(StoredReply.user_id) == user_id) & (col(StoredReply.key) == key)
    values = {"status": CARRIED_OUT, "updated_at": now()}
    await session.exec(update(StoredReply).where(mine, col(StoredReply.status) == CLAIMED).values(**values))


async def _keep(user_id: UUID, key: str, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in ("content-type", "location")}
    async with db.transaction() as session:
        query = select(StoredReply).where(StoredReply.user_id == user_id, StoredReply.key == key).with_for_update()
        row = (await session.exec(query)).first()
        if row is not None:
            row.status, row.headers, row.body = response.status_code, headers, bytes(response.body)


async def forget_old() -> None:
    """Replies nobody can ask for any more."""
    async with db.transaction() as session:
        await session.exec(delete(StoredReply).where(col(StoredReply.created_at) < now() - KEPT))


async def _forget(user_id: UUID, key: str) -> None:
    """Unless something of it was carried out."""
    mine = (col(StoredReply.user_id) == user_id) & (col(StoredReply.key) == key)
    async with db.transaction() as session:
        await session.exec(delete(StoredReply).where(mine, col(StoredReply.status) == CLAIMED))
