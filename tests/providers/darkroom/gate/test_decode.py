"""Files come in as strangers and leave as clean upright pictures, or are refused with a reason."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from pexit_app.core.ports import BadPhoto
from pexit_app.providers.darkroom.gate.decode import MAX_BYTES, decode, encode_kept, encode_thumb
from tests.support import encoders, hostile

WRITERS = {"JPEG": encoders.jpeg, "PNG": encoders.png, "WebP": encoders.webp, "HEIC": encoders.heic}
CODES = {"too_large", "too_many_pixels", "not_an_image", "unsupported", "damaged"}


def corners() -> np.ndarray:
    """160 x 120: red, green, blue, white quarters, so that every turn shows."""
    picture = np.zeros((120, 160, 3), np.uint8)
    picture[:60, :80], picture[:60, 80:], picture[60:, :80], picture[60:, 80:] = (
        (220, 30, 30),
        (30, 200, 30),
        (30, 30, 220),
        (240, 240, 240),
    )
    return picture


def outcome_of(content: bytes) -> np.ndarray | BadPhoto:
    try:
        return decode(content)
    except BadPhoto as refused:
        return refused


def off(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize("kind", WRITERS)
def test_every_format_comes_out_as_it_went_in(kind: str) -> None:
    assert off(decode(WRITERS[kind](corners())), corners()) < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP"])
def test_the_orientation_is_applied(kind: str, orientation: int) -> None:
    stored = WRITERS[kind](corners(), orientation=orientation)
    assert off(decode(stored), corners()) < 3


def test_a_heic_is_turned_once_only() -> None:
    """Its own boxes turn it; an EXIF orientation beside them says the same and must not turn it again."""
    turned = encoders.heic(np.rot90(corners()).copy(), exif=encoders.exif_with_gps(6))
    assert off(decode(turned), corners()) < 4


@pytest.mark.parametrize("case", hostile.files(), ids=lambda case: case.name)
def test_no_file_brings_it_down(case: hostile.Hostile) -> None:
    outcome = outcome_of(case.content)
    if isinstance(outcome, BadPhoto):
        assert outcome.code == case.code or (case.code is None and outcome.code == "damaged"), outcome.message
        assert outcome.message.endswith(".") and len(outcome.message) > 40
    else:
        assert case.code is None
        assert outcome.dtype == np.uint8 and outcome.ndim == 3


def test_there_are_enough_hostile_files() -> None:
    assert len({case.name for case in hostile.files()}) >= 50


def test_twenty_megabytes_and_one_byte_more() -> None:
    assert decode(hostile.padded(MAX_BYTES)).shape == (96, 96, 3)
    with pytest.raises(BadPhoto, match="20 MB") as refused:
        decode(hostile.padded(MAX_BYTES + 1))
    assert refused.value.code == "too_large"


def test_forty_megapixels_and_a_line_more() -> None:
    assert decode(hostile.png_of(8000, 5000)).shape == (1280, 2048, 3)
    with pytest.raises(BadPhoto, match=r"40\.1 megapixels") as refused:
        decode(hostile.png_of(8000, 5001))
    assert refused.value.code == "too_many_pixels"


def test_what_stays_is_at_most_2048_and_480_pixels() -> None:
    large = np.zeros((1000, 3000, 3), np.uint8)
    picture = decode(encoders.jpeg(large))
    assert picture.shape[1] == 2048 and 680 <= picture.shape[0] <= 685
    assert Image.open(io.BytesIO(encode_thumb(picture))).size == (480, 160)
    assert decode(encoders.png(np.zeros((2048, 700, 3), np.uint8))).shape == (2048, 700, 3)
    assert decode(encoders.png(np.zeros((2049, 700, 3), np.uint8))).shape[0] == 2048


def noted(kind: str) -> bytes:
    """A photo with everything a camera or a program may write into it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SECRET-XMP</x:xmpmeta>"
    options: dict[str, object] = {"exif": encoders.exif_with_gps(), "icc_profile": profile}
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Comment", "SECRET-COMMENT")
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        options["pnginfo"] = text
    else:
        options["xmp"] = xmp
    if kind == "JPEG":
        options["comment"] = b"SECRET-COMMENT"
    return WRITERS[kind](hostile.scene(), **options)


