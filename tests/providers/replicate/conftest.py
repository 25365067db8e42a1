"""Our adapters of Replicate with the unmodified official client, and the server that stands in for it: reached by the
real names, through the environment alone."""

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

from pexit_app.core.ports import ImageOrder, TrainingOrder
from pexit_app.providers.replicate import ReplicateHooks, ReplicateImages, ReplicateTrainer
from pexit_app.providers.replicate.account import Account
from pexit_app.providers.replicate.desk import Pace
from pexit_app.providers.replicate.uploads import Uploads
from pexit_app.providers.results import REPLICATE_HOSTS, Results
from tests.servers import replicate_models
from tests.servers.replicate import Replicate
from tests.servers.tls import Proxy, proxying
from tests.support.memory_store import MemoryStore

TOKEN = "r8_test"
ORDER = ImageOrder((), {}, "TOK person at the sea", "blurred", 7, 512, 640, "jpeg")
TRAINING = TrainingOrder(("photos/1.jpg", "photos/2.jpg"), "TOK", 1000)
QUICK = Pace(first_s=0.01, longest_s=0.05, trouble_s=1.0)
TIMES = httpx.Timeout(connect=2.0, read=1.0, write=2.0, pool=2.0)


@dataclass
class Side:
    """One account's adapters, and what they stand on."""

    images: ReplicateImages
    trainer: ReplicateTrainer
    hooks: ReplicateHooks
    account: Account


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (120, 80, 60)).save(out, kind)
    return out.getvalue()


def hook_url(provider: str, reference: str, model: str) -> str:
    return f"https://pexit.example/api/v1/hooks/{provider}?ref={reference}&model={model}"


def image_order(n: int = 1) -> ImageOrder:
    return replace(ORDER, seed=n)


def open_side(
    store: MemoryStore, *, destination: str = "pexit/likenesses", trusted: tuple[str, ...] = (), token: str = TOKEN
) -> Side:
    """As open_replicate() does, but in a hurry."""
    account = Account(token, TIMES)
    uploads = Uploads(account, store)
    results = Results(REPLICATE_HOSTS, trusted)
    return Side(
        ReplicateImages(account, uploads, results, hook_url, QUICK),
        ReplicateTrainer(account, uploads, store, results, hook_url, destination, QUICK),
        ReplicateHooks(account),
        account,
    )


@pytest.fixture
def server() -> Replicate:
    made = Replicate(token=TOKEN)
    made.sends_hooks = False
    return made


@pytest.fixture
def proxy(server: Replicate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    with proxying(server.apps(), tmp_path, server.faults) as opened:
        for name, value in opened.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("REPLICATE_BASE_URL", raising=False)
        yield opened


@pytest.fixture
async def store() -> MemoryStore:
    made = MemoryStore()
    for n in (1, 2):
        await made.put(f"photos/{n}.jpg", picture(640, 800, "JPEG"), "image/jpeg")
    await made.put("frames/1/full.png", picture(320, 400), "image/png")
    await made.put("frames/1/mask.png", picture(320, 400), "image/png")
    await made.put("likenesses/1/weights.safetensors", replicate_models.lora(), "application/octet-stream")
    return made


@pytest.fixture
async def side(proxy: Proxy, store: MemoryStore) -> AsyncIterator[Side]:
    opened = open_side(store)
    yield opened
    await opened.account.close()
