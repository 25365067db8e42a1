"""What is kept of a creator: the packs they published; and of everybody, which they unlocked. Whoever shot with a pack or
paid for it keeps its versions; of whose it was, and of the pictures in the shop, nothing is left. Any other goes whole.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, objects, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.packs.models import SUSPENDED, Pack, PackUnlock, PackVersion

NOBODY = "A creator who left"


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """The creator's own shoots are gone before: what still holds a version is somebody else's."""
    await erasing.erase_rows(session, erasure.id, PackUnlock, PackUnlock.user_id == erasure.user_id)
    packs = (await session.exec(select(Pack).where(Pack.owner_id == erasure.user_id).with_for_update())).all()
    for pack in packs:
        objects.discard(session, f"packs/{pack.slug}/", erasure.id, shown_as=f"packs/{pack.id}/")
        await erasing.note_rows(session, erasure.id, PackVersion, PackVersion.pack_id == pack.id)
        await erasing.note_rows(session, erasure.id, Pack, Pack.id == pack.id)
        versions = (await session.exec(select(PackVersion).where(PackVersion.pack_id == pack.id))).all()
        is_paid = await _is_paid(session, erasure.user_id, pack)
        held = [version for version in versions if is_paid or not await _deleted(session, version)]
        if held:
            _leave(session, pack, held)
        else:
            await session.delete(pack)
        await session.flush()


async def _is_paid(session: AsyncSession, user_id: UUID, pack: Pack) -> bool:
    """Whether somebody has unlocked it for good."""
    query = select(PackUnlock.id).where(PackUnlock.pack_id == pack.id, PackUnlock.user_id != user_id)
    return (await session.exec(query.where(col(PackUnlock.paid_at).is_not(None)).limit(1))).first() is not None


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
    unlocked = await personal.rows(session, PackUnlock, PackUnlock.user_id == user_id)
    entries = [Entry("packs/unlocked.json", unlocked)]
    for pack in (await session.exec(select(Pack).where(Pack.owner_id == user_id).order_by(col(Pack.slug)))).all():
        versions = await personal.rows(session, PackVersion, PackVersion.pack_id == pack.id)
        entries.append(Entry(f"packs/{pack.slug}/pack.json", {**pack.model_dump(mode="json"), "versions": versions}))
        entries.append(Entry(f"packs/{pack.slug}/pictures/", prefix=f"packs/{pack.slug}/"))
    return entries


LEFT = frozenset({"pack", "pack_version"})
personal.keeps(Keeper("packs", LEFT | {"pack_unlock"}, erase, export, keeps=LEFT))
