"""What is made of a draft, over REST: versions, files, proofs of knobs, test grids."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.builder import grids, proofs, publishing, transfer
from pexit_app.features.builder.bundle import MEDIA_TYPE
from pexit_app.features.builder.grids import MOST_CELLS, GridAsk, OpenGrid
from pexit_app.features.builder.models import DraftGrid, KnobProof
from pexit_app.features.builder.proving import Grade, Proof
from pexit_app.features.identity.access import Me
from pexit_app.features.packs.service import PackVersion
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, prefix="/builder", tags=["builder"])
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Values = Annotated[list[bool | float | str], Field(max_length=MOST_CELLS)]
FILE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}}}
PICTURE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
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


class KnobGradeOut(Out):
    """`drift` in units of the distance between two people; from 1.2 on faces become somebody else's."""

    pointer: str
    label: str
    grade: Grade
    change: float
    drift: float | None
    notes: list[str]


class ProofOut(Out):
    """`is_current` False: knobs or looks were changed since."""

    status: Literal["none", "running", "done", "failed"] = "none"
    done: int = 0
    total: int = 0
    error: str = ""
    is_current: bool = False
    in_words: str = ""
    knobs: list[KnobGradeOut] = []

    @classmethod
    def of(cls, row: KnobProof, proof: Proof, *, is_current: bool) -> "ProofOut":
        told = {name: getattr(row, name) for name in ("status", "done", "total", "error")}
        knobs = [KnobGradeOut.model_validate(each) for each in proof.knobs]
        return cls(**told, is_current=is_current, in_words=proof.in_words, knobs=knobs)


class GridIn(BaseModel):
    """`across` and `down`: a knob's id, `scenes` or `stand_ins`."""

    across: Annotated[str, Field(min_length=1, max_length=60)]
    down: Annotated[str, Field(max_length=60)] = ""
    scene: Annotated[str, Field(max_length=60)] = ""
    across_values: Values = []
    down_values: Values = []
    knobs: Annotated[dict[str, Any], Field(max_length=80)] = {}
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None

    def asked(self) -> GridAsk:
        values = tuple(self.across_values), tuple(self.down_values)
        return GridAsk(self.across, self.down, self.scene, *values, self.knobs, self.seed)


class CellOut(Out):
    number: int
    status: str
    error: str
    alt: str
    url: str | None


class GridLineOut(Out):
    id: UUID
    created_at: datetime
    title: str
    revision: int
    across: list[str]
    down: list[str]

    @classmethod
    def fields_of(cls, grid: DraftGrid) -> dict[str, Any]:
        return {name: getattr(grid, name) for name in GridLineOut.model_fields}


class GridOut(GridLineOut):
    """`request` is what was asked for, to be asked again."""

    request: dict[str, Any]
    done: int
    failed: int
    waiting: int
    cells: list[CellOut]

    @classmethod
    def of(cls, found: OpenGrid) -> "GridOut":
        cells = [
            CellOut(
                number=cell.number,
                status=cell.status,
                error=cell.error,
                alt=cell.alt,
                url=f"/api/v1/builder/grids/{found.grid.id}/cells/{cell.number}.jpg" if cell.status == "done" else None,
            )
            for cell in found.cells
        ]
        counts = {"done": found.done, "failed": found.failed, "waiting": found.waiting}
        return cls(**cls.fields_of(found.grid), request=found.grid.request, **counts, cells=cells)


@router.get("/drafts/{draft_id}/versions", response_model=list[VersionOut])
@allow(READS)
async def list_versions(request: Request, me: Me, draft_id: UUID) -> Response:
    """Newest first; none before the first publication."""
    async with db.transaction() as session:
        found: list[PackVersion] = list(await publishing.list_versions(session, me, draft_id))
    return ok(request, [VersionOut.model_validate(each) for each in found])


@router.post("/drafts/{draft_id}/versions/{number}/live", response_model=VersionOut)
@allow(CHANGES)
async def roll_back(request: Request, me: Me, draft_id: UUID, number: Number) -> Response:
    """Shows that version from now on; the draft stays as it is."""
    async with db.transaction() as session:
        opened = await publishing.roll_back(session, me, draft_id, number)
    return ok(request, VersionOut.model_validate(opened.version))


