"""`/api/lora/train` and the trainings it began: the first API of the product."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, settings
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.people import photos, queries, training, workflows
from pexit_app.features.people.photos import Added
from pexit_app.features.people.remote import Fetcher
from pexit_app.features.people.schemas import OrderedTrainingOut, TrainIn, TrainingOut
from pexit_app.features.people.training import TrainingAsk
from pexit_app.features.people.uploads import Spooled
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

lora_router = APIRouter(route_class=IdempotentRoute, tags=["lora"])
FETCHED_AT_ONCE = 4
make_fetcher = Fetcher


@lora_router.post("/train", status_code=202, response_model=OrderedTrainingOut)
@allow(WRITES)
async def train(request: Request, me: Me, body: TrainIn) -> Response:
    """From at least five accepted photos. 409 `consent_required` or `already_training`, 422 `too_few_photos`."""
    ask = await _ask(me, body)
    async with db.transaction() as session:
        likeness = await training.request_training(session, me, ask)
    await workflows.start_training(likeness)
    data = OrderedTrainingOut(
        id=likeness.job_id, status="queued", person_id=likeness.person_id, version=likeness.version
    )
    return ok(request, data, 202)


async def _ask(me: Actor, body: TrainIn) -> TrainingAsk:
    config = body.config
    if body.images is None:
        return TrainingAsk(body.person_id, None, config.trigger_word, config.steps, config.trainer)
    ids, urls = _sorted(body.images)
    async with db.transaction() as session:
        if urls and body.person_id is None and not ids:
            raise BadInput.of("person_id", "Name the person whose photos are at these addresses.")
        person_id = await training.person_of(session, me, body.person_id, ids)
        await photos.check_may_add(session, me, person_id)
    if urls:
        ids += await _fetched(me, person_id, urls)
    return TrainingAsk(person_id, tuple(dict.fromkeys(ids)), config.trigger_word, config.steps, config.trainer)


def _sorted(images: Sequence[str]) -> tuple[list[UUID], dict[int, str]]:
    """Photo ids, and addresses by their place. Raises BadInput for what is neither."""
    if not images:
        raise BadInput.of("images", "Name photos, or leave `images` out to take all of the person.", 0, 1)
    ids: list[UUID] = []
    urls: dict[int, str] = {}
    for place, image in enumerate(images):
        try:
            ids.append(UUID(image))
        except ValueError:
            if not image.lower().startswith("https://"):
                message = "This is neither the id of a photo nor an https address."
                raise BadInput.of(f"images.{place}", message, image[:200], "https://") from None
            urls[place] = image
    return ids, urls


async def _fetched(me: Actor, person_id: UUID, urls: dict[int, str]) -> list[UUID]:
    """Photos of the person, made of what is at these addresses. Raises AddressRefused, BadInput."""
    places = asyncio.Semaphore(FETCHED_AT_ONCE)

    async def fetch(place: int, url: str) -> Spooled:
        async with places:
            return await make_fetcher(f"images.{place}").fetch(url)

    tasks = [asyncio.create_task(fetch(place, url)) for place, url in urls.items()]
    try:
        files = [(await task).file() for task in tasks]
        added = await photos.add_photos(me, person_id, files)
    finally:
        await _close(tasks)
    _refuse_bad(added, urls)
    return [photo.id for photo in added.photos]


async def _close(tasks: Sequence[asyncio.Task[Spooled]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and task.exception() is None:
            task.result().close()


def _refuse_bad(added: Added, urls: dict[int, str]) -> None:
    if added.refused:
        places = ", ".join(f"images.{place}" for place in urls)
        problems = [FieldProblem("images", each.message, each.file) for each in added.refused]
        raise BadInput(f"Not every address of {places} led to a photo.", problems)


@lora_router.get("", response_model=list[TrainingOut])
@allow(READS)
async def list_trainings(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        rows, page = await queries.list_trainings(session, me, cursor, limit, _origin_of(request))
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@lora_router.get("/{job_id:uuid}", response_model=TrainingOut)
@allow(READS)
async def read_training(request: Request, me: Me, job_id: UUID) -> Response:
    async with db.transaction() as session:
        found = await queries.find_training(session, me, job_id, _origin_of(request))
    return ok(request, found)


def _origin_of(request: Request) -> str:
    return settings.load().public_url or str(request.base_url).rstrip("/")
