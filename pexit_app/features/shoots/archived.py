"""An archived pack stays with those who have used it: it is never pulled from under them, and nobody else begins with
it."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.packs import asking, unlocks, versions
from pexit_app.features.packs.errors import PackArchived
from pexit_app.features.packs.service import PackVersion
from pexit_app.features.shoots.models import Shoot


async def check_open(session: AsyncSession, user_id: UUID, version: PackVersion) -> None:
    """Whether this user may begin a shoot with it. Raises PackArchived."""
    pack = await asking.pack_of(session, version)
    if pack.archived_at is None or pack.owner_id == user_id:
        return
    unlock = await unlocks.of_user(session, user_id, pack.id)
    if unlock is not None and unlock.paid_at is not None:
        return
    theirs = select(Shoot.id).where(Shoot.user_id == user_id, col(Shoot.created_at) < pack.archived_at)
    of_pack = col(Shoot.pack_version_id).in_(versions.ids_of(pack.id))
    if (await session.exec(theirs.where(of_pack).limit(1))).first() is None:
        message = f"The creator of {pack.title} has archived it: only those who have used it can render it."
        raise PackArchived(message)
