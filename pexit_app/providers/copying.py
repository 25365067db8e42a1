"""Every object of one store into another, while Pexit runs, so that the switch itself takes seconds.

An object counts as copied when both ends were read and gave the same SHA-256. That is written down line by line in a
ledger, with size and time of change at both ends: a run that was killed is taken up where it was, and a second run asks
both ends what changed since and reads nothing twice. Objects are whole or absent in either store, so a target that
differs is no half copy: an older one than its source is copied anew, a newer one is left alone and reported.
"""

import asyncio
import fcntl
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from pexit_app.core.errors import Conflict
from pexit_app.core.ports import ObjectStore, Stored
from pexit_app.core.settings import Settings, SettingsError
from pexit_app.providers import stores
from pexit_app.providers.object_keys import Where

AT_ONCE, TRIES = 8, 3
TOLD_EVERY = 500
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Verified:
    """A line of the ledger: these two were read, and are the same."""

    key: str
    size: int
    sha256: str
    source_changed: str
    target_changed: str

    def holds(self, source: Stored, target: Stored) -> bool:
        """Whether neither was touched since."""
        return self == _verified(source, target, self.sha256) and source.size == target.size


@dataclass(slots=True)
class Report:
    """`already` were the same before; `gone` were deleted at the source while they were copied, and are at neither end;
    `outlived` were copied once, are deleted at the source since and still at the target, `pruned` were deleted there."""

    copied: int = 0
    already: int = 0
    gone: int = 0
    copied_bytes: int = 0
    outlived: int = 0
    pruned: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.copied + self.already + self.gone + len(self.problems)


