"""Packs: published in immutable versions, found by slug, opened at any version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import NotFound
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.models import LIVE, Pack, PackVersion
from pexit_app.features.packs.queries import Sort, list_packs, takes_prompts
from pexit_app.features.packs.schemas import StoredPicture

__all__ = ["OpenPack", "PackVersion", "Sort", "find_pack", "list_packs", "publish", "version_of"]


@dataclass(frozen=True, slots=True)
class OpenPack:
    """A pack at one of its versions."""

    pack: Pack
    version: PackVersion
    definition: PackDefinition

    @property
    def pictures(self) -> list[StoredPicture]:
        return [StoredPicture.model_validate(each) for each in self.version.pictures]


async def find_pack(session: AsyncSession, slug: str, number: int | None = None) -> OpenPack:
    """A live pack at version `number`, or at its live version. Raises NotFound, also for one that cannot be rendered here."""
    found = await _find(session, slug, number)
    if found.definition.needs_prompt and not await takes_prompts(session):
        raise NotFound(f"There is no pack {slug} where no diffusion model is configured.")
    return found


async def _find(session: AsyncSession, slug: str, number: int | None = None) -> OpenPack:
    query = select(Pack, PackVersion).where(Pack.slug == slug, Pack.status == LIVE, PackVersion.pack_id == Pack.id)
    wanted = PackVersion.id == Pack.live_version_id if number is None else PackVersion.number == number
    found = (await session.exec(query.where(wanted))).first()
    if found is None:
        which = f"version {number} of the pack {slug}" if number is not None else f"pack {slug}"
        raise NotFound(f"There is no {which}.")
    pack, version = found
    return OpenPack(pack, version, PackDefinition.model_validate(version.definition))


async def version_of(session: AsyncSession, which: str | UUID) -> PackVersion:
    """The live version of a slug, or any version by its id: also of a pack that is no longer shown, because who shot
    with it keeps it. Whether it can be rendered is up to whoever orders. Raises NotFound."""
    if isinstance(which, str):
        return (await _find(session, which)).version
    version = await session.get(PackVersion, which)
    if version is None:
        raise NotFound("There is no such pack version.")
    return version


async def publish(
    session: AsyncSession, definition: PackDefinition, content_hash: str, pictures: Sequence[StoredPicture]
) -> PackVersion:
    """Makes this content the live version. Content seen before is the version it was; new content is the next one."""
    shown = _storefront_fields(definition, pictures)
    await session.exec(
        insert(Pack).values(**Pack(**shown).model_dump()).on_conflict_do_nothing(index_elements=["slug"])
    )
    pack = (await session.exec(select(Pack).where(Pack.slug == definition.slug).with_for_update())).one()
    same = PackVersion.pack_id == pack.id, PackVersion.content_hash == content_hash
    version = (await session.exec(select(PackVersion).where(*same))).first()
    if version is None:
        last = (await session.exec(select(func.max(PackVersion.number)).where(PackVersion.pack_id == pack.id))).one()
        version = PackVersion(
            pack_id=pack.id,
            number=(last or 0) + 1,
            definition=definition.as_json(),
            pictures=[picture.model_dump() for picture in pictures],
            content_hash=content_hash,
        )
        session.add(version)
        await session.flush()
    if pack.live_version_id != version.id:
        for name, value in {**shown, "live_version_id": version.id, "live_number": version.number}.items():
            setattr(pack, name, value)
        await session.flush()
    return version


def _storefront_fields(definition: PackDefinition, pictures: Sequence[StoredPicture]) -> dict[str, Any]:
    words = [definition.title, definition.tagline, definition.creator, definition.category, definition.style]
    words += [definition.description, *(scene.title for scene in definition.scenes)]
    return {
        "slug": definition.slug,
        "title": definition.title,
        "tagline": definition.tagline,
        "code": definition.code,
        "ink": definition.ink,
        "creator_name": definition.creator,
        "category": definition.category,
        "style": definition.style,
        "price_dust": definition.price_dust,
        "searched": " ".join(words).lower(),
        "pictures": [picture.model_dump() for picture in pictures],
    }
