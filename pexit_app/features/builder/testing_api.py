"""What is tried out of a draft, over REST: test grids, proofs of its knobs, and both as they happen."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.builder import following, grids, proofs, service
from pexit_app.features.builder.following import CellsMoved, News, Ready
from pexit_app.features.builder.grid_layout import MOST_CELLS, GridAsk
from pexit_app.features.builder.grids import ListedGrid, OpenGrid
from pexit_app.features.builder.models import DraftCell, DraftGrid, KnobProof
from pexit_app.features.builder.proofs import KnownProof
from pexit_app.features.builder.proving import Grade, KnobGrade, Proof
from pexit_app.features.identity.access import Me
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, prefix="/builder", tags=["builder"])
PING_S = 15
CellNumber = Annotated[int, Field(ge=0, lt=MOST_CELLS)]
Values = Annotated[list[bool | float | str], Field(max_length=MOST_CELLS)]
PICTURE_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Server-Sent Events"}
}


class Out(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class KnobGradeOut(Out):
    """`scene` is the only one that has the knob; empty: every scene has it. `change` is the largest share of the picture
    between two of its values, `drift` in units of the distance between two people; from 1.2 on faces become somebody
    else's. `is_current` False: it was changed since."""

    pointer: str
    knob: str
    scene: str
    label: str
    grade: Grade
    change: float
    drift: float | None
    notes: list[str]
    is_current: bool

    @classmethod
    def of(cls, grade: KnobGrade, *, is_current: bool = True) -> Self:
        plain = {name: getattr(grade, name) for name in cls.model_fields if hasattr(grade, name)}
        return cls(**plain, is_current=is_current)


class ProofProgressOut(Out):
    """`done` of `total` turns are measured, a turn being one knob in one scene; `knobs` those of them so far."""

    status: Literal["none", "running", "done", "failed"] = "none"
    run: int = 0
    done: int = 0
    total: int = 0
    error: str = ""
    knobs: list[KnobGradeOut] = []

    @classmethod
    def fields_of(cls, row: KnobProof) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("status", "run", "done", "total", "error")}

    @classmethod
    def so_far(cls, row: KnobProof) -> "ProofProgressOut":
        fresh = Proof(Proof.read(row.result).measured[: row.done])
        return cls(**cls.fields_of(row), knobs=[KnobGradeOut.of(each) for each in fresh.knobs])


class ProofOut(ProofProgressOut):
    """`is_current`: every knob was measured, and none was changed since."""

    is_current: bool = False
    in_words: str = ""

    @classmethod
    async def of(cls, known: KnownProof | None) -> "ProofOut":
        if known is None:
            return cls()
        found = await asyncio.to_thread(known.standing)
        knobs = [KnobGradeOut.of(each, is_current=each.pointer not in found.changed) for each in found.proof.knobs]
        told = cls.fields_of(known.row)
        return cls(**told, knobs=knobs, is_current=found.is_current, in_words=found.proof.in_words)


class GridIn(BaseModel):
    """`across` and `down`: a knob's id, `scenes` or `stand_ins`."""

    across: Annotated[str, Field(min_length=1, max_length=60)]
    down: Annotated[str, Field(max_length=60)] = ""
    scene: Annotated[str, Field(max_length=60)] = ""
    across_values: Values = []
    down_values: Values = []
    knobs: Annotated[dict[str, Any], Field(max_length=80)] = {}
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    stand_in: Annotated[str, Field(max_length=40, description="where stand-ins are no axis")] = ""

    def asked(self) -> GridAsk:
        values = tuple(self.across_values), tuple(self.down_values)
        return GridAsk(self.across, self.down, self.scene, *values, self.knobs, self.seed, self.stand_in)


class RetryIn(BaseModel):
    cells: Annotated[list[CellNumber], Field(max_length=MOST_CELLS)] | None = Field(
        None, description="their numbers; none: every one that failed"
    )


def cell_url(grid: DraftGrid, number: int) -> str:
    return f"/api/v1/builder/grids/{grid.id}/cells/{number}.jpg"


class CellOut(Out):
    """`knobs` is where all knobs of the `scene` stand in it, `stand_in` whose face it is (empty: the scene's own)."""

    number: int
    status: str
    attempt: int
    error: str
    alt: str
    scene: str
    knobs: dict[str, Any]
    stand_in: str
    seed: int
    aspect: str
    url: str | None

    @classmethod
    def of(cls, grid: DraftGrid, cell: DraftCell) -> "CellOut":
        plain = {name: getattr(cell, name) for name in cls.model_fields if hasattr(cell, name)}
        url = cell_url(grid, cell.number) if cell.status == "done" else None
        return cls(**plain, scene=cell.scene_id, url=url)


