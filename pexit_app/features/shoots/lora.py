"""`/api/lora/generate`: the first API of the product, a thin form of request_frames()."""

import time
from urllib.parse import urljoin
from uuid import UUID

from fastapi import APIRouter, Request, Response

from pexit_app.core import db, deps, events, settings
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import unlocks
from pexit_app.features.shoots import own_weights, queries, service, workflows
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of
from pexit_app.features.shoots.pictures import MEDIA_TYPES
from pexit_app.features.shoots.schemas import GeneratedFrameOut, GenerateIn, GenerateOut, GenerationOut
from pexit_app.features.shoots.service import Requested
from pexit_app.web import closing
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

lora_router = APIRouter(route_class=IdempotentRoute, tags=["lora"])
SYNC_S = 25.0
LOOK_S = 1.0  # at most until it is looked whether the server wants to stop
URL_S = 3600


@lora_router.post("/generate", status_code=202, response_model=GenerateOut)
@allow(WRITES)
async def generate(request: Request, me: Me, body: GenerateIn) -> Response:
    """Opens a shoot and orders its frames."""
    ordered = await _order(me, body)
    data = GenerateOut(id=ordered.job.id, status=ordered.job.status, shoot_id=ordered.shoot.id, quote=ordered.quote)
    return ok(request, data, 202)


async def _order(me: Actor, body: GenerateIn) -> Requested:
    await own_weights.check_url(body.lora_url)
    for field, given in (("pack", body.pack), ("scene", body.scene)):
        if given is None and not body.is_free:
            raise BadInput.of(field, "Name a pack and one of its scenes.")
    async with db.transaction() as session:
        ordered = await service.request_frames(session, me, body.asked())
    await workflows.dispatch(me.user_id)
    return ordered


@lora_router.get("/generate/{job_id}", response_model=GenerationOut)
@allow(READS)
async def read_generation(request: Request, me: Me, job_id: UUID) -> Response:
    return ok(request, await _generation(request, me, job_id))


@lora_router.post(
    "/generate/sync", response_model=GenerationOut, responses={202: {"description": "Not ready within 25 s"}}
)
@allow(WRITES)
async def generate_sync(request: Request, me: Me, body: GenerateIn) -> Response:
    """Waits for the pictures, 25 s at most; then 202, and GET /api/lora/generate/{id} tells the rest."""
    ordered = await _order(me, body)
    until = time.monotonic() + SYNC_S
    with events.subscribe(events.user_topic(me.user_id)) as waker:
        while True:
            data = await _generation(request, me, ordered.job.id)
            if data.status not in ("queued", "processing"):
                return ok(request, data)
            left_s = until - time.monotonic()
            if left_s <= 0 or closing.has_begun():
                return ok(request, data, 202)
            await events.woken(waker, min(left_s, LOOK_S))


async def _generation(request: Request, me: Actor, job_id: UUID) -> GenerationOut:
    async with db.transaction() as session:
        job, frames = await queries.find_generation(session, me, job_id)
        queue = await queries.queue_of(session, frames)
        unlock = await unlocks.of_job(session, job.id)
    origin = settings.load().public_url or str(request.base_url).rstrip("/")
    return GenerationOut(
        id=job.id,
        created_at=job.created_at,
        updated_at=job.updated_at,
        status=job.status,
        progress=job.progress,
        shoot_id=job.subject_id,
        queue_position=queue.first_ahead(frames),
        eta_s=queue.latest_eta_s(frames),
        image_urls=[_signed(frame, origin) for frame in frames if frame.status == FrameStatus.DONE],
        frames=[GeneratedFrameOut.model_validate(frame) for frame in frames],
        charge_dust=job.charge_dust,
        unlock_dust=unlock.dust if unlock and unlock.paid_at else 0,
        error=job.error,
    )


def _signed(frame: Frame, origin: str) -> str:
    media_type = MEDIA_TYPES["png" if frame.output_format == "png" else "jpeg"]
    url = deps.get().store.signed_url(key_of(frame.id, "full", frame.output_format), media_type, URL_S)
    return urljoin(f"{origin}/", url)
