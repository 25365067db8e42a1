"""Everything that is kept of a user as one ZIP, written while it is sent: it lies nowhere afterwards, and at most one
object of it is in memory.

    account/ ledger/ people/ frames/ packs/ drafts/ ...   as the slices tell it (core/personal.py)
    contents.txt                                          what is in it, and what was missing
    receipt.json                                          every file by path and hash, signed

The link to it is good once, within an hour, for whoever has it.
"""

import asyncio
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, db, deps, erasing, objects, personal, security, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.personal import Entry
from pexit_app.core.zips import Outlet
from pexit_app.features.identity import sessions
from pexit_app.features.privacy.errors import ExportUsed
from pexit_app.features.privacy.models import ExportLink

LINK_LIFE = timedelta(hours=1)
MAX_LINKS = 5
RECEIPT = "receipt.json"
_CHUNK = 1024 * 1024


async def make_link(session: AsyncSession, actor: Actor) -> tuple[ExportLink, str]:
    """The link's secret, which is not kept. The oldest of more than five is good no more. Raises NotProven."""
    await sessions.check_proven(session, actor)
    mine = select(ExportLink.id).where(ExportLink.user_id == actor.user_id).order_by(col(ExportLink.created_at).desc())
    older = (await session.exec(mine.offset(MAX_LINKS - 1))).all()
    await session.exec(delete(ExportLink).where(col(ExportLink.id).in_(older)))
    secret = security.secret_token()
    row = ExportLink(user_id=actor.user_id, token_hash=security.sha256(secret), expires_at=now() + LINK_LIFE)
    session.add(row)
    await session.flush()
    return row, secret


async def use_link(session: AsyncSession, secret: str) -> UUID:
    """Whose everything it is; the link is good no more. Raises ExportUsed."""
    query = select(ExportLink).where(ExportLink.token_hash == security.sha256(secret)).with_for_update()
    row = (await session.exec(query)).first()
    if row is None or row.used_at is not None or row.expires_at <= now():
        raise ExportUsed("This link was used, or is older than an hour. Make another one.")
    row.used_at = now()
    session.add(row)
    return row.user_id


async def collect(session: AsyncSession, user_id: UUID) -> list[Entry]:
    """From every slice."""
    return [entry for keeper in personal.keepers() for entry in await keeper.export(session, user_id)]


@workflows.sweep
async def forget_links() -> None:
    async with db.transaction() as session:
        await session.exec(delete(ExportLink).where(col(ExportLink.expires_at) < now() - LINK_LIFE))


async def stream(user_id: UUID, entries: Sequence[Entry]) -> AsyncIterator[bytes]:
    """The ZIP. Its receipt is issued with the last file, so that an export that broke off leaves none."""
    outlet = Outlet()
    files: list[dict[str, Any]] = []
    missing: list[str] = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        async for path, source in _sources(entries, missing):
            with source, archive.open(_info(path), "w", force_zip64=True) as target:
                digest, size = hashlib.sha256(), 0
                while chunk := await asyncio.to_thread(source.read, _CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
                    for part in outlet.take():
                        yield part
            files.append({"path": path, "sha256": digest.hexdigest(), "bytes": size})
        archive.writestr(_info("contents.txt"), _contents(files, missing))
        body = {"subject": {"kind": "account", "id": str(user_id)}, "exported": files}
        async with db.transaction() as session:
            receipt = await erasing.issue(session, user_id, "export", body)
        archive.writestr(_info(RECEIPT), _text(receipt.document))
    for part in outlet.take():
        yield part


async def _sources(entries: Sequence[Entry], missing: list[str]) -> AsyncIterator[tuple[str, IO[bytes]]]:
    """Path and bytes of each file. Objects that went meanwhile are `missing`."""
    store = deps.get().store
    for entry in entries:
        if not entry.prefix:
            yield entry.path, _memory(_text(entry.data))
            continue
        for key in sorted([each async for each in store.list(entry.prefix)]):
            path = entry.path + key.removeprefix(entry.prefix)
            try:
                yield path, await _object(key)
            except FileNotFoundError:
                missing.append(path)


def _memory(content: bytes) -> IO[bytes]:
    return io.BytesIO(content)


async def _object(key: str) -> IO[bytes]:
    """Raises FileNotFoundError."""
    store = deps.get().store
    if (await store.stat(key)).size <= objects.IN_MEMORY:
        return _memory(await store.get(key))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "object"
        await store.get_file(key, path)
        return path.open("rb")  # its bytes are there until it is closed


def _info(path: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(path, clock.now().timetuple()[:6])


def _text(data: Any) -> bytes:
    return json.dumps(data, indent=2, ensure_ascii=False, default=str).encode()


def _contents(files: Sequence[dict[str, Any]], missing: Sequence[str]) -> bytes:
    lines = [f"Everything that Pexit keeps of you, on {clock.now():%-d %B %Y}: {len(files)} files.", ""]
    lines += [f"{each['bytes']:>12}  {each['path']}" for each in files]
    lines += ["", "Gone while this was written:", *missing] if missing else []
    lines += ["", f"{RECEIPT} names each file and its SHA-256, signed. To check it, and this whole file:"]
    return "\n".join([*lines, "  python -m pexit_app.cli verify-receipt THIS.zip", ""]).encode()
