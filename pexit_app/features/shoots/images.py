"""The bytes of a frame, for its owner: shown in pages, downloaded in either format."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import READS, allow
from pexit_app.core.ports import OutputFormat
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots import archive, pictures, queries, service
from pexit_app.features.shoots.errors import FrameHidden, NotReady
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of
from pexit_app.features.shoots.pictures import MEDIA_TYPES
from pexit_app.features.shoots.requests import Variant
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["shoots"])
IMAGE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}, "image/png": {}}}}
# A browser may keep the bytes and must ask each time whether it may show them: after signing out it may not.
ASK_FIRST = "private, no-cache"


@router.get("/frames/{frame_id}/image", response_class=Response, responses=IMAGE_ANSWER)
@allow(READS)
async def read_image(
    request: Request,
    me: Me,
    frame_id: UUID,
    variant: Variant = "full",
    output_format: Annotated[OutputFormat | None, Query(alias="format", description="of `full`; none: its own")] = None,
    download: Annotated[bool, Query(description="as a file with a name")] = False,
    recipe: Annotated[bool, Query(description="with the recipe inside the file")] = False,
) -> Response:
    """`thumb` (320 px wide) and `view` (1024 px) are JPEG; `full` is what was ordered, or `format`. 409 `frame_not_ready`
    until the frame is done; 410 `frame_hidden`, with the reason, for one that was taken down."""
    async with db.transaction() as session:
        frame = await service.find_frame(session, me, frame_id)
        told = (await queries.recipe_of(session, me, frame_id)).model_dump(mode="json") if recipe else None
    if frame.status == FrameStatus.TAKEN_DOWN:
        raise FrameHidden(frame.error)
    if frame.status != FrameStatus.DONE:
        raise NotReady(f"This frame is {frame.status}: it has no picture.", {"status": frame.status})
    stored: OutputFormat = "png" if variant == "full" and frame.output_format == "png" else "jpeg"
    wanted = output_format if output_format and variant == "full" else stored
    headers = {"ETag": f'"{frame_id.hex}-{variant}-{wanted}{"-r" if recipe else ""}"', "Cache-Control": ASK_FIRST}
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    content = await _content(frame, variant, wanted)
    if told is not None:
        content = await asyncio.to_thread(deps.get().embed_recipe, content, told)
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{await _name(me, frame, wanted)}"'
    return Response(content, media_type=MEDIA_TYPES[wanted], headers=headers)


async def _content(frame: Frame, variant: Variant, wanted: OutputFormat) -> bytes:
    try:
        content = await deps.get().store.get(key_of(frame.id, variant, frame.output_format))
    except FileNotFoundError:
        raise NotFound("The picture of this frame is gone.") from None
    return await asyncio.to_thread(pictures.converted, content, wanted)


async def _name(me: Me, frame: Frame, wanted: OutputFormat) -> str:
    async with db.transaction() as session:
        shoot = await service.find_shoot(session, me, frame.shoot_id)
    return archive.file_name(shoot.title, frame, "jpg" if wanted == "jpeg" else "png")


def _is_known(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return etag in (each.strip().removeprefix("W/") for each in known.split(","))
