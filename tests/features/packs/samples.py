"""A small pack that is in order, to be broken in one place at a time, and knobs turned at random."""

from typing import Any

from hypothesis import strategies as st

from pexit_app.features.packs import yaml_source
from pexit_app.features.packs.compose import extremes
from pexit_app.features.packs.definition import (
    Choice,
    ColourKnob,
    Knob,
    PackDefinition,
    PictureChoice,
    Scene,
    Slider,
    Toggle,
)

BACKDROPS = ("studio", "beach", "meadow", "neon", "library", "alley", "road", "window")
GOOD = """\
slug: test-pack
title: Test pack
tagline: One place, two scenes.
code: TST
ink: rust
creator: Tester
category: outdoors
style: photograph
description: For tests.
aspect: "4:5"
cast:
  - {id: you, label: You}
cover: {name: cover, scene: shore, alt: A shore}
samples:
  - {name: night, scene: night, alt: A night, knobs: {hour: 20.5}}
knobs:
  - id: hour
    type: slider
    label: Later in the day
    min: 16
    max: 21
    step: 0.25
    default: 17.5
    says: clock
    sets: {hour: [16, 21]}
    words: [{to: 18, say: golden hour}, {to: 21, say: night}]
  - id: film
    type: choice
    label: Film
    default: warm
    options:
      - {value: warm, label: Warm, sets: {grade: warm}, words: warm film}
      - {value: silver, label: Silver, sets: {grade: silver, grain: 0.6}, words: black and white}
  - id: haze
    type: toggle
    label: Haze
    default: false
    on: {sets: {bloom: 0.9}, words: thick haze}
    off: {sets: {bloom: 0.1}, words: ""}
  - id: tint
    type: colour
    label: Colour of the haze
    visible_if: {haze: [true]}
    default: "#0e5f63"
    sets: accent
    words: the haze {colour}
  - id: weather
    type: text
    label: Weather
    max_length: 40
    words: the weather {text}
    sees:
      - {any: [rain, storm], sets: {clouds: 1}}
      - {any: [clear], sets: {clouds: 0}}
  - id: light
    type: slider
    label: Light from the right
    min: -1
    max: 1
    step: 0.1
    default: 0
    sets: {light_side: [-1, 1], light_strength: [0.2, 0.9]}
    words: [{to: 0, say: lit from the left}, {to: 1, say: lit from the right}]
scenes:
  - id: shore
    title: Shore
    stand_ins: [onyx]
    seed: 7
    look: {backdrop: beach}
    prompt: "{person} on a beach, {hour}, {film}, {haze}, {tint}, {weather}, {light}"
  - id: night
    title: Night
    stand_ins: [alba]
    seed: 8
    look: {backdrop: rooftop, lens: 0.2}
    prompt: "{person} on a roof, {hour}, {film}, {haze}, {tint}, {weather}, {light}, {near}."
    negative: crowd
    defaults: {hour: 20, film: silver}
    knobs:
      - id: near
        type: picture
        label: How close
        default: half
        options:
          - {value: half, label: Waist up, sets: {framing: half}, words: waist up, picture: cover}
          - {value: close, label: Close, sets: {framing: close}, words: close, picture: night}
"""


def large(scenes: int, knobs: int) -> dict[str, Any]:
    """The document of a pack in order with so many scenes (1 or more) and pack-wide knobs (5 or more): sliders, of which
    the first choice shows one in eight at a time."""
    made = [_numbered(place, name) for place, name in enumerate(("lens", "grain", "rim", "bloom"))]
    values = [f"v{place}" for place in range(8)]
    palettes = ("ember", "cyber", "sage", "ivory", "ocean", "noir", "plum", "pop")
    options = [
        {"value": value, "label": f"Set {value}", "sets": {"palette": palette}, "words": f"set {value}"}
        for value, palette in zip(values, palettes, strict=True)
    ]
    made.append({"id": "set", "type": "choice", "label": "Set", "default": "v0", "options": options})
    names = ("light_side", "light_strength", "clouds", "rain", "shutter", "style_strength", "hour")
    for place in range(5, knobs):
        shown, name = values[(place - 5) // len(names)], names[(place - 5) % len(names)]
        made.append(_numbered(place, name) | {"visible_if": {"set": [shown]}})
    places = ", ".join(f"{{{knob['id']}}}" for knob in made)
    ids = [f"scene-{number}" for number in range(scenes)]
    listing = yaml_source.read(GOOD[: GOOD.index("cover:")]).value
    return listing | {
        "cover": {"name": "cover", "scene": ids[0], "alt": "The first"},
        "samples": [{"name": each, "scene": each, "alt": each} for each in ids[1:]],
        "knobs": made,
        "scenes": [
            {
                "id": each,
                "title": each.title(),
                "stand_ins": ["onyx"],
                "seed": number,
                "look": {"backdrop": BACKDROPS[number % len(BACKDROPS)]},
                "prompt": f"{{person}} somewhere, {places}",
                "negative": "",
                "defaults": {},
                "knobs": [],
            }
            for number, each in enumerate(ids)
        ],
    }


def _numbered(place: int, parameter: str) -> dict[str, Any]:
    low, high = (6, 20) if parameter == "hour" else (0, 1)
    words = [{"to": 0.3, "say": f"a little {place}"}, {"to": 1, "say": f"much {place}"}]
    return {
        "id": f"{parameter}_{place}",
        "type": "slider",
        "label": f"More of {place}",
        "hint": "",
        "group": f"Group {place // 8}",
        "min": 0,
        "max": 1,
        "step": 0.05,
        "default": 0.5,
        "says": "percent",
        "sets": {parameter: [low, high]},
        "words": words,
    }


def values_of(knob: Knob) -> st.SearchStrategy[Any]:
    """Any value the knob takes; sliders also between their steps."""
    if isinstance(knob, Slider):
        return st.floats(knob.min, knob.max) | st.sampled_from(extremes(knob))
    if isinstance(knob, Choice | PictureChoice):
        return st.sampled_from([option.value for option in knob.options])
    if isinstance(knob, Toggle):
        return st.booleans()
    if isinstance(knob, ColourKnob):
        return st.from_regex(r"\A#[0-9a-fA-F]{6}\Z")
    return st.text(max_size=knob.max_length) | st.sampled_from(["{person}", "storm {hour} {{", "<lora:x:1> rain"])


def turned(pack: PackDefinition, scene: Scene) -> st.SearchStrategy[dict[str, Any]]:
    """Some of the scene's knobs, each somewhere."""
    return st.fixed_dictionaries({}, optional={knob.id: values_of(knob) for knob in pack.knobs_of(scene)})
