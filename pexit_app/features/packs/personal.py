"""What is kept of a creator: the packs they published. Whoever shot with one keeps its version; of whose it was, and of the
pictures in the shop, nothing is left. A pack that nobody shot with goes whole.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, objects, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.packs.models import SUSPENDED, Pack, PackVersion

NOBODY = "A creator who left"


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """The creator's own shoots are gone before: what still holds a version is somebody else's."""
    packs = (await session.exec(select(Pack).where(Pack.owner_id == erasure.user_id).with_for_update())).all()
    for pack in packs:
        objects.discard(session, f"packs/{pack.slug}/", erasure.id, shown_as=f"packs/{pack.id}/")
        await erasing.note_rows(session, erasure.id, PackVersion, PackVersion.pack_id == pack.id)
        await erasing.note_rows(session, erasure.id, Pack, Pack.id == pack.id)
        versions = (await session.exec(select(PackVersion).where(PackVersion.pack_id == pack.id))).all()
        held = [version for version in versions if not await _deleted(session, version)]
        if held:
            _leave(session, pack, held)
        else:
            await session.delete(pack)
        await session.flush()


async def _deleted(session: AsyncSession, version: PackVersion) -> bool:
    """False: somebody's frames were made with it."""
    try:
        async with session.begin_nested():
            await session.delete(version)
            await session.flush()
    except IntegrityError:
        return False
    return True


def _leave(session: AsyncSession, pack: Pack, versions: Sequence[PackVersion]) -> None:
    """Nobody's, and shown nowhere."""
    pack.owner_id, pack.status, pack.creator_name, pack.pictures, pack.searched = None, SUSPENDED, NOBODY, [], ""
    session.add(pack)
    for version in versions:
        version.definition = {**version.definition, "creator": NOBODY}
        version.published_by, version.pictures, version.changelog = None, [], ""
        session.add(version)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    entries = []
    for pack in (await session.exec(select(Pack).where(Pack.owner_id == user_id).order_by(col(Pack.slug)))).all():
        versions = await personal.rows(session, PackVersion, PackVersion.pack_id == pack.id)
        entries.append(Entry(f"packs/{pack.slug}/pack.json", {**pack.model_dump(mode="json"), "versions": versions}))
        entries.append(Entry(f"packs/{pack.slug}/pictures/", prefix=f"packs/{pack.slug}/"))
    return entries


TABLES = frozenset({"pack", "pack_version"})
personal.keeps(Keeper("packs", TABLES, erase, export, keeps=TABLES))
