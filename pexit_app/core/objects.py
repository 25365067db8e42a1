"""Stored objects and the rows they belong to: nothing outlives its row, nothing is lost when a process dies in between.

Every object's key is `<folder>/<row id>/<part>`. The slice that keeps rows says which folder is theirs; a row's deletion
writes its prefix down in the same transaction, and the bytes go after the commit, or by the sweep.

Where bytes must come before their row, the prefix is reserved first: noted as to be deleted in a while, and crossed out
by the transaction that writes the row.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, workflows
from pexit_app.core.clock import now
from pexit_app.core.errors import Unavailable
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ObjectStore

RESERVED = timedelta(minutes=2)
LATE_PUTS = timedelta(minutes=10)  # a run that was under way at the deletion has ended by then
AT_ONCE = 1000
Existing = Callable[[AsyncSession, Sequence[UUID]], Awaitable[set[UUID]]]
Holding = Callable[[AsyncSession], Awaitable[set[UUID]]]


@dataclass(frozen=True, slots=True)
class _Owner:
    existing: Existing
    holding: Holding


_owners: dict[str, _Owner] = {}


def owns(folder: str, existing: Existing, holding: Holding) -> None:
    """`existing` tells which of these ids have a row that may keep objects in `folder`, `holding` all ids that must."""
    _owners[folder] = _Owner(existing, holding)


def discard(session: AsyncSession, prefix: str) -> None:
    """Call with the deletion of the row; and discard_now() after the commit."""
    session.add(Discarded(prefix=prefix))


def reserve(session: AsyncSession, prefix: str) -> None:
    """In a transaction of its own, before the first put: unless claim() comes, the sweep deletes what is there."""
    session.add(Discarded(prefix=prefix, created_at=now() + RESERVED))


async def claim(session: AsyncSession, prefix: str) -> None:
    """With the row that keeps the objects. Raises Unavailable when it took so long that they may be gone already."""
    reserved = delete(Discarded).where(col(Discarded.prefix) == prefix, col(Discarded.created_at) > now())
    if (await session.exec(reserved.returning(col(Discarded.id)))).first() is None:
        raise Unavailable("Storing this took too long. Send it once more.")


async def discard_now(prefixes: Sequence[str]) -> None:
    """After the commit; the sweep does the same if this is never reached."""
    for prefix in prefixes:
        await deps.get().store.delete_prefix(prefix)


@workflows.sweep
async def discard_objects() -> None:
    """Bytes of deleted rows; once more after a while, for a run that was still storing."""
    async with db.transaction() as session:
        due = select(Discarded).where(col(Discarded.created_at) <= now())
        rows = (await session.exec(due.order_by(col(Discarded.created_at)).limit(AT_ONCE))).all()
    for row in rows:
        await deps.get().store.delete_prefix(row.prefix)
        if row.created_at < now() - LATE_PUTS:
            async with db.transaction() as session:
                await session.exec(delete(Discarded).where(col(Discarded.id) == row.id))


async def orphans(session: AsyncSession, store: ObjectStore | None = None) -> list[str]:
    """Prefixes of stored objects whose row does not exist, of every folder that somebody owns."""
    found = []
    for folder, owner in _owners.items():
        ids = await _stored(store or deps.get().store, folder)
        found += [f"{folder}/{each}/" for each in sorted(ids - await owner.existing(session, sorted(ids)))]
    return found


async def audit(session: AsyncSession, store: ObjectStore) -> list[str]:
    """Objects are rows and rows are objects: what differs, as sentences. What the sweep will delete does not count."""
    awaited = set((await session.exec(select(Discarded.prefix))).all())
    lost = [prefix for prefix in await orphans(session, store) if prefix not in awaited]
    problems = [f"{prefix}: stored, and no row knows it." for prefix in lost]
    for folder, owner in _owners.items():
        missing = await owner.holding(session) - await _stored(store, folder)
        problems += [f"{folder}/{each}/: a row says that it is stored, and it is not." for each in sorted(missing)]
    return problems


async def _stored(store: ObjectStore, folder: str) -> set[UUID]:
    return {UUID(key.split("/")[1]) async for key in store.list(f"{folder}/")}
