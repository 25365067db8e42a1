"""The engine, and the one place that commits."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from contextvars import ContextVar

from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

WROTE = "wrote"
POOL_SIZE, POOL_OVERFLOW, POOL_WAIT_S = 20, 20, 30.0

BeforeCommit = Callable[[AsyncSession], Awaitable[None]]
_before_commit: ContextVar[BeforeCommit | None] = ContextVar("before_commit", default=None)
_sessions: Callable[[], AbstractAsyncContextManager[AsyncSession]] | None = None


def sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@asynccontextmanager
async def engine(
    url: str, pool_size: int = POOL_SIZE, max_overflow: int = POOL_OVERFLOW, pool_wait_s: float = POOL_WAIT_S
) -> AsyncIterator[AsyncEngine]:
    """Open inside a lifespan or command, never at import: the server forks after importing the app."""
    global _sessions
    made = create_async_engine(
        sqlalchemy_url(url),
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=pool_wait_s,
        pool_pre_ping=True,
    )
    _sessions = async_sessionmaker(made, class_=AsyncSession, expire_on_commit=False)
    try:
        yield made
    finally:
        _sessions = None
        await made.dispose()


def use_sessions(sessions: Callable[[], AbstractAsyncContextManager[AsyncSession]] | None) -> None:
    """Tests: let every transaction() of the program join the test's own outer transaction."""
    global _sessions
    _sessions = sessions


@asynccontextmanager
async def transaction() -> AsyncIterator[AsyncSession]:
    """One unit of work: commits at the end, rolls back when anything is raised. Raises OperationalError while the
    database is away, or no connection to it is free."""
    assert _sessions is not None, "db.engine() is not open"
    try:
        async with _sessions() as session, session.begin():
            yield session
            if (told := _before_commit.get()) is not None:
                await session.flush()
                if session.info.get(WROTE):
                    await told(session)
    except PoolTimeout as error:  # the pool's own kind: whoever waits for the database to come back waits for this too
        raise OperationalError("no connection is free", {}, error) from error


@contextmanager
def before_commit(told: BeforeCommit) -> Iterator[None]:
    """Within it, `told` takes part in every transaction of this task that changes rows, just before its commit."""
    token = _before_commit.set(told)
    try:
        yield
    finally:
        _before_commit.reset(token)


@event.listens_for(Session, "after_flush")
def _note_writing(session: Session, context: object) -> None:
    session.info[WROTE] = True
