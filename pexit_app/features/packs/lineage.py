"""What a pack is a remix of: its source is named wherever the remix is shown."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.packs.models import LIVE, Pack, PackVersion


@dataclass(frozen=True, slots=True)
class Lineage:
    """The version that somebody started from, under the names it had then. `is_shown`: whoever reads of it may also be
    led to it, as it is live and on the storefront."""

    version_id: UUID
    number: int
    slug: str
    title: str
    creator: str
    is_shown: bool


async def lineage_of(session: AsyncSession, version_id: UUID | None) -> Lineage | None:
    """None for what began as nobody's."""
    if version_id is None:
        return None
    query = select(PackVersion, Pack).where(PackVersion.id == version_id, Pack.id == PackVersion.pack_id)
    found = (await session.exec(query)).first()
    if found is None:
        return None
    version, pack = found
    told, is_shown = version.definition, pack.status == LIVE and not pack.is_unlisted
    return Lineage(version.id, version.number, pack.slug, told["title"], told["creator"], is_shown)
