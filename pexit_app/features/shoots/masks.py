"""The mask of a mend: which part of a picture shall be new. Checked before any of it is kept. CPU work, for a thread."""

import io

from PIL import Image, UnidentifiedImageError

from pexit_app.core.errors import BadInput

MAX_BYTES = 4 * 2**20
LEAST_SHARE, MOST_SHARE = 0.001, 0.95  # of the picture that is white
_WHITE_FROM = 128
_AGAIN = "Paint the mask once more and send it as a PNG, white where the picture shall be new."


def checked_mask(content: bytes, width: int, height: int) -> bytes:
    """`content` as a plain PNG of black and white only, `width` by `height` pixels; what is transparent counts as black.
    Raises BadInput naming `mask`."""
    if len(content) > MAX_BYTES:
        raise _bad(f"The mask has more than {MAX_BYTES // 2**20} MB. Black and white alone needs far less.", MAX_BYTES)
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.size != (width, height):
                size = f"{image.width} by {image.height}"
                raise _bad(f"The mask is {size} pixels, and the picture {width} by {height}.", [width, height])
            if image.mode.startswith("I"):
                raise _bad("The mask has 16 bits a channel. Save it with 8.")
            flat = _flat(image)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise _bad(f"The mask is no PNG that can be read. {_AGAIN}") from None
    white = flat.point(lambda value: 255 if value >= _WHITE_FROM else 0)
    share = white.histogram()[255] / (width * height)
    if not LEAST_SHARE <= share <= MOST_SHARE:
        few = "hardly anything" if share < LEAST_SHARE else "nearly everything"
        limit = [LEAST_SHARE, MOST_SHARE]
        raise _bad(f"The mask is white on {few}. Paint over the part that shall be new, and no more.", limit)
    out = io.BytesIO()
    white.save(out, "PNG", optimize=True)
    return out.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("L")
    clear = image.convert("RGBA")
    black = Image.new("RGBA", clear.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, clear).convert("L")


def _bad(message: str, limit: object = None) -> BadInput:
    return BadInput.of("mask", message, None, limit)
