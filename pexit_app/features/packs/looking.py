"""Looking for packs, as the page and REST do: what was found, how many there are of each kind, and what was meant where
nothing has those words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.pages import Slice
from pexit_app.features.packs import facets, search
from pexit_app.features.packs.facets import Facets
from pexit_app.features.packs.models import SEARCH, Pack
from pexit_app.features.packs.queries import Asked, conditions, find_packs, having

NEAREST = 6


@dataclass(frozen=True, slots=True)
class Found:
    """`asked` is what was answered: with the words that were meant, if `mended` (written word: meant word) says so."""

    asked: Asked
    page: Slice[Pack]
    mended: Mapping[str, str] = field(default_factory=dict)
    facets: Facets | None = None


async def look(
    session: AsyncSession, asked: Asked, cursor: str | None = None, limit: int = 24, *, counts: bool = False
) -> Found:
    """Raises BadInput."""
    page = await find_packs(session, asked, cursor, limit)
    found = Found(asked, page)
    if asked.words and not page.rows:
        found = await _mended(session, asked, cursor, limit) or found
    return replace(found, facets=await facets.count(session, found.asked)) if counts else found


async def _mended(session: AsyncSession, asked: Asked, cursor: str | None, limit: int) -> Found | None:
    mended = await search.meant(session, asked.words)
    if not mended:
        return None
    meant = replace(asked, q=" ".join(mended.get(word, word) for word in asked.words))
    page = await find_packs(session, meant, cursor, limit)
    return Found(meant, page, mended) if page.rows else None


async def nearest(session: AsyncSession, asked: Asked) -> tuple[str, Sequence[Pack]]:
    """Where nothing was found: a few packs all the same, and what they have of what was asked for."""
    everywhere = Asked(asked.q)
    if asked.words and asked != everywhere and (rows := (await find_packs(session, everywhere, limit=NEAREST)).rows):
        return "With your words, whatever the filters", rows
    if len(asked.words) > 1:
        some = having(SEARCH, asked.words, is_any=True)
        query = select(Pack).where(*await conditions(session, everywhere), some)
        if rows := (await session.exec(query.order_by(col(Pack.created_at).desc()).limit(NEAREST))).all():
            return "With some of your words", rows
    if asked.words and (rows := (await find_packs(session, replace(asked, q=""), limit=NEAREST)).rows):
        return "Without your words", rows
    return "The newest", (await find_packs(session, Asked(), limit=NEAREST)).rows
