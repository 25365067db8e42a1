"""What is kept of a user, slice by slice. Each slice says which tables are its own, how what they hold of somebody is
erased, and what of it goes into an export. tests/features/privacy/test_keepers.py finds tables that nobody answers for.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.models import Erasure, Row

T = TypeVar("T", bound=Row)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an export, at `path`: the object `key`, or else `data` as JSON."""

    path: str
    data: Any = None
    key: str = ""


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
    """In the order to erase by: whose tables point at others' comes before them."""
    places = {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}

    def highest(keeper: Keeper) -> int:
        return max(places[name] for name in keeper.tables)

    return sorted(_keepers.values(), key=highest, reverse=True)


async def rows(session: AsyncSession, table: type[T], *where: Any, but: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Rows as JSON, oldest first; `but` are columns that are of no use to their owner or must not leave."""
    found = await session.exec(select(table).where(*where).order_by(table.created_at, table.id))  # type: ignore[arg-type]
    return [row.model_dump(mode="json", exclude=set(but)) for row in found.all()]
