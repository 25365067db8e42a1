"""Sessions that share one connection, for tests whose writes are rolled back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, async_sessionmaker
from sqlmodel.ext.asyncio.session import AsyncSession


class OneAfterTheOther:
    """Makes sessions as async_sessionmaker does. Tasks at the same time take turns, since savepoints of one connection
    cannot be interleaved; within one task a second transaction joins the first."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._make = async_sessionmaker(
            bind=connection, class_=AsyncSession, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        task = asyncio.current_task()
        if self._holder is task:
            async with self._make() as session:
                yield session
            return
        async with self._turn:
            self._holder = task
            try:
                async with self._make() as session:
                    yield session
            finally:
                self._holder = None
