"""Trained weights (a LoRA) as files: only safetensors, which is data and nothing else, and only when the header is true.

A PyTorch file (.pt, .ckpt, .bin) is a pickle: a program that runs when it is opened. It is never opened here. Format:
https://github.com/huggingface/safetensors#format
"""

import asyncio
import json
import math
import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from pexit_app.core import addresses
from pexit_app.core.addresses import Resolve
from pexit_app.providers.downloads import DownloadError, Downloads, Trouble, length_of

MOST_BYTES = 2**30
MOST_ARCHIVE_BYTES = 2 * 2**30  # a trainer packs its notes, and now and then its own state, beside the weights
MOST_MEMBERS = 10_000
HEADER_BYTES = 2 * 2**20  # those of LoRAs have some hundred kB; the format's own bound is 100 MB
MOST_SIDES = 8  # of a tensor; a product of many thousand would take minutes, and nothing else would run meanwhile
LENGTH_BYTES = 8
OWN_S = 20.0
CHUNK_BYTES = 64 * 1024
ITEM_BYTES = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
TAR_MAGIC_AT, TAR_MAGIC = 257, b"ustar"
RANGE = re.compile(r"bytes 0-\d+/(\d+)$")
PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
REFUSES_PICKLE = (
    "it is a PyTorch file (.pt, .ckpt, .bin), which can run programs and is never opened. Save it as .safetensors."
)

OWN_SAYS = {
    Trouble.NOT_HTTPS: "Give an https address.",
    Trouble.UNTRUSTED: "This address cannot be read.",
    Trouble.PRIVATE: "This address is not on the public internet.",
    Trouble.REDIRECTS: "This address leads from one to the next.",
    Trouble.LATE: "This address did not answer in time.",
}


class BadWeights(ValueError):
    """Weights that are refused; the message says why in plain words, to follow "cannot be used: "."""


def check_file(path: Path) -> None:
    """Whether `path` is a whole safetensors file of floats, at most 1 GiB. Raises BadWeights."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise BadWeights("it is larger than 1 GB.")
    with path.open("rb") as file:
        head = file.read(LENGTH_BYTES)
        length = header_length(head)
        check_header(file.read(length), length, size)


def header_length(head: bytes | bytearray) -> int:
    """How long the header is, by the first eight bytes of a file. Raises BadWeights."""
    length = int.from_bytes(head[:LENGTH_BYTES], "little")
    if len(head) < LENGTH_BYTES or not 2 <= length <= HEADER_BYTES:
        raise BadWeights(REFUSES_PICKLE if head.startswith(PICKLES) else "it is not a safetensors file.")
    return length


def check_header(header: bytes, length: int, size: int) -> None:
    """Whether the header describes every byte of a file of `size` bytes, as floats. Raises BadWeights."""
    if len(header) < length:
        raise BadWeights("it breaks off.")
    try:
        if not header.startswith(b"{"):
            raise ValueError
        described = json.loads(header, object_pairs_hook=_without_twins)
        spans = sorted(_span(each) for name, each in described.items() if name != "__metadata__")
    except BadWeights:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadWeights("it is not a safetensors file.") from None
    end = 0
    for first, last in spans:
        if first != end:
            raise BadWeights("its parts do not fit together.")
        end = last
    if not spans or end != size - LENGTH_BYTES - length:
        raise BadWeights("it breaks off, or is longer than it says.")


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Two tensors of one name: one reader takes the first, another the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _span(tensor: Mapping[str, Any]) -> tuple[int, int]:
    """Where a tensor is in the file's data, in bytes. Raises ValueError, TypeError, KeyError, BadWeights."""
    kind, shape, (first, last) = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
    if kind not in ITEM_BYTES:
        raise BadWeights(f"it holds numbers of the kind {str(kind)[:12]}, not F16, BF16, F32 or F8.")
    if not isinstance(shape, list) or len(shape) > MOST_SIDES:
        raise ValueError
    if not all(type(each) is int and 0 <= each <= MOST_BYTES for each in (*shape, first)):
        raise ValueError
    if type(last) is not int or last - first != math.prod(shape) * ITEM_BYTES[kind]:
        raise ValueError
    return first, last


