"""Stored objects and the rows they belong to: nothing outlives its row, nothing is lost when a process dies in between.

Every object's key is `<folder>/<row id>/<part>`. The slice that keeps rows says which folder is theirs; a row's deletion
writes its prefix down in the same transaction, and the bytes go after the commit, or by the sweep.

Where bytes must come before their row, the prefix is reserved first: noted as to be deleted in a while, and crossed out
by the transaction that writes the row.

What goes by an erasure (core/erasing.py) is hashed before it goes, so that the receipt can name it.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, erasing, workflows
from pexit_app.core.clock import now
from pexit_app.core.errors import Unavailable
from pexit_app.core.models import Discarded
from pexit_app.core.ports import ObjectStore

RESERVED = timedelta(minutes=2)
LATE_PUTS = timedelta(minutes=10)  # a run that was under way at the deletion has ended by then
AT_ONCE = 1000
HASHED_AT_ONCE = 8
IN_MEMORY = 16 * 2**20  # larger objects are hashed from a file
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


def discard(session: AsyncSession, prefix: str, erasure_id: UUID | None = None, shown_as: str = "") -> None:
    """Call with the deletion of the row; and discard_now() after the commit. `erasure_id`: whose receipt names them, by
    `shown_as` in the place of `prefix` where that is somebody's own words."""
    session.add(Discarded(prefix=prefix, erasure_id=erasure_id, shown_as=shown_as))


def reserve(session: AsyncSession, prefix: str) -> None:
    """In a transaction of its own, before the first put: unless claim() comes, the sweep deletes what is there."""
    session.add(Discarded(prefix=prefix, created_at=now() + RESERVED))


async def claim(session: AsyncSession, prefix: str) -> None:
    """With the row that keeps the objects. Raises Unavailable when it took so long that they may be gone already."""
    reserved = delete(Discarded).where(col(Discarded.prefix) == prefix, col(Discarded.created_at) > now())
    if (await session.exec(reserved.returning(col(Discarded.id)))).first() is None:
        raise Unavailable("Storing this took too long. Send it once more.")


async def discard_now(prefixes: Sequence[str]) -> None:
    """After the commit; the sweep does the same if this is never reached. What ends an erasure signs its receipt."""
    if not prefixes:
        return
    async with db.transaction() as session:
        query = select(Discarded).where(col(Discarded.prefix).in_(prefixes), col(Discarded.erasure_id).is_not(None))
        told = (await session.exec(query)).all()
    await _hash(told)
    for prefix in prefixes:
        await deps.get().store.delete_prefix(prefix)
    await _note_gone(told)


@workflows.sweep
async def discard_objects() -> None:
    """Bytes of deleted rows; once more after a while, for a run that was still storing."""
    async with db.transaction() as session:
        due = select(Discarded).where(col(Discarded.created_at) <= now())
        rows = (await session.exec(due.order_by(col(Discarded.created_at)).limit(AT_ONCE))).all()
    for row in rows:
        await _hash([row])
        await deps.get().store.delete_prefix(row.prefix)
        await _note_gone([row])
        if row.created_at < now() - LATE_PUTS:
            async with db.transaction() as session:
                await session.exec(delete(Discarded).where(col(Discarded.id) == row.id))


async def _hash(rows: Sequence[Discarded]) -> None:
    """Writes down what is about to go by an erasure, each object by key and hash. What came to light at an earlier turn,
    which was cut off, stays written."""
    places = asyncio.Semaphore(HASHED_AT_ONCE)

    async def hashed(row: Discarded, key: str) -> tuple[Discarded, str, str]:
        async with places:
            return row, key, await sha256_of(key)

    store = deps.get().store
    waiting = [row for row in rows if row.erasure_id is not None and row.gone_at is None]
    found = [(row, key) for row in waiting async for key in store.list(row.prefix)]
    told = await asyncio.gather(*(hashed(row, key) for row, key in found))
    if told:
        async with db.transaction() as session:
            for row, key, sha256 in told:
                name = (row.shown_as or row.prefix) + key.removeprefix(row.prefix)
                assert row.erasure_id is not None
                await erasing.note(session, row.erasure_id, "object", name, sha256=sha256)


async def sha256_of(key: str) -> str:
    """Of an object's bytes, however many; empty when it is gone."""
    store = deps.get().store
    try:
        if (await store.stat(key)).size <= IN_MEMORY:
            return hashlib.sha256(await store.get(key)).hexdigest()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "object"
            await store.get_file(key, path)
            return await asyncio.to_thread(_sha256_of_file, path)
    except FileNotFoundError:
        return ""


def _sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _note_gone(rows: Sequence[Discarded]) -> None:
    waiting = [row for row in rows if row.erasure_id is not None and row.gone_at is None]
    if not waiting:
        return
    async with db.transaction() as session:
        gone = update(Discarded).where(col(Discarded.id).in_([row.id for row in waiting]))
        await session.exec(gone.values(gone_at=now()).execution_options(synchronize_session=False))
    for erasure_id in {row.erasure_id for row in waiting if row.erasure_id is not None}:
        await erasing.sign_if_gone(erasure_id)


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
