"""What no other slice keeps of a user: events, stored replies, receipts, and what is asked for here."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure, Event, Receipt, StoredReply
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.privacy.models import Deletion, ExportLink


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """The receipt of this very erasure stays: it names things by number and hash."""
    user_id = erasure.user_id
    for table in (Event, StoredReply, Receipt, ExportLink, Deletion):
        await erasing.erase_rows(session, erasure.id, table, table.user_id == user_id)  # type: ignore[attr-defined]
    await erasing.erase_rows(session, erasure.id, Erasure, Erasure.user_id == user_id, Erasure.id != erasure.id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    receipts = (await session.exec(select(Receipt).where(Receipt.user_id == user_id))).all()
    return [Entry(f"receipts/{str(each.id)[:8]}.json", each.document) for each in receipts]


TABLES = frozenset({"event", "stored_reply", "receipt", "export_link", "deletion", "erasure", "erased_item"})
personal.keeps(Keeper("house", TABLES, erase, export, keeps=frozenset({"receipt", "erasure"})))
