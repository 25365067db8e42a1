"""What a file says it is, read from its first bytes and its structure, before anything is decoded.

Only the boxes, chunks and segments are walked; no pixel is touched. Sources: ITU T.81 annex B (JPEG), W3C PNG 3rd
edition section 5, the WebP container specification, ISO/IEC 14496-12 and 23008-12 (HEIC).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pexit_app.core.ports import BadPhoto

Kind = Literal["JPEG", "PNG", "WebP", "HEIC"]
REMEDY = "Save it as JPEG, PNG, WebP or HEIC and add it again."

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"}
_HEIC_SEQUENCES = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"II*\x00", "a TIFF or a raw camera file"),
    (b"MM\x00*", "a TIFF or a raw camera file"),
    (b"%PDF", "a PDF"),
    (b"BM", "a BMP"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
)
_MARKUP = re.compile(rb"<(?:!doctype|\?xml|svg|html|script|body|iframe|\?php)", re.IGNORECASE)
_FOREIGN = (b"PK\x03\x04", b"%PDF", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"GIF8", b"MZ", b"\x7fELF", b"#!")
_MARKUP_WITHIN = 4096
_ZIP_END_BYTES, _ZIP_COMMENT_MAX = 22, 65535
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_SIZES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
# A camera writes at most about ten; a thousand passes over a small file keep a decoder busy for minutes.
_JPEG_SCANS_MAX = 64
_PNG_START = b"\x89PNG\r\n\x1a\n"
_WEBP_ANIMATED = 0x02
_BOXES_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Header:
    """`width` and `height` in pixels as stored (an orientation may turn them); `end` is where the image ends and
    whatever follows it begins."""

    kind: Kind
    width: int
    height: int
    end: int


def read_header(content: bytes) -> Header:
    """What `content` is and how large. Raises BadPhoto not_an_image, unsupported, damaged."""
    if not content:
        raise BadPhoto("not_an_image", "This file is empty. Choose the photo again, it may not have been copied whole.")
    try:
        header = _walk(content)
    except (struct.error, IndexError):
        raise damaged() from None
    if header.width < 1 or header.height < 1:
        raise damaged()
    _refuse_two_in_one(content, header)
    return header


def damaged() -> BadPhoto:
    return BadPhoto(
        "damaged", "This photo is damaged or was not copied whole. Copy it from the camera or phone and add it again."
    )


def _animated(kind: Kind) -> BadPhoto:
    return BadPhoto("unsupported", f"This {kind} is animated. Save one still picture of it and add that.")


def _walk(content: bytes) -> Header:
    if content.startswith(b"\xff\xd8\xff"):
        return _jpeg(content)
    if content.startswith(_PNG_START):
        return _png(content)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return _webp(content)
    if content[4:8] == b"ftyp":
        return _heic(content)
    for start, name in _OTHERS:
        if content.startswith(start):
            raise BadPhoto("unsupported", f"This is {name}, not a photo Pexit can read. {REMEDY}")
    head = content[:_MARKUP_WITHIN]
    if b"<svg" in head.lower():
        raise BadPhoto("unsupported", f"This is an SVG drawing, not a photo. {REMEDY}")
    if _MARKUP.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        raise BadPhoto("not_an_image", "This is a web page or XML, not a photo. Save the picture itself and add that.")
    raise BadPhoto("not_an_image", f"This file is no picture Pexit knows. {REMEDY}")


def _jpeg(content: bytes) -> Header:
    """Segments by their lengths, scans by searching for the next marker: a thumbnail's end is not the photo's."""
    at, scans, size = 2, 0, None
    while True:
        found = _JPEG_MARKER.search(content, at)
        if found is None:
            raise damaged()
        marker, at = content[found.start() + 1], found.end()
        if marker == 0xD9:
            break
        if marker in (0x01, 0xD8):
            continue
        (length,) = struct.unpack_from(">H", content, at)
        if marker in _JPEG_SIZES:
            if size is not None:
                raise damaged()
            size = struct.unpack_from(">HH", content, at + 3)
        if marker == 0xDA:
            scans += 1
            if scans > _JPEG_SCANS_MAX:
                raise damaged()
        at += length
    if size is None or not scans:
        raise damaged()
    return Header("JPEG", size[1], size[0], at)


def _png(content: bytes) -> Header:
    at, size = len(_PNG_START), None
    while True:
        (length,), name = struct.unpack_from(">I", content, at), content[at + 4 : at + 8]
        if (size is None) != (name == b"IHDR") or at + 12 + length > len(content):
            raise damaged()
        if name == b"IHDR":
            size = struct.unpack_from(">II", content, at + 8)
        if name == b"acTL":
            raise _animated("PNG")
        at += 12 + length
        if name == b"IEND":
            assert size is not None
            return Header("PNG", size[0], size[1], at)


def _webp(content: bytes) -> Header:
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise damaged()
    at, sizes = 12, []
    while at + 8 <= end:
        name, (length,) = content[at : at + 4], struct.unpack_from("<I", content, at + 4)
        body = at + 8
        if body + length > end:
            raise damaged()
        if name in (b"ANIM", b"ANMF") or (name == b"VP8X" and content[body] & _WEBP_ANIMATED):
            raise _animated("WebP")
        if name == b"VP8X":
            sizes.append(tuple(int.from_bytes(content[body + i : body + i + 3], "little") + 1 for i in (4, 7)))
        elif name == b"VP8 ":
            sizes.append(tuple(side & 0x3FFF for side in struct.unpack_from("<HH", content, body + 6)))
        elif name == b"VP8L":
            (bits,) = struct.unpack_from("<I", content, body + 1)
            sizes.append(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        at = body + length + (length & 1)
    if not sizes or any(size != sizes[0] for size in sizes):
        raise damaged()
    return Header("WebP", sizes[0][0], sizes[0][1], end)


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, start of the body, end) of every box from `at`; one that reaches beyond `end` means a damaged file."""
    for _ in range(_BOXES_MAX):
        if at + 8 > end:
            return
        (length,), name, body = struct.unpack_from(">I", content, at), content[at + 4 : at + 8], at + 8
        if length == 1:
            (length,), body = struct.unpack_from(">Q", content, at + 8), at + 16
        if length == 0:
            length = end - at
        if at + length > end or at + length < body:
            raise damaged()
        yield name, body, at + length
        at += length
    raise damaged()


