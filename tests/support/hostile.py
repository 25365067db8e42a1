"""Files that are no honest photo, by name: what each is, and how the gate is to call it (None: it may pass)."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support import encoders


@dataclass(frozen=True)
class Hostile:
    name: str
    content: bytes
    code: str | None


def scene(side: int = 96) -> NDArray[np.uint8]:
    """A small picture with some detail."""
    y, x = np.mgrid[0:side, 0:side]
    return np.stack([x * 2, y * 2, (x ^ y)], axis=-1).astype(np.uint8)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, body: bytes | None = None) -> bytes:
    """A PNG that says it is that large; by default with the right amount of nothing in it (grey, 8 bits)."""
    if body is None:
        packer = zlib.compressobj(1)
        row = bytes(width + 1)
        body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("evil.sh", "#!/bin/sh\necho owned\n")
    return out.getvalue()


def padded(length: int) -> bytes:
    """A good JPEG of exactly `length` bytes: the rest is notes of the camera (APP15 segments)."""
    photo = encoders.jpeg(scene())
    need = length - len(photo)
    segments = []
    while need > 0:
        size = min(need, 65_537) if need - min(need, 65_537) not in range(1, 5) else need - 5
        segments.append(b"\xff\xef" + struct.pack(">H", size - 2) + bytes(size - 4))
        need -= size
    return photo[:2] + b"".join(segments) + photo[2:]


def files() -> list[Hostile]:
    jpeg, png, webp, heic = (each(scene()) for each in (encoders.jpeg, encoders.png, encoders.webp, encoders.heic))
    return [
        *_not_photos(),
        *_bombs(jpeg, heic),
        *_cut_short(jpeg, png, webp, heic),
        *_two_in_one(jpeg, png, webp),
        *_animated(),
        *_broken_inside(jpeg, png, webp, heic),
    ]


def _not_photos() -> list[Hostile]:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    return [
        Hostile("nothing", b"", "not_an_image"),
        Hostile("one byte", b"\xff", "not_an_image"),
        Hostile("zeros", bytes(4096), "not_an_image"),
        Hostile("text", b"hello, I am a photo.jpg", "not_an_image"),
        Hostile("svg", svg, "unsupported"),
        Hostile("svg after a prologue", b'<?xml version="1.0"?>\n<!-- -->' + svg, "unsupported"),
        Hostile(
            "xml with entities", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbb">]><a>&b;</a>', "not_an_image"
        ),
        Hostile("web page", b"<!doctype html><script>alert(1)</script>", "not_an_image"),
        Hostile("gif", _saved(Image.fromarray(scene()), "GIF"), "unsupported"),
        Hostile("tiff", _saved(Image.fromarray(scene()), "TIFF"), "unsupported"),
        Hostile("bmp", _saved(Image.fromarray(scene()), "BMP"), "unsupported"),
        Hostile("pdf", _saved(Image.fromarray(scene()), "PDF"), "unsupported"),
        Hostile("avif", _saved(Image.fromarray(scene()), "AVIF"), "unsupported"),
        Hostile("zip", archive(), "unsupported"),
        Hostile("film", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64), "unsupported"),
    ]


def _bombs(jpeg: bytes, heic: bytes) -> list[Hostile]:
    at = jpeg.index(b"\xff\xc0") + 5
    huge_jpeg = jpeg[:at] + struct.pack(">HH", 65_000, 65_000) + jpeg[at + 4 :]
    at = heic.index(b"ispe") + 8
    huge_heic = heic[:at] + struct.pack(">II", 60_000, 60_000) + heic[at + 8 :]
    huge_webp = bytearray(encoders.webp(scene(), lossless=True))
    struct.pack_into("<I", huge_webp, 21, 16_382 | 16_382 << 14)
    text = chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(200_000_000), 9))
    plain = encoders.png(scene())
    scan = jpeg[jpeg.index(b"\xff\xda") : -2]
    return [
        Hostile("png of 2 gigapixels", png_of(50_000, 40_000, zlib.compress(b"")), "too_many_pixels"),
        Hostile("jpeg of 4 gigapixels", huge_jpeg, "too_many_pixels"),
        Hostile("heic of 3 gigapixels", huge_heic, "too_many_pixels"),
        Hostile("webp of 268 megapixels", bytes(huge_webp), "too_many_pixels"),
        Hostile("png that grows: text", plain[:33] + text + plain[33:], "damaged"),
        Hostile("png that grows: pixels", png_of(64, 64, zlib.compress(bytes(100_000_000), 9)), None),
        Hostile("jpeg of a thousand scans", jpeg[:-2] + scan * 1000 + b"\xff\xd9", "damaged"),
        Hostile("png with no width", png_of(0, 64, zlib.compress(b"")), "damaged"),
        Hostile("one pixel", encoders.png(np.zeros((1, 1, 3), np.uint8)), None),
        Hostile("one line", encoders.png(np.zeros((1, 5000, 3), np.uint8)), None),
    ]


def _cut_short(jpeg: bytes, png: bytes, webp: bytes, heic: bytes) -> list[Hostile]:
    kinds = (("jpeg", jpeg), ("png", png), ("webp", webp), ("heic", heic))
    return [
        Hostile(f"{name} cut at {share}", content[: int(len(content) * share)], "damaged")
        for name, content in kinds
        for share in (0.2, 0.6, 0.98)
    ]


def _two_in_one(jpeg: bytes, png: bytes, webp: bytes) -> list[Hostile]:
    page = b"\n<html><script>alert(document.cookie)</script></html>"
    noted = archive()
    commented = bytearray(noted + jpeg[2:])
    film = struct.pack(">I", 24) + b"ftypmp42" + bytes(5000)
    return [
        Hostile("jpeg with a zip behind", jpeg + archive(), "unsupported"),
        Hostile("png with a zip behind", png + archive(), "unsupported"),
        Hostile("webp with a zip behind", webp + archive(), "unsupported"),
        Hostile("jpeg with a page behind", jpeg + page, "unsupported"),
        Hostile("png with a program behind", png + b"\x7fELF" + bytes(100), "unsupported"),
        Hostile("zip called jpeg", bytes(commented), "unsupported"),
        Hostile("jpeg that is a zip's comment", _commented(jpeg), "unsupported"),
        Hostile("jpeg with a short film behind", jpeg + film, None),
        Hostile("jpeg with a second one behind", jpeg + jpeg, None),
        Hostile("jpeg with nothing much behind", jpeg + bytes(64), None),
    ]


def _commented(jpeg: bytes) -> bytes:
    """An empty zip whose comment reaches to the photo's end, inside the photo's own comment."""
    rest = jpeg[2:]
    end = b"PK\x05\x06" + bytes(16) + struct.pack("<H", len(rest))
    return b"\xff\xd8\xff\xfe" + struct.pack(">H", len(end) + 2) + end + rest


def _animated() -> list[Hostile]:
    frames = [Image.fromarray(scene()), Image.fromarray(255 - scene())]
    heic = bytearray(encoders.heic(scene()))
    heic[8:12] = b"hevc"
    options = {"save_all": True, "append_images": frames[1:]}
    return [
        Hostile("moving png", _saved(frames[0], "PNG", **options), "unsupported"),
        Hostile("moving webp", _saved(frames[0], "WEBP", **options), "unsupported"),
        Hostile("moving heic", bytes(heic), "unsupported"),
    ]


def _broken_inside(jpeg: bytes, png: bytes, webp: bytes, heic: bytes) -> list[Hostile]:
    noise = np.random.default_rng(5).integers(0, 255, 400, np.uint8).tobytes().replace(b"\xff", b"\x00")
    tables = jpeg.index(b"\xff\xc4") + 4
    scan = jpeg.index(b"\xff\xda") + 20
    pixels = png.index(b"IDAT") + 40
    frame = webp.index(b"VP8 ") + 30
    media = heic.index(b"mdat") + 40
    mapped = heic.index(b"iloc") + 4
    small = heic.index(b"ispe") + 8
    return [
        Hostile("jpeg with false Huffman tables", jpeg[:tables] + b"\xfe" * 20 + jpeg[tables + 20 :], "damaged"),
        Hostile("jpeg with noise in its scan", jpeg[:scan] + noise + jpeg[scan + 400 :], None),
        Hostile("png with noise in its pixels", png[:pixels] + noise + png[pixels + 400 :], "damaged"),
        Hostile("webp with noise in its frame", webp[:frame] + noise[:200] + webp[frame + 200 :], None),
        Hostile("heic with noise in its picture", heic[:media] + noise[:200] + heic[media + 200 :], None),
        Hostile("heic with noise in its map", heic[:mapped] + noise[:24] + heic[mapped + 24 :], "damaged"),
        Hostile("heic larger than it says", heic[:small] + struct.pack(">II", 8, 8) + heic[small + 8 :], None),
        Hostile(
            "jpeg with two sizes",
            jpeg[:-2] + b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xd9",
            "damaged",
        ),
    ]


def _saved(picture: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()
