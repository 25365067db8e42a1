"""A shoot as its page shows it, as plain values. Texts are ready to read; empty means there is none."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args
from urllib.parse import quote, urlencode

from pexit_app.core.clock import now
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.packs import spoken
from pexit_app.features.packs.definition import Aspect, PackDefinition
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.shoots import archive, edit_cards
from pexit_app.features.shoots.models import PICTURED, Frame, FrameStatus, Recipe
from pexit_app.features.shoots.planning import EDITS
from pexit_app.ui.parts.frame import FrameCard

DRAFT_PX = 384
MOST_WORDS = 400  # characters of a text in the address of a draft
STATES = {
    FrameStatus.WAITING: "waiting",
    FrameStatus.DEVELOPING: "developing",
    FrameStatus.DONE: "done",
    FrameStatus.FAILED: "failed",
    FrameStatus.CANCELED: "withheld",
    FrameStatus.TAKEN_DOWN: "hidden",
}
UNPICTURED = (FrameStatus.FAILED, FrameStatus.CANCELED, FrameStatus.TAKEN_DOWN)
ORDINALS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class Fact:
    label: str = ""
    value: str = ""


@dataclass(frozen=True)
class OpenFrame:
    """The frame that is looked at: its picture, its recipe, where its files are."""

    id: str = ""
    card: FrameCard = field(default_factory=FrameCard)
    title: str = ""
    state: str = ""
    facts: list[Fact] = field(default_factory=list)
    parent_id: str = ""
    parent_number: str = ""
    png_href: str = ""
    jpeg_href: str = ""
    log_line: str = ""  # the provider's last word, while it develops


@dataclass(frozen=True)
class Trashed:
    """The frame that was just put into the trash; without an id there is none."""

    id: str = ""
    number: str = ""


@dataclass(frozen=True)
class ShootCard:
    """A shoot in the list of sheets."""

    id: str = ""
    href: str = ""
    title: str = ""
    line: str = ""
    when: str = ""
    frames: list[FrameCard] = field(default_factory=list)
    zip_href: str = ""
    ringed_href: str = ""
    is_running: bool = False


@dataclass(frozen=True)
class Roll:
    """What a pack version lends to all frames shot with it."""

    definition: PackDefinition
    number: int


@dataclass(frozen=True)
class Wait:
    """Where an open frame stands: how many are before it (0: next), seconds it will take (None: nobody knows yet)."""

    before: int = 0
    eta_s: int | None = None


def ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else ORDINALS.get(number % 10, "th")
    return f"{number}{ending}"


def soon(seconds: float) -> str:
    """A time to wait, no finer than it is known: `8 s`, `40 s`, `3 min`."""
    whole = max(1, round(seconds))
    if whole >= 90:
        return f"{round(whole / 60)} min"
    return f"{whole} s" if whole < 10 else f"{round(whole / 5) * 5} s"


def clock(seconds: float) -> str:
    """`0:21`, `12:05`."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def image_href(frame: Frame, variant: str, **more: str) -> str:
    return f"/api/v1/frames/{frame.id}/image?{urlencode({'variant': variant, **more})}"


def draft_href(slug: str, number: int, frame: Frame | Recipe) -> str:
    """The frame's draft: what stands in its place until it is developed. An address has no room for long words, and what
    they begin with is enough for a sketch."""
    shown = {name: value[:MOST_WORDS] if isinstance(value, str) else value for name, value in frame.knobs.items()}
    knobs = json.dumps(shown, separators=(",", ":"), sort_keys=True)
    query = {"scene": frame.scene_id, "seed": frame.seed, "size": DRAFT_PX, "version": number, "knobs": knobs}
    return f"/api/v1/packs/{slug}/draft?{urlencode(query, quote_via=quote)}"


def _shape(definition: PackDefinition, frame: Frame) -> str:
    """What a draft's address needs to have another shape than its scene."""
    scene, ratio = definition.scene(frame.scene_id), ratio_of(frame.width, frame.height)
    is_own = scene is None or definition.aspect_of(scene) == ratio
    return "" if is_own or ratio not in get_args(Aspect) else f"&{urlencode({'aspect': ratio})}"


def recipe(roll: Roll, frame: Frame) -> list[tuple[str, str]]:
    return spoken.recipe(roll.definition, frame.scene_id, frame.knobs)


def alt_of(roll: Roll, frame: Frame) -> str:
    """The scene, its knobs, and what was done to it afterwards."""
    knobs = [f"{label}: {edit_cards.shortened(value)}" for label, value in recipe(roll, frame)]
    return ", ".join(words for words in [frame.scene_title, *knobs, edit_cards.in_words(frame)] if words)


def frame_card(roll: Roll, frame: Frame, wait: Wait, *, is_here: bool = False) -> FrameCard:
    is_done = frame.status == FrameStatus.DONE
    source = image_href(frame, "thumb") if is_done else _stand_in(roll, frame, "thumb")
    return FrameCard(
        id=str(frame.id),
        number=frame.number,
        code=roll.definition.code,
        seed=str(frame.seed),
        state=STATES[FrameStatus(frame.status)],
        src="" if frame.status in UNPICTURED else source,
        full_src=image_href(frame, "full") if is_done else "",
        width=frame.width,
        height=frame.height,
        alt=alt_of(roll, frame),
        ratio=ratio_of(frame.width, frame.height),
        mark=frame.mark,
        variant=frame.position,
        is_here=is_here,
        **_progress(frame, wait),
    )


