"""Shop pictures: rendered from the pack, small enough, still marked."""

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pexit_app.core.ports import ImageOrder, ImageResult, ProviderError, ProviderState, ProviderUpdate
from pexit_app.features.packs.document import MAX_PICTURE_BYTES, load_folder
from pexit_app.features.packs.pictures import render_pictures
from pexit_app.providers.darkroom import marks
from tests.features.packs.samples import GOOD


class Noise:
    """An image provider whose pictures are hard to compress."""

    def __init__(self, end: ProviderState = ProviderState.DONE) -> None:
        self.orders: dict[str, ImageOrder] = {}
        self.end = end

    async def submit(self, order: ImageOrder, reference: str) -> str:
        self.orders[reference] = order
        return reference

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        yield ProviderUpdate(ProviderState.RUNNING, 50)
        yield ProviderUpdate(self.end, error="the lamp broke")

    async def fetch(self, provider_id: str) -> ImageResult:
        order = self.orders[provider_id]
        dots = np.random.default_rng(order.seed).integers(80, 170, (order.height, order.width, 3), np.uint8)
        out = BytesIO()
        Image.fromarray(dots).save(out, "PNG", compress_level=1)
        return ImageResult(marks.mark(out.getvalue(), "algorithmicMedia"), "image/png", order.width, order.height)

    async def forget(self, provider_id: str) -> None:
        """Nothing is kept."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "test-pack"
    made.mkdir()
    (made / "pack.yaml").write_text(GOOD)
    return made


async def test_pictures_are_what_the_pack_makes(folder):
    images = Noise()
    await render_pictures(folder, images)  # type: ignore[arg-type]
    load_folder(folder)
    cover, night = images.orders["test-pack/cover"], images.orders["test-pack/night"]
    assert (cover.personas, cover.seed, cover.look["backdrop"]) == (("standin:onyx",), 7, "beach")
    assert (night.personas, night.seed, night.look["hour"]) == (("standin:alba",), 8, 20.5)
    for name in ("cover", "night"):
        content = (folder / f"{name}.jpg").read_bytes()
        assert len(content) <= MAX_PICTURE_BYTES
        assert marks.read_mark(content) == f"{marks.VOCABULARY}algorithmicMedia"
        with Image.open(BytesIO(content)) as image:
            assert image.width / image.height == pytest.approx(0.8, abs=0.01)


async def test_a_picture_that_fails_says_which_and_why(folder):
    with pytest.raises(ProviderError, match="test-pack/cover: the lamp broke"):
        await render_pictures(folder, Noise(ProviderState.FAILED))  # type: ignore[arg-type]
    assert list(folder.glob("*.jpg")) == []
