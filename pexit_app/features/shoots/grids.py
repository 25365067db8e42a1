"""Test strips and grids: ordered as one job of frames, read as rows of cells, tried again where cells failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import complete
from pexit_app.features.packs.definition import Knob, PackDefinition
from pexit_app.features.shoots import service
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.grid_requests import GridRequest, Laid, lay_out, shoot_request
from pexit_app.features.shoots.models import Frame, FrameStatus, Grid, on_sheet
from pexit_app.features.shoots.schemas import QuoteOut
from pexit_app.features.shoots.service import Requested

AGAIN = (FrameStatus.FAILED, FrameStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class Ordered:
    grid: Grid
    requested: Requested


@dataclass(frozen=True, slots=True)
class Axis:
    """A knob's label and its values in words; an empty label stands for the missing side of a test strip."""

    label: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class OpenGrid:
    """`cells` row by row; None where the frame was deleted."""

    grid: Grid
    scene_title: str
    across: Axis
    down: Axis
    cells: Sequence[Frame | None]

    @property
    def again(self) -> list[Frame]:
        """Cells without a picture, to be tried again."""
        return [frame for frame in self.cells if frame is not None and frame.status in AGAIN]

    @property
    def done(self) -> int:
        return sum(frame is not None and frame.status == FrameStatus.DONE for frame in self.cells)

    @property
    def open(self) -> int:
        return sum(frame is not None and frame.is_open for frame in self.cells)


async def _laid(session: AsyncSession, actor: Actor, request: GridRequest) -> tuple[PackDefinition, Laid]:
    if request.shoot_id is not None:
        version_id = (await service.find_shoot(session, actor, request.shoot_id)).pack_version_id
        version = await packs.version_of(session, version_id)
    elif request.pack:
        version = await packs.version_of(session, request.pack)
    else:
        raise BadInput.of("pack", "Name a pack and a scene.")
    definition = PackDefinition.model_validate(version.definition)
    return definition, lay_out(definition, request)


async def quote_grid(session: AsyncSession, actor: Actor, request: GridRequest) -> QuoteOut:
    """What the grid would cost. Refuses what request_grid() refuses, but for dust."""
    _, laid = await _laid(session, actor, request)
    return await service.quote_frames(session, actor, shoot_request(request, laid))


async def request_grid(session: AsyncSession, actor: Actor, request: GridRequest) -> Ordered:
    """Orders every cell under one job and one quote. Raises like service.request_frames(), and BadInput naming
    `knob_x`, `values_x[2]`."""
    definition, laid = await _laid(session, actor, request)
    requested = await service.request_frames(session, actor, shoot_request(request, laid))
    knobs = complete(definition.knobs_of(laid.scene), laid.scene, request.knobs)
    grid = Grid(
        shoot_id=requested.shoot.id,
        user_id=actor.user_id,
        scene_id=laid.scene.id,
        knobs=knobs,
        seed=laid.seed,
        knob_x=request.knob_x,
        values_x=laid.values_x,
        knob_y=request.knob_y,
        values_y=laid.values_y,
    )
    session.add(grid)
    await session.flush()
    for cell, frame in enumerate(requested.frames):
        frame.grid_id, frame.cell = grid.id, cell
    session.add_all(requested.frames)
    await session.flush()
    return Ordered(grid, requested)


async def find_grid(session: AsyncSession, actor: Actor, grid_id: UUID) -> Grid:
    """Raises NotFound, also for another user's."""
    grid = await session.get(Grid, grid_id)
    if grid is None or grid.user_id != actor.user_id:
        raise NotFound("There is no such grid.")
    return grid


async def open_grid(session: AsyncSession, actor: Actor, grid_id: UUID) -> OpenGrid:
    """The grid with its cells as they are now. Raises NotFound."""
    grid = await find_grid(session, actor, grid_id)
    shoot = await service.find_shoot(session, actor, grid.shoot_id)
    version = await packs.version_of(session, shoot.pack_version_id)
    definition = PackDefinition.model_validate(version.definition)
    scene = definition.scene(grid.scene_id)
    assert scene is not None, "a version never loses a scene"
    offered = {knob.id: knob for knob in definition.knobs_of(scene)}
    query = select(Frame).where(Frame.grid_id == grid.id, on_sheet())
    frames = (await session.exec(query, execution_options={"populate_existing": True})).all()
    by_cell = {frame.cell: frame for frame in frames}
    count = len(grid.values_x) * max(1, len(grid.values_y))
    return OpenGrid(
        grid,
        scene.title,
        _axis(offered.get(grid.knob_x), grid.values_x),
        _axis(offered.get(grid.knob_y), grid.values_y),
        [by_cell.get(cell) for cell in range(count)],
    )


def _axis(knob: Knob | None, values: Sequence[Any]) -> Axis:
    if knob is None:
        return Axis("", [])
    return Axis(knob.label, words_of(knob, values))


def words_of(knob: Knob, values: Sequence[Any]) -> list[str]:
    """Each value as a person reads it; where two read alike, with their numbers."""
    said = [spoken.said(knob, value) or "Nothing" for value in values]
    alike = {word for word in said if said.count(word) > 1}
    return [f"{word}, {value:g}" if word in alike else word for word, value in zip(said, values, strict=True)]


async def grids_of(session: AsyncSession, actor: Actor, shoot_id: UUID, most: int = 24) -> Sequence[Grid]:
    """A shoot's grids, newest first. Raises NotFound."""
    await service.find_shoot(session, actor, shoot_id)
    query = select(Grid).where(Grid.shoot_id == shoot_id).order_by(col(Grid.created_at).desc(), col(Grid.id).desc())
    return (await session.exec(query.limit(most))).all()


async def retry_grid(session: AsyncSession, actor: Actor, grid_id: UUID) -> Requested:
    """The failed and stopped cells once more, under a job of their own. Raises NotFound, NotReady when there are none,
    NotEnoughDust, TooManyWaiting."""
    again = (await open_grid(session, actor, grid_id)).again
    if not again:
        raise NotReady("No cell of this grid failed or was stopped.")
    return await service.retry_frames(session, actor, [frame.id for frame in again])
