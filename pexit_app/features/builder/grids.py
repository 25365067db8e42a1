"""Test grids of a draft: two knobs, or all scenes, against each other or against stand-ins that differ, as true drafts.

A grid is rows in the database: it is there after a reload, goes on after a crash, and only what failed is made again.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Literal
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, log, objects, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, Conflict, NotFound, PexitError
from pexit_app.core.ports import Busy, DraftOrder, InvalidOrder, Json, ProviderError
from pexit_app.features.builder import changes, proofs
from pexit_app.features.builder.models import DraftCell, DraftGrid, PackDraft
from pexit_app.features.builder.service import find_draft
from pexit_app.features.builder.shelf import MEDIA_TYPE, prefix_of
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import checked, compose, extremes
from pexit_app.features.packs.definition import Knob, PackDefinition, Scene, Slider

MOST_CELLS = 36
MOST_GRIDS = 24  # of a draft; the oldest make room
SIZE_PX = 384
AT_ONCE = 2
BUSY_TRIES, BUSY_S = 30, 1.0
RUN = "draw_grid"
UNSTARTED = timedelta(seconds=10)
STAND_INS = ("alba", "onyx", "rosa", "verde", "azur", "terra")
SLIDER_VALUES = 5
Axis = Literal["knob", "scenes", "stand_ins"]
logger = log.get("builder")


@dataclass(frozen=True, slots=True)
class GridAsk:
    """`across` and `down` are a knob's id, "scenes" or "stand_ins"; an empty `down` makes a strip. Values default to what
    a knob has to offer (a slider: five, evenly), scenes and stand-ins to all. `knobs` is where the others stand."""

    across: str
    down: str = ""
    scene_id: str = ""
    across_values: tuple[Json, ...] = ()
    down_values: tuple[Json, ...] = ()
    knobs: Mapping[str, Json] = field(default_factory=dict)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class OpenGrid:
    grid: DraftGrid
    cells: Sequence[DraftCell]

    @property
    def failed(self) -> int:
        return sum(cell.status == "failed" for cell in self.cells)

    @property
    def done(self) -> int:
        return sum(cell.status == "done" for cell in self.cells)

    @property
    def waiting(self) -> int:
        return len(self.cells) - self.done - self.failed


@dataclass(frozen=True, slots=True)
class _Column:
    """One value of an axis: what it sets, and how it is called."""

    words: str
    value: Json
    axis: Axis
    knob: str = ""


class NothingToRetry(Conflict):
    code: ClassVar[str] = "nothing_to_retry"


# ------------------------------------------------------------------------------------------------------------ ordering
async def order_grid(session: AsyncSession, actor: Actor, draft_id: UUID, ask: GridAsk) -> OpenGrid:
    """Call dispatch() after the commit. Raises NotFound, BadInput naming `across`, `down` or what of the draft is in the
    way of rendering it."""
    draft = await changes.locked(session, actor, draft_id)
    definition = proofs.renderable(draft.document)
    scene = _scene(definition, ask.scene_id)
    across, down = _axis(definition, scene, "across", ask), _axis(definition, scene, "down", ask)
    if len(across) * len(down) > MOST_CELLS:
        message = f"{len(across)} by {len(down)} is more than {MOST_CELLS} cells; take fewer values."
        raise BadInput.of("across", message, len(across) * len(down), MOST_CELLS)
    await _make_room(session, draft)
    grid = DraftGrid(
        draft_id=draft.id,
        revision=draft.revision,
        title=_title(definition, scene, ask),
        across=[each.words for each in across],
        down=[each.words for each in down] if ask.down else [],
        request=_as_json(ask),
    )
    session.add(grid)
    await session.flush()
    pairs = [(x, y) for y in down for x in across]
    cells = [_cell(definition, scene, ask, grid, number, pair) for number, pair in enumerate(pairs)]
    session.add_all(cells)
    await session.flush()
    return OpenGrid(grid, cells)


def _scene(definition: PackDefinition, scene_id: str) -> Scene:
    scene = definition.scene(scene_id) if scene_id else definition.scenes[0]
    if scene is None:
        raise BadInput.of("scene_id", "There is no such scene.", scene_id, [each.id for each in definition.scenes])
    return scene


def _axis(definition: PackDefinition, scene: Scene, name: Literal["across", "down"], ask: GridAsk) -> list[_Column]:
    wanted, values = getattr(ask, name), list(getattr(ask, f"{name}_values"))
    if name == "down" and not wanted:
        return [_Column("", None, "scenes")]
    if name == "down" and wanted == ask.across:
        raise BadInput.of("down", "Choose something else than across.", wanted)
    if wanted == "scenes":
        titles = {each.id: each.title for each in definition.scenes}
        return [_Column(titles[each], each, "scenes") for each in _among(name, values or list(titles), titles)]
    if wanted == "stand_ins":
        known = {each: each.capitalize() for each in deps.get().stand_ins or STAND_INS}
        return [_Column(known[each], each, "stand_ins") for each in _among(name, values or list(known), known)]
    knob = next((each for each in definition.knobs_of(scene) if each.id == wanted), None)
    if knob is None or ("scenes" in (ask.across, ask.down) and knob not in definition.knobs):
        offered = [
            each.id for each in (definition.knobs if "scenes" in (ask.across, ask.down) else definition.knobs_of(scene))
        ]
        raise BadInput.of(name, f"There is no such knob; choose one of {', '.join(offered)}.", wanted, offered)
    given = [checked(knob, value) for value in values] or _values(knob)
    return [_Column(spoken.said(knob, value) or "Nothing", value, "knob", knob.id) for value in dict.fromkeys(given)]


def _among(name: str, values: list[Any], known: Mapping[str, str]) -> list[str]:
    for value in values:
        if value not in known:
            raise BadInput.of(f"{name}_values", f"Choose of {', '.join(known)}.", str(value)[:80], list(known))
    return list(dict.fromkeys(values))


def _values(knob: Knob) -> list[Json]:
    if isinstance(knob, Slider):
        last = SLIDER_VALUES - 1
        return [checked(knob, knob.min + (knob.max - knob.min) * part / last) for part in range(SLIDER_VALUES)]
    return extremes(knob)


def _cell(
    definition: PackDefinition, scene: Scene, ask: GridAsk, grid: DraftGrid, number: int, pair: tuple[_Column, _Column]
) -> DraftCell:
    named = {each.axis: str(each.value) for each in pair if each.value is not None}
    shown = definition.scene(named["scenes"]) if "scenes" in named else scene
    assert shown is not None, "checked with the axis"
    offered = {knob.id: knob for knob in definition.knobs_of(shown)}
    turned = {each.knob: each.value for each in pair if each.axis == "knob"}
    knobs = {name: value for name, value in ask.knobs.items() if name in offered}
    composed = compose(definition, shown.id, {**_showing(offered, list(turned)), **knobs, **turned})
    first = named.get("stand_ins")
    cast = (first, *composed.stand_ins[1:]) if first else composed.stand_ins
    words = [word for word in (shown.title, *(each.words for each in pair if each.axis != "scenes")) if word]
    return DraftCell(
        grid_id=grid.id,
        number=number,
        personas=[f"standin:{name}" for name in cast],
        look=composed.look,
        seed=composed.seed if ask.seed is None else ask.seed,
        aspect=composed.aspect,
        alt=", ".join(words)[:300],
    )


def _showing(offered: Mapping[str, Knob], turned: list[str]) -> dict[str, Json]:
    """What has to stand where, so that the turned knobs are shown at all."""
    found: dict[str, Json] = {}
    pending = [offered[name] for name in turned if name in offered]
    while pending:
        for name, allowed in (pending.pop().visible_if or {}).items():
            if name not in found:
                found[name] = allowed[0]
                pending.append(offered[name])
    return found


def _title(definition: PackDefinition, scene: Scene, ask: GridAsk) -> str:
    labels = {knob.id: knob.label for knob in definition.knobs_of(scene)} | {
        "scenes": "Scenes",
        "stand_ins": "Stand-ins",
    }
    axes = " by ".join(labels[each] for each in (ask.across, ask.down) if each)
    return axes if "scenes" in (ask.across, ask.down) else f"{scene.title}: {axes}"[:120]


def _as_json(ask: GridAsk) -> dict[str, Any]:
    lists = {"across_values": list(ask.across_values), "down_values": list(ask.down_values)}
    told = {"across": ask.across, "down": ask.down, "scene_id": ask.scene_id, "seed": ask.seed}
    return {**told, **lists, "knobs": dict(ask.knobs)}


async def _make_room(session: AsyncSession, draft: PackDraft) -> None:
    query = select(DraftGrid).where(DraftGrid.draft_id == draft.id).order_by(col(DraftGrid.created_at).desc())
    for old in (await session.exec(query.offset(MOST_GRIDS - 1))).all():
        objects.discard(session, _prefix_of(old))
        await session.delete(old)


# ------------------------------------------------------------------------------------------------------------- reading
async def find_grid(session: AsyncSession, actor: Actor, grid_id: UUID) -> OpenGrid:
    """Raises NotFound, also for another user's."""
    grid = await session.get(DraftGrid, grid_id)
    if grid is None:
        raise NotFound("There is no such grid.")
    await find_draft(session, actor, grid.draft_id)
    return OpenGrid(grid, await _cells(session, grid.id))


