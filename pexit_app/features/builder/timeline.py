"""The way from one change of a draft to another through its tree, and what it does to a document."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.builder import patch
from pexit_app.features.builder.models import PackChange, PackMove
from pexit_app.features.builder.patch import Step


@dataclass(frozen=True, slots=True)
class Leg:
    """One change on the way: done again, or undone."""

    change: PackChange
    is_undone: bool

    @property
    def patch(self) -> list[dict[str, Any]]:
        return self.change.inverse if self.is_undone else self.change.patch

    @property
    def reverse(self) -> "Leg":
        return Leg(self.change, not self.is_undone)


@dataclass(frozen=True, slots=True)
class Tree:
    """Every change's number and parent, by id: a child's number is larger than its parent's."""

    places: dict[UUID, tuple[int, UUID | None]]

    def line(self, change_id: UUID | None) -> list[UUID]:
        """A change and what it stands on, back to the root."""
        found = []
        while change_id is not None:
            found.append(change_id)
            change_id = self.places[change_id][1]
        return found

    def way(self, start: UUID, end: UUID) -> tuple[list[UUID], list[UUID]]:
        """What is undone from `start` on, in order, and then done to come to `end`."""
        undone, done = [], []
        while start != end:
            (here, under), (there, below) = self.places[start], self.places[end]
            if here > there:
                undone.append(start)
                assert under is not None, "all changes of a draft have one root"
                start = under
            else:
                done.append(end)
                assert below is not None, "all changes of a draft have one root"
                end = below
        return undone, done[::-1]


async def tree_of(session: AsyncSession, draft_id: UUID) -> Tree:
    query = select(PackChange.id, PackChange.number, PackChange.parent_change_id)
    rows = (await session.exec(query.where(PackChange.draft_id == draft_id))).all()
    return Tree({change_id: (number, parent) for change_id, number, parent in rows})


async def head_at(session: AsyncSession, draft_id: UUID, revision: int) -> UUID:
    """Where the head stood when the draft was at `revision`."""
    query = select(PackMove.change_id).where(PackMove.draft_id == draft_id, PackMove.revision == revision)
    return (await session.exec(query)).one()


async def way(session: AsyncSession, draft_id: UUID, start: UUID, end: UUID) -> list[Leg]:
    if start == end:
        return []
    undone, done = (await tree_of(session, draft_id)).way(start, end)
    query = select(PackChange).where(col(PackChange.id).in_([*undone, *done]))
    by_id = {change.id: change for change in (await session.exec(query)).all()}
    return [*(Leg(by_id[each], True) for each in undone), *(Leg(by_id[each], False) for each in done)]


def gone(document: Any, legs: Iterable[Leg]) -> tuple[list[Step], Any]:
    """The steps of a way, and the document at its end."""
    steps: list[Step] = []
    for leg in legs:
        taken, document = patch.read(document, leg.patch)
        steps += taken
    return steps, document


def gone_back(document: Any, legs: list[Leg]) -> Any:
    """The document at the start of a way that led to this one."""
    return gone(document, [leg.reverse for leg in reversed(legs)])[1]