def unpacked(fetched: Path, target: Path) -> Path:
    """`fetched` (a safetensors file, or a tar with exactly one in it) as the checked file `target` in the same folder;
    `fetched` is gone afterwards. Raises BadWeights."""
    with fetched.open("rb") as file:
        head = file.read(TAR_MAGIC_AT + len(TAR_MAGIC))
    if head[TAR_MAGIC_AT:] == TAR_MAGIC:
        _extract(fetched, target)
        fetched.unlink()
    else:
        fetched.rename(target)
    check_file(target)
    return target


def _extract(archive: Path, target: Path) -> None:
    """The one member *.safetensors, streamed. Names in the archive are only looked at, never used as paths; headers are
    read one block at a time, so that none can ask for memory (the extended ones, which may be of any length, included).
    """
    found = 0
    with archive.open("rb") as file:
        for _ in range(MOST_MEMBERS):
            member = _next_member(file)
            if member is None:
                break
            if member.size < 0:  # a tar can say so, and reading as much would be reading all
                raise BadWeights("its archive is damaged.")
            end = file.tell() + -(-member.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
            if member.name.lower().endswith(".safetensors"):
                found += 1
                if found > 1 or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                    raise BadWeights("its archive does not hold exactly one safetensors file.")
                _copy(file, target, member.size)
            file.seek(end)
        else:
            raise BadWeights("its archive holds too many files.")
    if not found:
        raise BadWeights("its archive holds no safetensors file.")


def _next_member(file: BinaryIO) -> tarfile.TarInfo | None:
    try:
        return tarfile.TarInfo.frombuf(file.read(tarfile.BLOCKSIZE), "utf-8", "surrogateescape")
    except (tarfile.EOFHeaderError, tarfile.EmptyHeaderError):  # type: ignore[attr-defined]
        return None
    except tarfile.TarError as error:
        raise BadWeights("its archive is damaged.") from error


def _copy(file: BinaryIO, target: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise BadWeights("it is larger than 1 GB.")
    with target.open("wb") as out:
        while size and (chunk := file.read(min(size, CHUNK_BYTES))):
            out.write(chunk)
            size -= len(chunk)


async def check_own(url: str, *, trusted: Sequence[str] = (), resolve: Resolve = addresses.resolve) -> int:
    """Whether a user's own `url` leads to safetensors of at most 1 GiB: only its header is read. Returns its size in
    bytes. `trusted`: hosts of the operator's ("name", "name:port") that may be private. Raises BadWeights, a ValueError
    with a whole sentence."""
    downloads = Downloads(None, trusted, resolve)
    try:
        async with (
            asyncio.timeout(OWN_S),
            downloads.open(url, {"Range": f"bytes=0-{LENGTH_BYTES + HEADER_BYTES - 1}"}) as response,
        ):
            return await _check_answer(response)
    except TimeoutError:
        raise BadWeights(OWN_SAYS[Trouble.LATE]) from None
    except DownloadError as error:
        raise BadWeights(OWN_SAYS.get(error.trouble, "Nothing could be fetched from this address.")) from error


async def _check_answer(response: httpx.Response) -> int:
    if response.status_code not in (200, 206):
        raise BadWeights(f"This address answered {response.status_code}, not a file.")
    size = _whole_size(response)
    if not size:
        raise BadWeights("This address does not say how large its file is.")
    try:
        if size > MOST_BYTES:
            raise BadWeights("it is larger than 1 GB.")
        read = bytearray()
        wanted = LENGTH_BYTES
        async for chunk in response.aiter_raw(CHUNK_BYTES):
            read += chunk
            if len(read) >= LENGTH_BYTES:
                wanted = LENGTH_BYTES + header_length(read)
            if len(read) >= wanted > LENGTH_BYTES:
                break
        length = header_length(read)
        await asyncio.to_thread(check_header, bytes(read[LENGTH_BYTES:wanted]), length, size)
    except BadWeights as error:
        raise BadWeights(f"This file cannot be used: {error}") from error
    return size


def _whole_size(response: httpx.Response) -> int:
    """Of the file behind a whole or a partial answer, in bytes; 0 where it does not say."""
    if response.status_code == 200:
        return length_of(response)
    found = RANGE.match(response.headers.get("content-range", ""))
    return int(found[1]) if found else 0
