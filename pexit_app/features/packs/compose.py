"""A pack version, a scene and some turned knobs -> what the darkroom and a diffusion model are asked for. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.ports import Json
from pexit_app.features.packs import words
from pexit_app.features.packs.definition import (
    Choice,
    ColourKnob,
    Effect,
    Knob,
    PackDefinition,
    PictureChoice,
    Scene,
    Slider,
    TextKnob,
    Toggle,
)

UNNAMED = ("a person", "another person")
_BAND_TOLERANCE = 1e-6
_PLACES = 6
_ECHOED = 1e15
_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_COLOUR_DIGITS = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Composed:
    """`knobs` holds every knob of the scene, defaults filled in: the part of a recipe that reopens a frame."""

    scene_id: str
    knobs: dict[str, Json]
    look: dict[str, Json]
    prompt: str
    negative: str
    aspect: str
    stand_ins: tuple[str, ...]  # one a role, in the pack's order
    seed: int

    @property
    def standin_personas(self) -> tuple[str, ...]:
        """As in ImageOrder, for a cast without likenesses."""
        return tuple(f"standin:{name}" for name in self.stand_ins)

    def shaped(self, aspect: str | None) -> "Composed":
        """The same in another shape; None keeps its own."""
        return replace(self, aspect=aspect) if aspect else self


def compose(
    definition: PackDefinition | Mapping[str, Any], scene_id: str, knobs: Mapping[str, Any], people: Sequence[str] = ()
) -> Composed:
    """`people` is what the prompt calls those in the picture, one a role (a trained likeness: its trigger word and class).
    Where typed words are the whole prompt (`needs_prompt`), people who have no such name are not spoken of, nor are those
    whose trigger word was typed already.

    Raises NotFound for an unknown scene and BadInput naming every bad `knobs.<id>`."""
    pack = definition if isinstance(definition, PackDefinition) else PackDefinition.model_validate(definition)
    scene = pack.scene(scene_id)
    if scene is None:
        raise NotFound(f"This pack has no scene {scene_id!r}.", {"scenes": [each.id for each in pack.scenes]})
    offered = pack.knobs_of(scene)
    values = complete(offered, scene, knobs)
    look: dict[str, Json] = dict(scene.look)
    spoken: dict[str, str] = {}
    for knob in offered:
        shown = is_visible(knob, values)
        look.update(settings_of(knob, values[knob.id]) if shown else {})
        spoken[knob.id] = words_of(knob, values[knob.id]) if shown else ""
    verbatim = [knob.id for knob in offered if isinstance(knob, TextKnob) and knob.verbatim]
    names = [*people, *UNNAMED][: len(pack.cast)]
    if pack.needs_prompt:
        typed = " ".join(spoken[name] for name in verbatim)
        names = [_unspoken(name, typed) for name in names]
    spoken.update({role.place: name for role, name in zip(pack.cast, names, strict=True)})
    prompt = words.fill(scene.prompt, spoken, verbatim)
    aspect, stand_ins = pack.aspect_of(scene), pack.stand_ins_of(scene)
    return Composed(scene.id, values, look, prompt, scene.negative, aspect, stand_ins, scene.seed)


def _unspoken(name: str, typed: str) -> str:
    """`name` ("TOK person") unless its first word is in what was typed; empty for somebody without a name of their own."""
    trigger = name.partition(" ")[0]
    is_generic = trigger in ("", *(unnamed.partition(" ")[0] for unnamed in UNNAMED))
    is_typed = re.search(rf"(?<!\w){re.escape(trigger)}(?!\w)", typed, re.IGNORECASE) is not None
    return "" if is_generic or is_typed else name


def complete(offered: Sequence[Knob], scene: Scene, given: Mapping[str, Any]) -> dict[str, Json]:
    """Every knob's value: the given one, else the scene's default, else the knob's own. Raises BadInput."""
    by_id = {knob.id: knob for knob in offered}
    problems = [
        FieldProblem(f"knobs.{name}", f"There is no knob {name!r} in this scene.", _short(value), list(by_id))
        for name, value in given.items()
        if name not in by_id
    ]
    values: dict[str, Json] = {}
    for name, knob in by_id.items():
        value = given.get(name, scene.defaults.get(name, knob.default))
        try:
            values[name] = checked(knob, value)
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput("Mend these knobs: " + ", ".join(p.field.removeprefix("knobs.") for p in problems), problems)
    return values


def is_visible(knob: Knob, values: Mapping[str, Json]) -> bool:
    """A hidden knob keeps its value, and neither sets nor says anything."""
    return all(values.get(name) in allowed for name, allowed in (knob.visible_if or {}).items())