@pytest.mark.parametrize("kind", WRITERS)
def test_nothing_but_pixels_is_kept(kind: str) -> None:
    before = noted(kind)
    assert b"SECRET-CAMERA" in before and b"SECRET-XMP" in before
    for kept in (encode_kept(decode(before)), encode_thumb(decode(before))):
        for trace in (b"SECRET", b"Exif", b"http", b"xmp", b"ICC_PROFILE", b"Photoshop", b"2031:01:02", b"GPS"):
            assert trace.lower() not in kept.lower()
        markers = {kept[at + 1] for at in range(len(kept) - 1) if kept[at] == 0xFF and 0xE1 <= kept[at + 1] <= 0xFE}
        assert not markers, "only the JFIF header may stand beside the picture"
        assert not {"exif", "icc_profile", "comment", "xmp"} & set(Image.open(io.BytesIO(kept)).info)


def test_a_profile_is_heeded() -> None:
    """A profile in which red and green have changed places; one that cannot be read changes nothing."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = plain.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")
    red, green = (np.full((64, 64, 3), colour, np.uint8) for colour in ((200, 40, 40), (40, 200, 40)))
    for write in (encoders.png, encoders.webp, encoders.heic, encoders.jpeg):
        assert off(decode(write(red, icc_profile=swapped)), green) < 4
        assert off(decode(write(red, icc_profile=plain)), red) < 3
        assert off(decode(write(red, icc_profile=b"no profile at all" * 20)), red) < 3


def test_what_is_clear_becomes_grey() -> None:
    half = np.dstack([corners(), np.full((120, 160), 255, np.uint8)])
    half[:, :80, 3] = 0
    for write in (encoders.png, encoders.webp, encoders.heic):
        picture = decode(write(half))
        assert off(picture[:, :76], np.full((120, 76, 3), 128)) < 3
        assert off(picture[:, 84:], corners()[:, 84:]) < 3


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png(mode: str) -> None:
    grey = Image.fromarray(np.repeat(np.arange(0, 250, 2, dtype=np.uint8)[None], 64, axis=0))
    picture = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    out = io.BytesIO()
    picture.save(out, "PNG")
    made = decode(out.getvalue())
    assert made.shape == (64, 125, 3)
    assert made[:, 115:].mean() > 200 > 60 > made[:, :8].mean()
    if mode not in ("1", "P"):
        assert off(made[..., 0], np.asarray(grey)) < 2


def test_cmyk_jpeg() -> None:
    out = io.BytesIO()
    Image.fromarray(corners()).convert("CMYK").save(out, "JPEG", quality=95)
    assert off(decode(out.getvalue()), corners()) < 6


def test_a_large_photo_is_shrunk_in_strips_without_seams() -> None:
    ramp = np.repeat(np.linspace(0, 255, 7000).astype(np.uint8)[:, None], 3100, axis=1)
    made = decode(encoders.png(np.dstack([ramp] * 3)))
    assert made.shape[0] == 2048
    steps = np.diff(made[:, 400, 0].astype(int))
    assert steps.min() >= 0 and steps.max() <= 2


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(WRITERS)),
    at=st.floats(0, 0.999),
    noise=st.binary(min_size=1, max_size=24),
    drops=st.integers(0, 40),
)
def test_any_damage_is_survived(kind: str, at: float, noise: bytes, drops: int) -> None:
    """Bytes overwritten or lost anywhere: a picture or BadPhoto, never anything else."""
    content = _WHOLE[kind]
    start = int(at * len(content))
    broken = content[:start] + noise + content[start + len(noise) + drops :]
    outcome = outcome_of(broken)
    assert outcome.code in CODES if isinstance(outcome, BadPhoto) else outcome.ndim == 3


_WHOLE = {kind: write(hostile.scene()) for kind, write in WRITERS.items()}
