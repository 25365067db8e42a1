"""What must hold between the fields of a pack. Each rule yields Problems; document.py adds lines, the builder shows them.

A pack that passes keeps its promises: every default is valid, every placeholder is known, every knob changes both the
darkroom's picture and the prompt's words, and no two knobs pull at the same parameter.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.core.ports import InvalidOrder, Json
from pexit_app.features.packs import words
from pexit_app.features.packs.compose import checked, complete, extremes, is_visible, settings_of, words_of
from pexit_app.features.packs.definition import (
    MAX_KNOBS,
    Choice,
    ColourKnob,
    Knob,
    PackDefinition,
    Picture,
    PictureChoice,
    Scene,
    Slider,
    TextKnob,
    Toggle,
)

MIN_KNOBS = 5
RESERVED = frozenset({"person", "other", "colour", "text"})
_TOLERANCE = 1e-6
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    path: Path
    message: str
    value: Any = None
    limit: Any = None


def check(pack: PackDefinition) -> list[Problem]:
    """Everything wrong with a pack of the right shape, in the file's order. Knobs are checked before what uses them:
    a pack with broken knobs is not asked what they do."""
    problems = [*_names(pack), *_knobs(pack)]
    if not problems:
        problems += [*_scenes(pack), *_pictures(pack)]
    if not problems:
        problems += _effects(pack)
    return problems


def placed_knobs(pack: PackDefinition) -> Iterator[tuple[Path, Knob]]:
    for index, knob in enumerate(pack.knobs):
        yield ("knobs", index), knob
    for number, scene in enumerate(pack.scenes):
        for index, knob in enumerate(scene.knobs):
            yield ("scenes", number, "knobs", index), knob


def _repeated(names: list[str]) -> Iterator[int]:
    yield from (index for index, name in enumerate(names) if name in names[:index])


def _names(pack: PackDefinition) -> Iterator[Problem]:
    for index in _repeated([scene.id for scene in pack.scenes]):
        yield Problem(("scenes", index, "id"), f"{pack.scenes[index].id} is the id of an earlier scene")
    for index in _repeated([knob.id for knob in pack.knobs]):
        yield Problem(("knobs", index, "id"), f"{pack.knobs[index].id} is the id of an earlier knob")
    for number, scene in enumerate(pack.scenes):
        ids = [knob.id for knob in pack.knobs_of(scene)]
        for index in _repeated(ids):
            if index >= len(pack.knobs):
                own: Path = ("scenes", number, "knobs", index - len(pack.knobs), "id")
                yield Problem(own, f"{ids[index]} is the id of an earlier knob")
    for path, knob in placed_knobs(pack):
        if knob.id in RESERVED:
            yield Problem((*path, "id"), f"{knob.id} has a meaning of its own in prompts; choose another id")


# ------------------------------------------------------------------------------------------------------------- knobs
def _knobs(pack: PackDefinition) -> Iterator[Problem]:
    for path, knob in placed_knobs(pack):
        for each in _knob(knob):
            yield Problem((*path, *each.path), each.message, each.value, each.limit)
        if isinstance(knob, TextKnob) and knob.verbatim and not pack.needs_prompt:
            yield Problem((*path, "verbatim"), "only a pack with needs_prompt takes words as they are")
    for number, scene in enumerate(pack.scenes):
        earlier: list[Knob] = []
        for knob in pack.knobs_of(scene):
            is_own = len(earlier) >= len(pack.knobs)
            base: Path = (
                ("scenes", number, "knobs", len(earlier) - len(pack.knobs)) if is_own else ("knobs", len(earlier))
            )
            if is_own or number == 0:
                yield from _visibility(base, knob, earlier)
            earlier.append(knob)


def _knob(knob: Knob) -> Iterator[Problem]:
    if isinstance(knob, Slider):
        yield from _slider(knob)
    elif isinstance(knob, Choice | PictureChoice):
        for index in _repeated([option.value for option in knob.options]):
            yield Problem(("options", index, "value"), f"{knob.options[index].value} is given twice")
        if knob.default not in [option.value for option in knob.options]:
            values = [option.value for option in knob.options]
            yield Problem(("default",), f"must be one of {', '.join(values)}", knob.default, values)
    elif isinstance(knob, ColourKnob | TextKnob):
        name = "colour" if isinstance(knob, ColourKnob) else "text"
        yield from _template(("words",), knob.words, {name})
        if isinstance(knob, TextKnob) and knob.verbatim and knob.words != "{text}":
            yield Problem(("words",), "must be {text} alone where verbatim is true", knob.words, "{text}")
        if isinstance(knob, TextKnob):
            yield from _text(knob)


def _text(knob: TextKnob) -> Iterator[Problem]:
    if len(knob.default) > knob.max_length:
        yield Problem(("default",), f"is longer than max_length, {knob.max_length}", knob.default, knob.max_length)
    else:
        try:
            checked(knob, knob.default)
        except BadInput as error:
            yield Problem(("default",), error.problems[0].message, knob.default, error.problems[0].limit)
    refused = {word.casefold() for word in knob.refuses or ()}
    for index, each in enumerate(knob.sees):
        for place, word in enumerate(each.any):
            path: Path = ("sees", index, "any", place)
            if refused.intersection(words.typed(word)):
                yield Problem(path, f"{word} is a word that the knob refuses", word, knob.refuses)
            elif knob.max_words is not None and len(words.typed(word)) > knob.max_words:
                yield Problem(path, f"has more words than max_words, {knob.max_words}", word, knob.max_words)


def _slider(knob: Slider) -> Iterator[Problem]:
    if knob.min >= knob.max:
        yield Problem(("max",), f"must be more than min, {knob.min:g}", knob.max, knob.min)
        return
    if not _is_on_step(knob, knob.max):
        yield Problem(("step",), f"must divide the way from {knob.min:g} to {knob.max:g} evenly", knob.step)
    elif not knob.min <= knob.default <= knob.max or not _is_on_step(knob, knob.default):
        limit = f"{knob.min:g} to {knob.max:g} in steps of {knob.step:g}"
        yield Problem(("default",), f"must be within {limit}", knob.default, limit)
    for index, (one, next_) in enumerate(pairwise(knob.words)):
        if next_.to <= one.to:
            yield Problem(
                ("words", index + 1, "to"), f"must be more than the band before, {one.to:g}", next_.to, one.to
            )
    if knob.words[0].to < knob.min:
        yield Problem(("words", 0, "to"), f"lies before min, {knob.min:g}", knob.words[0].to, knob.min)
    if abs(knob.words[-1].to - knob.max) > _TOLERANCE:
        yield Problem(("words", len(knob.words) - 1, "to"), f"the last band must end at max, {knob.max:g}")
    for name, (low, high) in knob.sets.items():
        if low == high:
            yield Problem(("sets", name), "is the same at min and max, so turning the knob does nothing", low)
    if isinstance(knob.says, list) and len(knob.says) < 2:
        yield Problem(("says",), "needs at least two labels")


def _is_on_step(knob: Slider, value: float) -> bool:
    steps = (value - knob.min) / knob.step
    return abs(steps - round(steps)) <= _TOLERANCE


def _visibility(base: Path, knob: Knob, earlier: list[Knob]) -> Iterator[Problem]:
    by_id = {each.id: each for each in earlier}
    for name, allowed in (knob.visible_if or {}).items():
        path = (*base, "visible_if", name)
        other = by_id.get(name)
        if not isinstance(other, Choice | PictureChoice | Toggle):
            yield Problem(path, f"{name} must be an earlier choice, picture or toggle of the same scene")
            continue
        values = extremes(other)
        if not allowed or any(value not in values for value in allowed):
            yield Problem(
                path, f"must list values of {name}: {', '.join(str(value) for value in values)}", None, values
            )


# ------------------------------------------------------------------------------------------------------------ scenes
def _scenes(pack: PackDefinition) -> Iterator[Problem]:
    for number, scene in enumerate(pack.scenes):
        base: Path = ("scenes", number)
        offered = pack.knobs_of(scene)
        known = {*(role.place for role in pack.cast), *(knob.id for knob in offered)}
        yield from _template((*base, "prompt"), scene.prompt, known)
        yield from _unused((*base, "prompt"), scene, offered)
        own = {knob.id for knob in scene.knobs}
        by_id = {knob.id: knob for knob in pack.knobs}
        for name, value in scene.defaults.items():
            if name not in by_id:
                hint = "give the knob itself another default" if name in own else "there is no such pack-wide knob"
                yield Problem((*base, "defaults", name), hint)
                continue
            try:
                is_kept = checked(by_id[name], value) == value
            except BadInput as error:
                yield Problem((*base, "defaults", name), error.problems[0].message, value, error.problems[0].limit)
            else:
                if not is_kept:
                    yield Problem((*base, "defaults", name), "does not stand on a step of the knob", value)
        if len(offered) > MAX_KNOBS:
            message = f"offers {len(offered)} knobs, those of the whole pack included; {MAX_KNOBS} is the most"
            yield Problem((*base, "knobs"), message, len(offered), MAX_KNOBS)
        yield from _tug_of_war(base, offered)


def _template(path: Path, template: str, allowed: set[str]) -> Iterator[Problem]:
    try:
        words.check_template(template, allowed)
    except words.BadTemplate as error:
        yield Problem(path, str(error))
        return
    for name in sorted(allowed & RESERVED):
        if name not in words.placeholders(template):
            yield Problem(path, f"must say where {{{name}}} goes")


def _unused(path: Path, scene: Scene, offered: list[Knob]) -> Iterator[Problem]:
    try:
        used = set(words.placeholders(scene.prompt))
    except words.BadTemplate:
        return
    for knob in offered:
        if knob.id not in used:
            yield Problem(path, f"the knob {knob.id} is never used; say where {{{knob.id}}} goes")


def _tug_of_war(base: Path, offered: list[Knob]) -> Iterator[Problem]:
    pulling: dict[str, list[int]] = {}
    for place, knob in enumerate(offered):
        for name in parameters_of(knob):
            pulling.setdefault(name, []).append(place)
    shared: dict[tuple[int, int], list[str]] = {}
    for name, places in pulling.items():
        for pair in combinations(places, 2):
            shared.setdefault(pair, []).append(name)
    for (first, second), names in sorted(shared.items()):
        one, other = offered[first], offered[second]
        if not _never_together(one, other):
            message = f"{one.id} and {other.id} both set {', '.join(sorted(names))}; only one knob of a scene may"
            yield Problem((*base, "knobs"), message)


def parameters_of(knob: Knob) -> set[str]:
    """The darkroom's parameters that it can set."""
    if isinstance(knob, ColourKnob):
        return {knob.sets}
    if isinstance(knob, Slider):
        return set(knob.sets)
    if isinstance(knob, TextKnob):
        return {name for each in knob.sees for name in each.sets}
    effects = [knob.on, knob.off] if isinstance(knob, Toggle) else knob.options
    return {name for effect in effects for name in effect.sets}


