"""Our adapters of fal with the unmodified official client, and the server that stands in for it: reached by the real
names, through the environment alone."""

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from pexit_app.core.ports import ImageOrder, TrainingOrder
from pexit_app.providers import fal
from pexit_app.providers.fal import FalHooks, FalImages, FalTrainer, clients, queue
from tests.servers import fal_products
from tests.servers.fal import FalServer
from tests.servers.tls import Proxy, proxying
from tests.support.memory_store import MemoryStore

KEY = "fal-test-key"
ORDER = ImageOrder((), {}, "TOK person at the sea", "blurred", 7, 512, 640, "jpeg")
TRAINING = TrainingOrder(("photos/1.jpg", "photos/2.jpg"), "TOK", 1000)


@pytest.fixture
def server() -> FalServer:
    return FalServer(KEY)


@pytest.fixture
def proxy(server: FalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    monkeypatch.setattr(clients, "SUBMIT_S", 1.0)
    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 0.01)
    with proxying(server.apps(), tmp_path, server.faults) as opened:
        for name, value in opened.env.items():
            monkeypatch.setenv(name, value)
        yield opened


@pytest.fixture
async def store() -> MemoryStore:
    made = MemoryStore()
    for n in (1, 2):
        await made.put(f"photos/{n}.jpg", fal_products.picture(640, 800, n, "jpeg"), "image/jpeg")
    await made.put("frames/1/full.png", fal_products.picture(320, 400, 3), "image/png")
    mask = io.BytesIO()
    Image.new("L", (320, 400), 255).save(mask, "PNG")
    await made.put("frames/1/mask.png", mask.getvalue(), "image/png")
    await made.put("likenesses/1/weights.safetensors", fal_products.lora(), "application/octet-stream")
    return made


@pytest.fixture
async def opened(proxy: Proxy, store: MemoryStore) -> AsyncIterator[tuple[FalImages, FalTrainer, FalHooks]]:
    images, trainer, hooks = fal.open_fal(KEY, store, hook_url, ())
    yield images, trainer, hooks
    for each in (images, trainer, hooks):
        await each.close()


@pytest.fixture
def images(opened: tuple[FalImages, FalTrainer, FalHooks]) -> FalImages:
    return opened[0]


@pytest.fixture
def trainer(opened: tuple[FalImages, FalTrainer, FalHooks]) -> FalTrainer:
    return opened[1]


@pytest.fixture
def hooks(opened: tuple[FalImages, FalTrainer, FalHooks]) -> FalHooks:
    return opened[2]


def hook_url(provider: str, reference: str, model: str) -> str:
    return f"https://pexit.example/api/v1/hooks/{provider}?ref={reference}&model={model}"


def image_order(n: int = 1) -> ImageOrder:
    return replace(ORDER, seed=n)
