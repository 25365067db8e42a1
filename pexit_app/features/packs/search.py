"""Words that somebody looks for -> a full-text query, and what they meant where no pack has them.

Postgres stems and finds; the word that was written last may be a beginning only. Mistyped words are looked up among all
that stand in packs (PackWord), by shared trigrams and then by how many letters differ. That is our own, because the
extension for it is not in every Postgres.
"""

import re
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import func, literal_column, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.packs.models import PackWord

MAX_WORDS = 8
LEAST_CHARS, MOST_CHARS = 4, 40  # of a word that may be mistyped
NEAR = 12  # words looked at letter by letter
_WORD = re.compile(r"[^\W_]+")
ENGLISH: Any = literal_column("'english'::regconfig")


def words_of(typed: str) -> list[str]:
    """In small letters, without signs."""
    return _WORD.findall(typed.lower())[:MAX_WORDS]


def query_of(words: Sequence[str], *, is_any: bool = False) -> str:
    """For to_tsquery: every word (or any of them), the last one perhaps only its beginning."""
    if not words:
        return ""
    return (" | " if is_any else " & ").join([*words[:-1], f"{words[-1]}:*" if len(words[-1]) > 2 else words[-1]])


def trigrams(word: str) -> list[str]:
    padded = f"  {word} "
    return sorted({padded[at : at + 3] for at in range(len(padded) - 2)})


async def know_words(session: AsyncSession, searched: str) -> None:
    """What stands in a pack that is shown now. In one order, so that two who publish at once never wait for each other."""
    words = sorted({each for each in _WORD.findall(searched) if LEAST_CHARS <= len(each) <= MOST_CHARS})
    if words:
        rows = [{"word": word, "trigrams": trigrams(word)} for word in words]
        await session.exec(insert(PackWord).values(rows).on_conflict_do_nothing())


async def meant(session: AsyncSession, words: Sequence[str]) -> dict[str, str]:
    """For each word that stands in no pack, the nearest one that does, if there is one near enough."""
    known = set((await session.exec(select(PackWord.word).where(col(PackWord.word).in_(words)))).all())
    found = {}
    for word in words:
        is_odd = LEAST_CHARS <= len(word) <= MOST_CHARS and word not in known
        if is_odd and (near := await _nearest(session, word)):
            found[word] = near
    return found


async def _nearest(session: AsyncSession, word: str) -> str | None:
    """By letters, of those that share most trigrams."""
    grams = trigrams(word)
    shared = (
        select(func.count())
        .select_from(func.unnest(col(PackWord.trigrams)).alias("own"))
        .where(text("own = ANY(CAST(:grams AS text[]))"))
        .correlate(PackWord)
        .scalar_subquery()
    )
    most = 1 if len(word) < 6 else 2
    query = (
        select(PackWord.word)
        .where(cast(Any, PackWord.trigrams).overlap(grams))
        .where(func.length(PackWord.word).between(len(word) - most, len(word) + most))
        .order_by(shared.desc(), PackWord.word)
        .limit(NEAR)
    )
    near = (await session.exec(query.params(grams=grams))).all()
    distances = [(distance(word, each), abs(len(word) - len(each)), each) for each in near]
    least = min(distances, default=(most + 1, 0, ""))
    return least[2] if least[0] <= most else None


def distance(left: str, right: str) -> int:
    """How many letters were added, left out, exchanged or swapped with their neighbour (optimal string alignment)."""
    before, row = [0] * (len(right) + 1), list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        earlier, before = before, row
        row = [at]
        for place, other in enumerate(right, 1):
            cost = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != other))
            if at > 1 and place > 1 and (letter, left[at - 2]) == (right[place - 2], other):
                cost = min(cost, earlier[place - 2] + 1)
            row.append(cost)
    return row[-1]