def _never_together(one: Knob, other: Knob) -> bool:
    """Or the later refines the earlier, which it is shown by: a colour that appears once a switch is on."""
    first, second = one.visible_if or {}, other.visible_if or {}
    shared = first.keys() & second.keys()
    return one.id in second or any(not set(first[name]) & set(second[name]) for name in shared)


# ---------------------------------------------------------------------------------------------------------- pictures
def _pictures(pack: PackDefinition) -> Iterator[Problem]:
    for index in _repeated([picture.name for picture in pack.pictures]):
        yield Problem(_picture_path(index, "name"), f"{pack.pictures[index].name} is the name of an earlier picture")
    if pack.cover.name != "cover":
        yield Problem(("cover", "name"), "must be cover", pack.cover.name, "cover")
    for index, picture in enumerate(pack.pictures):
        yield from _picture(pack, index, picture)
    shown = {picture.name for picture in pack.pictures}
    for number, scene in enumerate(pack.scenes):
        if scene.reference in shown:
            message = f"{scene.reference} is a picture of the shop, rendered from this pack; name a file of its own"
            yield Problem(("scenes", number, "reference"), message, scene.reference)
    pictured = {picture.scene for picture in pack.pictures}
    for number, scene in enumerate(pack.scenes):
        if scene.id not in pictured:
            yield Problem(("scenes", number), "has no picture; add one to samples")
    for path, knob in placed_knobs(pack):
        for index, option in enumerate(knob.options if isinstance(knob, PictureChoice) else []):
            if option.picture not in shown:
                yield Problem(
                    (*path, "options", index, "picture"), f"there is no picture {option.picture} in this pack"
                )


