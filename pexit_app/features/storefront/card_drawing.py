"""The picture shown where an address is shared: the cover as a frame on film, and the title in our own type."""

import hashlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from pexit_app.core.settings import ROOT
from pexit_app.web.heads import CARD_PX

DRAWN = "1"  # raise it when it is drawn in another way: addresses carry its hash
FONTS = ROOT / "assets/fonts"
FILM, TABLE, INK, DIM, EDGE = "#101213", "#E1E7E8", "#111416", "#4A5458", "#F2B705"
MARGIN, FRAME_W, REBATE = 56, 504, 34
TITLE_PX, LEAST_TITLE_PX, MOST_LINES = 104, 44, 4
WIDE = (820, 122)  # weight and width, as of a heading
PLAIN = (560, 100)
LATIN_EXT = range(0x100, 0x250)
QUALITY = 86


def fingerprint(title: str, by: str, code: str, picture: str) -> str:
    """Names a card by all that is drawn on it; `picture` is the cover's own hash."""
    return hashlib.sha256("\0".join((DRAWN, title, by, code, picture)).encode()).hexdigest()[:16]


def draw(title: str, by: str, code: str, cover: bytes, focus: tuple[float, float]) -> bytes:
    """A JPEG. Letters that our fonts do not have are left out."""
    card = Image.new("RGB", CARD_PX, TABLE)
    pen = ImageDraw.Draw(card)
    _frame(card, pen, cover, focus, code)
    room = CARD_PX[0] - FRAME_W - 2 * MARGIN
    size, lines = _fitted(title, room)
    top = CARD_PX[1] - MARGIN - 44
    for line in reversed(lines):
        top -= round(size * 0.98)
        _write(pen, (MARGIN, top), line, size, WIDE, INK)
    _write(pen, (MARGIN, CARD_PX[1] - MARGIN - 26), by, 28, PLAIN, DIM)
    _write(pen, (MARGIN, MARGIN - 8), "Pexit", 34, (860, 125), INK)
    return _jpeg(card, cover)


def _frame(card: Image.Image, pen: ImageDraw.ImageDraw, cover: bytes, focus: tuple[float, float], code: str) -> None:
    """At the right edge, from top to bottom: black film, the picture, the rebate with its number."""
    left, (_, height) = CARD_PX[0] - FRAME_W, CARD_PX
    pen.rectangle((left - 10, 0, CARD_PX[0], height), fill=FILM)
    with Image.open(BytesIO(cover)) as image:
        picture = ImageOps.fit(image.convert("RGB"), (FRAME_W - 10, height - 2 * REBATE), centering=focus)
    card.paste(picture, (left, REBATE))
    machine = ImageFont.truetype(FONTS / "martian-mono-latin-wdth-normal.woff2", 17)
    for x, y, text in ((left, 7, f"{code} 5219"), (left, height - 27, "1A")):
        pen.text((x, y), text, font=machine, fill=EDGE)


def _fitted(title: str, room: int) -> tuple[int, list[str]]:
    """The largest size at which the title has room in a few lines; at the least, words too long for one are cut."""
    for size in range(TITLE_PX, LEAST_TITLE_PX - 1, -4):
        lines = _wrapped(title, size, room)
        if len(lines) <= MOST_LINES and all(_length(line, size, WIDE) <= room for line in lines):
            return size, lines
    pieces = " ".join(_pieces(word, room) for word in title.split())
    return LEAST_TITLE_PX, _wrapped(pieces, LEAST_TITLE_PX, room)[:MOST_LINES]


def _pieces(word: str, room: int) -> str:
    """A word as it fits into lines of the least size."""
    made = [""]
    for letter in word:
        if _length(made[-1] + letter, LEAST_TITLE_PX, WIDE) > room:
            made.append("")
        made[-1] += letter
    return " ".join(made)


def _wrapped(title: str, size: int, room: int) -> list[str]:
    lines: list[str] = []
    for word in title.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, size, WIDE) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _runs(text: str) -> Sequence[tuple[str, str]]:
    """(font file, text) pieces in order: our fonts come in two files, Latin and its extension."""
    runs: list[tuple[str, str]] = []
    for letter in text:
        name = "archivo-latin-ext-wdth-normal" if ord(letter) in LATIN_EXT else "archivo-latin-wdth-normal"
        if ord(letter) >= LATIN_EXT.stop and not 0x2000 <= ord(letter) < 0x2070:
            continue
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + letter)
        else:
            runs.append((name, letter))
    return runs


@cache
def _font(name: str, size: int, axes: tuple[int, int]) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(Path(FONTS / f"{name}.woff2"), size)
    font.set_variation_by_axes(list(axes))
    return font


def _length(text: str, size: int, axes: tuple[int, int]) -> float:
    return sum(_font(name, size, axes).getlength(part) for name, part in _runs(text))


def _write(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, axes: tuple[int, int], ink: str
) -> None:
    x, y = at
    for name, part in _runs(text):
        font = _font(name, size, axes)
        pen.text((x, y), part, font=font, fill=ink)
        x += font.getlength(part)


def _jpeg(card: Image.Image, cover: bytes) -> bytes:
    """With the cover's machine-readable mark."""
    with Image.open(BytesIO(cover)) as image:
        xmp = image.info.get("xmp")
    out = BytesIO()
    card.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True, **({"xmp": xmp} if xmp else {}))
    return out.getvalue()