def _heic(content: bytes) -> Header:
    """The largest picture any property of the file declares: nothing of it decodes to more."""
    end = 0
    size: tuple[int, int] | None = None
    for name, body, end in _boxes(content, 0, len(content)):
        if not name.isascii():
            break
        if name == b"ftyp":
            _check_brands(content[body:end])
        if name == b"meta":
            size = max(_declared(content, body + 4, end), key=lambda s: s[0] * s[1], default=size)
    if size is None:
        raise damaged()
    return Header("HEIC", size[0], size[1], end)


def _declared(content: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Sizes from every meta/iprp/ipco/ispe box."""
    for name, body, stop in _boxes(content, at, end):
        if name in (b"iprp", b"ipco"):
            yield from _declared(content, body, stop)
        elif name == b"ispe":
            width, height = struct.unpack_from(">II", content, body + 4)
            yield width, height


def _check_brands(brands: bytes) -> None:
    major, others = brands[:4], {brands[i : i + 4] for i in range(8, len(brands), 4)}
    if major in _HEIC_SEQUENCES:
        raise _animated("HEIC")
    if major in (b"avif", b"avis") or (b"avif" in others and not others & (_HEIC_BRANDS - {b"mif1", b"mif2"})):
        raise BadPhoto("unsupported", f"This is an AVIF picture. {REMEDY}")
    if major not in _HEIC_BRANDS:
        raise BadPhoto("unsupported", "This is a video, not a photo. Save one still picture of it and add that.")


def _refuse_two_in_one(content: bytes, header: Header) -> None:
    """A photo with an archive, a page or a program behind it was made to be taken for something else. What phones put
    there (a short film, a second exposure, notes of the camera) is simply left behind."""
    rest = content[header.end :]
    is_markup = bool(_MARKUP.search(rest[:_MARKUP_WITHIN]))
    if is_markup or rest.lstrip(b"\x00\r\n ").startswith(_FOREIGN) or _ends_as_zip(content):
        raise BadPhoto(
            "unsupported",
            f"This {header.kind} has another file hidden behind the picture. Open it, save a copy and add that.",
        )


def _ends_as_zip(content: bytes) -> bool:
    """A zip is read from its end: its end record says how long its comment is, up to the last byte."""
    tail = content[-(_ZIP_END_BYTES + _ZIP_COMMENT_MAX) :]
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _ZIP_END_BYTES <= len(tail):
            (comment,) = struct.unpack_from("<H", tail, at + 20)
            if at + _ZIP_END_BYTES + comment == len(tail):
                return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False
