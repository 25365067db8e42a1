"""A mask is what it says it is before any of it is kept."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pexit_app.core.errors import BadInput
from pexit_app.features.shoots import masks
from pexit_app.features.shoots.masks import checked_mask
from tests.features.shoots.gpus import mask
from tests.features.shoots.support import picture

WIDE, HIGH = 200, 100
ALL = WIDE * HIGH


def png(image: Image.Image, **more) -> bytes:
    out = io.BytesIO()
    image.save(out, more.pop("format", "PNG"), **more)
    return out.getvalue()


def white_in(content: bytes) -> int:
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "L", (WIDE, HIGH))
        assert set(image.tobytes()) <= {0, 255}
        return image.histogram()[255]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "LA"])
def test_any_png_becomes_black_and_white(mode):
    assert white_in(checked_mask(mask(WIDE, HIGH, 5_000, mode), WIDE, HIGH)) == 5_000


def test_what_is_transparent_is_not_painted():
    image = Image.new("RGBA", (WIDE, HIGH), (255, 255, 255, 0))
    image.paste((255, 255, 255, 255), (0, 0, 50, 10))
    assert white_in(checked_mask(png(image), WIDE, HIGH)) == 500


@given(st.integers(0, ALL))
@settings(max_examples=40, deadline=None)
def test_hardly_anything_and_nearly_everything_is_no_mask(white):
    given_mask = mask(WIDE, HIGH, white)
    if ALL // 1000 <= white <= ALL * 95 // 100:
        assert white_in(checked_mask(given_mask, WIDE, HIGH)) == white
    else:
        with pytest.raises(BadInput) as caught:
            checked_mask(given_mask, WIDE, HIGH)
        assert caught.value.problems[0].limit == [masks.LEAST_SHARE, masks.MOST_SHARE]


@pytest.mark.parametrize("white", [19, 20, 19_000, 19_001])
def test_both_limits_are_exact(white):
    if white in (20, 19_000):
        assert checked_mask(mask(WIDE, HIGH, white), WIDE, HIGH)
    else:
        with pytest.raises(BadInput):
            checked_mask(mask(WIDE, HIGH, white), WIDE, HIGH)


WHOLE = mask(WIDE, HIGH, 5_000)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        WHOLE[:60],
        WHOLE[:-30],
        picture(WIDE, HIGH, "jpeg"),
        png(Image.new("L", (WIDE, HIGH), 255), format="GIF"),
        mask(WIDE, HIGH + 1, 5_000),
        mask(WIDE - 1, HIGH, 5_000),
        mask(HIGH, WIDE, 5_000),
        png(Image.new("I;16", (WIDE, HIGH), 40_000)),
        WHOLE + b"\0" * masks.MAX_BYTES,
    ],
    ids=["empty", "text", "cut", "short", "jpeg", "gif", "higher", "narrower", "turned", "16 bit", "large"],
)
def test_what_is_no_mask_is_named(content):
    with pytest.raises(BadInput) as caught:
        checked_mask(content, WIDE, HIGH)
    assert [each.field for each in caught.value.problems] == ["mask"]


def test_the_largest_file_that_is_taken():
    assert checked_mask(WHOLE + b"\0" * (masks.MAX_BYTES - len(WHOLE)), WIDE, HIGH)


def test_a_picture_that_claims_to_be_huge_is_not_decoded():
    """Its size is read first, so nothing of that size is ever in memory."""
    huge = bytearray(WHOLE)
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(BadInput):
        checked_mask(bytes(huge), WIDE, HIGH)
