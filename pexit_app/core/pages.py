"""Cursor pages: newest first, stable while rows are added."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import tuple_

from pexit_app.core.errors import BadInput
from pexit_app.core.models import Row

T = TypeVar("T", bound=Row)
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    rows: Sequence[T]
    next_cursor: str | None
    limit: int


def encode(row: Row, by: str = "created_at") -> str:
    return base64.urlsafe_b64encode(f"{getattr(row, by).isoformat()}|{row.id}".encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, UUID]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        when, _, row_id = text.partition("|")
        return datetime.fromisoformat(when), UUID(row_id)
    except (ValueError, binascii.Error):
        raise BadInput.of("cursor", "This cursor is not one of ours; start without it.", cursor) from None


async def newest_first(
    session: Any, query: Any, table: type[T], cursor: str | None, limit: int, by: str = "created_at"
) -> Slice[T]:
    """One page of `query`, at most `limit` (1-100) rows after `cursor`; `by` names the time column that orders them."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput.of("limit", f"Ask for 1 to {MAX_LIMIT} at a time.", limit, MAX_LIMIT)
    order = tuple_(getattr(table, by), table.id)
    if cursor:
        query = query.where(order < tuple_(*decode(cursor)))
    rows = list((await session.exec(query.order_by(order.desc()).limit(limit + 1))).all())
    more = len(rows) > limit
    rows = rows[:limit]
    return Slice(rows, encode(rows[-1], by) if more else None, limit)
