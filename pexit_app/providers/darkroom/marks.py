"""Marks inside a picture's bytes: the machine-readable statement that a machine made it, and, when asked, its recipe.

Both are XMP: an APP1 segment in a JPEG, an iTXt chunk in a PNG. Pure bytes -> bytes; pixels are never touched, so a
marked picture decodes to the same values. Only the JPEG and PNG that Pexit writes itself are meant to pass here.

The term is from the IPTC Digital Source Type vocabulary (http://cv.iptc.org/newscodes/digitalsourcetype/):
* `algorithmicMedia`, "created purely by an algorithm not based on any sampled training data", is what the darkroom makes
  of a stand-in: a sculpture and a place, both computed from formulas;
* `compositeSynthetic`, "composite including synthetic elements", is what it makes of a photographed person: their
  own photograph, relit, before a place that never existed;
* `trainedAlgorithmicMedia` would be untrue of either, as no generative model is involved; the adapters of diffusion
  models use it.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Literal
from xml.sax.saxutils import escape

SourceType = Literal["algorithmicMedia", "compositeSynthetic", "trainedAlgorithmicMedia"]

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
RECIPE_NAMESPACE = "https://pexit.app/ns/recipe/1.0/"

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_SEGMENT_MAX = 65_533
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_XMP = b"XML:com.adobe.xmp"
_SOURCE = re.compile(r'Iptc4xmpExt:DigitalSourceType="([^"]*)"')
_RECIPE = re.compile(r"<pexit:Recipe>(.*?)</pexit:Recipe>", re.S)


class MarkError(ValueError):
    """The bytes are neither a whole JPEG nor PNG, or the recipe does not fit into one."""


def mark(content: bytes, source_type: SourceType) -> bytes:
    """`content` with the statement of how it was made, in place of any XMP it had. Raises MarkError."""
    return _with_xmp(content, _packet(VOCABULARY + source_type, None))


def with_recipe(content: bytes, recipe: Mapping[str, object]) -> bytes:
    """`content` with `recipe` (anything JSON can hold) embedded beside its mark. Raises MarkError."""
    source = read_mark(content) or VOCABULARY + "algorithmicMedia"
    return _with_xmp(content, _packet(source, json.dumps(recipe, ensure_ascii=False, sort_keys=True)))


def read_mark(content: bytes) -> str | None:
    """The full URI of the digital source type, or None when there is no mark. Raises MarkError."""
    found = _SOURCE.search(_xmp(content))
    return found.group(1) if found else None


def read_recipe(content: bytes) -> dict[str, object] | None:
    """The embedded recipe, or None. Raises MarkError."""
    found = _RECIPE.search(_xmp(content))
    if not found:
        return None
    text = found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    recipe: dict[str, object] = json.loads(text)
    return recipe


def _packet(source: str, recipe: str | None) -> bytes:
    body = f"<pexit:Recipe>{escape(recipe)}</pexit:Recipe>" if recipe is not None else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:pexit="{RECIPE_NAMESPACE}"'
        f' xmp:CreatorTool="Pexit" Iptc4xmpExt:DigitalSourceType="{escape(source)}">'
        f'{body}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _xmp(content: bytes) -> str:
    if content.startswith(_PNG_SIGNATURE):
        for kind, data in _png_chunks(content):
            if kind == b"iTXt" and data.startswith(_PNG_XMP + b"\0"):
                return data[len(_PNG_XMP) + 5 :].decode()
        return ""
    for marker, data in _jpeg_segments(content)[0]:
        if marker == 0xE1 and data.startswith(_JPEG_XMP):
            return data[len(_JPEG_XMP) :].decode()
    return ""


def _with_xmp(content: bytes, packet: bytes) -> bytes:
    if content.startswith(_PNG_SIGNATURE):
        return _png_with_xmp(content, packet)
    return _jpeg_with_xmp(content, packet)


def _jpeg_with_xmp(content: bytes, packet: bytes) -> bytes:
    """The packet goes after the JFIF header, as readers expect it."""
    segments, scan = _jpeg_segments(content)
    data = _JPEG_XMP + packet
    if len(data) > _JPEG_SEGMENT_MAX:
        raise MarkError(f"the recipe is {len(packet)} bytes; a JPEG holds {_JPEG_SEGMENT_MAX - len(_JPEG_XMP)}")
    kept = [(m, d) for m, d in segments if not (m == 0xE1 and d.startswith(_JPEG_XMP))]
    at = 1 if kept and kept[0][0] == 0xE0 else 0
    kept.insert(at, (0xE1, data))
    head = b"".join(bytes((0xFF, m)) + (len(d) + 2).to_bytes(2, "big") + d for m, d in kept)
    return b"\xff\xd8" + head + scan


def _jpeg_segments(content: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Header segments as (marker, data), and everything from the start of the scan."""
    if not content.startswith(b"\xff\xd8"):
        raise MarkError("not a JPEG or PNG")
    segments: list[tuple[int, bytes]] = []
    at = 2
    while True:
        if at + 4 > len(content) or content[at] != 0xFF:
            raise MarkError("the JPEG is damaged")
        marker = content[at + 1]
        if marker == 0xDA:
            return segments, content[at:]
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(content):
            raise MarkError("the JPEG is damaged")
        segments.append((marker, content[at + 4 : at + 2 + length]))
        at += 2 + length


def _png_with_xmp(content: bytes, packet: bytes) -> bytes:
    parts = [_PNG_SIGNATURE]
    for kind, data in _png_chunks(content):
        if kind == b"iTXt" and data.startswith(_PNG_XMP + b"\0"):
            continue
        parts.append(_png_chunk(kind, data))
        if kind == b"IHDR":
            parts.append(_png_chunk(b"iTXt", _PNG_XMP + b"\0\0\0\0\0" + packet))
    return b"".join(parts)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every chunk up to IEND. Raises MarkError, also for a file that was cut between two chunks."""
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + length
        if end > len(content):
            raise MarkError("the PNG is damaged")
        kind = content[at + 4 : at + 8]
        yield kind, content[at + 8 : end - 4]
        at = end
