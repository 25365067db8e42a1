"""Where a knob stands, in the words its page uses: for recipes, alternative texts and pages without a script.

bench_values.js says the same in the browser; tests hold the two together.
"""

from collections.abc import Mapping
from math import floor
from typing import Any

from pexit_app.features.packs.definition import Choice, ColourKnob, Knob, PackDefinition, PictureChoice, Slider, Toggle


def said(knob: Knob, value: Any) -> str:
    """`value` as a person reads it: `17:30`, `Warm film`, `On`."""
    if isinstance(knob, Slider):
        return _slider(knob, float(value))
    if isinstance(knob, Choice | PictureChoice):
        return next((option.label for option in knob.options if option.value == value), "")
    if isinstance(knob, Toggle):
        return "On" if value else "Off"
    return str(value).upper() if isinstance(knob, ColourKnob) else str(value)


def _slider(knob: Slider, value: float) -> str:
    part = (value - knob.min) / (knob.max - knob.min)
    if isinstance(knob.says, list):
        return knob.says[_half_up(part * (len(knob.says) - 1))]
    if knob.says == "clock":
        minutes = _half_up(value * 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if knob.says == "percent":
        return f"{_half_up(part * 100)} %"
    places = len(f"{knob.step:g}".partition(".")[2])
    return f"{value:.{places}f}" + (f" {knob.unit}" if knob.unit else "")


def _half_up(value: float) -> int:
    """As Math.round does; Python's round() takes halves to the even neighbour."""
    return floor(value + 0.5)


def reach(knob: Knob) -> str:
    """What a knob goes between: `from 15:30 to 19:10`, `Warm film, Silver`."""
    if isinstance(knob, Slider):
        return f"from {said(knob, knob.min)} to {said(knob, knob.max)}"
    if isinstance(knob, Choice | PictureChoice):
        return ", ".join(option.label for option in knob.options)
    return {"toggle": "off or on", "colour": "any colour", "text": "your words"}[knob.type]


def recipe(definition: PackDefinition, scene_id: str, knobs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value in words) of every knob of the scene that has a value and is shown."""
    scene = definition.scene(scene_id)
    if scene is None:
        return []
    offered = [knob for knob in definition.knobs_of(scene) if knob.id in knobs]
    is_shown = {
        knob.id: all(knobs.get(name) in allowed for name, allowed in (knob.visible_if or {}).items())
        for knob in offered
    }
    return [(knob.label, said(knob, knobs[knob.id])) for knob in offered if is_shown[knob.id] and knobs[knob.id] != ""]
