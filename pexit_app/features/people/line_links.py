"""Whose likeness a line of the ledger is about, for the wallet's page."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.hooks import LineLink
from pexit_app.features.people.models import Likeness


async def line_links(
    session: AsyncSession, user_id: UUID, memos: Sequence[Mapping[str, Any]]
) -> Mapping[int, LineLink]:
    named = {place: str(memo["likeness_id"]) for place, memo in enumerate(memos) if memo.get("likeness_id")}
    if not named:
        return {}
    query = select(Likeness.id, Likeness.person_id).where(Likeness.user_id == user_id)
    rows = await session.exec(query.where(col(Likeness.id).in_([UUID(each) for each in set(named.values())])))
    people = {str(likeness_id): person_id for likeness_id, person_id in rows}
    return {place: LineLink(f"/people/{people[each]}") for place, each in named.items() if each in people}
