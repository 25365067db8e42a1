"""The versions of a pack, for whoever owns it: listed, and made live again. Versions never change and never go."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.models import MAX_CHANGELOG_CHARS, Pack, PackVersion
from pexit_app.features.packs.schemas import StoredPicture
from pexit_app.features.packs.search import know_words
from pexit_app.features.packs.service import OpenPack, storefront_fields

__all__ = [
    "MAX_CHANGELOG_CHARS",
    "find_version",
    "ids_of",
    "list_mine",
    "list_owned",
    "list_versions",
    "live_of",
    "lock_owned",
    "make_live",
    "note_proof",
    "show",
]


async def list_versions(session: AsyncSession, actor: Actor, pack_id: UUID) -> Sequence[PackVersion]:
    """Newest first. Raises NotFound, also for another's pack."""
    await lock_owned(session, actor, pack_id)
    query = select(PackVersion).where(PackVersion.pack_id == pack_id).order_by(col(PackVersion.number).desc())
    return (await session.exec(query)).all()


async def list_owned(session: AsyncSession, actor: Actor, pack_ids: Sequence[UUID]) -> dict[UUID, Pack]:
    """This user's packs among those, by id."""
    query = select(Pack).where(col(Pack.id).in_(pack_ids), Pack.owner_id == actor.user_id)
    return {pack.id: pack for pack in (await session.exec(query)).all()}


async def list_mine(session: AsyncSession, actor: Actor) -> Sequence[Pack]:
    """All packs of this user's, by title."""
    query = select(Pack).where(Pack.owner_id == actor.user_id).order_by(col(Pack.title), col(Pack.id))
    return (await session.exec(query)).all()


async def find_version(session: AsyncSession, actor: Actor, pack_id: UUID, number: int) -> PackVersion:
    """Raises NotFound, also for another's pack."""
    mine = Pack.id == pack_id, Pack.owner_id == actor.user_id
    query = select(PackVersion).join(Pack, col(Pack.id) == col(PackVersion.pack_id))
    version = (await session.exec(query.where(*mine, PackVersion.number == number))).first()
    if version is None:
        raise NotFound(f"There is no version {number} of this pack.")
    return version


def ids_of(pack_id: UUID) -> SelectOfScalar[UUID]:
    """A query for the ids of a pack's versions."""
    return select(PackVersion.id).where(PackVersion.pack_id == pack_id)


async def lock_owned(session: AsyncSession, actor: Actor, pack_id: UUID) -> Pack:
    """The pack, for changing. Raises NotFound, also for another's and for the house's."""
    query = select(Pack).where(Pack.id == pack_id, Pack.owner_id == actor.user_id).with_for_update()
    pack = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if pack is None:
        raise NotFound("There is no such pack of yours.")
    return pack


async def make_live(session: AsyncSession, actor: Actor, pack_id: UUID, number: int) -> OpenPack:
    """Shows version `number`, older or newer, from now on. Raises NotFound."""
    pack = await lock_owned(session, actor, pack_id)
    version = await find_version(session, actor, pack_id, number)
    opened = OpenPack(pack, version, PackDefinition.model_validate(version.definition))
    shown = storefront_fields(opened.definition, [StoredPicture.model_validate(each) for each in version.pictures])
    for name, value in {**shown, "live_version_id": version.id, "live_number": version.number}.items():
        setattr(pack, name, value)
    session.add(pack)
    await know_words(session, pack.searched)
    await session.flush()
    return opened


async def show(
    session: AsyncSession,
    actor: Actor,
    pack_id: UUID,
    *,
    is_unlisted: bool | None = None,
    may_fork: bool | None = None,
) -> Pack:
    """Whether it is on the storefront or found by its address alone, and whether others may start from it: at once. What
    is None stays. Raises NotFound."""
    pack = await lock_owned(session, actor, pack_id)
    pack.is_unlisted = pack.is_unlisted if is_unlisted is None else is_unlisted
    pack.may_fork = pack.may_fork if may_fork is None else may_fork
    session.add(pack)
    await session.flush()
    return pack


async def live_of(session: AsyncSession, pack_id: UUID) -> PackVersion | None:
    """For the house's own work; None for a pack that is gone."""
    query = select(PackVersion).join(Pack, col(Pack.live_version_id) == col(PackVersion.id)).where(Pack.id == pack_id)
    return (await session.exec(query)).first()


async def note_proof(session: AsyncSession, version_id: UUID, proof: Mapping[str, Any]) -> None:
    """What was measured of a version's knobs. It is no part of its content, so it may come later."""
    version = await session.get(PackVersion, version_id)
    if version is not None:
        version.proof = dict(proof)
        session.add(version)
        await session.flush()