def _picture_path(index: int, name: str) -> Path:
    return ("samples", index - 1, name) if index else ("cover", name)


def _picture(pack: PackDefinition, index: int, picture: Picture) -> Iterator[Problem]:
    scene = pack.scene(picture.scene)
    if scene is None:
        ids = [each.id for each in pack.scenes]
        yield Problem(_picture_path(index, "scene"), f"must be one of {', '.join(ids)}", picture.scene, ids)
        return
    try:
        complete(pack.knobs_of(scene), scene, picture.knobs)
    except BadInput as error:
        for each in error.problems:
            path = (*_picture_path(index, "knobs"), each.field.removeprefix("knobs."))
            yield Problem(path, each.message, each.value, each.limit)


# ----------------------------------------------------------------------------------------------------------- effects
def _effects(pack: PackDefinition) -> Iterator[Problem]:
    """Turn every knob from end to end: the look and the words must both change."""
    paths = {id(knob): path for path, knob in placed_knobs(pack)}
    seen: set[int] = set()
    for number, scene in enumerate(pack.scenes):
        offered = pack.knobs_of(scene)
        values = complete(offered, scene, {})
        visible = [knob for knob in offered if is_visible(knob, values)]
        if len(visible) < MIN_KNOBS:
            message = f"shows {len(visible)} knobs; it needs {MIN_KNOBS} or more"
            yield Problem(("scenes", number), message, len(visible), MIN_KNOBS)
        for knob in offered:
            if id(knob) not in seen:
                seen.add(id(knob))
                yield from _effect(paths[id(knob)], knob, scene)


