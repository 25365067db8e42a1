"""The suite of all providers, over our own darkroom with a real worker process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pexit_app.core.ports import ImageOrder, ImageResult, Kind, Trained, TrainingOrder
from pexit_app.providers.darkroom import persona
from pexit_app.providers.darkroom.parameters import parse
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.task import Task
from pexit_app.providers.darkroom.trainer import DarkroomTrainer
from tests.providers.contract import Harness, ProviderContract
from tests.support import faces

ORDER = ImageOrder(("standin:rosa",), {"backdrop": "studio"}, "", "", 7, 512, 640, "jpeg")
TRAINING = TrainingOrder(("0.jpg",), "TOK", 1000)
BLOCKERS = 3


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(1)
    made.start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("objects")
    for i, content in enumerate(faces.good_batch(1)):
        (path / f"{i}.jpg").write_bytes(content)
    for name in ("wall.jpg", "broken.npz"):
        (path / name).write_bytes(b"neither picture nor persona")
    return path


def harness_of(pool: Pool, order: Any, **rest: Any) -> Harness:
    """What is held waits behind large pictures for the only worker."""
    blocking = []

    def held() -> Any:
        task = Task(("standin:rosa",), parse({}), 1, 1536, 1536, "png", is_draft=False)
        blocking.extend(pool.render(replace(task, seed=seed)) for seed in range(BLOCKERS))
        return order(9)

    def release() -> None:
        for each in blocking:
            pool.cancel(each)

    return Harness(order=order, held=held, release=release, unknown_id="0" * 32, **rest)


class TestPictures(ProviderContract):
    @pytest.fixture
    def harness(self, pool: Pool, folder: Path) -> Harness:
        async def find(key: str) -> Path:
            return folder / key

        def check(product: ImageResult) -> None:
            assert (product.media_type, product.width, product.height) == ("image/jpeg", 512, 640)

        return harness_of(
            pool,
            lambda n: replace(ORDER, seed=n),
            provider=Darkroom(find_persona=find, pool=pool),
            impossible=(
                *(replace(ORDER, kind=kind) for kind in Kind if kind is not Kind.GENERATE),
                replace(ORDER, width=9000),
                replace(ORDER, look={"lens": 2}),
            ),
            failing=lambda: replace(ORDER, personas=("broken.npz",)),
            check=check,
        )


class TestTraining(ProviderContract):
    @pytest.fixture
    def harness(self, pool: Pool, folder: Path, tmp_path: Path) -> Harness:
        async def find(key: str) -> Path:
            return folder / key

        def check(product: Trained) -> None:
            path = tmp_path / "persona.npz"
            path.write_bytes(product.persona)
            assert len(persona.load(path).sources) == len(TRAINING.photos)
            assert product.weights is None

        return harness_of(
            pool,
            lambda n: replace(TRAINING, trigger_word=f"TOK{n}"),
            provider=DarkroomTrainer(pool, find),
            impossible=(replace(TRAINING, photos=()),),
            failing=lambda: replace(TRAINING, photos=("wall.jpg",)),
            check=check,
        )
