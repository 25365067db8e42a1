"""A draft as a file, over REST: out and in."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.builder import transfer
from pexit_app.features.builder.bundle import MEDIA_TYPE
from pexit_app.features.identity.access import Me
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, prefix="/builder", tags=["builder"])
FILE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
ZIP_BODY = {
    "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ImportedOut(Out):
    id: UUID
    title: str
    slug: str
    pictures: list[str]


@router.get("/drafts/{draft_id}/export", response_class=Response, responses=FILE_ANSWER)
@allow(READS)
async def export_draft(me: Me, draft_id: UUID) -> Response:
    """A zip of the pack's folder, finished or not."""
    name, content = await transfer.export_draft(me, draft_id)
    return Response(content, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/import", status_code=201, response_model=ImportedOut, openapi_extra=ZIP_BODY)
@allow(WRITES)
async def import_draft(request: Request, me: Me) -> Response:
    """A draft from a zip of a pack's folder, sent as the body. Mistakes in the pack come along, to be mended here."""
    draft = await transfer.import_draft(me, await request.body())
    told = ImportedOut(id=draft.id, title=draft.title, slug=draft.slug, pictures=sorted(draft.pictures))
    return ok(request, told, 201)
