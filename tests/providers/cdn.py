"""Pictures, weights and a place to fetch them from."""

import io
import json
import tarfile
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, PngImagePlugin

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def picture(width: int = 96, height: int = 64, kind: str = "PNG", **options: object) -> bytes:
    """A smooth picture: red grows to the right, green downwards."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 255, width, dtype=np.uint8)
    pixels[:, :, 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A small PNG that says it has `side` x `side` pixels, and holds the first of them."""
    head = side.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1_000_000))), (b"IEND", b""))
    chunks = (len(d).to_bytes(4, "big") + k + d + zlib.crc32(k + d).to_bytes(4, "big") for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def told(kind: str) -> bytes:
    """A picture that says "secret prompt" in every way its format knows."""
    notes = Image.Exif()
    notes[0x010E] = "secret prompt"
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("parameters", "secret prompt")
        text.add_itxt("XML:com.adobe.xmp", "<x>secret prompt</x>")
        return picture(kind=kind, pnginfo=text, exif=notes)
    if kind == "JPEG":
        return picture(kind=kind, exif=notes, comment=b"secret prompt", xmp=b"<x>secret prompt</x>")
    return picture(kind=kind, exif=notes, xmp=b"<x>secret prompt</x>", lossless=True)


def safetensors(
    tensors: Mapping[str, tuple[str, Sequence[int]]] | None = None, metadata: Mapping[str, str] | None = None
) -> bytes:
    """A whole file; `tensors` are dtype and shape by name."""
    sizes = {"F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1, "I64": 8}
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name, (dtype, shape) in (tensors or {"lora.down": ("F16", (4, 8)), "lora.up": ("F32", (8, 4))}).items():
        size = int(np.prod(shape)) * sizes[dtype]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return framed(json.dumps(header).encode(), at)


def framed(header: bytes, data_bytes: int) -> bytes:
    return len(header).to_bytes(8, "little") + header + bytes(data_bytes)


def tar(members: Mapping[str, bytes | tarfile.TarInfo], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), 1700000000.5  # type: ignore[assignment]  # makes a PAX header
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()
