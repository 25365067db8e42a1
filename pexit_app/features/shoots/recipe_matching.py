"""What of one scene's settings another scene can take: by knob id, type and range. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Json
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import checked
from pexit_app.features.packs.definition import Choice, Knob, PackDefinition, PictureChoice, Slider, TextKnob

KINDS = {
    "slider": "a slider",
    "choice": "a choice",
    "picture": "a choice of pictures",
    "toggle": "a switch",
    "colour": "a colour",
    "text": "a line of words",
}


@dataclass(frozen=True, slots=True)
class Carried:
    """A knob that stands there as it stood here; `value` in words."""

    id: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Left:
    """A setting that could not go along, and why."""

    id: str
    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Match:
    """`knobs` are values the target scene takes; its other knobs stay at their defaults."""

    knobs: dict[str, Json]
    carried: tuple[Carried, ...]
    left: tuple[Left, ...]


def match_knobs(
    source: PackDefinition, source_scene: str, knobs: Mapping[str, Any], target: PackDefinition, target_scene: str
) -> Match:
    """`knobs` of a scene of `source`, for a scene of `target`. Both scenes exist."""
    offered = {knob.id: knob for knob in _knobs(target, target_scene)}
    values: dict[str, Json] = {}
    carried: list[Carried] = []
    left: list[Left] = []
    for knob in _knobs(source, source_scene):
        if knob.id not in knobs:
            continue
        other = offered.get(knob.id)
        try:
            if other is None or other.type != knob.type:
                raise BadInput("another knob")
            value = checked(other, knobs[knob.id])
        except BadInput:
            left.append(Left(knob.id, knob.label, _reason(knob, other)))
            continue
        values[knob.id] = value
        carried.append(Carried(other.id, other.label, spoken.said(other, value)))
    return Match(values, tuple(carried), tuple(left))


def match_words(match: Match) -> str:
    """`5 knobs carried over. Left behind: Film (it offers Warm, Silver there).`"""
    count = len(match.carried)
    said = "No knob carried over." if not count else f"{count} knob{'' if count == 1 else 's'} carried over."
    if match.left:
        said += " Left behind: " + "; ".join(f"{each.label} ({each.reason})" for each in match.left) + "."
    return said


def _knobs(definition: PackDefinition, scene_id: str) -> Sequence[Knob]:
    scene = definition.scene(scene_id)
    assert scene is not None, f"no scene {scene_id}"
    return definition.knobs_of(scene)


def _reason(knob: Knob, other: Knob | None) -> str:
    if other is None:
        return "there is no such knob there"
    if other.type != knob.type:
        return f"it is {KINDS[other.type]} there"
    if isinstance(other, Slider):
        return f"it goes {spoken.reach(other)} there"
    if isinstance(other, Choice | PictureChoice):
        return f"it offers {spoken.reach(other)} there"
    if isinstance(other, TextKnob):
        return f"it takes {other.max_length} characters there"
    return "it takes no such value there"
