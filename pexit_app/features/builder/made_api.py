"""What is made of a draft, over REST: versions and files."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pexit_app.core import db
from pexit_app.features.builder import publishing, transfer
from pexit_app.features.builder.bundle import MEDIA_TYPE
from pexit_app.features.identity.access import Me
from pexit_app.features.packs.service import PackVersion
from pexit_app.web.api import ok

router = APIRouter(prefix="/builder", tags=["builder"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
FILE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
ZIP_BODY = {
    "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class VersionOut(Out):
    id: UUID
    number: int
    created_at: datetime
    changelog: str


class ImportedOut(Out):
    id: UUID
    title: str
    slug: str
    pictures: list[str]


class ListingIn(BaseModel):
    is_unlisted: bool


class ScheduleIn(BaseModel):
    publish_at: datetime | None = Field(description="with its time zone; null: not after all")


class ReleaseOut(Out):
    is_unlisted: bool
    publish_at: datetime | None


@router.get("/drafts/{draft_id}/versions", response_model=list[VersionOut])
async def list_versions(request: Request, me: Me, draft_id: UUID) -> Response:
    """Newest first; none before the first publication."""
    async with db.transaction() as session:
        found: list[PackVersion] = list(await publishing.list_versions(session, me, draft_id))
    return ok(request, [VersionOut.model_validate(each) for each in found])


@router.post("/drafts/{draft_id}/versions/{number}/live", response_model=VersionOut)
async def roll_back(request: Request, me: Me, draft_id: UUID, number: Number) -> Response:
    """Shows that version from now on; the draft stays as it is."""
    async with db.transaction() as session:
        opened = await publishing.roll_back(session, me, draft_id, number)
    return ok(request, VersionOut.model_validate(opened.version))


@router.put("/drafts/{draft_id}/listing", response_model=ReleaseOut)
async def set_listing(request: Request, me: Me, draft_id: UUID, body: ListingIn) -> Response:
    """On the storefront, or found by its address alone; at once if it is published."""
    async with db.transaction() as session:
        draft = await publishing.set_unlisted(session, me, draft_id, body.is_unlisted)
    return ok(request, ReleaseOut.model_validate(draft))


@router.put("/drafts/{draft_id}/schedule", response_model=ReleaseOut)
async def schedule(request: Request, me: Me, draft_id: UUID, body: ScheduleIn) -> Response:
    """Publishes what the draft will hold then. 422 for a draft that could not be published now."""
    async with db.transaction() as session:
        draft = await publishing.schedule(session, me, draft_id, body.publish_at)
    return ok(request, ReleaseOut.model_validate(draft))


@router.get("/drafts/{draft_id}/export", response_class=Response, responses=FILE_ANSWER)
async def export_draft(me: Me, draft_id: UUID) -> Response:
    """A zip of the pack's folder, finished or not."""
    name, content = await transfer.export_draft(me, draft_id)
    return Response(content, media_type=MEDIA_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/import", status_code=201, response_model=ImportedOut, openapi_extra=ZIP_BODY)
async def import_draft(request: Request, me: Me) -> Response:
    """A draft from a zip of a pack's folder, sent as the body. Mistakes in the pack come along, to be mended here."""
    draft = await transfer.import_draft(me, await request.body())
    told = ImportedOut(id=draft.id, title=draft.title, slug=draft.slug, pictures=sorted(draft.pictures))
    return ok(request, told, 201)
