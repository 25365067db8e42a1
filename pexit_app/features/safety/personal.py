"""What is kept of a user's refusals: their appeals."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.safety.models import Appeal


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    await erasing.erase_rows(session, erasure.id, Appeal, Appeal.user_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    return [Entry("appeals.json", await personal.rows(session, Appeal, Appeal.user_id == user_id))]


personal.keeps(Keeper("safety", frozenset({"appeal"}), erase, export))
