"""Jobs and events over REST and SSE. API.md, "Jobs and events"."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from pexit_app.core import db
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import CHANGES, READS, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.jobs import service, streams
from pexit_app.features.jobs.schemas import JobOut
from pexit_app.features.jobs.streams import Told
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["jobs"])
PING_S = 15
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Server-Sent Events"}
}


@router.get("/jobs", response_model=list[JobOut])
@allow(READS)
async def list_jobs(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await service.list_jobs(session, me, cursor, limit)
    rows = [JobOut.model_validate(job) for job in page.rows]
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/jobs/{job_id}", response_model=JobOut)
@allow(READS)
async def read_job(request: Request, me: Me, job_id: UUID) -> Response:
    async with db.transaction() as session:
        job = await service.find_job(session, me, job_id)
    return ok(request, JobOut.model_validate(job))


@router.post("/jobs/{job_id}/cancel", response_model=JobOut)
@allow(CHANGES)
async def cancel_job(request: Request, me: Me, job_id: UUID) -> Response:
    """Keeps what is done, stops the rest, gives its dust back. 409 `job_over` when it had ended before."""
    async with db.transaction() as session:
        job = await service.cancel_job(session, me, job_id)
    await service.after_cancel(job)
    return ok(request, JobOut.model_validate(job))


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=STREAM)
@allow(READS)
async def follow_job(me: Me, job_id: UUID, last_event_id: LastEventId = None) -> Response:
    """Everything that happened to the job and then what happens, until it is over. `id: {job}:{seq}`; Last-Event-ID goes
    on after that one, 410 `events_expired` when it is unknown or too old."""
    async with db.transaction() as session:
        seq = await streams.job_start(session, me, job_id, last_event_id)
    return _sse(streams.job_stream(me, job_id, seq))


@router.get("/events", response_class=EventSourceResponse, responses=STREAM)
@allow(READS)
async def follow_user(me: Me, last_event_id: LastEventId = None) -> Response:
    """All that happens to the user from now on: frames, jobs, wallet. `id: user:{event}`."""
    async with db.transaction() as session:
        event_id = await streams.user_start(session, me, last_event_id)
    return _sse(streams.user_stream(me, event_id))


def _sse(told: AsyncIterator[Told]) -> EventSourceResponse:
    return EventSourceResponse(_written(told), ping=PING_S)


async def _written(told: AsyncIterator[Told]) -> AsyncIterator[ServerSentEvent]:
    async for each in told:
        yield ServerSentEvent(json.dumps(each.data, separators=(",", ":")), event=each.kind, id=each.id)
