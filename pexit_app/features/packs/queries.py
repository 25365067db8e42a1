"""Pages of the storefront: search, filters, order, and cursors that stay true while packs are added."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from sqlalchemy import exists, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from pexit_app.core import hooks
from pexit_app.core.errors import BadInput
from pexit_app.core.pages import MAX_LIMIT, Slice
from pexit_app.core.ports import Kind
from pexit_app.features.packs.models import LIVE, Pack, PackVersion
from pexit_app.features.routing import service as routing

Sort = Literal["new", "title", "price"]
MAX_SEARCH_CHARS = 200
MAX_SEARCH_WORDS = 8
MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class _Order:
    """A column to sort by, the value a cursor remembers of a row, and how it is read back."""

    column: Any
    is_descending: bool
    of: Callable[[Pack], str | int]
    read: Callable[[Any], Any]


_ORDERS: dict[str, _Order] = {
    "new": _Order(col(Pack.created_at), True, lambda pack: pack.created_at.isoformat(), datetime.fromisoformat),
    "title": _Order(func.lower(Pack.title), False, lambda pack: pack.title.lower(), str),
    "price": _Order(col(Pack.price_dust), False, lambda pack: pack.price_dust, int),
}


def slugs_titled(word: str) -> SelectOfScalar[str]:
    """A query for the slugs of packs, shown or not, with `word` in their title."""
    return select(Pack.slug).where(col(Pack.title).icontains(word, autoescape=True))


@hooks.on_pack_titles
async def titles(session: AsyncSession, slugs: Sequence[str] | None) -> dict[str, str]:
    """Of live packs, by slug; None: of the newest that are listed, to choose from."""
    if slugs is None:
        return {pack.slug: pack.title for pack in (await list_packs(session, limit=MOST_OFFERED)).rows}
    query = select(Pack.slug, Pack.title).where(Pack.status == LIVE, col(Pack.slug).in_(slugs))
    return dict((await session.exec(query)).all())


async def takes_prompts(session: AsyncSession) -> bool:
    """Whether a diffusion model is configured, without which packs of words alone are not shown."""
    return await routing.price(session, Kind.GENERATE) is not None


async def list_packs(
    session: AsyncSession,
    q: str = "",
    category: str = "",
    style: str = "",
    sort: str = "new",
    cursor: str | None = None,
    limit: int = 24,
) -> Slice[Pack]:
    """Live, listed packs that can be rendered here and in which every word of `q` occurs. Raises BadInput for a bad sort,
    cursor, limit or search."""
    if sort not in _ORDERS:
        raise BadInput.of("sort", f"Sort by {', '.join(_ORDERS)}.", sort, list(get_args(Sort)))
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput.of("limit", f"Ask for 1 to {MAX_LIMIT} at a time.", limit, MAX_LIMIT)
    if len(q) > MAX_SEARCH_CHARS or "\0" in q:
        raise BadInput.of("q", f"Search for {MAX_SEARCH_CHARS} characters at most.", len(q), MAX_SEARCH_CHARS)
    query = select(Pack).where(Pack.status == LIVE, ~col(Pack.is_unlisted))
    if not await takes_prompts(session):
        words_alone = col(PackVersion.definition).contains({"needs_prompt": True})
        query = query.where(~exists().where(col(PackVersion.id) == col(Pack.live_version_id), words_alone))
    for word in q.lower().split()[:MAX_SEARCH_WORDS]:
        query = query.where(col(Pack.searched).contains(word, autoescape=True))
    if category:
        query = query.where(Pack.category == category)
    if style:
        query = query.where(Pack.style == style)
    order = _ORDERS[sort]
    key = tuple_(order.column, Pack.id)
    if cursor:
        after = tuple_(*_decode(cursor, sort))
        query = query.where(key < after if order.is_descending else key > after)
    query = query.order_by(key.desc() if order.is_descending else key).limit(limit + 1)
    rows = list((await session.exec(query)).all())
    has_more = len(rows) > limit
    rows = rows[:limit]
    return Slice(rows, _encode(rows[-1], sort) if has_more else None, limit)


def _encode(pack: Pack, sort: str) -> str:
    remembered = json.dumps([sort, _ORDERS[sort].of(pack), str(pack.id)])
    return base64.urlsafe_b64encode(remembered.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str) -> tuple[Any, UUID]:
    try:
        told, value, pack_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if told != sort or "\0" in str(value):
            raise ValueError
        return _ORDERS[sort].read(value), UUID(pack_id)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        raise BadInput.of("cursor", "This cursor is not one of ours; start without it.", cursor[:80]) from None
