"""What a provider made for us, fetched and checked before anybody sees it: pictures, files, and trained weights."""

import asyncio
import base64
import binascii
import io
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes
from uuid import uuid4

from pexit_app.core import addresses
from pexit_app.core.addresses import Resolve
from pexit_app.core.ports import ImageResult, OutputFormat, ProviderError
from pexit_app.providers import pictures, weights
from pexit_app.providers.downloads import DownloadError, Downloads, Trouble

FAL_HOSTS = ("fal.media", "fal.ai", "fal.run")
REPLICATE_HOSTS = ("replicate.delivery", "replicate.com")

PICTURE_BYTES = 30 * 2**20
MOST_PIXELS = 3072 * 3072
PICTURE_S, FILE_S = 60.0, 900.0
HEAD_BYTES = 512
PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
UNTYPED = frozenset(("", "application/octet-stream", "binary/octet-stream"))
DATA = re.compile(r"data:([a-z0-9.+/-]*)((?:;[a-z0-9=._-]+)*?)(;base64)?,", re.IGNORECASE)

SAYS = {
    Trouble.NOT_HTTPS: "The result was at an address that Pexit does not trust.",
    Trouble.UNTRUSTED: "The result was at an address that Pexit does not trust.",
    Trouble.PRIVATE: "The result was at an address that Pexit does not trust.",
    Trouble.REDIRECTS: "The result's address led from one to the next.",
    Trouble.GONE: "The result had expired before it could be fetched.",
    Trouble.STATUS: "The result could not be fetched.",
    Trouble.LATE: "The result did not arrive in time.",
    Trouble.BROKEN: "The result could not be fetched: the connection broke.",
    Trouble.NO_ROOM: "There was no room left to keep the result.",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """In bytes and in seconds for the whole of a download, its further tries included."""

    picture_bytes: int = PICTURE_BYTES
    picture_s: float = PICTURE_S
    file_s: float = FILE_S
    pause_s: float = 0.5  # before the second try


class Results:
    """`hosts`: the provider's domains (FAL_HOSTS, REPLICATE_HOSTS). `trusted`: more hosts, "name" or "name:port", of the
    operator's setting. `scratch`: where weights() makes its folders (None: the system's own place for such)."""

    def __init__(
        self,
        hosts: Sequence[str],
        trusted: Sequence[str] = (),
        *,
        scratch: Path | None = None,
        limits: Limits | None = None,
        resolve: Resolve = addresses.resolve,
    ) -> None:
        self._limits = limits or Limits()
        self._downloads = Downloads(tuple(hosts), tuple(trusted), resolve, pause_s=self._limits.pause_s)
        self._scratch = scratch

    async def picture(self, url: str, output_format: OutputFormat, *, most_pixels: int = MOST_PIXELS) -> ImageResult:
        """The picture at `url` (https, or a `data:` URI), decoded, encoded anew in `output_format` and marked as made by a
        machine; nothing of its metadata is kept. Raises ProviderError."""
        most = self._limits.picture_bytes
        if url[:5].lower() == "data:":
            content, media_type = _data(url, most)
        else:
            out = io.BytesIO()
            media_type = await self._download(url, out, most, self._limits.picture_s)
            content = out.getvalue()
        _refuse_page(content, media_type, "picture")
        if not media_type.startswith("image/") and media_type not in UNTYPED:
            raise ProviderError("The result was not a picture.")
        try:
            return await asyncio.to_thread(pictures.remade, content, output_format, most_pixels)
        except pictures.NoPicture as error:
            raise ProviderError("The result was not a picture.") from error
        except pictures.Damaged as error:
            raise ProviderError("The result was a damaged picture.") from error
        except pictures.TooManyPixels as error:
            megapixels = most_pixels / 1e6
            raise ProviderError(f"The result was larger than {megapixels:.1f} megapixels.") from error

    async def file(self, url: str, folder: Path, most_bytes: int) -> Path:
        """What is at `url`, in a new file in `folder`. Raises ProviderError; then nothing is left there."""
        path = folder / uuid4().hex
        try:
            with path.open("w+b") as out:
                media_type = await self._download(url, out, most_bytes, self._limits.file_s)
                out.seek(0)
                _refuse_page(out.read(HEAD_BYTES), media_type, "file")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    async def weights(self, url: str) -> Path:
        """The LoRA at `url`, a safetensors file or a tar with one in it, checked, in a folder of its own: whoever asked
        moves or deletes the folder. Raises ProviderError; then nothing is left."""
        folder = Path(tempfile.mkdtemp(prefix="weights-", dir=self._scratch))
        try:
            fetched = await self.file(url, folder, weights.MOST_ARCHIVE_BYTES)
            return await asyncio.to_thread(weights.unpacked, fetched, folder / "weights.safetensors")
        except weights.BadWeights as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ProviderError(f"The trained model cannot be used: {error}") from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    async def _download(self, url: str, into: BinaryIO, most_bytes: int, within_s: float) -> str:
        try:
            return await self._downloads.download(url, into, most_bytes, within_s)
        except DownloadError as error:
            if error.trouble is Trouble.TOO_LARGE:
                raise _too_large(most_bytes) from error
            raise ProviderError(SAYS[error.trouble]) from error


def _too_large(most_bytes: int) -> ProviderError:
    return ProviderError(f"The result was larger than {most_bytes // 2**20} MB.")


def _refuse_page(content: bytes, media_type: str, wanted: str) -> None:
    if media_type in ("text/html", "application/xhtml+xml") or PAGE.match(content[:HEAD_BYTES]):
        raise ProviderError(f"The result was a web page, not a {wanted}.")


def _data(url: str, most_bytes: int) -> tuple[bytes, str]:
    """Bytes and media type of a `data:` URI (RFC 2397)."""
    found = DATA.match(url)
    if not found:
        raise ProviderError("The result was not a picture.")
    text = url[found.end() :]
    if len(text) > most_bytes * (4 / 3 if found[3] else 3) + 4:
        raise _too_large(most_bytes)
    try:
        content = base64.b64decode(text, validate=True) if found[3] else unquote_to_bytes(text)
    except (binascii.Error, ValueError) as error:
        raise ProviderError("The result was a damaged picture.") from error
    if len(content) > most_bytes:
        raise _too_large(most_bytes)
    return content, found[1].lower()