async def list_grids(session: AsyncSession, actor: Actor, draft_id: UUID) -> Sequence[DraftGrid]:
    """Newest first. Raises NotFound."""
    await find_draft(session, actor, draft_id)
    query = select(DraftGrid).where(DraftGrid.draft_id == draft_id)
    return (await session.exec(query.order_by(col(DraftGrid.created_at).desc(), col(DraftGrid.id)))).all()


async def read_cell(session: AsyncSession, actor: Actor, grid_id: UUID, number: int) -> str:
    """The key of a cell's picture (JPEG). Raises NotFound while it is not made."""
    found = await find_grid(session, actor, grid_id)
    cell = next((each for each in found.cells if each.number == number and each.status == "done"), None)
    if cell is None:
        raise NotFound("This cell has no picture.")
    return cell_key(found.grid, cell)


def cell_key(grid: DraftGrid, cell: DraftCell) -> str:
    return f"{_prefix_of(grid)}{cell.number}.jpg"


def _prefix_of(grid: DraftGrid) -> str:
    return f"{prefix_of(grid.draft_id)}grid-{grid.id}/"


async def _cells(session: AsyncSession, grid_id: UUID) -> Sequence[DraftCell]:
    query = select(DraftCell).where(DraftCell.grid_id == grid_id).order_by(col(DraftCell.number))
    return (await session.exec(query, execution_options={"populate_existing": True})).all()