@router.put("/drafts/{draft_id}/listing", response_model=ReleaseOut)
@allow(CHANGES)
async def set_listing(request: Request, me: Me, draft_id: UUID, body: ListingIn) -> Response:
    """On the storefront, or found by its address alone; at once if it is published."""
    async with db.transaction() as session:
        draft = await publishing.set_unlisted(session, me, draft_id, body.is_unlisted)
    return ok(request, ReleaseOut.model_validate(draft))


@router.put("/drafts/{draft_id}/schedule", response_model=ReleaseOut)
@allow(CHANGES)
async def schedule(request: Request, me: Me, draft_id: UUID, body: ScheduleIn) -> Response:
    """Publishes what the draft will hold then. 422 for a draft that could not be published now."""
    async with db.transaction() as session:
        draft = await publishing.schedule(session, me, draft_id, body.publish_at)
    return ok(request, ReleaseOut.model_validate(draft))


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


@router.post("/drafts/{draft_id}/proof", status_code=202, response_model=ProofOut)
@allow(WRITES)
async def prove(request: Request, me: Me, draft_id: UUID) -> Response:
    """Measures every knob on stand-ins, for nothing; what still holds is not measured again."""
    async with db.transaction() as session:
        row = await proofs.begin(session, me, draft_id)
    await proofs.dispatch(row)
    return ok(request, ProofOut.of(row, Proof.read(row.result), is_current=True), 202)


@router.get("/drafts/{draft_id}/proof", response_model=ProofOut)
@allow(READS)
async def read_proof(request: Request, me: Me, draft_id: UUID) -> Response:
    async with db.transaction() as session:
        found = await proofs.find_proof(session, me, draft_id)
        is_current = await proofs.is_current(session, me, draft_id)
    return ok(request, ProofOut.of(*found, is_current=is_current) if found else ProofOut())


@router.post("/drafts/{draft_id}/grids", status_code=202, response_model=GridOut)
@allow(WRITES)
async def order_grid(request: Request, me: Me, draft_id: UUID, body: GridIn) -> Response:
    """36 cells at most, as drafts of the darkroom: they cost nothing."""
    async with db.transaction() as session:
        made = await grids.order_grid(session, me, draft_id, body.asked())
    await grids.dispatch(made)
    return ok(request, GridOut.of(made), 202)


@router.get("/drafts/{draft_id}/grids", response_model=list[GridLineOut])
@allow(READS)
async def list_grids(request: Request, me: Me, draft_id: UUID) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        found = await grids.list_grids(session, me, draft_id)
    return ok(request, [GridLineOut.model_validate(each) for each in found])


@router.get("/grids/{grid_id}", response_model=GridOut)
@allow(READS)
async def read_grid(request: Request, me: Me, grid_id: UUID) -> Response:
    async with db.transaction() as session:
        found = await grids.find_grid(session, me, grid_id)
    return ok(request, GridOut.of(found))


@router.post("/grids/{grid_id}/retry", status_code=202, response_model=GridOut)
@allow(WRITES)
async def retry_grid(request: Request, me: Me, grid_id: UUID) -> Response:
    """Only the failed cells. 409 `nothing_to_retry` when there are none."""
    async with db.transaction() as session:
        found = await grids.retry_grid(session, me, grid_id)
    await grids.dispatch(found)
    return ok(request, GridOut.of(found), 202)


@router.get("/grids/{grid_id}/cells/{number}.jpg", response_class=Response, responses=PICTURE_ANSWER)
@allow(READS)
async def read_cell(me: Me, grid_id: UUID, number: Annotated[int, Path(ge=0, lt=MOST_CELLS)]) -> Response:
    async with db.transaction() as session:
        key = await grids.read_cell(session, me, grid_id, number)
    try:
        content = await deps.get().store.get(key)
    except FileNotFoundError:
        raise NotFound("The picture of this cell is gone.") from None
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=31536000, immutable"})
