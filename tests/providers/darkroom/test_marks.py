import io
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pexit_app.providers.darkroom import marks
from pexit_app.providers.darkroom.encode import encode

PIXELS = np.random.default_rng(1).integers(0, 255, (48, 64, 3), dtype=np.uint8)
FORMATS = ["png", "jpeg"]
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def pixels_of(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("output_format", FORMATS)
def test_every_file_says_how_it_was_made(output_format) -> None:
    assert marks.read_mark(encode(PIXELS, output_format, ("standin:rosa",))) == VOCABULARY + "algorithmicMedia"
    assert marks.read_mark(encode(PIXELS, output_format, ("/data/anna.npz",))) == VOCABULARY + "compositeSynthetic"
    assert marks.read_mark(encode(PIXELS, output_format, ("standin:rosa",), is_draft=True)) is not None


@pytest.mark.parametrize("output_format", FORMATS)
def test_another_reader_finds_the_mark_as_xmp(output_format) -> None:
    image = Image.open(io.BytesIO(encode(PIXELS, output_format, ("standin:rosa",))))
    xmp = image.info["xmp"] if output_format == "jpeg" else image.info["XML:com.adobe.xmp"].encode()
    description = next(ElementTree.fromstring(xmp).iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"))
    term = description.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert term == VOCABULARY + "algorithmicMedia"


def test_a_png_keeps_every_pixel_and_a_jpeg_its_colour() -> None:
    assert (pixels_of(encode(PIXELS, "png", ("standin:rosa",))) == PIXELS).all()
    jpeg = Image.open(io.BytesIO(encode(PIXELS, "jpeg", ("standin:rosa",))))
    assert jpeg.layer[0][1:3] == jpeg.layer[1][1:3] == jpeg.layer[2][1:3], "no colour subsampling"
    assert np.abs(np.asarray(jpeg).astype(int) - PIXELS).mean() < 12


@pytest.mark.parametrize("output_format", FORMATS)
def test_a_recipe_is_there_only_when_asked_and_the_mark_stays(output_format) -> None:
    content = encode(PIXELS, output_format, ("/data/anna.npz",))
    assert marks.read_recipe(content) is None
    recipe = {"pack": "noir", "seed": 7, "knobs": {"hour": 17.5, "name": "<é> & ]]> ünï"}}
    signed = marks.with_recipe(content, recipe)
    assert marks.read_recipe(signed) == recipe
    assert marks.read_mark(signed) == VOCABULARY + "compositeSynthetic"
    assert (pixels_of(signed) == pixels_of(content)).all()
    assert marks.read_recipe(marks.mark(signed, "compositeSynthetic")) is None, "marking anew leaves no recipe behind"


@settings(max_examples=60, deadline=None)
@given(recipe=st.dictionaries(st.text(), JSON, max_size=5), output_format=st.sampled_from(FORMATS))
def test_any_json_comes_back_as_it_went_in(recipe, output_format) -> None:
    signed = marks.with_recipe(encode(PIXELS, output_format, ("standin:rosa",)), recipe)
    assert marks.read_recipe(signed) == recipe
    assert marks.with_recipe(signed, recipe) == signed, "one packet, however often it is written"
    assert pixels_of(signed).shape == PIXELS.shape


def test_a_recipe_too_large_for_a_jpeg_is_refused() -> None:
    with pytest.raises(marks.MarkError, match="bytes"):
        marks.with_recipe(encode(PIXELS, "jpeg", ("standin:rosa",)), {"notes": "x" * 70_000})


@settings(deadline=None)
@example(cut=33, output_format="png")  # between two chunks
@given(cut=st.integers(0, 400), output_format=st.sampled_from([*FORMATS, "none"]))
def test_damaged_bytes_are_refused_and_never_crash(cut, output_format) -> None:
    whole = b"GIF89a" if output_format == "none" else encode(PIXELS, output_format, ("standin:rosa",))
    with pytest.raises(marks.MarkError):
        marks.mark(whole[:cut] if cut < len(whole) else whole, "algorithmicMedia")