def checked(knob: Knob, value: Any) -> Json:
    """`value` as the knob keeps it (sliders on the nearest step). Raises BadInput naming `knobs.<id>`."""
    if isinstance(knob, Slider):
        return _checked_number(knob, value)
    if isinstance(knob, Choice | PictureChoice):
        options = [option.value for option in knob.options]
        if not isinstance(value, str) or value not in options:
            raise _bad(knob, f"{knob.label}: choose one of {', '.join(options)}.", value, options)
        return value
    if isinstance(knob, Toggle):
        if not isinstance(value, bool):
            raise _bad(knob, f"{knob.label} is a switch: true or false.", value, [False, True])
        return value
    if isinstance(knob, ColourKnob):
        is_colour = isinstance(value, str) and len(value) == 7 and value[0] == "#"
        if not is_colour or not set(value[1:].lower()) <= _COLOUR_DIGITS:
            raise _bad(knob, f"{knob.label} is a colour such as {knob.default}.", value, "#rrggbb")
        return str(value).lower()
    if not isinstance(value, str):
        raise _bad(knob, f"{knob.label} takes words.", value, knob.max_length)
    if len(value) > knob.max_length:
        raise _bad(knob, f"{knob.label} takes at most {knob.max_length} characters.", len(value), knob.max_length)
    if knob.verbatim:
        if _NO_TEXT.search(value):
            raise _bad(knob, f"{knob.label}: some character in it is no text.", None)
        _check_words(knob, value)
        return value.strip()
    cleaned = words.clean(value)[: knob.max_length].strip()  # unfolding a ligature may lengthen it
    _check_words(knob, cleaned)
    return cleaned


def _check_words(knob: TextKnob, text: str) -> None:
    """Raises BadInput for more words than the knob takes, and for one it refuses."""
    typed = words.typed(text)
    if knob.max_words is not None and len(typed) > knob.max_words:
        message = f"{knob.label} takes {_counted(knob.max_words)}; take out {len(typed) - knob.max_words}."
        raise _bad(knob, message, len(typed), knob.max_words)
    refused = {word.casefold() for word in knob.refuses or ()}
    if found := next((word for word in typed if word in refused), None):
        raise _bad(knob, f"{knob.label} does not take the word {found}.", found, knob.refuses)


def _counted(count: int) -> str:
    return "1 word" if count == 1 else f"{count} words"


def _checked_number(knob: Slider, value: Any) -> Json:
    limit = [knob.min, knob.max]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _bad(knob, f"{knob.label} takes a number.", value, limit)
    if not knob.min <= value <= knob.max:  # also refuses nan
        raise _bad(knob, f"{knob.label} goes from {knob.min:g} to {knob.max:g}.", value, limit)
    on_step = round(knob.min + round((value - knob.min) / knob.step) * knob.step, _PLACES)
    return int(on_step) if on_step.is_integer() else on_step


def settings_of(knob: Knob, value: Json) -> dict[str, Json]:
    """The darkroom parameters a checked value sets."""
    if isinstance(knob, Slider):
        assert isinstance(value, int | float)
        t = (value - knob.min) / (knob.max - knob.min)
        return {name: round(low + (high - low) * t, _PLACES) for name, (low, high) in knob.sets.items()}
    if isinstance(knob, ColourKnob):
        return {knob.sets: value}
    if isinstance(knob, TextKnob):
        typed = set(words.typed(str(value)))
        found: dict[str, Json] = {}
        for keywords in knob.sees:
            found.update(keywords.sets if typed & {word.casefold() for word in keywords.any} else {})
        return found
    return dict(_effect(knob, value).sets)


def words_of(knob: Knob, value: Json) -> str:
    """What a checked value adds to the prompt."""
    if isinstance(knob, Slider):
        assert isinstance(value, int | float)
        # In a draft the bands may not reach the end yet: the last goes on.
        return next((band.say for band in knob.words if value <= band.to + _BAND_TOLERANCE), knob.words[-1].say)
    if isinstance(knob, ColourKnob):
        return words.fill(knob.words, {"colour": words.colour_name(str(value))})
    if isinstance(knob, TextKnob):
        if knob.verbatim:
            return str(value)
        return words.fill(knob.words, {"text": str(value)}) if value else ""
    return _effect(knob, value).words


def _effect(knob: Choice | PictureChoice | Toggle, value: Json) -> Effect:
    if isinstance(knob, Toggle):
        return knob.on if value else knob.off
    return next(option for option in knob.options if option.value == value)


def extremes(knob: Knob) -> list[Json]:
    """Values between which the knob does all it can: for checks and test strips."""
    if isinstance(knob, Slider):
        return [checked(knob, knob.min), checked(knob, knob.max)]
    if isinstance(knob, Choice | PictureChoice):
        return [option.value for option in knob.options]
    if isinstance(knob, Toggle):
        return [False, True]
    if isinstance(knob, ColourKnob):
        return ["#101213", "#f2b705", "#1d2f5e", knob.default]
    return ["", *(_as_typed(knob, each.any) for each in knob.sees)]


def _as_typed(knob: TextKnob, keywords: Sequence[str]) -> str:
    """As many of them as the knob takes at once."""
    kept: list[str] = []
    for word in keywords:
        if knob.max_words is None or len(words.typed(" ".join([*kept, word]))) <= knob.max_words:
            kept.append(word)
    return " ".join(kept)[: knob.max_length]


def _short(value: Any) -> Any:
    """`value` as it may stand in a JSON answer."""
    is_plain = isinstance(value, bool) or value is None or (isinstance(value, int | float) and abs(value) < _ECHOED)
    return value if is_plain else str(value)[:80]


def _bad(knob: Knob, message: str, value: Any, limit: Any = None) -> BadInput:
    return BadInput.of(f"knobs.{knob.id}", message, _short(value), limit)
