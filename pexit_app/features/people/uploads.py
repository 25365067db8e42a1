"""A multipart body read as it comes: files to temporary files, counted and hashed on the way, never whole in memory."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from pexit_app.core.errors import BadInput, Malformed
from pexit_app.features.people.errors import NotMultipart, UploadAborted
from pexit_app.features.people.photos import MAX_FILE_BYTES, MAX_FILES, MAX_NAME_CHARS, File, Refused

IN_MEMORY_BYTES = 2**20
MAX_PARTS = 200
MAX_HEADER_BYTES = 16 * 2**10


@dataclass(slots=True)
class Spooled:
    """Bytes in a temporary file (in memory below 1 MB), with their hash. Beyond `MAX_FILE_BYTES` nothing more is kept."""

    name: str
    size_bytes: int = 0
    _file: SpooledTemporaryFile[bytes] = field(default_factory=lambda: SpooledTemporaryFile(IN_MEMORY_BYTES))  # noqa: SIM115
    _hash: Any = field(default_factory=hashlib.sha256)

    @property
    def is_too_large(self) -> bool:
        return self.size_bytes > MAX_FILE_BYTES

    def write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        if not self.is_too_large:
            self._file.write(data)
            self._hash.update(data)

    async def read(self) -> bytes:
        return await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        self._file.close()

    def file(self) -> File:
        return File(self.name or "photo", self._hash.hexdigest(), self.read)


@dataclass(frozen=True, slots=True)
class Upload:
    """What came: files to look at, and those that are refused before."""

    files: tuple[File, ...]
    refused: tuple[Refused, ...]


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Upload]:
    """The files of a multipart request, whatever their field is called; readable until the end of the block. Raises
    NotMultipart, Malformed, BadInput, UploadAborted."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        raise NotMultipart("Send the photos as multipart/form-data, in parts named `files`.")
    if not (boundary := options.get(b"boundary")):
        raise Malformed("The multipart body names no boundary.")
    parts = _Parts()
    try:
        await _read_body(request, boundary, parts)
        yield parts.upload()
    finally:
        for each in parts.files:
            each.close()


async def _read_body(request: Request, boundary: bytes, parts: "_Parts") -> None:
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type]
        async for chunk in request.stream():
            if chunk:
                await asyncio.to_thread(parser.write, chunk)
    except FormParserError:
        raise Malformed("The multipart body cannot be read.") from None
    except ClientDisconnect:
        raise UploadAborted("The upload ended in the middle.") from None


class _Parts:
    """What the parser tells. Parts that are no files are dropped."""

    def __init__(self) -> None:
        self.files: list[Spooled] = []
        self.finished: list[Spooled] = []
        self.beyond: list[str] = []
        self._count = 0
        self._field = self._value = b""
        self._disposition = b""
        self._current: Spooled | None = None

    def callbacks(self) -> dict[str, Any]:
        names = ("part_begin", "part_data", "part_end", "header_field", "header_value", "header_end")
        return {f"on_{name}": getattr(self, f"_{name}") for name in (*names, "headers_finished")}

    def _part_begin(self) -> None:
        self._count += 1
        if self._count > MAX_PARTS:
            raise FormParserError("too many parts")
        self._current, self._disposition = None, b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field = _grown(self._field, data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value = _grown(self._value, data[start:end])

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = self._value
        self._field = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"filename" not in options:
            return
        name = base_name(options[b"filename"].decode("utf-8", "replace"))
        if len(self.files) == MAX_FILES:
            self.beyond.append(name)
            return
        self._current = Spooled(name)
        self.files.append(self._current)

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._current is not None:
            self._current.write(data[start:end])

    def _part_end(self) -> None:
        if self._current is not None:
            self.finished.append(self._current)

    def upload(self) -> Upload:
        came = [each for each in self.finished if each.name or each.size_bytes]
        if not came:
            raise BadInput.of("files", "Send at least one photo, in parts named `files`.", None, MAX_FILES)
        files = tuple(each.file() for each in came if not each.is_too_large)
        message = f"This file is larger than {MAX_FILE_BYTES // 2**20} MB. Send a smaller copy."
        refused = [Refused(each.name, "too_large", message) for each in came if each.is_too_large]
        message = f"At most {MAX_FILES} files at once. Send this one again by itself."
        refused += [Refused(name, "too_many_files", message) for name in self.beyond]
        return Upload(files, tuple(refused))


def _grown(held: bytes, data: bytes) -> bytes:
    if len(held) + len(data) > MAX_HEADER_BYTES:
        raise FormParserError("a part's header is too long")
    return held + data


def base_name(path: str) -> str:
    """The last part of a path of any system, printable."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in name if each.isprintable()).strip()[:MAX_NAME_CHARS]
