"""What a pack is a remix of: its source is named wherever the remix is shown, and gets the share of its earnings that it
asked for when the remix was first published."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.packs.models import LIVE, Pack, PackVersion


@dataclass(frozen=True, slots=True)
class Lineage:
    """The version that somebody started from, under the names it had then. `is_shown`: whoever reads of it may also be
    led to it, as it is live and on the storefront. `pays_percent` of what a remix first published now earns go to it and
    to what it comes from itself."""

    version_id: UUID
    number: int
    slug: str
    title: str
    creator: str
    is_shown: bool
    pays_percent: int = 0


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
    pays = pack.royalty_percent + sum(int(each["percent"]) for each in pack.royalties)
    return Lineage(version.id, version.number, pack.slug, told["title"], told["creator"], is_shown, pays)


@dataclass(frozen=True, slots=True)
class Royalty:
    """Of what a remix earns, `percent` are for whoever owns the pack it comes from."""

    pack_id: UUID
    title: str
    creator: str
    percent: int


async def royalties_of(session: AsyncSession, pack: Pack) -> list[Royalty]:
    """What this pack pays on, the oldest ancestor first, under the names of today."""
    shares = {UUID(each["pack_id"]): int(each["percent"]) for each in pack.royalties}
    if not shares:
        return []
    found = (await session.exec(select(Pack).where(col(Pack.id).in_(shares)))).all()
    named = {each.id: each for each in found}
    return [
        Royalty(pack_id, named[pack_id].title, named[pack_id].creator_name, percent)
        for pack_id, percent in shares.items()
        if pack_id in named
    ]


async def owners_of(session: AsyncSession, pack_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Whose these packs are today, by id; those without an owner are left out."""
    if not pack_ids:
        return {}
    query = select(col(Pack.id), col(Pack.owner_id)).where(col(Pack.id).in_(pack_ids), col(Pack.owner_id).is_not(None))
    return {pack_id: owner_id for pack_id, owner_id in (await session.exec(query)).all() if owner_id is not None}


async def inherited(
    session: AsyncSession, source_version_id: UUID | None, owner_id: UUID | None
) -> list[dict[str, object]]:
    """What a remix of that version, first published now by `owner_id`, pays on for good. Whose own the source is pays
    nothing on to themselves."""
    if source_version_id is None:
        return []
    query = select(Pack).join(PackVersion, col(PackVersion.pack_id) == col(Pack.id))
    source = (await session.exec(query.where(PackVersion.id == source_version_id))).first()
    if source is None:
        return []
    own = {"pack_id": str(source.id), "percent": source.royalty_percent}
    is_paid = source.royalty_percent > 0 and source.owner_id not in (None, owner_id)
    return [*source.royalties, *([own] if is_paid else [])]
