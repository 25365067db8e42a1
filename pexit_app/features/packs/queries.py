"""Pages of the shop: search, filters, order, and cursors that stay true while packs are added.

A search by `match` shows packs with all words in their title (or their creator's name) first, then all others, each newest
first: two plain ranges of rows, so that page 4,000 costs as much as the first.

Postgres keeps figures of common words only and guesses at all others: left alone, it would look for a rare one along
the order, through every pack. So hits are taken by the index of words while they are FEW, and only many are looked for
along the order, where a page is soon full.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, String, bindparam, func, literal_column, tuple_
from sqlalchemy import select as sa_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from pexit_app.core import hooks
from pexit_app.core.errors import BadInput
from pexit_app.core.pages import MAX_LIMIT, Slice
from pexit_app.core.ports import Kind
from pexit_app.features.packs import search
from pexit_app.features.packs.models import FIRST_DUST, LIVE, SEARCH, TITLE, Pack
from pexit_app.features.routing import service as routing

Sort = Literal["match", "new", "rising", "price", "title"]
Price = Literal["free", "low", "middle", "high"]
MAX_SEARCH_CHARS = 200
MOST_OFFERED = 12
FEW = 1_000
BANDS: dict[str, tuple[int, int]] = {"free": (0, 0), "low": (1, 5), "middle": (6, 50), "high": (51, 2**31 - 1)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for. `price` is a band of what the creator asks before the first frame; `owner_id`: of one creator
    alone. `sort` empty: by match where something is searched for, else the newest first."""

    q: str = ""
    category: str = ""
    style: str = ""
    price: str = ""
    sort: str = ""
    owner_id: UUID | None = None
    words: list[str] = field(init=False)

    def __post_init__(self) -> None:
        if self.sort and self.sort not in get_args(Sort):
            raise BadInput.of("sort", f"Sort by {', '.join(get_args(Sort))}.", self.sort, list(get_args(Sort)))
        if self.price and self.price not in BANDS:
            raise BadInput.of("price", f"Choose one of {', '.join(BANDS)}.", self.price, list(BANDS))
        if len(self.q) > MAX_SEARCH_CHARS or "\0" in self.q:
            problem = f"Search for {MAX_SEARCH_CHARS} characters at most."
            raise BadInput.of("q", problem, len(self.q), MAX_SEARCH_CHARS)
        object.__setattr__(self, "words", search.words_of(self.q))

    @property
    def is_search(self) -> bool:
        return bool(self.q.strip())

    @property
    def order(self) -> str:
        order = self.sort or ("match" if self.is_search else "new")
        return "new" if order == "match" and not self.is_search else order


@dataclass(frozen=True, slots=True)
class _Order:
    """Columns to sort by, what a cursor remembers of a row, and how it is read back. The id comes last by itself."""

    columns: tuple[Any, ...]
    is_descending: bool
    of: Callable[[Pack], list[Any]]
    read: tuple[Callable[[Any], Any], ...]