class GridLineOut(Out):
    """`across` and `down` head the columns and rows; the labels say what they are values of. `cover_url` is a cell that is
    drawn."""

    id: UUID
    created_at: datetime
    title: str
    revision: int
    across: list[str]
    down: list[str]
    across_label: str
    down_label: str
    done: int
    failed: int
    waiting: int
    cover_url: str | None

    @classmethod
    def fields_of(cls, grid: DraftGrid, done: int, failed: int, waiting: int, shown: int | None) -> dict[str, Any]:
        plain = {name: getattr(grid, name) for name in GridLineOut.model_fields if hasattr(grid, name)}
        counts = {"done": done, "failed": failed, "waiting": waiting}
        return {**plain, **counts, "cover_url": None if shown is None else cell_url(grid, shown)}

    @classmethod
    def listed(cls, found: ListedGrid) -> "GridLineOut":
        return cls(**cls.fields_of(found.grid, found.done, found.failed, found.waiting, found.shown))


class GridOut(GridLineOut):
    """`request` is what was asked for, to be asked again."""

    request: dict[str, Any]
    cells: list[CellOut]

    @classmethod
    def of(cls, found: OpenGrid, cells: list[DraftCell] | None = None) -> "GridOut":
        """With all its cells, or with some."""
        shown = next((cell.number for cell in found.cells if cell.status == "done"), None)
        told = [CellOut.of(found.grid, cell) for cell in (found.cells if cells is None else cells)]
        fields = cls.fields_of(found.grid, found.done, found.failed, found.waiting, shown)
        return cls(**fields, request=found.grid.request, cells=told)


@router.post("/drafts/{draft_id}/proof", status_code=202, response_model=ProofOut)
@allow(WRITES)
async def prove(request: Request, me: Me, draft_id: UUID) -> Response:
    """Measures every knob on stand-ins, for nothing; what still holds is not measured again."""
    async with db.transaction() as session:
        row = await proofs.begin(session, me, draft_id)
        known = await proofs.find_proof(session, me, draft_id)
    await proofs.dispatch(row)
    return ok(request, await ProofOut.of(known), 202)


@router.get("/drafts/{draft_id}/proof", response_model=ProofOut)
@allow(READS)
async def read_proof(request: Request, me: Me, draft_id: UUID) -> Response:
    async with db.transaction() as session:
        known = await proofs.find_proof(session, me, draft_id)
    return ok(request, await ProofOut.of(known))


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
    return ok(request, [GridLineOut.listed(each) for each in found])


@router.get("/grids/{grid_id}", response_model=GridOut)
@allow(READS)
async def read_grid(request: Request, me: Me, grid_id: UUID) -> Response:
    async with db.transaction() as session:
        found = await grids.find_grid(session, me, grid_id)
    return ok(request, GridOut.of(found))


@router.post("/grids/{grid_id}/retry", status_code=202, response_model=GridOut)
@allow(WRITES)
async def retry_grid(request: Request, me: Me, grid_id: UUID, body: RetryIn | None = None) -> Response:
    """Only failed cells. 409 `nothing_to_retry` when there are none."""
    async with db.transaction() as session:
        found = await grids.retry_grid(session, me, grid_id, body.cells if body else None)
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


@router.get("/drafts/{draft_id}/events", response_class=EventSourceResponse, responses=STREAM)
@allow(READS)
async def follow_draft(me: Me, draft_id: UUID) -> Response:
    """`ready`, then `grid` with the cells that moved and `proof` as it gets on. Whoever reads grids and proof after `ready`
    misses nothing; after a break it begins anew."""
    async with db.transaction() as session:
        await service.find_draft(session, me, draft_id)
    return EventSourceResponse(_written(following.follow(me, draft_id)), ping=PING_S)


async def _written(told: AsyncIterator[News]) -> AsyncIterator[ServerSentEvent]:
    async for each in told:
        name, data = _event(each)
        yield ServerSentEvent(json.dumps(data, separators=(",", ":")), event=name)


def _event(news: News) -> tuple[str, dict[str, Any]]:
    match news:
        case Ready():
            return "ready", {}
        case CellsMoved(grid, cells):
            return "grid", GridOut.of(grid, list(cells)).model_dump(mode="json")
        case _:
            return "proof", ProofProgressOut.so_far(news).model_dump(mode="json")
