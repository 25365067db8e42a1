"""What is drawn and measured of a draft, told as it happens.

A wake-up (core/events.py) only says that there may be something to read, so nothing is lost when one is; without any, the
database is read every 15 s.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.features.builder import grids, proofs
from pexit_app.features.builder.grids import OpenGrid
from pexit_app.features.builder.models import DraftCell, KnobProof
from pexit_app.features.builder.service import find_draft
from pexit_app.features.identity import service as identity

REREAD_S = 15.0


@dataclass(frozen=True, slots=True)
class Ready:
    """From here on nothing is missed: whoever reads the grids and the proof now has all there is."""


@dataclass(frozen=True, slots=True)
class CellsMoved:
    """Cells of a grid that wait, are drawn or failed, and were something else when they were told last."""

    grid: OpenGrid
    cells: Sequence[DraftCell]


News = Ready | CellsMoved | KnobProof


@dataclass(slots=True)
class _Told:
    """What the listener knows: of each grid under way where its cells stand, and how far the proof has come."""

    cells: dict[UUID, dict[int, tuple[int, str]]] = field(default_factory=dict)
    proof: tuple[int, int, str] = (0, 0, "")

    async def read(self, session: AsyncSession, draft_id: UUID) -> list[News]:
        news: list[News] = list(self._moved(await grids.under_way(session, draft_id, self.cells)))
        proof = await proofs.progress_of(session, draft_id)
        if proof is not None and (now := (proof.run, proof.done, proof.status)) != self.proof:
            self.proof = now
            news.append(proof)
        return news

    def _moved(self, found: Sequence[OpenGrid]) -> Iterator[CellsMoved]:
        before, self.cells = self.cells, {}
        for each in found:
            known = before.get(each.grid.id, {})
            stand = {cell.number: (cell.attempt, cell.status) for cell in each.cells}
            moved = [cell for cell in each.cells if known.get(cell.number) != stand[cell.number]]
            if moved:
                yield CellsMoved(each, moved)
            if each.waiting:
                self.cells[each.grid.id] = stand


async def follow(actor: Actor, draft_id: UUID) -> AsyncIterator[News]:
    """Ready, what is under way, and then every change of it; ends with the session or the draft."""
    told = _Told()
    is_new = True
    with events.subscribe(proofs.topic_of(draft_id)) as waker:
        while True:
            async with db.transaction() as session:
                if await identity.find_by_id(session, actor.session_id) is None:
                    return
                try:
                    await find_draft(session, actor, draft_id)
                except NotFound:
                    return
                news = await told.read(session, draft_id)
            if is_new:
                is_new = False
                yield Ready()
            for each in news:
                yield each
            await events.woken(waker, REREAD_S)
