"""What is kept of a user, slice by slice. Each slice says which tables are its own, how what they hold of somebody is
erased, and what of it goes into an export. tests/features/privacy/test_keepers.py finds tables that nobody answers for.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.models import Erasure, Row

T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an export, at `path`: `data` as JSON; or, at `path` and the rest of their keys, all objects under
    `prefix`."""

    path: str
    data: Any = None
    prefix: str = ""


Eraser = Callable[[AsyncSession, Erasure], Awaitable[None]]
Exporter = Callable[[AsyncSession, UUID], Awaitable[Sequence[Entry]]]


@dataclass(frozen=True, slots=True)
class Keeper:
    """`erase` runs in the one transaction that erases an account, work stopped before: it deletes all rows of `tables`
    that belong to `erasure.user_id`, notes each (core/erasing.py) and discards its bytes. `keeps` are tables of which it
    leaves rows that nobody is known by any more."""

    name: str
    tables: frozenset[str]
    erase: Eraser
    export: Exporter
    keeps: frozenset[str] = frozenset()


_keepers: dict[str, Keeper] = {}


def keeps(keeper: Keeper) -> None:
    """A slice that keeps something of users registers here, where its durable work does."""
    _keepers[keeper.name] = keeper


def keepers() -> list[Keeper]:
    """In the order to erase by: whose tables point at others' come before them."""
    owner = {table: keeper.name for keeper in _keepers.values() for table in keeper.tables}
    order: TopologicalSorter[str] = TopologicalSorter({name: set() for name in sorted(_keepers)})
    for table in SQLModel.metadata.tables.values():
        for key in table.foreign_keys:
            above, below = owner.get(table.name), owner.get(key.column.table.name)
            if above is not None and below is not None and above != below:
                order.add(below, above)
    return [_keepers[name] for name in order.static_order()]


def word(text: str) -> str:
    """`text` as a part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "unnamed"


async def rows(session: AsyncSession, table: type[T], *where: Any, but: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rows as JSON, oldest first; `but` are columns that are of no use to their owner or must not leave."""
    found = await session.exec(select(table).where(*where).order_by(table.created_at, table.id))  # type: ignore[arg-type]
    return [row.model_dump(mode="json", exclude=set(but)) for row in found.all()]