def _effect(path: Path, knob: Knob, scene: Scene) -> Iterator[Problem]:
    for one, other in combinations(extremes(knob), 2):
        looks = [{**scene.look, **settings_of(knob, value)} for value in (one, other)]
        if looks[0] == looks[1]:
            yield Problem((*path, "sets"), f"{one} and {other} look the same to the darkroom in the scene {scene.id}")
        if words_of(knob, one) == words_of(knob, other):
            yield Problem((*path, "words"), f"{one} and {other} say the same in the prompt")


def find_look_problems(
    pack: PackDefinition, check_look: Callable[[Mapping[str, Json]], object], stand_ins: Collection[str]
) -> list[FieldProblem]:
    """Every parameter the pack can set, tried out: `check_look` is the renderer's own check, which raises InvalidOrder.
    Separate from `check`, because this feature knows no renderer; whoever publishes a pack has one at hand."""
    found: dict[tuple[str, str], FieldProblem] = {}
    for number, scene in enumerate(pack.scenes):
        if len(scene.stand_ins) != len(pack.cast) or not set(scene.stand_ins) <= set(stand_ins):
            field = f"scenes[{number}].stand_ins"
            message = f"must name one a role, of {', '.join(sorted(stand_ins))}"
            found[field, message] = FieldProblem(field, message, list(scene.stand_ins), sorted(stand_ins))
        for label, look in _looks(pack, scene):
            try:
                check_look(look)
            except InvalidOrder as error:
                field = f"scenes[{number}].{label}.{error.field}"
                found[field, str(error)] = FieldProblem(field, f"{error}.", error.value, error.limit)
    return list(found.values())


def _looks(pack: PackDefinition, scene: Scene) -> Iterator[tuple[str, Mapping[str, Json]]]:
    yield "look", scene.look
    for knob in pack.knobs_of(scene):
        for value in extremes(knob):
            yield f"knobs.{knob.id}", settings_of(knob, value)