_NEW = _Order((col(Pack.created_at),), True, lambda pack: [pack.created_at.isoformat()], (datetime.fromisoformat,))
_ORDERS: dict[str, _Order] = {
    "match": _NEW,
    "new": _NEW,
    "rising": _Order(
        (col(Pack.rising), col(Pack.created_at)),
        True,
        lambda pack: [pack.rising, pack.created_at.isoformat()],
        (int, datetime.fromisoformat),
    ),
    "price": _Order((FIRST_DUST,), False, lambda pack: [pack.price_dust + pack.unlock_dust], (int,)),
    "title": _Order((func.lower(Pack.title),), False, lambda pack: [pack.title.lower()], (str,)),
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


def shown() -> ColumnElement[bool]:
    """Live, listed and not archived; said in the words of the indexes, which know the first two."""
    is_listed = (col(Pack.status) == literal_column("'live'")) & ~col(Pack.is_unlisted)
    return is_listed & col(Pack.archived_at).is_(None)


def having(vector: Any, words: list[str], *, is_any: bool = False) -> ColumnElement[bool]:
    """All of these words, or any of them. They are letters and digits, and stand in the statement itself: a plan that is
    kept for any words would be good for none."""
    query = bindparam(None, search.query_of(words, is_any=is_any), type_=String, literal_execute=True)
    return cast(ColumnElement[bool], vector.bool_op("@@")(func.to_tsquery(search.ENGLISH, query)))


async def conditions(session: AsyncSession, asked: Asked) -> list[ColumnElement[bool]]:
    """Of the rows that are looked for, but for their words."""
    found = [shown()]
    if not await takes_prompts(session):
        found.append(~col(Pack.needs_prompt))
    for column, value in ((Pack.category, asked.category), (Pack.style, asked.style), (Pack.owner_id, asked.owner_id)):
        if value:
            found.append(col(column) == value)  # type: ignore[arg-type]
    if asked.price:
        found.append(FIRST_DUST.between(*BANDS[asked.price]))
    return found


async def list_packs(
    session: AsyncSession,
    q: str = "",
    category: str = "",
    style: str = "",
    sort: str = "",
    cursor: str | None = None,
    limit: int = 24,
    price: str = "",
) -> Slice[Pack]:
    """Live, listed packs that can be rendered here and in which every word of `q` occurs. Raises BadInput for a bad sort,
    price, cursor, limit or search."""
    return await find_packs(session, Asked(q, category, style, price, sort), cursor, limit)


async def find_packs(session: AsyncSession, asked: Asked, cursor: str | None = None, limit: int = 24) -> Slice[Pack]:
    """The same, asked for as one. Raises BadInput."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadInput.of("limit", f"Ask for 1 to {MAX_LIMIT} at a time.", limit, MAX_LIMIT)
    after, in_title = _decode(cursor, asked.order) if cursor else (None, True)
    if asked.is_search and not asked.words:
        return Slice([], None, limit)
    where = await conditions(session, asked)
    rows: list[Pack] = []
    first_rest = 0
    for words_in, is_title in await _ranges(session, asked):
        if is_title and not in_title:
            continue
        rows += await _rows(session, asked.order, [*where, *words_in], after, limit + 1 - len(rows))
        first_rest = len(rows) if is_title else first_rest
        if len(rows) > limit:
            break
        after = None
    has_more = len(rows) > limit
    rows = rows[:limit]
    is_in_title = asked.order == "match" and in_title and len(rows) <= first_rest
    return Slice(rows, _encode(rows[-1], asked.order, is_in_title) if has_more else None, limit)


async def _ranges(session: AsyncSession, asked: Asked) -> list[tuple[list[ColumnElement[bool]], bool]]:
    """What of the words, one range of rows after the other; and whether that is the range of titles."""
    if not asked.words:
        return [([], False)]
    anywhere = having(SEARCH, asked.words)
    in_title = having(TITLE, asked.words)
    is_by_match = asked.order == "match"
    few = await _are_few(session, [anywhere, in_title] if is_by_match else [anywhere])
    rest = [_one_of(anywhere) if few[0] else anywhere]
    if not is_by_match:
        return [(rest, False)]
    return [([_one_of(in_title) if few[1] else in_title], True), ([*rest, ~in_title], False)]


async def _are_few(session: AsyncSession, conditions: list[ColumnElement[bool]]) -> list[bool]:
    """Of each condition whether at most FEW packs fulfil it."""
    counts = []
    for each in conditions:
        some = select(literal_column("1")).select_from(Pack).where(shown(), each).limit(FEW + 1).subquery()
        counts.append(select(func.count()).select_from(some).scalar_subquery())
    found = await (await session.connection()).execute(sa_select(*counts))  # a row, also of one number
    return [number <= FEW for number in found.one()]


def _one_of(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same, found before anything else is looked at."""
    hits = select(Pack.id).where(shown(), condition).cte().prefix_with("MATERIALIZED", dialect="postgresql")
    return col(Pack.id).in_(select(hits.c.id))


async def _rows(session: AsyncSession, sort: str, where: list[Any], after: list[Any] | None, count: int) -> list[Pack]:
    order = _ORDERS[sort]
    columns = [*order.columns, col(Pack.id)]
    query = select(Pack).where(*where)
    if after is not None:
        key, last = tuple_(*columns), tuple_(*after)
        query = query.where(key < last if order.is_descending else key > last)
    ordered = [each.desc() if order.is_descending else each.asc() for each in columns]
    return list((await session.exec(query.order_by(*ordered).limit(count))).all())


def _encode(pack: Pack, sort: str, is_in_title: bool) -> str:
    remembered = json.dumps([sort, is_in_title, _ORDERS[sort].of(pack), str(pack.id)])
    return base64.urlsafe_b64encode(remembered.encode()).decode().rstrip("=")


def _decode(cursor: str, sort: str) -> tuple[list[Any], bool]:
    """The values of the last row that was seen, and whether it was in the range of titles."""
    try:
        told, is_in_title, values, pack_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = _ORDERS[sort].read
        if told != sort or "\0" in str(values) or len(values) != len(read) or not isinstance(is_in_title, bool):
            raise ValueError
        return [*(one(value) for one, value in zip(read, values, strict=True)), UUID(pack_id)], is_in_title
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, binascii.Error):
        raise BadInput.of("cursor", "This cursor is not one of ours; start without it.", cursor[:80]) from None
