"""Everything that is wrong with a pack as it is typed: shape, rules, words, and what only the builder minds.

Works on any document, however broken: what can be judged without the broken part is judged.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pexit_app.core.ports import InvalidOrder, Json
from pexit_app.features.builder import references, shape
from pexit_app.features.builder.problems import Problem, place_of
from pexit_app.features.builder.readable import cannot_be_read
from pexit_app.features.packs import rules, words
from pexit_app.features.packs.definition import ColourKnob, Knob, PackDefinition, Slider, TextKnob, Toggle
from pexit_app.features.packs.rules import Path
from pexit_app.features.safety.check import Said, check

CheckLook = Callable[[Mapping[str, Json]], object]
FIRST_DUST = 25  # what a new user has: a frame that costs more cannot be tried
SHORT_DESCRIPTION_CHARS = 40
# Of these nothing else in a pack depends; while they are wrong or missing, the rest is judged with these instead.
_LISTING: dict[str, Any] = {
    "slug": "pack",
    "title": "Pack",
    "tagline": "A pack",
    "code": "PCK",
    "ink": "rust",
    "creator": "Creator",
    "category": "studio",
    "style": "photograph",
    "description": "A pack",
    "price_dust": 0,
    "unlock_dust": 0,
    "aspect": "4:5",
    "samples": [],
}
_VERBS = ("must", "is", "takes", "needs", "has", "lies", "does", "shows", "goes", "offers")
_REQUIRED_TEXTS = frozenset({"title", "tagline", "description", "creator", "label", "alt", "prompt"})
_ORDER = {"error": 0, "warning": 1}


def problems(
    document: Mapping[str, Any],
    *,
    check_look: CheckLook | None = None,
    stand_ins: Collection[str] = (),
    render_dust: int = 1,
    pictures: Collection[str] | None = None,
) -> list[Problem]:
    """Errors first, then warnings, each in the document's order. `check_look` is the renderer's own check of a look (it
    raises InvalidOrder), `stand_ins` the names it knows, `render_dust` what the house takes for a frame, `pictures` the
    names of those that are kept for it."""
    definition, found = shape.read(document)
    judged = definition or _without_listing(document, found)
    by_rules: list[Problem] = []
    if judged is not None:
        standing_in = {str(each.path[0]) for each in found}
        by_rules = [each for each in _by_rules(judged) if not _is_about(each.path, standing_in)]
        found += _looks(judged, check_look, stand_ins) if check_look else []
    in_prompts = list(_prompts(document))
    told = {each.path for each in in_prompts}
    found += [each for each in by_rules if each.path not in told] + in_prompts
    told = {each.path for each in found}
    found += [*_refused(document), *(each for each in _texts(document) if each.path not in told)]
    found += [*_alike(document), *_money(document, render_dust)]
    found += _references(document, pictures) if pictures is not None else []
    placed = [replace(each, place=place_of(document, each.path)) for each in found]
    return sorted(placed, key=lambda each: _ORDER[each.severity])


def _without_listing(document: Mapping[str, Any], found: list[Problem]) -> PackDefinition | None:
    """The pack with what is wrong about its listing set right, if nothing else is wrong."""
    wrong = {str(each.path[0]) for each in found if each.path}
    if not found or not wrong <= {*_LISTING, "cover"} or not all(each.path for each in found):
        return None
    mended = {**document, **{name: _LISTING[name] for name in wrong - {"cover"}}}
    scenes = document.get("scenes")
    if "cover" in wrong and isinstance(scenes, list) and scenes and isinstance(scenes[0], Mapping):
        mended["cover"] = {"name": "cover", "scene": scenes[0].get("id"), "alt": "A frame"}
    return shape.read(mended)[0]


def read_scenes(document: Mapping[str, Any]) -> tuple[PackDefinition | None, list[Problem]]:
    """The pack's scenes and knobs, whatever its listing and pictures are like, and what is wrong with them."""
    definition, found = shape.read(document)
    definition = definition or _without_listing(document, found)
    if definition is None:
        return None, [replace(each, place=place_of(document, each.path)) for each in found]
    found = [
        each for each in _by_rules(definition) if each.path[:1] in (("knobs",), ("scenes",)) and len(each.path) > 2
    ]
    return definition, [replace(each, place=place_of(document, each.path)) for each in found]


def _is_about(path: Path, standing_in: set[str]) -> bool:
    is_unpictured = bool({"cover", "samples"} & standing_in) and len(path) == 2 and path[0] == "scenes"
    return bool(path) and (str(path[0]) in standing_in or is_unpictured)


def _by_rules(definition: PackDefinition) -> Iterator[Problem]:
    for each in rules.check(definition):
        yield Problem(each.path, _sentence(each.message), "error", each.value, each.limit)


def _sentence(fragment: str) -> str:
    text = f"this {fragment}" if fragment.split(" ")[0] in _VERBS else fragment
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


