"""How many packs each filter would leave: counted once for the words, in one table of category by style by price.

Each filter's own counts leave that filter out, as what is asked is "how many if I chose this instead". What many packs
have is counted up to LOOKED_AT and then said with a plus.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from sqlalchemy import case, func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.packs.definition import Category, Style
from pexit_app.features.packs.models import FIRST_DUST, SEARCH, Pack
from pexit_app.features.packs.queries import BANDS, Asked, conditions, having

LOOKED_AT = 2_000
KEPT_FROM, KEPT_S, MOST_KEPT = 1_000, 60.0, 200  # tables of many packs are kept for a minute: they cost the most
Cells = Mapping[tuple[str, str, str], int]  # by category, style, band of price


@dataclass(frozen=True, slots=True)
class Facets:
    """`counts` by the filter's name and its value; with `is_capped` they are so many at least, and `total` is too."""

    counts: Mapping[str, Mapping[str, int]]
    total: int
    is_capped: bool


class _Kept:
    """The newest tables, by what was asked."""

    def __init__(self) -> None:
        self._tables: OrderedDict[object, tuple[float, Cells]] = OrderedDict()

    def find(self, key: object) -> Cells | None:
        until, cells = self._tables.get(key, (0.0, {}))
        return cells if until > time.monotonic() else None

    def keep(self, key: object, cells: Cells) -> None:
        if sum(cells.values()) >= KEPT_FROM:
            self._tables[key] = (time.monotonic() + KEPT_S, cells)
            self._tables.move_to_end(key)
            if len(self._tables) > MOST_KEPT:
                self._tables.popitem(last=False)


_kept = _Kept()


async def count(session: AsyncSession, asked: Asked) -> Facets:
    cells = await _cells(session, Asked(q=asked.q, owner_id=asked.owner_id))
    chosen = (asked.category, asked.style, asked.price)
    names = ("category", "style", "price")
    values = (get_args(Category), get_args(Style), tuple(BANDS))
    counts = {}
    for place, name in enumerate(names):
        found: Counter[str] = Counter()
        for cell, number in cells.items():
            if all(not chosen[at] or chosen[at] == cell[at] for at in range(3) if at != place):
                found[cell[place]] += number
        counts[name] = {value: found[value] for value in values[place]}
    total = sum(number for cell, number in cells.items() if _fits(cell, chosen))
    is_capped = asked.is_search and sum(cells.values()) > LOOKED_AT
    return Facets(counts, total, is_capped)


def _fits(cell: tuple[str, str, str], chosen: tuple[str, str, str]) -> bool:
    return all(not want or want == have for want, have in zip(chosen, cell, strict=True))


async def _cells(session: AsyncSession, asked: Asked) -> Cells:
    if asked.is_search and not asked.words:
        return {}
    where = await conditions(session, asked)
    key = (tuple(asked.words), asked.owner_id, len(where))
    if (kept := _kept.find(key)) is not None:
        return kept
    bands = case(*[(FIRST_DUST.between(least, most), name) for name, (least, most) in BANDS.items()])
    query = select(Pack.category, Pack.style, bands.label("band")).where(*where)
    if asked.words:
        query = query.where(having(SEARCH, asked.words)).limit(LOOKED_AT + 1)
    some = query.subquery()
    grouped = select(some.c.category, some.c.style, some.c.band, func.count()).group_by(*some.c)
    cells = {(category, style, band): number for category, style, band, number in (await session.exec(grouped)).all()}
    _kept.keep(key, cells)
    return cells


def words(number: int, is_capped: bool) -> str:
    """`1,204`; `800+` of at least so many."""
    return f"{number:,}+" if is_capped and number else f"{number:,}"
