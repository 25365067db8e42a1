"""The object store of a single machine: files in the data folder, reached only through signed URLs that the app serves
(disk_files.py).

Writes go to a temporary file beside the target and are renamed: after a crash an object is whole or absent.
"""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from pexit_app.core import security
from pexit_app.core.clock import now
from pexit_app.core.ports import Stored
from pexit_app.providers import object_keys
from pexit_app.providers.whole_files import Part, drop_old_parts, room, whole

PURPOSE, PUT_PURPOSE = "object", "object-put"
PATH = "/files"
_TYPE = ".type-"  # beside an object whose type is not the one its ending promises
_CHUNK = 1024 * 1024
_OLD_PART_S = 3600.0


class DiskStore:
    """`public_url`: the address Pexit has in the internet. With an https one signed URLs are complete and reached by
    everybody, otherwise they are paths of this site."""

    def __init__(self, folder: Path, public_url: str = "") -> None:
        self.folder = folder.resolve()
        self.is_public = public_url.startswith("https://")
        self._tidied_at: float | None = None
        self._origin = public_url.rstrip("/") if self.is_public else ""

    def path_of(self, key: str) -> Path:
        return self.folder / object_keys.checked(key)

    async def put(self, key: str, content: bytes, media_type: str) -> None:
        await asyncio.to_thread(self._write, self.path_of(key), content, media_type)

    async def put_file(self, key: str, path: Path, media_type: str) -> None:
        await asyncio.to_thread(self._copy_in, path, self.path_of(key), media_type)

    def _write(self, path: Path, content: bytes, media_type: str) -> None:
        with whole(path) as file:
            file.write(content)
            _note_type(path, media_type)

    def _copy_in(self, source: Path, path: Path, media_type: str) -> None:
        with source.open("rb") as given, whole(path) as file:
            shutil.copyfileobj(given, file, _CHUNK)
            _note_type(path, media_type)

    async def receive(self, key: str, media_type: str, size: int, chunks: AsyncIterable[bytes]) -> None:
        """Stores `chunks` when they are exactly `size` bytes. Raises EOFError when fewer came, OverflowError as soon as
        there are more, StoreFull; then nothing is kept."""
        path, read = self.path_of(key), 0
        part = await asyncio.to_thread(Part, path)
        try:
            async for chunk in chunks:
                read += len(chunk)
                if read > size:
                    raise OverflowError(key)
                await asyncio.to_thread(part.write, chunk)
            if read < size:
                raise EOFError(key)
            await asyncio.to_thread(_note_type, path, media_type)
            await asyncio.to_thread(part.keep)
        except BaseException:
            part.drop()
            raise

    async def get(self, key: str) -> bytes:
        path = self.path_of(key)
        with _found(key):
            return await asyncio.to_thread(path.read_bytes)

    async def get_file(self, key: str, path: Path) -> None:
        with _found(key):
            await asyncio.to_thread(self._copy_out, self.path_of(key), path)

    @staticmethod
    def _copy_out(source: Path, path: Path) -> None:
        with source.open("rb") as given, whole(path) as file:
            shutil.copyfileobj(given, file, _CHUNK)

    async def local_file(self, key: str) -> Path:
        """The object as a file of this machine, to read only. Raises FileNotFoundError."""
        await self.stat(key)
        return self.path_of(key)

    async def stat(self, key: str) -> Stored:
        path = self.path_of(key)
        with _found(key):
            found = await asyncio.to_thread(path.stat)
            if not path.is_file():
                raise FileNotFoundError(key)
            media_type = await asyncio.to_thread(_noted_type, path)
        return Stored(key, found.st_size, media_type, datetime.fromtimestamp(found.st_mtime, UTC))

    async def delete(self, key: str) -> None:
        path = self.path_of(key)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        await asyncio.to_thread(_type_file(path).unlink, missing_ok=True)

    async def delete_prefix(self, prefix: str) -> int:
        folder = self.folder / object_keys.checked_prefix(prefix)
        count = len(await asyncio.to_thread(_objects_in, folder))
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return count

    async def list(self, prefix: str) -> AsyncIterator[str]:
        """In no order. What a writer has not finished is no object yet."""
        folder = self.folder / object_keys.checked_prefix(prefix) if prefix else self.folder
        for path in await asyncio.to_thread(_objects_in, folder):
            yield path.relative_to(self.folder).as_posix()

    def signed_url(self, key: str, media_type: str, expires_s: int, download_name: str | None = None) -> str:
        """`/files/<key>?e=<unix time>&s=<signature>`; one rounding bucket gives one URL, so browsers may cache it."""
        object_keys.checked(key)
        until = (int(now().timestamp()) + object_keys.checked_expiry(expires_s)) // object_keys.BUCKET_S
        until = (until + 1) * object_keys.BUCKET_S
        name = download_name or ""
        signature = signature_of(key, media_type, until, name)
        return f"{self._origin}{PATH}/{key}?e={until}&s={signature}&t={quote(media_type, safe='')}" + (
            f"&n={quote(name)}" if name else ""
        )

    def signed_put(self, key: str, media_type: str, size: int, expires_s: int) -> str:
        """`/files/<key>?e=<unix time>&s=<signature>&t=<type>&l=<bytes>`"""
        object_keys.checked(key)
        until = int(now().timestamp()) + object_keys.checked_expiry(expires_s)
        signature = put_signature_of(key, media_type, size, until)
        return f"{self._origin}{PATH}/{key}?e={until}&s={signature}&t={quote(media_type, safe='')}&l={size}"

    async def confirm(self, key: str, media_type: str, size: int) -> Stored:
        found = await self.stat(key)
        if (found.media_type, found.size) != (media_type, size):
            await self.delete(key)
            raise ValueError(f"{found.size} bytes of {found.media_type} came, not {size} of {media_type}")
        return found

    async def tidy(self) -> None:
        """Takes away what killed writers left; looks through everything, so seldom."""
        if self._tidied_at is not None and time.monotonic() - self._tidied_at < _OLD_PART_S:
            return
        self._tidied_at = time.monotonic()
        await asyncio.to_thread(drop_old_parts, self.folder, _OLD_PART_S)

    async def close(self) -> None:
        """As the other stores have it; nothing is open here."""


