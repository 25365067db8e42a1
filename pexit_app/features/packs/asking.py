"""What a pack costs now, of its creator: the version's prices, or lower ones for a while."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.clock import now
from pexit_app.features.packs.models import Pack, PackVersion


@dataclass(frozen=True, slots=True)
class Asking:
    """What a pack's creator asks now: `fee_dust` a frame, `unlock_dust` once. `until`: both are launch prices, up to
    then."""

    fee_dust: int
    unlock_dust: int
    until: datetime | None = None


def asking(pack: Pack, version: PackVersion | None = None) -> Asking:
    """Of `version`, or of the live one. A launch price never raises what a version asks."""
    fee, unlock = pack.price_dust, pack.unlock_dust
    if version is not None:
        fee, unlock = (int(version.definition.get(name, 0)) for name in ("price_dust", "unlock_dust"))
    if pack.launch_until is None or pack.launch_until <= now():
        return Asking(fee, unlock)
    lower = min(fee, pack.launch_fee_dust or 0), min(unlock, pack.launch_unlock_dust or 0)
    return Asking(*lower, pack.launch_until if lower != (fee, unlock) else None)


async def pack_of(session: AsyncSession, version: PackVersion) -> Pack:
    """As it is now, shown or not."""
    query = select(Pack).where(Pack.id == version.pack_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).one()


async def pack_by_version(session: AsyncSession, version_id: UUID) -> Pack:
    """The same by the version's id."""
    query = select(Pack).join(PackVersion, col(PackVersion.pack_id) == col(Pack.id)).where(PackVersion.id == version_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).one()
