"""Drafts, quotes, shoots and frames over REST. API.md, "Packs, drafts, frames"."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from pexit_app.core import db, objects
from pexit_app.core.errors import NotFound
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import CHANGES, DRAWS, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import drafts
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.errors import DraftSuperseded
from pexit_app.features.shoots import archive, casting, own_weights, queries, service, shoot_list, trash, workflows
from pexit_app.features.shoots.appeals_api import router as appeals_router
from pexit_app.features.shoots.edits_api import router as edits_router
from pexit_app.features.shoots.errors import DraftOvertaken
from pexit_app.features.shoots.grids_api import router as grids_router
from pexit_app.features.shoots.images import router as images_router
from pexit_app.features.shoots.lora import lora_router
from pexit_app.features.shoots.models import FrameStatus, Mark, prefix_of
from pexit_app.features.shoots.ordered import started
from pexit_app.features.shoots.origin import origin_of
from pexit_app.features.shoots.recipes_api import router as recipes_router
from pexit_app.features.shoots.schemas import (
    DraftIn,
    FrameOut,
    FramesIn,
    MarkIn,
    OrderedOut,
    QuoteIn,
    QuoteOut,
    RecipeOut,
    RenameIn,
    ShootDetailOut,
    ShootIn,
    ShootOut,
)
from pexit_app.features.shoots.shoot_list import MAX_SEARCH_CHARS, Which
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

__all__ = ["lora_router", "origin_of", "router"]

router = APIRouter(route_class=IdempotentRoute, tags=["shoots"])
router.include_router(images_router)
router.include_router(grids_router)
router.include_router(edits_router)
router.include_router(appeals_router)
router.include_router(recipes_router)
JPEG_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
ZIP_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}


@router.post("/drafts", response_class=Response, responses=JPEG_ANSWER)
@allow(DRAWS)
async def draft(
    me: Me,
    body: DraftIn,
    stream: Annotated[str | None, Header(alias="X-Draft-Stream", max_length=60)] = None,
) -> Response:
    """A quick look, free and not counted. Of the drafts of one stream (a word of the client's, or else the pack) only the
    newest is made: an overtaken one answers 499 `superseded`. Same input, same bytes."""
    async with db.transaction() as session:
        found = await packs.find_pack(session, body.pack, body.version)
        cast = await casting.find_cast(session, me, found.definition, body.chosen() or {})
    composed = cast.compose(found.definition, body.scene, body.knobs)
    personas = cast.personas(composed)
    await casting.prepare(personas)
    composed = composed.shaped(body.aspect)
    try:
        made = await drafts.draft(
            composed,
            personas=personas,
            seed=composed.seed if body.seed is None else body.seed,
            size_px=body.size,
            owner=f"user:{me.user_id}",
            stream=stream or body.pack,
        )
    except DraftSuperseded as error:
        raise DraftOvertaken(error.message) from None
    headers = {"Server-Timing": drafts.server_timing(made), "ETag": drafts.etag_of(made.content)}
    return Response(made.content, media_type="image/jpeg", headers=headers)


@router.post("/quotes", response_model=QuoteOut)
@allow(WRITES)
async def quote(request: Request, me: Me, body: QuoteIn) -> Response:
    """What that body would cost if it were sent to POST /shoots/{id}/frames or /api/lora/generate. Five minutes."""
    await own_weights.check_url(body.lora_url)
    async with db.transaction() as session:
        made = await service.quote_frames(session, me, body.asked())
    return ok(request, made)


@router.post("/shoots", status_code=201, response_model=ShootDetailOut)
@allow(WRITES)
async def open_shoot(request: Request, me: Me, body: ShootIn) -> Response:
    async with db.transaction() as session:
        shoot = await service.open_shoot(session, me, body.pack, body.cast)
        counts = (await queries.counts_of(session, [shoot]))[shoot.id]
    return ok(request, ShootDetailOut.of(shoot, counts, origin_of(request), frames=[]), 201)


@router.get("/shoots", response_model=list[ShootOut])
@allow(READS)
async def list_shoots(
    request: Request,
    me: Me,
    cursor: str | None = None,
    limit: int = Query(24, ge=1, le=MAX_LIMIT),
    q: Annotated[str, Query(max_length=MAX_SEARCH_CHARS, description="title, pack, scene, number, recipe")] = "",
    which: Annotated[Which, Query(alias="filter")] = "all",
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await shoot_list.list_shoots(session, me, cursor, limit, q, which)
        counts = await queries.counts_of(session, page.rows)
    rows = [ShootOut.of(shoot, counts[shoot.id], origin_of(request)) for shoot in page.rows]
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/shoots/{shoot_id}", response_model=ShootDetailOut)
@allow(READS)
async def read_shoot(request: Request, me: Me, shoot_id: UUID) -> Response:
    origin = origin_of(request)
    async with db.transaction() as session:
        shoot = await service.find_shoot(session, me, shoot_id)
        frames = await queries.frames_of(session, shoot_id)
        queue = await queries.queue_of(session, frames)
        counts = (await queries.counts_of(session, [shoot]))[shoot.id]
    return ok(request, ShootDetailOut.of(shoot, counts, origin, frames=[queue.out(each, origin) for each in frames]))


@router.patch("/shoots/{shoot_id}", response_model=ShootOut)
@allow(CHANGES)
async def rename_shoot(request: Request, me: Me, shoot_id: UUID, body: RenameIn) -> Response:
    async with db.transaction() as session:
        shoot = await shoot_list.rename_shoot(session, me, shoot_id, body.title)
        counts = (await queries.counts_of(session, [shoot]))[shoot.id]
    return ok(request, ShootOut.of(shoot, counts, origin_of(request)))


@router.delete("/shoots/{shoot_id}", status_code=204)
@allow(CHANGES)
async def delete_shoot(me: Me, shoot_id: UUID) -> Response:
    """All of its frames go to the trash. It is listed again when one of them is restored, and ends with the last."""
    async with db.transaction() as session:
        await trash.trash_shoot(session, me, shoot_id)
    await workflows.dispatch(me.user_id)
    return Response(status_code=204)


@router.post("/shoots/{shoot_id}/frames", status_code=202, response_model=OrderedOut)
@allow(WRITES)
async def request_frames(request: Request, me: Me, shoot_id: UUID, body: FramesIn) -> Response:
    """Holds their dust and starts them. 402 `not_enough_dust`, 429 `too_many_waiting`."""
    async with db.transaction() as session:
        ordered = await service.request_frames(session, me, body.asked(shoot_id))
    return ok(request, await started(request, ordered), 202)


@router.get("/shoots/{shoot_id}/zip", response_class=Response, responses=ZIP_ANSWER)
@allow(READS)
async def download_shoot(
    me: Me,
    shoot_id: UUID,
    mark: Mark | None = None,
    recipes: Annotated[bool, Query(description="with the recipe of each frame as JSON")] = False,
) -> Response:
    """Every finished frame in full size, or those with one mark, in folders by scene; contents.txt tells print sizes."""
    async with db.transaction() as session:
        shoot = await service.find_shoot(session, me, shoot_id)
        frames = await queries.frames_of(session, shoot_id)
    chosen = [each for each in frames if each.status == FrameStatus.DONE and mark in (None, each.mark)]
    if not chosen:
        raise NotFound("There is no finished frame to put into it.")
    told = {frame.id: queries.recipe_in(shoot, frame) for frame in chosen} if recipes else None
    name = archive.word(shoot.title) + ("-ringed" if mark == Mark.RING else "")
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "private, no-store"}
    return StreamingResponse(archive.stream_zip(shoot, chosen, told), media_type="application/zip", headers=headers)


@router.get("/frames/{frame_id}", response_model=FrameOut)
@allow(READS)
async def read_frame(request: Request, me: Me, frame_id: UUID) -> Response:
    async with db.transaction() as session:
        frame = await service.find_frame(session, me, frame_id)
        queue = await queries.queue_of(session, [frame])
    return ok(request, queue.out(frame, origin_of(request)))


@router.delete("/frames/{frame_id}", status_code=204)
@allow(CHANGES)
async def delete_frame(me: Me, frame_id: UUID) -> Response:
    """To the trash for seven days; from there for good, with its picture. What it cost stays in the ledger. An open one is
    stopped first and costs nothing."""
    async with db.transaction() as session:
        is_gone = await trash.delete_frame(session, me, frame_id)
    if is_gone:
        await objects.discard_now([prefix_of(frame_id)])
    await workflows.dispatch(me.user_id)
    return Response(status_code=204)


@router.post("/frames/{frame_id}/restore", response_model=FrameOut)
@allow(CHANGES)
async def restore_frame(request: Request, me: Me, frame_id: UUID) -> Response:
    """Back from the trash onto its sheet; one that is there stays as it is."""
    async with db.transaction() as session:
        frame = await trash.restore_frame(session, me, frame_id)
        queue = await queries.queue_of(session, [frame])
    return ok(request, queue.out(frame, origin_of(request)))


@router.get("/trash", response_model=list[FrameOut])
@allow(READS)
async def list_trash(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(24, ge=1, le=MAX_LIMIT)
) -> Response:
    """What was deleted last comes first; `purge_at` says when it goes for good."""
    async with db.transaction() as session:
        page = await trash.list_trash(session, me, cursor, limit)
        queue = await queries.queue_of(session, page.rows)
    rows = [queue.out(frame, origin_of(request)) for frame in page.rows]
    return ok(request, rows, next_cursor=page.next_cursor, limit=page.limit)


@router.delete("/trash", status_code=204)
@allow(CHANGES)
async def empty_trash(me: Me) -> Response:
    """Everything in it goes for good, with its pictures."""
    await trash.purge(me.user_id, is_all=True)
    return Response(status_code=204)


@router.get("/frames/{frame_id}/recipe", response_model=RecipeOut)
@allow(READS)
async def read_recipe(request: Request, me: Me, frame_id: UUID) -> Response:
    async with db.transaction() as session:
        recipe = await queries.recipe_of(session, me, frame_id)
    return ok(request, recipe)


@router.post("/frames/{frame_id}/mark", response_model=FrameOut)
@allow(CHANGES)
async def mark_frame(request: Request, me: Me, frame_id: UUID, body: MarkIn) -> Response:
    async with db.transaction() as session:
        frame = await service.mark_frame(session, me, frame_id, body.mark)
        queue = await queries.queue_of(session, [frame])
    return ok(request, queue.out(frame, origin_of(request)))


@router.post("/frames/{frame_id}/retry", status_code=202, response_model=OrderedOut)
@allow(WRITES)
async def retry_frame(request: Request, me: Me, frame_id: UUID) -> Response:
    """A failed or stopped frame, once more, under a job of its own. 409 `frame_not_ready` for any other."""
    async with db.transaction() as session:
        ordered = await service.retry_frame(session, me, frame_id)
    return ok(request, await started(request, ordered), 202)


@router.post("/frames/{frame_id}/vary", status_code=202, response_model=OrderedOut)
@allow(WRITES)
async def vary_frame(request: Request, me: Me, frame_id: UUID, quote_id: UUID | None = None) -> Response:
    """Four more with other seeds, as its children."""
    async with db.transaction() as session:
        ordered = await service.vary_frame(session, me, frame_id, quote_id)
    return ok(request, await started(request, ordered), 202)