class Ledger:
    """A file of JSON lines; one that a kill tore is dropped. One run at a time may hold it: Conflict."""

    def __init__(self, path: Path) -> None:
        self._lines: dict[str, Verified] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: TextIO = path.open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise Conflict("These objects are being copied already.") from None
        text = path.read_text()
        for line in text.splitlines():
            try:
                read = Verified(**json.loads(line))
            except (ValueError, TypeError):
                continue
            self._lines[read.key] = read
        if text and not text.endswith("\n"):
            self._file.write("\n")

    def find(self, key: str) -> Verified | None:
        return self._lines.get(key)

    def keys(self) -> set[str]:
        return set(self._lines)

    def add(self, line: Verified) -> None:
        self._lines[line.key] = line
        self._file.write(json.dumps(asdict(line)) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class _Copying:
    source: ObjectStore
    target: ObjectStore
    ledger: Ledger
    folder: Path
    report: Report

    async def one(self, key: str) -> None:
        """A key of the source. Whatever is wrong with it stands in the report, and the others go on."""
        here = self.folder / uuid4().hex
        try:
            for _ in range(TRIES):
                source = await self.source.stat(key)
                if await self._is_settled(source, await _stat(self.target, key), here):
                    return
            self.report.problems.append(f"{key}: changes at the source again and again. Run again later.")
        except FileNotFoundError:
            await self.target.delete(key)
            self.report.gone += 1
        finally:
            here.unlink(missing_ok=True)

    async def _is_settled(self, source: Stored, target: Stored | None, here: Path) -> bool:
        """Copies it by way of the file `here`, unless it is there. False: the source changed meanwhile. Raises
        FileNotFoundError when it went away."""
        key, report = source.key, self.report
        line = self.ledger.find(key)
        if target is not None and line is not None and line.holds(source, target):
            report.already += 1
            return True
        await self.source.get_file(key, here)
        sha256 = await _hash(here)
        if target is not None:
            is_same = await self._hash_at_target(key) == sha256
            if is_same and target.media_type == source.media_type:
                self.ledger.add(_verified(source, target, sha256))
                report.already += 1
                return True
            if not is_same and target.changed_at > source.changed_at:
                report.problems.append(f"{key}: differs at the target, and is newer there. It was left alone.")
                return True
        await self.target.put_file(key, here, source.media_type)
        copied = await self._hash_at_target(key)
        if await self.source.stat(key) != source:
            return False
        if copied != sha256:
            await self.target.delete(key)
            report.problems.append(f"{key}: came out different at the target, and was taken back. Run again.")
            return True
        self.ledger.add(_verified(source, await self.target.stat(key), sha256))
        report.copied += 1
        report.copied_bytes += source.size
        return True

    async def outlived(self, key: str, is_pruned: bool) -> None:
        """A key that was copied once and that the source has no more."""
        target, line = await _stat(self.target, key), self.ledger.find(key)
        if target is None or line is None or _text(target.changed_at) != line.target_changed:
            return  # gone there too, or the target's own by now
        if is_pruned:
            await self.target.delete(key)
            self.report.pruned += 1
        else:
            self.report.outlived += 1

    async def _hash_at_target(self, key: str) -> str:
        """Empty when it is not there."""
        path = self.folder / uuid4().hex
        try:
            await self.target.get_file(key, path)
            return await _hash(path)
        except FileNotFoundError:
            return ""
        finally:
            path.unlink(missing_ok=True)


async def copy_between(
    config: Settings, source: Where, target: Where, *, is_pruned: bool, told: Callable[[str], None]
) -> Report:
    """The stores of the settings; `told` hears how it goes, in lines. Raises SettingsError, and as copy_objects()."""
    if source == target:
        raise SettingsError("Copy from one store to the other: disk s3, or s3 disk.")
    given, taking = stores.open_store(config, source), stores.open_store(config, target)

    def tell(report: Report) -> None:
        if report.total % TOLD_EVERY == 0:
            told(f"{report.total} objects so far, {report.copied} of them copied")

    try:
        name = f"{source}-to-{target}"
        folder, ledger = config.folder / "copying" / f"{name}.part", config.folder / "copying" / f"{name}.jsonl"
        report = await copy_objects(given, taking, folder, ledger, is_pruned=is_pruned, told=tell)
    finally:
        await given.close()
        await taking.close()
    told(_summary(report))
    return report


def _summary(report: Report) -> str:
    words = [
        f"{report.copied} copied ({report.copied_bytes / 1e6:.1f} MB)",
        f"{report.already} the same already",
        f"{report.gone} deleted meanwhile",
        f"{report.pruned} deleted at the target as well" if report.pruned else "",
        f"{report.outlived} only at the target, their originals being deleted (--prune)" if report.outlived else "",
        f"{len(report.problems)} problems" if report.problems else "",
    ]
    return f"{report.total} objects: {', '.join(filter(None, words))}."


async def copy_objects(
    source: ObjectStore,
    target: ObjectStore,
    folder: Path,
    ledger: Path,
    *,
    is_pruned: bool = False,
    told: Callable[[Report], None] = lambda report: None,
) -> Report:
    """`folder` is for the bytes on their way and holds at most AT_ONCE * 2 objects; `told` hears of every object done.
    `is_pruned`: what was copied once and is deleted at the source since is deleted at the target too. Raises StoreFull,
    Unavailable and Conflict, for what goes wrong with all of them."""
    copying = _Copying(source, target, Ledger(ledger), folder, Report())
    await asyncio.to_thread(_empty, folder)  # what a run that was killed left: there may be faces in it
    places, seen = asyncio.Semaphore(AT_ONCE), set()

    async def one(key: str) -> None:
        try:
            await copying.one(key)
            told(copying.report)
        finally:
            places.release()

    try:
        async with asyncio.TaskGroup() as group:
            async for key in source.list(""):
                await places.acquire()
                seen.add(key)
                group.create_task(one(key))
        for key in sorted(copying.ledger.keys() - seen):
            await copying.outlived(key, is_pruned)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    finally:
        copying.ledger.close()
    return copying.report


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)


def _verified(source: Stored, target: Stored, sha256: str) -> Verified:
    return Verified(source.key, source.size, sha256, _text(source.changed_at), _text(target.changed_at))


def _text(time: datetime) -> str:
    return time.isoformat()


async def _stat(store: ObjectStore, key: str) -> Stored | None:
    try:
        return await store.stat(key)
    except FileNotFoundError:
        return None


async def _hash(path: Path) -> str:
    def read() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return await asyncio.to_thread(read)
