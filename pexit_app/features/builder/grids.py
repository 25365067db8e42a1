"""Test grids of a draft: two knobs, or all scenes, against each other or against stand-ins that differ, as true drafts.

A grid is rows in the database: it is there after a reload, goes on after a crash, and only what failed is made again.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, log, objects, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import Conflict, NotFound, PexitError
from pexit_app.core.ports import Busy, DraftOrder, InvalidOrder, ProviderError
from pexit_app.features.builder import changes, grid_layout, proofs
from pexit_app.features.builder.grid_layout import GridAsk
from pexit_app.features.builder.models import DraftCell, DraftGrid, PackDraft
from pexit_app.features.builder.service import find_draft
from pexit_app.features.builder.shelf import MEDIA_TYPE, prefix_of

MOST_GRIDS = 24  # of a draft; the oldest make room
SIZE_PX = 512
AT_ONCE = 2
BUSY_TRIES, BUSY_S = 30, 1.0
RUN = "draw_grid"
UNSTARTED = timedelta(seconds=10)
logger = log.get("builder")


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
class ListedGrid:
    """A grid as a list tells it; `shown` is the number of a cell that has a picture."""

    grid: DraftGrid
    done: int
    failed: int
    waiting: int
    shown: int | None


class NothingToRetry(Conflict):
    code: ClassVar[str] = "nothing_to_retry"


# ------------------------------------------------------------------------------------------------------------ ordering
async def order_grid(session: AsyncSession, actor: Actor, draft_id: UUID, ask: GridAsk) -> OpenGrid:
    """Call dispatch() after the commit. Raises NotFound, BadInput naming `across`, `down` or what of the draft is in the
    way of rendering it."""
    draft = await changes.locked(session, actor, draft_id)
    laid = grid_layout.lay_out(proofs.renderable(draft.document), ask, deps.get().stand_ins)
    await _make_room(session, draft)
    grid = DraftGrid(
        id=uuid4(),
        draft_id=draft.id,
        revision=draft.revision,
        title=laid.title,
        across_label=laid.across_label,
        down_label=laid.down_label,
        across=list(laid.across),
        down=list(laid.down),
        request=_as_json(ask),
    )
    session.add(grid)
    await session.flush()
    cells = [DraftCell(grid_id=grid.id, number=number, **fields) for number, fields in enumerate(laid.cells)]
    session.add_all(cells)
    await session.flush()
    await events.notify(session, proofs.topic_of(draft.id))
    return OpenGrid(grid, cells)


def _as_json(ask: GridAsk) -> dict[str, Any]:
    lists = {"across_values": list(ask.across_values), "down_values": list(ask.down_values)}
    told = {"across": ask.across, "down": ask.down, "scene_id": ask.scene_id, "seed": ask.seed}
    return {**told, **lists, "knobs": dict(ask.knobs), "stand_in": ask.stand_in}


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


async def list_grids(session: AsyncSession, actor: Actor, draft_id: UUID) -> list[ListedGrid]:
    """Newest first. Raises NotFound."""
    await find_draft(session, actor, draft_id)
    of_draft = select(DraftGrid).where(DraftGrid.draft_id == draft_id)
    found = (await session.exec(of_draft.order_by(col(DraftGrid.created_at).desc(), col(DraftGrid.id)))).all()
    cells = select(DraftCell.grid_id, DraftCell.status, func.count(), func.min(DraftCell.number))
    cells = cells.where(col(DraftCell.grid_id).in_([grid.id for grid in found]))
    counted = (await session.exec(cells.group_by(col(DraftCell.grid_id), col(DraftCell.status)))).all()
    known = {(grid_id, status): (count, first) for grid_id, status, count, first in counted}

    def listed(grid: DraftGrid) -> ListedGrid:
        done, failed, waiting = (known.get((grid.id, status), (0, None)) for status in ("done", "failed", "waiting"))
        return ListedGrid(grid, done[0], failed[0], waiting[0], done[1])

    return [listed(grid) for grid in found]


async def under_way(session: AsyncSession, draft_id: UUID, known: Collection[UUID] = ()) -> list[OpenGrid]:
    """The draft's grids with cells that wait, and those of `known` that are still there. For whoever may see the draft."""
    waiting = select(DraftCell.grid_id).where(DraftCell.status == "waiting")
    wanted = col(DraftGrid.id).in_(waiting) | col(DraftGrid.id).in_(list(known))
    found = (await session.exec(select(DraftGrid).where(DraftGrid.draft_id == draft_id, wanted))).all()
    return [OpenGrid(grid, await _cells(session, grid.id)) for grid in found]


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
async def retry_grid(
    session: AsyncSession, actor: Actor, grid_id: UUID, numbers: Collection[int] | None = None
) -> OpenGrid:
    """The failed cells once more, or those of `numbers`; what is done stays. Call dispatch() after the commit. Raises
    NotFound, NothingToRetry."""
    found = await find_grid(session, actor, grid_id)
    await changes.locked(session, actor, found.grid.draft_id)
    cells = await _cells(session, grid_id)
    failed = [cell for cell in cells if cell.status == "failed" and (numbers is None or cell.number in numbers)]
    if not failed:
        raise NothingToRetry("No cell of this grid failed." if numbers is None else "None of these cells failed.")
    attempt = max(cell.attempt for cell in cells) + 1
    for cell in failed:
        cell.status, cell.error, cell.attempt = "waiting", "", attempt
    session.add_all(failed)
    await session.flush()
    await events.notify(session, proofs.topic_of(found.grid.draft_id))
    return OpenGrid(found.grid, cells)


async def dispatch(found: OpenGrid) -> None:
    """Starts every run that has cells to draw; one that runs is not started again."""
    for attempt in sorted({cell.attempt for cell in found.cells if cell.status == "waiting"}):
        await workflows.start(RUN, f"draft-grid:{found.grid.id}:{attempt}", str(found.grid.id), attempt)


@workflows.workflow(RUN)
async def draw_grid(grid_id: str, attempt: int = 1) -> None:
    await draw_cells(UUID(grid_id), attempt)


async def draw_cells(grid_id: UUID, attempt: int = 1) -> None:
    """Every cell of this run that waits, each stored before it is called done."""
    async with db.transaction() as session:
        grid = await session.get(DraftGrid, grid_id)
        waiting = [cell for cell in await _cells(session, grid_id) if cell.status == "waiting"] if grid else []
    if grid is None:
        return
    cells = [cell for cell in waiting if cell.attempt == attempt]
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