# ------------------------------------------------------------------------------------------------------------- prompts
def _prompts(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Knobs that a scene's words do not name, or name wrongly. Judged by names alone, so that a half-made knob does not
    silence it."""
    places = [_place(role) for role in _dicts(document.get("cast"))] or ["person"]
    shared = [str(knob.get("id")) for knob in _dicts(document.get("knobs"))]
    for number, scene in _numbered(document.get("scenes")):
        prompt = scene.get("prompt")
        if isinstance(prompt, str) and prompt.strip():
            known = [*places, *shared, *(str(knob.get("id")) for knob in _dicts(scene.get("knobs")))]
            yield from (Problem(("scenes", number, "prompt"), message) for message in _prompt(prompt, known))


def _prompt(prompt: str, known: list[str]) -> Iterator[str]:
    try:
        used = words.placeholders(prompt)
    except words.BadTemplate as error:
        yield f"{_sentence(str(error))} Type {{ to insert a knob."
        return
    for name in dict.fromkeys(used):
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {{{near[0]}}}" if near else "add the knob or take this out"
            yield f"There is no knob {{{name}}}: {hint}."
    for name in dict.fromkeys(known):
        if name not in used:
            what = "Whoever is in the picture" if name in ("person", "other") else f"The knob {name}"
            yield f"{what} is never named; say where {{{name}}} goes."


def _place(role: Mapping[str, Any]) -> str:
    return "other" if role.get("id") == "other" else "person"


# ------------------------------------------------------------------------------------------------------------ all text
def _refused(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Words that are not rendered, in any text; and those of a scene that do not go with each other or with the pack's. A
    pack is for real faces."""
    by_field: dict[str, Path] = {}
    of_pack: list[Said] = []
    of_scene: dict[Any, list[Said]] = {}
    told: set[Path] = set()
    for path, text in _worded(document):
        field = str(len(by_field))
        by_field[field] = path
        said = Said(field, "", text.replace("-", " ") if path == ("slug",) else text, path[-1] == "negative")
        (of_scene.setdefault(path[1], []) if path[0] == "scenes" and len(path) > 1 else of_pack).append(said)
        if refusal := check([said], has_likeness=True):
            told.add(path)
            yield Problem(path, refusal.why, "error", refusal.typed)
    for together in [of_pack, *([*of_pack, *own] for own in of_scene.values())]:
        refusal = check(together, has_likeness=True)
        if refusal and by_field[refusal.field] not in told:
            told.add(by_field[refusal.field])
            yield Problem(by_field[refusal.field], refusal.why, "error", refusal.typed)


def _worded(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    yield from _walk(document)
    for number, scene in _numbered(document.get("scenes")):
        if isinstance(scene.get("negative"), str):
            yield ("scenes", number, "negative"), scene["negative"]


def _texts(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Blank, too long to be read, or without words for a diffusion model."""
    for path, text in _walk(document):
        field = _field(path)
        if text and not text.strip() and field in _REQUIRED_TEXTS:
            yield Problem(path, "This is nothing but spaces; write something.")
        elif problem := _wordless(path, field, text) or cannot_be_read(path, text):
            yield problem
    description = document.get("description")
    if isinstance(description, str) and 0 < len(description.strip()) < SHORT_DESCRIPTION_CHARS:
        message = "Say a little more about what people get; this is what they read before they choose."
        yield Problem(("description",), message, "warning", len(description), SHORT_DESCRIPTION_CHARS)


def _wordless(path: Path, field: str, text: str) -> Problem | None:
    """An option or band that says nothing: a switch that is off may, and the text knob does so by itself."""
    is_value = (field == "words" and "options" in path) or field == "say" or path[-2:] == ("on", "words")
    if text.strip() or not is_value:
        return None
    message = "This adds no words, so where a diffusion model renders it changes nothing; say what it shows."
    return Problem(path, message, "warning")


def _field(path: Path) -> str:
    """The name that says what a text is: of a list's items, the list's."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name not in ("look", "sets", "visible_if", "negative", "refuses"):
                yield from _walk(inner, (*path, str(name)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index))


# --------------------------------------------------------------------------------------------------------------- alike
def _alike(document: Mapping[str, Any]) -> Iterator[Problem]:
    """What nobody could tell apart by its name."""
    yield from _repeated(document.get("scenes"), ("scenes",), "title", "scene")
    yield from _repeated(document.get("knobs"), ("knobs",), "label", "knob")
    shared = {_name(knob, "label") for knob in _dicts(document.get("knobs"))} - {""}
    for path, knob in _knobs(document):
        if len(path) == 4 and _name(knob, "label") in shared:
            message = "A pack-wide knob has this label already; give this one another."
            yield Problem((*path, "label"), message, "warning", knob["label"])
        yield from _repeated(knob.get("options"), (*path, "options"), "label", "option")
    for number, scene in _numbered(document.get("scenes")):
        yield from _repeated(scene.get("knobs"), ("scenes", number, "knobs"), "label", "knob")


def _repeated(items: Any, base: Path, field: str, noun: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in _numbered(items):
        name = _name(item, field)
        if name and name in seen:
            message = f"An earlier {noun} has this {field} too; nobody could tell them apart."
            yield Problem((*base, index, field), message, "warning", item[field])
        seen.add(name)


def _name(item: Mapping[str, Any], field: str) -> str:
    value = item.get(field)
    return value.strip().casefold() if isinstance(value, str) else ""


def _knobs(document: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for index, knob in _numbered(document.get("knobs")):
        yield ("knobs", index), knob
    for number, scene in _numbered(document.get("scenes")):
        for index, knob in _numbered(scene.get("knobs")):
            yield ("scenes", number, "knobs", index), knob


def _numbered(items: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping):
            yield index, item


def _dicts(items: Any) -> list[Mapping[str, Any]]:
    return [item for _, item in _numbered(items)]


# --------------------------------------------------------------------------------------------------------------- money
def _money(document: Mapping[str, Any], render_dust: int) -> Iterator[Problem]:
    fee, unlock = _dust(document.get("price_dust")), _dust(document.get("unlock_dust"))
    total = fee + render_dust
    if total > FIRST_DUST:
        message = (
            f"A frame costs {total} dust with the {render_dust} for rendering it; somebody new has {FIRST_DUST} and could "
            f"not try one. A fee of {FIRST_DUST - render_dust} or less lets them."
        )
        yield Problem(("price_dust",), message, "warning", fee, FIRST_DUST - render_dust)
    elif unlock + total > FIRST_DUST:
        message = (
            f"The first frame costs {unlock + total} dust with the unlock price; somebody new has {FIRST_DUST} and could "
            f"not try one. {FIRST_DUST - total} or less lets them, and so does a trial."
        )
        yield Problem(("unlock_dust",), message, "warning", unlock, FIRST_DUST - total)


def _dust(typed: Any) -> int:
    """0 for what is no number of dust: the shape's own check says so."""
    return typed if isinstance(typed, int) and not isinstance(typed, bool) else 0


# ----------------------------------------------------------------------------------------------------------- references
def _references(document: Mapping[str, Any], kept: Collection[str]) -> Iterator[Problem]:
    for number, scene in _numbered(document.get("scenes")):
        name = scene.get("reference")
        if isinstance(name, str) and name not in kept:
            yield Problem(("scenes", number, "reference"), references.GONE, "error", name)


# --------------------------------------------------------------------------------------------------------------- looks
def _looks(pack: PackDefinition, check_look: CheckLook, stand_ins: Collection[str]) -> Iterator[Problem]:
    """Every parameter the pack can set, as the renderer judges it."""
    for number, scene in enumerate(pack.scenes):
        base: Path = ("scenes", number)
        yield from _look((*base, "look"), scene.look, check_look)
        for index, name in enumerate(scene.stand_ins):
            if stand_ins and name not in stand_ins:
                message = f"There is no stand-in {name}; choose one of {', '.join(sorted(stand_ins))}."
                yield Problem((*base, "stand_ins", index), message, "error", name, sorted(stand_ins))
        if len(scene.stand_ins) != len(pack.cast):
            message = f"The cast has {len(pack.cast)}; choose a stand-in for each part."
            yield Problem((*base, "stand_ins"), message, "error", None, len(pack.cast))
    for path, knob in rules.placed_knobs(pack):
        for inner, look in _settings(knob):
            yield from _look((*path, *inner), look, check_look)


def _look(path: Path, look: Mapping[str, Json], check_look: CheckLook) -> Iterator[Problem]:
    for name, value in look.items():
        try:
            check_look({name: value})
        except InvalidOrder as error:
            is_own = isinstance(look, _Whole)
            yield Problem(path if is_own else (*path, name), _sentence(str(error)), "error", error.value, error.limit)


class _Whole(dict[str, Json]):
    """A look whose parameter is named by the field itself, not by a key in it."""


def _settings(knob: Knob) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    if isinstance(knob, Slider):
        for end in (0, 1):
            for name, ends in knob.sets.items():
                yield ("sets", name, end), _Whole({name: ends[end]})
    elif isinstance(knob, ColourKnob):
        yield ("sets",), _Whole({knob.sets: knob.default})
    elif isinstance(knob, TextKnob):
        yield from ((("sees", index, "sets"), each.sets) for index, each in enumerate(knob.sees))
    elif isinstance(knob, Toggle):
        yield from ((("on", "sets"), knob.on.sets), (("off", "sets"), knob.off.sets))
    else:
        yield from ((("options", index, "sets"), option.sets) for index, option in enumerate(knob.options))