def _type_file(path: Path) -> Path:
    return path.with_name(f"{_TYPE}{path.name}")


def _note_type(path: Path, media_type: str) -> None:
    """Before the object is in its place."""
    note = _type_file(path)
    with room():
        if media_type == object_keys.type_of(path.name):
            note.unlink(missing_ok=True)
        else:
            note.write_text(media_type)


def _noted_type(path: Path) -> str:
    try:
        return _type_file(path).read_text()
    except FileNotFoundError:
        return object_keys.type_of(path.name)


def _objects_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not path.name.startswith(".") and path.is_file()]


@contextlib.contextmanager
def _found(key: str) -> Iterator[None]:
    """A folder of that name is no object, and nor is what would lie below a file."""
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise FileNotFoundError(key) from None


def signature_of(key: str, media_type: str, until: int, name: str) -> str:
    return security.keyed_hash(PURPOSE, f"{key}\n{media_type}\n{until}\n{name}")[:43]


def put_signature_of(key: str, media_type: str, size: int, until: int) -> str:
    return security.keyed_hash(PUT_PURPOSE, f"{key}\n{media_type}\n{size}\n{until}")[:43]


def is_valid(key: str, media_type: str, until: int, name: str, signature: str) -> bool:
    return _holds(signature, signature_of(key, media_type, until, name), until)


def is_valid_put(key: str, media_type: str, size: int, until: int, signature: str) -> bool:
    return _holds(signature, put_signature_of(key, media_type, size, until), until)


def _holds(signature: str, expected: str, until: int) -> bool:
    return security.same(signature, expected) and until >= now().timestamp()