def _stand_in(roll: Roll, frame: Frame, variant: str) -> str:
    """What is seen until the frame is developed: its draft; of an edit the picture that is changed."""
    if frame.kind in EDITS and frame.parent_frame_id is not None:
        return f"/api/v1/frames/{frame.parent_frame_id}/image?{urlencode({'variant': variant})}"
    return draft_href(roll.definition.slug, roll.number, frame) + _shape(roll.definition, frame)


def _progress(frame: Frame, wait: Wait) -> dict[str, Any]:
    eta = soon(wait.eta_s) if wait.eta_s is not None else ""
    if frame.status == FrameStatus.WAITING:
        return {"headline": _place(frame, wait), "fine": f"about {eta}" if eta else ""}
    if frame.status == FrameStatus.DEVELOPING:
        elapsed = clock((now() - frame.started_at).total_seconds()) if frame.started_at else ""
        return {"percent": frame.progress, "stage": frame.stage, "elapsed": elapsed, "eta": eta}
    if frame.status == FrameStatus.FAILED:
        detail = edit_cards.for_nothing(frame.error)
        return {"headline": _stopped_at(frame), "detail": detail, "action": "Try again"}
    if frame.status == FrameStatus.CANCELED:
        return {"headline": "Stopped", "detail": "It costs nothing.", "action": "Render it after all"}
    if frame.status == FrameStatus.TAKEN_DOWN:
        return {"headline": "Hidden", "detail": frame.error}
    return {}


def _place(frame: Frame, wait: Wait) -> str:
    """In the provider's line once it is there, in ours before."""
    if frame.queue_ahead is not None:
        return f"In line, {frame.queue_ahead} ahead" if frame.queue_ahead else "In line, next"
    return "Next" if wait.before == 0 else f"Waiting, {ordinal(wait.before + 1)} in line"


def _stopped_at(frame: Frame) -> str:
    if frame.failure_type == FailureType.VALIDATION:  # of what was asked for, or of what came of it
        return "Withheld" if "safety check" in frame.error.lower() else "Not made"
    return f"Failed at {frame.progress} %" if frame.progress else "Failed"


def open_frame(roll: Roll, frame: Frame, wait: Wait, parent: Frame | None) -> OpenFrame:
    done_to_it = edit_cards.in_words(frame)
    facts = [Fact("From its parent", done_to_it)] if done_to_it else []
    facts += [Fact(label, value) for label, value in recipe(roll, frame)]
    facts += [
        Fact("Seed", str(frame.seed)),
        Fact("Size", f"{frame.width} × {frame.height} px, {frame.output_format.upper()}"),
        Fact("Prints", archive.print_size(frame.width, frame.height)),
        Fact("Pack", f"{roll.definition.title}, version {roll.number}"),
        Fact("Rendered", edit_cards.rendered_by(frame)),
        Fact("Cost", _cost(frame)),
    ]
    return OpenFrame(
        id=str(frame.id),
        card=large(roll, frame, wait),
        title=frame.scene_title,
        state=STATES[FrameStatus(frame.status)],
        facts=facts,
        parent_id=str(parent.id) if parent else "",
        parent_number=parent.number if parent else "",
        png_href=image_href(frame, "full", format="png", download="1"),
        jpeg_href=image_href(frame, "full", format="jpeg", download="1"),
        log_line=frame.log_line if frame.is_open else "",
    )


def large(roll: Roll, frame: Frame, wait: Wait) -> FrameCard:
    """Its card for a large place."""
    card = frame_card(roll, frame, wait)
    if frame.status == FrameStatus.DONE:
        return replace(card, src=image_href(frame, "view"))
    return replace(card, src=_stand_in(roll, frame, "view")) if card.src and frame.kind in EDITS else card


def _cost(frame: Frame) -> str:
    if frame.tester_id is not None:
        return "nothing: free in a trial"
    if frame.status in PICTURED:
        return f"{frame.charge_dust} dust"
    return f"{frame.price_dust} dust held" if frame.is_open else "nothing"


def progress_words(counts: Mapping[str, int], progress: int) -> str:
    """For the live region: changes at each tenth and at each frame that is done, and no more often."""
    open_frames = counts.get("waiting", 0) + counts.get("developing", 0)
    if not open_frames:
        return count_words(counts) if counts else ""
    return f"Rendering, {progress // 10 * 10} percent, {open_frames} to come"


def count_words(counts: Mapping[str, int]) -> str:
    """`7 done, 1 developing, 2 waiting, 1 failed`; an empty sheet says what to do."""
    words = {
        "done": "done",
        "developing": "developing",
        "waiting": "waiting",
        "failed": "failed",
        "canceled": "stopped",
        "hidden": "hidden",
    }
    said = [f"{counts[state]} {word}" for state, word in words.items() if counts.get(state)]
    return ", ".join(said) or "Turn the knobs, then render."
