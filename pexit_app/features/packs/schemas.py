"""Packs as REST tells them. Names and shapes of API.md; `of` builds each from rows and definitions."""

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from pexit_app.features.packs.asking import asking
from pexit_app.features.packs.compose import complete
from pexit_app.features.packs.definition import Knob, PackDefinition, Role, Scene, SeedPolicy
from pexit_app.features.packs.lineage import Lineage, Royalty
from pexit_app.features.packs.models import Pack, PackVersion

PATH = "/api/v1/packs"


class Width(IntEnum):
    """Of what is made of a shop picture, px."""

    SMALL = 320
    MIDDLE = 640
    LARGE = 960


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class StoredPicture(Out):
    """A shop picture as a version keeps it; `key` in the object store, `focus` as in pack.yaml."""

    name: str
    scene: str
    alt: str
    focus: tuple[float, float]
    seed: int
    width: int
    height: int
    key: str
    sha256: str


class PictureOut(Out):
    name: str
    scene: str
    url: str
    alt: str
    focus: tuple[float, float]
    seed: int
    width: int
    height: int


def picture_key(slug: str, fingerprint: str, name: str) -> str:
    """Object key of a picture of the version whose content has this hash: a shop picture, or one that a scene refers to."""
    return f"packs/{slug}/{fingerprint[:16]}/{name}.jpg"


def picture_url(slug: str, number: int, name: str, origin: str = "") -> str:
    """Path-absolute without an origin. The version makes it immutable: caches may keep it for a year."""
    return f"{origin}{PATH}/{slug}/pictures/{name}.jpg?v={number}"


def picture_set(picture: PictureOut) -> str:
    """The same picture in the widths that are made of it, for <img srcset>."""
    widths = dict.fromkeys([*(each for each in Width if each < picture.width), Width.LARGE])
    return ", ".join(f"{picture.url}&w={each:d} {min(each, picture.width):d}w" for each in widths)


def pictures_of(pack: Pack, origin: str = "") -> list[PictureOut]:
    """The storefront's pictures of a pack, cover first."""
    stored = [StoredPicture.model_validate(each) for each in pack.pictures]
    return [
        PictureOut(**each.model_dump(), url=picture_url(pack.slug, pack.live_number, each.name, origin))
        for each in stored
    ]


