"""The object store of a single machine: files in the data folder, readable only through signed URLs.

Writes go to a temporary file beside the target and are renamed: after a crash an object is whole or absent.
"""

import asyncio
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from pexit_app.core import security
from pexit_app.core.clock import now

PURPOSE = "object"
PATH = "/files"
_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")
_PART = ".part-"
_BUCKET_S = 600  # expiry times are rounded up to this, so that a page drawn twice asks for the same URL


class DiskStore:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()

    def path_of(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or ".." in key:
            raise ValueError(f"not an object key: {key!r}")
        return self.folder / key

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        await asyncio.to_thread(self._write, self.path_of(key), content)

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=_PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    async def get(self, key: str) -> bytes:
        return await asyncio.to_thread(self.path_of(key).read_bytes)

    async def delete(self, key: str) -> None:
        await asyncio.to_thread(self.path_of(key).unlink, missing_ok=True)

    async def delete_prefix(self, prefix: str) -> int:
        folder = self.path_of(prefix.removesuffix("/"))
        count = sum(1 for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return count

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """In no order. What a writer has not finished is no object yet."""
        folder = self.path_of(prefix.removesuffix("/"))
        for path in await asyncio.to_thread(lambda: [each for each in folder.rglob("*") if each.is_file()]):
            if not path.name.startswith(_PART):
                yield path.relative_to(self.folder).as_posix()

    def signed_url(self, key: str, media_type: str, expires_s: int, download_name: str | None = None) -> str:
        """`/files/<key>?e=<unix time>&s=<signature>`; one rounding bucket gives one URL, so browsers may cache it."""
        self.path_of(key)
        until = (int(now().timestamp()) + expires_s) // _BUCKET_S * _BUCKET_S + _BUCKET_S
        name = download_name or ""
        signature = signature_of(key, media_type, until, name)
        return f"{PATH}/{key}?e={until}&s={signature}&t={quote(media_type, safe='')}" + (
            f"&n={quote(name)}" if name else ""
        )


def signature_of(key: str, media_type: str, until: int, name: str) -> str:
    return security.keyed_hash(PURPOSE, f"{key}\n{media_type}\n{until}\n{name}")[:43]


def is_valid(key: str, media_type: str, until: int, name: str, signature: str) -> bool:
    return security.same(signature, signature_of(key, media_type, until, name)) and until >= now().timestamp()
