"""The engine, and the one place that commits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

POOL_SIZE, POOL_OVERFLOW = 20, 20

_sessions: async_sessionmaker[AsyncSession] | None = None


def sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@asynccontextmanager
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Open inside a lifespan or command, never at import: the server forks after importing the app."""
    global _sessions
    made = create_async_engine(sqlalchemy_url(url), pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_pre_ping=True)
    _sessions = async_sessionmaker(made, class_=AsyncSession, expire_on_commit=False)
    try:
        yield made
    finally:
        _sessions = None
        await made.dispose()


def use_sessions(sessions: async_sessionmaker[AsyncSession] | None) -> None:
    """Tests: let every transaction() of the program join the test's own outer transaction."""
    global _sessions
    _sessions = sessions


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One unit of work: commits at the end, rolls back when anything is raised."""
    assert _sessions is not None, "db.engine() is not open"
    async with _sessions() as session, session.begin():
        yield session