class PackOut(Out):
    """One of a page of packs. `price_dust` is the creator's fee for a frame, `unlock_dust` what is paid once before the
    first, as they are until `launch_until` (null: as the version says); `is_unlocked`: the caller pays no unlock price."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    slug: str
    title: str
    tagline: str
    code: str
    ink: str
    creator: str
    category: str
    style: str
    price_dust: int
    unlock_dust: int
    launch_until: datetime | None
    is_unlocked: bool
    version: int
    cover_url: str
    pictures: list[PictureOut]

    @classmethod
    def fields_of(cls, pack: Pack, origin: str, *, is_unlocked: bool) -> dict[str, Any]:
        pictures, asks = pictures_of(pack, origin), asking(pack)
        return {
            **{name: getattr(pack, name) for name in cls.model_fields if hasattr(pack, name)},
            "creator": pack.creator_name,
            "price_dust": asks.fee_dust,
            "unlock_dust": asks.unlock_dust,
            "launch_until": asks.until,
            "version": pack.live_number,
            "is_unlocked": is_unlocked,
            "cover_url": pictures[0].url if pictures else "",
            "pictures": pictures,
        }

    @classmethod
    def of(cls, pack: Pack, origin: str = "", *, is_unlocked: bool = False) -> "PackOut":
        return cls(**cls.fields_of(pack, origin, is_unlocked=is_unlocked))


class OptionOut(Out):
    value: str
    label: str
    picture: str | None = None


class KnobOut(Out):
    """What a page needs to show a knob; what it does stays on the server. Unused fields are null."""

    id: str
    type: str
    label: str
    hint: str
    group: str
    default: bool | int | float | str
    min: float | None = None
    max: float | None = None
    step: float | None = None
    unit: str | None = None
    says: str | list[str] | None = None
    options: list[OptionOut] | None = None
    max_length: int | None = None
    max_words: int | None = None
    refuses: list[str] | None = None
    visible_if: dict[str, list[bool | str]] | None = None

    @classmethod
    def of(cls, knob: Knob) -> "KnobOut":
        options = getattr(knob, "options", None)
        plain = {name: getattr(knob, name) for name in cls.model_fields if name != "options" and hasattr(knob, name)}
        told = [OptionOut(value=o.value, label=o.label, picture=getattr(o, "picture", None)) for o in options or []]
        return cls(**plain, options=told or None)


class SceneOut(Out):
    """`defaults` is every knob's value as the scene opens, pack-wide knobs included. `seed_policy` fresh: drafts stand on
    `seed`, frames are each rendered with another unless one is asked for."""

    id: str
    title: str
    aspect: str
    seed: int
    seed_policy: SeedPolicy
    stand_ins: list[str]
    knobs: list[KnobOut]
    defaults: dict[str, bool | int | float | str | None]

    @classmethod
    def of(cls, definition: PackDefinition, scene: Scene) -> "SceneOut":
        return cls(
            id=scene.id,
            title=scene.title,
            aspect=definition.aspect_of(scene),
            seed=scene.seed,
            seed_policy=scene.seed_policy or "fixed",
            stand_ins=scene.stand_ins,
            knobs=[KnobOut.of(knob) for knob in scene.knobs],
            defaults=complete(definition.knobs_of(scene), scene, {}),
        )


class RemixOut(Out):
    """What a pack was started from; without a slug it is not shown any more."""

    title: str
    creator: str
    version: int
    slug: str | None

    @classmethod
    def of(cls, source: Lineage) -> "RemixOut":
        slug = source.slug if source.is_shown else None
        return cls(title=source.title, creator=source.creator, version=source.number, slug=slug)


class RoyaltyOut(Out):
    """Of what the pack earns, `percent` are for whoever owns the pack it comes from."""

    title: str
    creator: str
    percent: int

    @classmethod
    def of(cls, royalty: Royalty) -> "RoyaltyOut":
        return cls(title=royalty.title, creator=royalty.creator, percent=royalty.percent)


class PackProofOut(Out):
    """What was measured of exactly this version's knobs: each turned from end to end on stand-ins. `grades` by the knob's
    JSON pointer into this answer: proven, partly, breaks (faces become somebody else's) or dead (nothing shows)."""

    in_words: str
    stand_ins: list[str]
    grades: dict[str, str]

    @classmethod
    def of(cls, version: PackVersion) -> "PackProofOut | None":
        return cls.model_validate(version.proof) if version.proof else None


class PackDetailOut(PackOut):
    """`proof` is null where nothing was measured. `royalties` go to its ancestors, `royalty_percent` of what its remixes
    earn comes to its creator. An archived pack is rendered by those only who have used it."""

    version_id: UUID
    remix_of: RemixOut | None
    royalties: list[RoyaltyOut]
    royalty_percent: int
    archived_at: datetime | None
    description: str
    aspect: str
    cast: list[Role]
    knobs: list[KnobOut]
    scenes: list[SceneOut]
    proof: PackProofOut | None

    @classmethod
    def whole(
        cls,
        pack: Pack,
        version: PackVersion,
        definition: PackDefinition,
        origin: str = "",
        *,
        is_unlocked: bool = False,
        source: Lineage | None = None,
        royalties: Sequence[Royalty] = (),
    ) -> "PackDetailOut":
        """A pack at one of its versions; `source` is what it is a remix of, `royalties` what it pays on."""
        fields = cls.fields_of(pack, origin, is_unlocked=is_unlocked) | {"version": version.number}
        fields["royalties"] = [RoyaltyOut.of(each) for each in royalties]
        return cls(
            **fields,
            version_id=version.id,
            remix_of=RemixOut.of(source) if source else None,
            description=definition.description,
            aspect=definition.aspect,
            cast=definition.cast,
            knobs=[KnobOut.of(knob) for knob in definition.knobs],
            scenes=[SceneOut.of(definition, scene) for scene in definition.scenes],
            proof=PackProofOut.of(version),
        )
