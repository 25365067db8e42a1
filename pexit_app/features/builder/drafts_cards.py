"""The list of drafts as its page shows it: each a strip of its scenes, drawn as they are now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.builder import live
from pexit_app.features.builder.life_schemas import sight_url
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.sights import View
from pexit_app.features.packs.cards import frame_number, pack_roll
from pexit_app.features.packs.service import Pack
from pexit_app.features.packs.showcase import card_of
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.roll import RollCard
from pexit_app.ui.parts.sheet import StripCard

MOST_SCENES = 6  # on the strip of a draft
UNDRAWN = "Not in order yet"
SIDES = {"1:1": (384, 384), "4:5": (307, 384), "2:3": (256, 384), "9:16": (216, 384), "16:9": (384, 216)}


@dataclass(frozen=True)
class DraftCard:
    """`state` says where it stands with the public, `trouble` why the time that was set came to nothing."""

    id: str = ""
    title: str = ""
    line: str = ""
    state: str = ""
    trouble: str = ""
    href: str = ""
    export_href: str = ""
    film: StripCard = field(default_factory=StripCard)


@dataclass(frozen=True)
class ForkCard:
    """A pack that lets others start from it."""

    slug: str = ""
    title: str = ""
    roll: RollCard = field(default_factory=RollCard)


def draft_card(draft: PackDraft, head: int, pack: Pack | None, now: datetime) -> DraftCard:
    """`head` is the change the draft stands on, `pack` what was published from it."""
    document, href = draft.document, f"/builder/{draft.id}"
    scenes, knobs = _dicts(document.get("scenes")), _dicts(document.get("knobs"))
    own = sum(len(_dicts(scene.get("knobs"))) for scene in scenes)
    frames = [_frame(draft, head, scene, index) for index, scene in enumerate(scenes[:MOST_SCENES])]
    more = f"{len(scenes) - MOST_SCENES} more" if len(scenes) > MOST_SCENES else ""
    words = [_of(len(scenes), "scene"), _of(len(knobs) + own, "knob")]
    return DraftCard(
        id=str(draft.id),
        title=draft.title,
        line=", ".join(words),
        state=state_words(draft, pack, now),
        trouble=draft.publish_trouble,
        href=href,
        export_href=f"/api/v1/builder/drafts/{draft.id}/export",
        film=StripCard(size="s", edge=draft.title, words=[each for each in (more,) if each], href=href, frames=frames),
    )


def state_words(draft: PackDraft, pack: Pack | None, now: datetime) -> str:
    """`Version 2 is live, goes out again in 3 days`."""
    where = ", off the storefront" if pack and pack.is_unlisted else ""
    said = f"Version {pack.live_number} is live{where}" if pack else "Not published yet"
    return (
        f"{said}, {'the next' if pack else 'the first'} goes out {_until(draft.publish_at, now)}"
        if draft.publish_at
        else said
    )


def fork_card(pack: Pack, frame_dust: int) -> ForkCard:
    """`frame_dust` is the house's price of one frame."""
    roll = pack_roll(card_of(pack, frame_dust, is_unlocked=True))
    strip = replace(roll.strip, frames=roll.strip.frames[:4])
    return ForkCard(pack.slug, pack.title, replace(roll, strip=strip))


def drafts_line(count: int) -> str:
    drafts = _of(count, "draft") if count else "No draft yet"
    return f"{drafts}. Every change is kept; nothing is shown before you publish it."


def _frame(draft: PackDraft, head: int, scene: Mapping[str, Any], index: int) -> FrameCard:
    """A picture where one can be drawn; else an empty frame that says so."""
    scene_id, title = str(scene.get("id", "")), str(scene.get("title", "")) or "Untitled"
    card = FrameCard(id=scene_id, number=frame_number(index), seed=title, alt=title)
    try:
        made = live.compose_scene(draft.document, scene_id, {})
    except (BadInput, NotFound):
        return replace(card, state="empty", headline=UNDRAWN)
    width, height = SIDES[made.aspect]
    src = sight_url(draft.id, f"change-{head}", View(scene_id))
    return replace(card, src=src, full_src=src, width=width, height=height, ratio=made.aspect)


def _until(at: datetime, now: datetime) -> str:
    minutes = int((at - now).total_seconds() // 60)
    if minutes < 60:
        return "within the hour"
    return f"in {_of(minutes // 60, 'hour')}" if minutes < 60 * 48 else f"in {_of(minutes // 1440, 'day')}"


def _dicts(items: Any) -> list[Mapping[str, Any]]:
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []


def _of(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
