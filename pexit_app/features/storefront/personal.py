"""What is kept of a creator's page in the shop: what stands on it, and the handles they have had. Both go with the
account."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.storefront.models import Storefront, StorefrontHandle


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    for table in (Storefront, StorefrontHandle):
        await erasing.erase_rows(session, erasure.id, table, table.user_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    page = await personal.rows(session, Storefront, Storefront.user_id == user_id)
    handles = await personal.rows(session, StorefrontHandle, StorefrontHandle.user_id == user_id)
    return [Entry("packs/storefront.json", {"page": page, "handles": handles})]


personal.keeps(Keeper("storefront", frozenset({"storefront", "storefront_handle"}), erase, export))
