"""Objects of a far store as files of this machine, for programs that read files: a bounded cache.

There are faces in it, so nothing stays that was deleted. The process that deletes drops the copy at once, for every
process with the same data folder; elsewhere each use asks the store (at most FRESH_S ago) and a sweep takes the rest.
A copy lies at `<folder>/<key>/<version>`: another version is another path, and a prefix is a folder.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pexit_app.providers.whole_files import PART, drop_old_parts

FRESH_S = 2.0
IN_USE_S = 60.0  # whoever was given a path has opened it by then
IDLE_S = 900.0
MOST_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class _Copy:
    path: Path
    key: str
    used_at: float  # Unix time
    size: int


class LocalCopies:
    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self._most_bytes = folder.resolve(), most_bytes
        self._fresh: dict[str, tuple[float, Path]] = {}

    async def find(
        self, key: str, version: Callable[[], Awaitable[str]], fetch: Callable[[Path], Awaitable[None]]
    ) -> Path:
        """The copy of `key`, fetched if need be. What `version` raises drops it."""
        asked_at, path = self._fresh.get(key, (0.0, self.folder))
        if time.monotonic() - asked_at < FRESH_S and _use(path):
            return path
        try:
            name = hashlib.sha256((await version()).encode()).hexdigest()[:24]
        except FileNotFoundError:
            await self.drop(key)
            raise
        path = self.folder / key / name
        if not _use(path):
            await fetch(path)
            await asyncio.to_thread(self._bound)
        self._fresh[key] = (time.monotonic(), path)
        return path

    async def drop(self, key: str) -> None:
        """Of a key, or of all below it."""
        for each in [each for each in self._fresh if each == key or each.startswith(f"{key}/")]:
            del self._fresh[each]
        await asyncio.to_thread(shutil.rmtree, self.folder / key, ignore_errors=True)

    async def sweep(self, exists: Callable[[str], Awaitable[bool]]) -> None:
        """Copies nobody used for a while go, and those whose object is gone."""
        now = time.time()
        await asyncio.to_thread(drop_old_parts, self.folder, IDLE_S)
        kept = set()
        for copy in await asyncio.to_thread(self._all):
            if now - copy.used_at > IDLE_S:
                await asyncio.to_thread(copy.path.unlink, missing_ok=True)
            else:
                kept.add(copy.key)
        for key in sorted(kept):
            if not await exists(key):
                await self.drop(key)

    def _all(self) -> list[_Copy]:
        found = []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and not path.name.startswith(PART):
                    about = path.stat()
                    key = path.parent.relative_to(self.folder).as_posix()
                    found.append(_Copy(path, key, about.st_atime, about.st_size))
        return found

    def _bound(self) -> None:
        """Those used longest ago go first."""
        copies = sorted(self._all(), key=lambda each: each.used_at)
        too_much = sum(each.size for each in copies) - self._most_bytes
        for each in copies:
            if too_much <= 0 or time.time() - each.used_at < IN_USE_S:
                return
            each.path.unlink(missing_ok=True)
            too_much -= each.size


def _use(path: Path) -> bool:
    """Notes the use; whether the copy is there."""
    try:
        about = path.stat()
        os.utime(path, ns=(time.time_ns(), about.st_mtime_ns))
    except FileNotFoundError:
        return False
    return path.is_file()
