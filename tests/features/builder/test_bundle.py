"""A pack goes out as a zip and comes back the same; what strangers make of a zip is refused with a plain sentence."""

import io
import stat
import struct
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pexit_app.core.errors import BadInput
from pexit_app.features.builder import bundle
from pexit_app.features.builder.bundle import Bundle
from pexit_app.features.builder.yaml_text import is_same, yaml_text
from pexit_app.features.packs import document, yaml_source
from pexit_app.features.packs.definition import PackDefinition
from tests.features.builder.packs_strategy import TRICKY, documents
from tests.features.packs.samples import GOOD

PACKS = Path(__file__).parents[3] / "packs"


def jpeg(side: int = 8, colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(out, "JPEG")
    return out.getvalue()


def zipped(files: dict[str, bytes], **attributes: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = attributes.get("compress_type", zipfile.ZIP_DEFLATED)
            entry.external_attr = attributes.get("external_attr", 0)
            made.writestr(entry, content)
    return out.getvalue()


YAML = GOOD.encode()


@settings(deadline=None, max_examples=30)
@given(documents(), st.sampled_from([jpeg(), jpeg(9, "navy")]))
def test_what_goes_out_comes_back_the_same(written: dict[str, Any], picture: bytes) -> None:
    made = Bundle(written, {"cover": picture, "sample-0": jpeg()})
    found = bundle.read(bundle.write(made))
    assert is_same(found.document, written)
    assert found.pictures == made.pictures
    assert PackDefinition.model_validate(found.document) == PackDefinition.model_validate(written)
    assert document.parse(yaml_text(written)) == PackDefinition.model_validate(written)
    assert bundle.write(found) == bundle.write(made)


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TRICKY)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


def _all_text(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(name + _all_text(inner) for name, inner in value.items())
    return "".join(map(_all_text, value)) if isinstance(value, list) else value if isinstance(value, str) else ""


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(st.sampled_from(["title", "knobs", "scenes", "cover", "x"]), _values))
def test_also_what_is_half_made_comes_back_the_same_or_is_refused(written: dict[str, Any]) -> None:
    try:
        text = yaml_text(written)
    except BadInput:
        assert any(unicodedata.category(each) in ("Cc", "Cn", "Cf", "Co") for each in _all_text(written))
    else:
        assert is_same(yaml_source.read(text).value, written)


@pytest.mark.parametrize(
    "folder", sorted(path.parent for path in PACKS.glob("*/pack.yaml")), ids=lambda path: path.name
)
def test_the_packs_that_ship_come_back_the_same(folder: Path) -> None:
    written = yaml_source.read((folder / "pack.yaml").read_bytes()).value
    pictures = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.jpg"))}
    found = bundle.read(bundle.write(Bundle(written, pictures)))
    assert (found.document, found.pictures) == (written, pictures)


def test_a_folder_zipped_by_hand_is_read() -> None:
    content = zipped({"pack.yaml": YAML, "cover.jpg": jpeg(), "__MACOSX/._cover.jpg": b"x", ".DS_Store": b"x"})
    found = bundle.read(content)
    assert found.document["slug"] == "test-pack"
    assert list(found.pictures) == ["cover"]


def lying() -> bytes:
    """Its header says ten bytes, in it are 600 KB."""
    content = bytearray(zipped({"pack.yaml": b"a: " + b"b" * 600_000}))
    at = content.rindex(b"PK\x01\x02")
    struct.pack_into("<I", content, at + 24, 10)
    return bytes(content)


HOSTILE = {
    "nothing": (b"", "not a zip"),
    "text": (b"hello", "not a zip"),
    "cut short": (zipped({"pack.yaml": YAML})[:-30], "not a zip"),
    "empty": (zipped({}), "no pack.yaml"),
    "no pack": (zipped({"cover.jpg": jpeg()}), "no pack.yaml"),
    "large": (bytes(bundle.MAX_BYTES + 1), "12 MB at most"),
    "10,000 entries": (zipped({f"p/{number}.jpg": b"" for number in range(10_000)}), "10000 files"),
    "a bomb": (zipped({"pack.yaml": bytes(50_000_000)}), "more than 512 KB"),
    "a bomb of pictures": (zipped({"pack.yaml": YAML, "cover.jpg": bytes(5_000_000)}), "more than 120 KB"),
    "a lying header": (lying(), "not a zip|more than 512 KB"),
    "upwards": (zipped({"../pack.yaml": YAML}), "leads out"),
    "absolute": (zipped({"/etc/pack.yaml": YAML}), "leads out"),
    "a drive": (zipped({"C:pack.yaml": YAML}), "leads out"),
    "deep": (zipped({"a/b/pack.yaml": YAML}), "too deep"),
    "two folders": (zipped({"a/pack.yaml": YAML, "b/cover.jpg": jpeg()}), "several"),
    "a link": (zipped({"pack.yaml": b"/etc/passwd"}, external_attr=(stat.S_IFLNK | 0o777) << 16), "link or a device"),
    "packed oddly": (zipped({"pack.yaml": YAML}, compress_type=zipfile.ZIP_LZMA), "not supported"),
    "a program": (zipped({"pack.yaml": YAML, "run.sh": b"#!/bin/sh"}), "does not belong"),
    "no picture": (zipped({"pack.yaml": YAML, "cover.jpg": b"<script>"}), "no JPEG"),
    "a PNG called JPEG": (zipped({"pack.yaml": YAML, "cover.jpg": b"\x89PNG\r\n\x1a\n" + bytes(40)}), "no JPEG"),
    "aliases": (zipped({"pack.yaml": b"a: &a [x]\nb: *a\n"}), "anchors and aliases"),
    "no fields": (zipped({"pack.yaml": b"- a\n"}), "list of fields"),
    "said twice": (zipped({"pack.yaml": b"a: 1\na: 2\n"}), "twice"),
    "endless depth": (zipped({"pack.yaml": b"[" * 5000}), "nested deeper"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_plain_words(name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(BadInput, match=words) as refused:
        bundle.read(content)
    assert refused.value.problems


def test_a_file_twice_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("pack.yaml", YAML)
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("pack.yaml", b"slug: other")
    with pytest.raises(BadInput, match="twice"):
        bundle.read(out.getvalue())


def test_a_picture_of_a_gigapixel_is_refused_unopened() -> None:
    small = jpeg()
    at = small.index(b"\xff\xc0") + 5
    huge = small[:at] + struct.pack(">HH", 60_000, 60_000) + small[at + 4 :]
    with pytest.raises(BadInput, match=r"pixels|no JPEG"):
        bundle.read(zipped({"pack.yaml": YAML, "cover.jpg": huge}))


def test_a_number_yaml_cannot_keep_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        bundle.write(Bundle({"title": "x", "seed": 10**30}))
