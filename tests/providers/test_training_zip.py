"""What a trainer is given: the person's photos and nothing about where and when they were taken."""

import io
import math
import tracemalloc
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from pexit_app.core.ports import NotTaken, ObjectStore, TrainingOrder
from pexit_app.providers.training_zip import build_zip, head_and_shoulders, prepared

SHARES = st.floats(-0.5, 1.5)
SIDES = st.integers(1, 4000)


def photo(width: int, height: int, *, noise: bool = False, exif: bool = False) -> bytes:
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, :, 0] = np.linspace(0, 255, width, dtype=np.uint8)
    pixels[:, :, 1] = np.linspace(0, 255, height, dtype=np.uint8)[:, None]
    if noise:
        pixels = np.random.default_rng(1).integers(0, 255, pixels.shape, np.uint8)
    notes = Image.Exif()
    notes[0x010E] = "taken at home"
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92, **({"exif": notes, "comment": b"home"} if exif else {}))
    return out.getvalue()


class Album:
    """The part of an object store that is read here."""

    def __init__(self, photos: dict[str, bytes]) -> None:
        self.photos, self.read = photos, list[str]()

    async def get(self, key: str) -> bytes:
        self.read.append(key)
        if key not in self.photos:
            raise FileNotFoundError(key)
        return bytes(bytearray(self.photos[key]))  # a copy of its own, as a store gives


def album(*photos: bytes) -> tuple[ObjectStore, TrainingOrder]:
    kept = {f"photos/{n}": each for n, each in enumerate(photos)}
    return cast(ObjectStore, Album(kept)), TrainingOrder(tuple(kept), "TOK", 1000, "person")


async def entries(path: Path) -> AsyncIterator[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        for each in archive.infolist():
            yield each, archive.read(each)


async def test_every_photo_has_its_caption_beside_it(tmp_path: Path) -> None:
    store, order = album(photo(640, 480, exif=True), photo(300, 400))
    path = await build_zip(store, order, tmp_path, crop=False)
    found = {info.filename: content async for info, content in entries(path)}
    assert list(found) == ["001.jpg", "001.txt", "002.jpg", "002.txt"]
    assert found["001.txt"] == b"a photo of TOK person\n"
    assert [Image.open(io.BytesIO(found[name])).size for name in ("001.jpg", "002.jpg")] == [(640, 480), (300, 400)]
    assert {info.compress_type async for info, _ in entries(path)} == {zipfile.ZIP_STORED}


async def test_where_and_when_stay_at_home(tmp_path: Path) -> None:
    store, order = album(photo(64, 48, exif=True))
    path = await build_zip(store, order, tmp_path, crop=True)
    assert b"home" in photo(64, 48, exif=True)
    assert b"home" not in path.read_bytes()
    async for info, content in entries(path):
        assert info.date_time == (1980, 1, 1, 0, 0, 0)
        assert b"Exif" not in content


async def test_it_is_cropped_where_a_box_says_where_the_face_is(tmp_path: Path) -> None:
    store, order = album(photo(2000, 1500), photo(2000, 1500), photo(2000, 1500))
    boxed = TrainingOrder(order.photos, "TOK", 1000, "person", ((0.4, 0.3, 0.2, 0.2), None))
    sizes = []
    for crop in (True, False):
        path = await build_zip(store, boxed, tmp_path, crop=crop)
        sizes.append([Image.open(io.BytesIO(c)).size async for i, c in entries(path) if i.filename.endswith("jpg")])
    assert sizes == [[(1280, 1280), (2000, 1500), (2000, 1500)], [(2000, 1500)] * 3]


@given(SIDES, SIDES, st.tuples(SHARES, SHARES, SHARES, SHARES))
@example(1000, 800, (math.nan, 0.1, 0.2, 0.2))
@example(1000, 800, (0.1, 0.1, math.inf, 0.2))
@example(3, 3, (0.0, 0.0, 1.0, 1.0))
def test_a_crop_is_within_the_photo_and_holds_the_face(
    width: int, height: int, box: tuple[float, float, float, float]
) -> None:
    left, top, right, bottom = head_and_shoulders(width, height, box)
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    x, y, w, h = box
    is_inside = all(map(math.isfinite, box)) and w > 0 and h > 0 and 0 <= x <= 1 - w and 0 <= y <= 1 - h
    if is_inside:
        assert left <= x * width
        assert (x + w) * width <= right + 1e-6
        assert top <= y * height
        assert (y + h) * height <= bottom + 1e-6
        if right - left < width and bottom - top < height:
            assert right - left == bottom - top


def test_a_face_has_room_above_and_shoulders_below() -> None:
    left, top, right, bottom = head_and_shoulders(2000, 2000, (0.4, 0.4, 0.2, 0.2))
    assert (left + right) / 2 == pytest.approx(1000, abs=1)
    assert 200 < 800 - top < 400  # hair
    assert bottom - 1200 > 400  # shoulders


def test_a_crop_is_cut_where_it_says() -> None:
    content = prepared(photo(2048, 2048), (0.4, 0.3, 0.15, 0.15))
    left, top, right, _ = head_and_shoulders(2048, 2048, (0.4, 0.3, 0.15, 0.15))
    cut = Image.open(io.BytesIO(content))
    assert cut.width == right - left
    red, green, _ = cast(tuple[int, int, int], cut.getpixel((0, 0)))
    assert red == pytest.approx(left * 255 / 2047, abs=3)
    assert green == pytest.approx(top * 255 / 2047, abs=3)


def test_a_photo_that_lies_on_its_side_is_turned_upright() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=notes)
    assert Image.open(io.BytesIO(prepared(out.getvalue(), None))).size == (48, 64)


@pytest.mark.parametrize(("spoilt", "says"), [(None, "gone"), (b"<html>", "cannot be read")])
async def test_a_photo_that_is_missing_leaves_no_archive(tmp_path: Path, spoilt: bytes | None, says: str) -> None:
    store, order = album(photo(64, 48), photo(64, 48))
    kept = cast(Album, store).photos
    if spoilt is None:
        del kept[order.photos[1]]
    else:
        kept[order.photos[1]] = spoilt
    with pytest.raises(NotTaken, match=says):
        await build_zip(store, order, tmp_path, crop=False)
    assert list(tmp_path.iterdir()) == []


async def test_sixty_large_photos_are_never_in_memory_at_once(tmp_path: Path) -> None:
    large = photo(1500, 900, noise=True)
    padded = large + b"\0" * max(2_000_000 - len(large), 0)
    store = cast(ObjectStore, Album({"photo": padded}))
    tracemalloc.start()
    try:
        path = await build_zip(store, TrainingOrder(("photo",) * 60, "TOK", 1000), tmp_path, crop=False)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 60 * 1_000_000
    assert peak < 16 * 2**20
