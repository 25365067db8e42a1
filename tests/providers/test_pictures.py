"""Encoded anew: upright, in sRGB, on white, and nothing but pixels and our mark."""

import io

import pytest
from PIL import Image, ImageCms

from pexit_app.providers.pictures import Damaged, NoPicture, TooManyPixels, remade
from tests.providers import cdn

MOST = 1_000_000


def opened(content: bytes, **options: object) -> Image.Image:
    return Image.open(io.BytesIO(remade(content, "png", MOST).content))


def saved(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_plain_colour(mode: str) -> None:
    made = opened(saved(Image.new(mode, (8, 8))))
    assert (made.mode, made.size) == ("RGB", (8, 8))


def test_what_is_clear_is_white() -> None:
    picture = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    picture.putpixel((1, 1), (0, 0, 255, 255))
    made = opened(saved(picture))
    assert made.getpixel((0, 0)) == (255, 255, 255)
    assert made.getpixel((1, 1)) == (0, 0, 255)


def test_it_is_turned_upright() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    assert opened(cdn.picture(96, 64, "JPEG", exif=notes)).size == (64, 96)


@pytest.mark.parametrize("profile", [b"nonsense", ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()])
def test_a_profile_is_applied_or_passed_over_and_never_kept(profile: bytes) -> None:
    made = opened(cdn.picture(icc_profile=profile))
    assert "icc_profile" not in made.info
    assert made.getpixel((95, 0)) == pytest.approx((255, 0, 0), abs=2)


def test_another_colour_space_is_converted() -> None:
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 6504)).tobytes()
    assert opened(cdn.picture(icc_profile=grey)).size == (96, 64)  # a profile that does not fit is passed over
    ink = Image.new("CMYK", (8, 8), (0, 0, 0, 255))
    assert opened(saved(ink, "JPEG")).getpixel((4, 4)) == pytest.approx((0, 0, 0), abs=40)


@pytest.mark.parametrize("at", range(60, 400, 30))
def test_a_picture_that_breaks_off_is_not_shown_half(at: int) -> None:
    content = cdn.picture(200, 200)
    assert len(content) > 400
    with pytest.raises((Damaged, NoPicture)):
        remade(content[:at], "png", MOST)


def test_a_flipped_byte_in_a_png_is_noticed() -> None:
    content = bytearray(cdn.picture(200, 200))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(Damaged):
        remade(bytes(content), "png", MOST)


def test_pixels_are_counted_before_any_is_unpacked() -> None:
    with pytest.raises(TooManyPixels):
        remade(cdn.bomb(20_000), "png", MOST)
    with pytest.raises(TooManyPixels):
        remade(cdn.picture(1001, 1000), "png", MOST)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_not_even_tried(kind: str) -> None:
    with pytest.raises(NoPicture):
        remade(cdn.picture(kind=kind), "png", MOST)
