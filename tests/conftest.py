"""Fixtures for all tests. Service tests run on one scratch PostgreSQL, each in a transaction that is rolled back."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import database, db, embedded
from pexit_app.web import rates
from tests.support import schema
from tests.support.one_connection import OneAfterTheOther
from tests.support.server import Server, start

LONG = ("tests/story/", "tests/browser/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long stories first, then the largest files: so that nothing long is left for one worker at the end."""
    sizes = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[bool, int]:
        return not item.nodeid.startswith(LONG), -sizes[item.path]

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _nobody_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with empty windows: all of them seem to come from one address."""
    monkeypatch.setattr(rates, "_limiter", MovingWindowRateLimiter(MemoryStorage()))


def open_to_database(folder: Path) -> Path:
    """As root PostgreSQL runs as another user, who must reach pytest's 0700 folders."""
    for each in (folder, *folder.parents[:3]):
        if each != Path("/"):
            each.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def scratch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """libpq URL of a database with the whole schema, for this test session only."""
    folder = open_to_database(tmp_path_factory.mktemp("scratch"))
    with embedded.postgres(folder, is_owner=True) as url:
        schema.import_tables()
        database.migrate(url)
        with psycopg.connect(_beside(url, "template1"), autocommit=True) as connection:
            name = sql.Identifier(urlsplit(url).path.removeprefix("/"))
            for other in ("live", "work"):
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(other), name))
        yield url


def _beside(url: str, name: str) -> str:
    """Another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def scratch_engine(scratch_url: str) -> AsyncEngine:
    """One for all tests, so that a statement is compiled once; it keeps no connection from one event loop to the next."""
    return create_async_engine(db.sqlalchemy_url(scratch_url), poolclass=NullPool)


@pytest.fixture
async def connection(scratch_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection inside an outer transaction; db.transaction() of the program joins it through savepoints."""
    async with scratch_engine.connect() as connection, connection.begin() as outer:
        db.use_sessions(OneAfterTheOther(connection))
        yield connection
        db.use_sessions(None)
        await outer.rollback()


@pytest.fixture
async def session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """Everything a test writes is rolled back, commits of db.transaction() included."""
    async with AsyncSession(bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as made:
        yield made


@pytest.fixture(scope="session")
def live_url(scratch_url: str) -> str:
    """libpq URL of a second database beside the scratch one, for tests that really commit: those that are rolled back
    find theirs as empty as it was made."""
    return _beside(scratch_url, "live")


@pytest.fixture(scope="session")
def work_url(scratch_url: str) -> str:
    """A third one, for tests that run durable work: at its launch that takes up whatever any test left open."""
    return _beside(scratch_url, "work")


@pytest.fixture
async def live_db(live_url: str) -> AsyncIterator[str]:
    """For tests of real concurrency: db.transaction() opens real connections and really commits. Use fresh ids."""
    async with db.engine(live_url):
        yield live_url


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = start(open_to_database(tmp_path_factory.mktemp("data")))
    yield made
    assert made.stop() == 0, made.log.read_text()[-4000:]
