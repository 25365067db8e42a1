"""What the routes of a draft's life take and answer: what differs, what the shop shows, where it stands with the public."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from pexit_app.features.builder.comparing import Comparison
from pexit_app.features.builder.models import MAX_NOTE_CHARS
from pexit_app.features.builder.picks import Offer, Shown
from pexit_app.features.builder.publishing import Release
from pexit_app.features.builder.schemas import Client
from pexit_app.features.builder.sights import Sight, View
from pexit_app.features.packs.schemas import StoredPicture, picture_url
from pexit_app.features.packs.service import Pack, PackVersion

DRAFTS = "/api/v1/builder/drafts"


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


def sight_url(draft_id: UUID, state: str, view: View) -> str:
    query: dict[str, Any] = {"scene": view.scene}
    query |= {"knobs": json.dumps(dict(view.knobs), sort_keys=True)} if view.knobs else {}
    query |= {} if view.seed is None else {"seed": view.seed}
    query |= {"stand_ins": ",".join(view.stand_ins)} if view.stand_ins else {}
    return f"{DRAFTS}/{draft_id}/sights/{state}.jpg?{urlencode(query)}"


class SightOut(Out):
    """Something on both sides; a side without a picture has no URL: it is new, gone, or cannot be drawn. `turned` says
    which knob is turned in it, empty: as it opens."""

    title: str
    turned: str
    ratio: str
    before_url: str | None
    after_url: str | None

    @classmethod
    def of(cls, draft_id: UUID, found: Comparison, sight: Sight) -> "SightOut":
        sides = ((found.before, sight.before), (found.after, sight.after))
        before, after = (view and sight_url(draft_id, state, view) for state, view in sides)
        fields = {name: getattr(sight, name) for name in ("title", "turned", "ratio")}
        return cls(**fields, before_url=before, after_url=after)


class DifferencesOut(Out):
    """`before` and `after` name the states by names that last. `is_whole` False: one of them is not in order yet, and the
    lines only name the fields that differ."""

    before: str
    after: str
    lines: list[str]
    sights: list[SightOut]
    is_whole: bool

    @classmethod
    def of(cls, draft_id: UUID, found: Comparison) -> "DifferencesOut":
        return cls(
            before=found.before,
            after=found.after,
            lines=found.lines,
            sights=[SightOut.of(draft_id, found, each) for each in found.sights],
            is_whole=found.is_whole,
        )


class VersionOut(Out):
    """`live`: what people get now. `cover_url` is a shop picture."""

    id: UUID
    number: int
    created_at: datetime
    changelog: str
    live: bool
    cover_url: str | None

    @classmethod
    def of(cls, version: PackVersion, pack: Pack, origin: str) -> "VersionOut":
        pictures = [StoredPicture.model_validate(each) for each in version.pictures[:1]]
        urls = [picture_url(pack.slug, version.number, each.name, origin) for each in pictures]
        return cls(
            id=version.id,
            number=version.number,
            created_at=version.created_at,
            changelog=version.changelog,
            live=version.id == pack.live_version_id,
            cover_url=next(iter(urls), None),
        )


class ListingIn(BaseModel):
    """What is left out stays."""

    is_unlisted: bool | None = None
    may_fork: bool | None = None


class ScheduleIn(BaseModel):
    publish_at: datetime | None = Field(description="with its time zone; null: not after all")
    note: Annotated[str, Field(max_length=MAX_NOTE_CHARS, description="what is new; empty: what changed, in words")] = (
        ""
    )


class ReleaseOut(Out):
    """`url` is where the pack is, null before the first publication; `publish_trouble` why the one that was scheduled last
    did not come about."""

    url: str | None
    slug: str | None
    live_number: int | None
    is_unlisted: bool
    may_fork: bool
    publish_at: datetime | None
    publish_note: str
    publish_trouble: str

    @classmethod
    def of(cls, release: Release, origin: str) -> "ReleaseOut":
        draft, pack = release.draft, release.pack
        own = {name: getattr(draft, name) for name in cls.model_fields if hasattr(draft, name)}
        place = {"url": f"{origin}/p/{pack.slug}", "slug": pack.slug, "live_number": pack.live_number} if pack else {}
        return cls(**({"url": None, "slug": None, "live_number": None} | own | place))


class ShownOut(Out):
    """A picture of the pack: `frame` one that was picked, `kept` a file that came with it, `house` one that the house
    renders when it is published, shown as a draft. `said`: why what was picked does not count."""

    name: str
    scene: str
    alt: str
    source: Literal["frame", "kept", "house"]
    frame_id: UUID | None
    url: str | None
    said: str

    @classmethod
    def of(cls, draft_id: UUID, shown: Shown, state: str) -> "ShownOut":
        """`state` names the draft as it is now."""
        frame_id = shown.frame.id if shown.frame else None
        url = sight_url(draft_id, state, shown.view) if shown.view else None
        url = f"/api/v1/frames/{frame_id}/image?variant=view" if frame_id else url
        if shown.key:
            url = f"{DRAFTS}/{draft_id}/pictures/{shown.name}.jpg?of={shown.key.rpartition('/')[2][-24:]}"
        fields = {name: getattr(shown, name) for name in ("name", "scene", "alt", "source", "said")}
        return cls(**fields, frame_id=frame_id, url=url)


class OfferOut(Out):
    """A frame of your own. `said`: why it cannot be picked; empty: it can."""

    id: UUID
    number: str
    scene: str
    mark: str
    version: int
    url: str
    said: str

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        frame = offer.frame
        return cls(
            id=frame.id,
            number=frame.number,
            scene=frame.scene_id,
            mark=frame.mark,
            version=offer.version,
            url=f"/api/v1/frames/{frame.id}/image?variant=thumb",
            said=offer.said,
        )


class PickIn(BaseModel):
    frame_id: UUID
    client: Client
