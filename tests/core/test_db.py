"""Transactions while the database has no room for them."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from pexit_app.core import db


async def test_a_full_pool_is_a_database_that_is_away(scratch_url: str) -> None:
    """So that whoever waits for the database to come back waits for a connection too."""
    async with db.engine(scratch_url, pool_size=1, max_overflow=0, pool_wait_s=0.05):
        async with db.transaction() as holder:
            await holder.scalar(text("SELECT 1"))
            with pytest.raises(OperationalError, match="no connection is free"):
                async with db.transaction() as other:
                    await other.scalar(text("SELECT 1"))
        async with db.transaction() as later:
            assert await later.scalar(text("SELECT 1")) == 1
