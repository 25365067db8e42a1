"""Packs: published in immutable versions, found by slug, opened at any version."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotAllowed, NotFound
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.errors import SlugTaken
from pexit_app.features.packs.lineage import Lineage, inherited, lineage_of
from pexit_app.features.packs.models import LIVE, SUSPENDED, Pack, PackVersion
from pexit_app.features.packs.queries import Asked, Price, Sort, find_packs, list_packs, takes_prompts
from pexit_app.features.packs.schemas import StoredPicture, picture_key
from pexit_app.features.packs.search import know_words

__all__ = [
    "Asked",
    "Lineage",
    "OpenPack",
    "Pack",
    "PackVersion",
    "Price",
    "Sort",
    "Terms",
    "find_by_id",
    "find_owned",
    "find_pack",
    "find_packs",
    "lineage_of",
    "list_packs",
    "may_start_from",
    "publish",
    "references_of",
    "set_shown",
    "version_of",
]


@dataclass(frozen=True, slots=True)
class OpenPack:
    """A pack at one of its versions."""

    pack: Pack
    version: PackVersion
    definition: PackDefinition

    @property
    def pictures(self) -> list[StoredPicture]:
        return [StoredPicture.model_validate(each) for each in self.version.pictures]


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose pack it is (nobody's: the house's), who may see it and start from it, what its version brings, and which
    version it was started from: that is kept from the first publication on."""

    owner_id: UUID | None = None
    is_unlisted: bool = False
    may_fork: bool = False
    changelog: str = ""
    forked_from_version_id: UUID | None = None


HOUSE = Terms(may_fork=True)


async def find_pack(session: AsyncSession, slug: str, number: int | None = None) -> OpenPack:
    """A live pack, listed or not, at version `number`, or at its live version. Raises NotFound, also for one that cannot
    be rendered here."""
    found = await _find(session, slug, number)
    if found.definition.needs_prompt and not await takes_prompts(session):
        raise NotFound(f"There is no pack {slug} where no diffusion model is configured.")
    return found


async def find_by_id(session: AsyncSession, pack_id: UUID) -> OpenPack:
    """The same by the pack's id, at its live version. Raises NotFound."""
    slug = await session.scalar(select(Pack.slug).where(Pack.id == pack_id))
    if slug is None:
        raise NotFound("There is no such pack.")
    return await find_pack(session, slug)


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


def references_of(version: PackVersion, definition: PackDefinition) -> dict[str, str]:
    """Object keys of the pictures that its scenes go by, by scene; it is `version`'s definition."""
    return {
        scene.id: picture_key(definition.slug, version.content_hash, scene.reference)
        for scene in definition.scenes
        if scene.reference
    }


async def may_start_from(session: AsyncSession, actor: Actor, which: str | UUID) -> OpenPack:
    """A version, or a pack's live one, that this user may make a pack of their own from: as it would be had for nothing
    that way, one with an unlock price is unlocked first. Raises NotFound; NotAllowed where its owner lets nobody, or it is
    locked."""
    version = await version_of(session, which)
    pack = (await session.exec(select(Pack).where(Pack.id == version.pack_id))).one()
    if not pack.may_fork and pack.owner_id != actor.user_id:
        raise NotAllowed(f"The creator of {pack.title} keeps it to themselves: it cannot be remixed.")
    if pack.id not in await unlocks.opened_by(session, actor.user_id, [pack]):
        message = (
            f"{pack.title} may be remixed once you have unlocked it: {pack.unlock_dust} dust, with your first frame."
        )
        raise NotAllowed(message, {"unlock_dust": pack.unlock_dust})
    return OpenPack(pack, version, PackDefinition.model_validate(version.definition))


async def set_shown(session: AsyncSession, slug: str, *, is_shown: bool) -> bool:
    """By the operator. A suspended pack is neither listed nor opened, whatever its owner publishes; who shot with it keeps
    their frames. False: there is no such pack, or it stands so already."""
    query = select(Pack).where(Pack.slug == slug).with_for_update()
    pack = (await session.exec(query, execution_options={"populate_existing": True})).first()
    status = LIVE if is_shown else SUSPENDED
    if pack is None or pack.status == status:
        return False
    pack.status = status
    session.add(pack)
    await session.flush()
    return True


async def find_owned(session: AsyncSession, actor: Actor, which: str | UUID) -> OpenPack:
    """A pack of this user's, by slug or id, shown or not, at its live version. Raises NotFound, also for another's."""
    by = Pack.slug == which if isinstance(which, str) else Pack.id == which
    query = select(Pack, PackVersion).where(by, PackVersion.id == Pack.live_version_id, Pack.owner_id == actor.user_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound("There is no such pack of yours.")
    return OpenPack(found[0], found[1], PackDefinition.model_validate(found[1].definition))


async def publish(
    session: AsyncSession,
    definition: PackDefinition,
    content_hash: str,
    pictures: Sequence[StoredPicture],
    terms: Terms = HOUSE,
) -> PackVersion:
    """Makes this content the live version. Content seen before is the version it was; new content is the next one.
    Raises SlugTaken when the pack of that slug has another owner."""
    shown = storefront_fields(definition, pictures)
    shown |= {"is_unlisted": terms.is_unlisted, "may_fork": terms.may_fork}
    new = Pack(**shown, owner_id=terms.owner_id, forked_from_version_id=terms.forked_from_version_id)
    new.royalties = await inherited(session, terms.forked_from_version_id, terms.owner_id)
    await session.exec(insert(Pack).values(**new.model_dump()).on_conflict_do_nothing(index_elements=["slug"]))
    pack = (await session.exec(select(Pack).where(Pack.slug == definition.slug).with_for_update())).one()
    if pack.owner_id != terms.owner_id:
        raise SlugTaken(f"There is a pack called {definition.slug} already. Choose another address.", definition.slug)
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
            changelog=terms.changelog,
            published_by=terms.owner_id,
        )
        session.add(version)
        await session.flush()
    await know_words(session, shown["searched"])
    live = {**shown, "live_version_id": version.id, "live_number": version.number}
    if any(getattr(pack, name) != value for name, value in live.items()):
        for name, value in live.items():
            setattr(pack, name, value)
        await session.flush()
    return version


def storefront_fields(definition: PackDefinition, pictures: Sequence[StoredPicture]) -> dict[str, Any]:
    """What the pack's row copies from its live version."""
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
        "unlock_dust": definition.unlock_dust,
        "needs_prompt": definition.needs_prompt,
        "searched": " ".join(words).lower(),
        "pictures": [picture.model_dump() for picture in pictures],
    }
