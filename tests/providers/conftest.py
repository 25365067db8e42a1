"""The stores as tests open them: on disk with the app's route before it, in a bucket of moto's, in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from pexit_app.core import deps, settings
from pexit_app.core.deps import Deps
from pexit_app.core.ports import ObjectStore
from pexit_app.providers import disk_files
from pexit_app.providers.disk import DiskStore
from pexit_app.web.api import RequestContext, add_error_answers
from pexit_app.web.limits import BodyLimit
from tests.support import bucket
from tests.support.memory_store import MemoryStore


@dataclass
class Shop:
    """A store, and a client for its signed URLs (None: nobody serves them)."""

    store: ObjectStore
    http: httpx.AsyncClient | None


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    with bucket.s3_server() as address:
        yield address


@pytest.fixture
def _own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PEXIT_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PEXIT_SECRET_KEY", "k" * 40)
    settings.load.cache_clear()
    yield
    settings.load.cache_clear()


def serving(store: DiskStore) -> FastAPI:
    deps.use(Deps(store=store, sender=None, drafts=None, images=None, embed_recipe=None))
    app = FastAPI()
    add_error_answers(app)
    app.include_router(disk_files.router)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestContext)
    return app


@pytest.fixture
async def disk(tmp_path: Path, _own_key: None) -> AsyncIterator[Shop]:
    store = DiskStore(tmp_path / "objects")
    transport = httpx.ASGITransport(serving(store))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        yield Shop(store, http)
    deps.use(None)


@pytest.fixture
async def s3(tmp_path: Path, s3_address: str) -> AsyncIterator[Shop]:
    store = bucket.open_store(s3_address, bucket.new_bucket(s3_address), tmp_path / "copies", prefix="pexit/")
    async with httpx.AsyncClient(trust_env=False) as http:
        yield Shop(store, http)
    await store.close()


@pytest.fixture
async def memory() -> Shop:
    return Shop(MemoryStore(), None)


@pytest.fixture(params=["disk", "s3", "memory"])
def shop(request: pytest.FixtureRequest) -> Shop:
    """Every store in turn: the contract."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["disk", "s3"])
def served(request: pytest.FixtureRequest) -> Shop:
    """Every store whose signed URLs somebody answers."""
    return request.getfixturevalue(request.param)


Check = Callable[[Shop], Awaitable[None]]


@pytest.fixture(params=["disk", "s3", "memory"])
def shop_of_its_own(request: pytest.FixtureRequest, tmp_path: Path, s3_address: str) -> Callable[[Check], None]:
    """Runs a check in an event loop of its own: for property tests, which are no coroutines."""
    name = bucket.new_bucket(s3_address) if request.param == "s3" else ""

    async def run(check: Check) -> None:
        if request.param == "s3":
            store = bucket.open_store(s3_address, name, tmp_path / "copies")
            await check(Shop(store, None))
            await store.close()
        else:
            await check(Shop(MemoryStore() if request.param == "memory" else DiskStore(tmp_path / "objects"), None))

    return lambda check: asyncio.run(run(check))