# ------------------------------------------------------------------------------------------------------------- drawing
async def retry_grid(session: AsyncSession, actor: Actor, grid_id: UUID) -> OpenGrid:
    """The failed cells once more; those that are done stay. Call dispatch() after the commit. Raises NotFound,
    NothingToRetry."""
    found = await find_grid(session, actor, grid_id)
    await changes.locked(session, actor, found.grid.draft_id)
    failed = [cell for cell in await _cells(session, grid_id) if cell.status == "failed"]
    if not failed:
        raise NothingToRetry("No cell of this grid failed.")
    attempt = max(cell.attempt for cell in found.cells) + 1
    for cell in failed:
        cell.status, cell.error, cell.attempt = "waiting", "", attempt
    session.add_all(failed)
    await session.flush()
    return OpenGrid(found.grid, await _cells(session, grid_id))


async def dispatch(found: OpenGrid) -> None:
    attempt = max(cell.attempt for cell in found.cells)
    await workflows.start(RUN, f"draft-grid:{found.grid.id}:{attempt}", str(found.grid.id))


@workflows.workflow(RUN)
async def draw_grid(grid_id: str) -> None:
    await draw_cells(UUID(grid_id))


async def draw_cells(grid_id: UUID) -> None:
    """Every cell that waits, each stored before it is called done."""
    async with db.transaction() as session:
        grid = await session.get(DraftGrid, grid_id)
        cells = [cell for cell in await _cells(session, grid_id) if cell.status == "waiting"] if grid else []
    if grid is None:
        return
    places = asyncio.Semaphore(AT_ONCE)
    with log.bound(draft_id=str(grid.draft_id)):
        await asyncio.gather(*(_draw(grid, cell, places) for cell in cells))


async def _draw(grid: DraftGrid, cell: DraftCell, places: asyncio.Semaphore) -> None:
    async with places:
        try:
            content = await _drafted(grid, cell)
            await deps.get().store.put(cell_key(grid, cell), content, MEDIA_TYPE)
        except InvalidOrder as error:
            await _note(grid, cell.id, f"{error}.")
        except (ProviderError, PexitError) as error:
            await _note(grid, cell.id, error.message)
        else:
            await _note(grid, cell.id, "")


async def _drafted(grid: DraftGrid, cell: DraftCell) -> bytes:
    """Waits where the darkroom is busy: people's own drafts come first."""
    stream = f"grid:{grid.id}:{cell.number}"
    order = DraftOrder(tuple(cell.personas), cell.look, cell.seed, cell.aspect, SIZE_PX, stream)
    for tries_left in range(BUSY_TRIES, -1, -1):
        try:
            return (await deps.get().drafts.draft(order)).content
        except Busy:
            if not tries_left:
                raise
            await asyncio.sleep(BUSY_S)
    raise AssertionError("the last try returns or raises")


async def _note(grid: DraftGrid, cell_id: UUID, error: str) -> None:
    async with db.transaction() as session:
        query = select(DraftCell).where(DraftCell.id == cell_id).with_for_update()
        cell = (await session.exec(query, execution_options={"populate_existing": True})).first()
        if cell is not None and cell.status == "waiting":
            cell.status, cell.error = ("failed", error[:500]) if error else ("done", "")
            session.add(cell)
            await session.flush()
            await events.notify(session, proofs.topic_of(grid.draft_id))


@workflows.sweep
async def draw_unstarted() -> None:
    """A crash between the commit and the start. Started twice it is one run."""
    async with db.transaction() as session:
        late = DraftCell.status == "waiting", col(DraftCell.updated_at) < now() - UNSTARTED
        grid_ids = (await session.exec(select(DraftCell.grid_id).where(*late).distinct())).all()
        grids = [await session.get(DraftGrid, grid_id) for grid_id in grid_ids]
        found = [OpenGrid(grid, await _cells(session, grid.id)) for grid in grids if grid is not None]
    for each in found:
        await dispatch(each)
