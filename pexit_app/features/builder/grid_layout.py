"""What a test grid shows: two axes of values, and a cell for each pair of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Json
from pexit_app.features.builder import looks
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import Composed, checked, compose, extremes
from pexit_app.features.packs.definition import Knob, PackDefinition, Scene, Slider

MOST_CELLS = 36
SLIDER_VALUES = 5
SCENES, STAND_INS = "scenes", "stand_ins"
Kind = Literal["knob", "scenes", "stand_ins"]
Side = Literal["across", "down"]


@dataclass(frozen=True, slots=True)
class GridAsk:
    """`across` and `down` are a knob's id, "scenes" or "stand_ins"; an empty `down` makes a strip. Values default to what
    a knob has to offer (a slider: five, evenly), scenes and stand-ins to all. `knobs` is where the others stand, `stand_in`
    whose face it is where stand-ins are no axis; empty: the scene's own."""

    across: str
    down: str = ""
    scene_id: str = ""
    across_values: tuple[Json, ...] = ()
    down_values: tuple[Json, ...] = ()
    knobs: Mapping[str, Json] = field(default_factory=dict)
    seed: int | None = None
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """`across` and `down` head the columns and rows; each of `cells` holds the fields of a DraftCell, row by row."""

    title: str
    across_label: str
    down_label: str
    across: tuple[str, ...]
    down: tuple[str, ...]
    cells: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of an axis: what it sets, how it is called, and what more its heading says."""

    words: str
    value: Json
    kind: Kind
    knob: str = ""
    note: str = ""

    @property
    def heading(self) -> str:
        return f"{self.words}, {self.note}" if self.note else self.words


def lay_out(definition: PackDefinition, ask: GridAsk, stand_ins: Sequence[str] = ()) -> Layout:
    """`stand_ins` are the names the house can cast; none: those the builder knows. Raises BadInput naming `across`, `down`,
    their values, `scene_id` or `stand_in`."""
    scene = _scene(definition, ask.scene_id)
    cast = _cast(stand_ins)
    if ask.stand_in and ask.stand_in not in cast:
        raise BadInput.of("stand_in", f"Choose of {', '.join(cast)}.", ask.stand_in[:80], list(cast))
    across = _axis(definition, scene, "across", ask, cast)
    down = _axis(definition, scene, "down", ask, cast) if ask.down else []
    count = len(across) * max(1, len(down))
    if count > MOST_CELLS:
        rows = f"{len(across)} by {len(down)}" if down else str(count)
        raise BadInput.of("across", f"{rows} is more than {MOST_CELLS} cells; take fewer values.", count, MOST_CELLS)
    pairs = [(x, y) for y in down for x in across] if down else [(x,) for x in across]
    labels = {knob.id: knob.label for knob in definition.knobs_of(scene)} | {SCENES: "Scenes", STAND_INS: "Stand-ins"}
    axes = " by ".join(labels[each] for each in (ask.across, ask.down) if each)
    return Layout(
        title=axes if SCENES in (ask.across, ask.down) else f"{scene.title}: {axes}"[:120],
        across_label=labels[ask.across],
        down_label=labels.get(ask.down, ""),
        across=tuple(each.heading for each in across),
        down=tuple(each.heading for each in down),
        cells=tuple(_cell(definition, scene, ask, pair) for pair in pairs),
    )


def _scene(definition: PackDefinition, scene_id: str) -> Scene:
    scene = definition.scene(scene_id) if scene_id else definition.scenes[0]
    if scene is None:
        raise BadInput.of("scene_id", "There is no such scene.", scene_id, [each.id for each in definition.scenes])
    return scene


def _cast(names: Sequence[str]) -> dict[str, _Value]:
    """Every stand-in with what it differs in."""
    known = {name: (label, note) for name, label, note in looks.STAND_INS}
    told = {name: known.get(name, (name.capitalize(), "")) for name in names or known}
    return {name: _Value(label, name, "stand_ins", note=note) for name, (label, note) in told.items()}


def _axis(
    definition: PackDefinition, scene: Scene, side: Side, ask: GridAsk, cast: Mapping[str, _Value]
) -> list[_Value]:
    wanted, given = getattr(ask, side), list(getattr(ask, f"{side}_values"))
    if side == "down" and wanted == ask.across:
        raise BadInput.of("down", "Choose something else than across.", wanted)
    if wanted == SCENES:
        scenes = {each.id: _Value(each.title, each.id, "scenes") for each in definition.scenes}
        return _among(f"{side}_values", given, scenes)
    if wanted == STAND_INS:
        return _among(f"{side}_values", given, cast)
    offered = {
        knob.id: knob for knob in (definition.knobs if SCENES in (ask.across, ask.down) else definition.knobs_of(scene))
    }
    knob = offered.get(wanted)
    if knob is None:
        raise BadInput.of(side, f"There is no such knob; choose one of {', '.join(offered)}.", wanted, list(offered))
    values = [checked(knob, value) for value in given] or _values(knob)
    return [_Value(spoken.said(knob, each) or "Nothing", each, "knob", knob.id) for each in dict.fromkeys(values)]


def _among(name: str, values: Iterable[Any], known: Mapping[str, _Value]) -> list[_Value]:
    """Those of `known` that are asked for, or all."""
    for value in values:
        if value not in known:
            raise BadInput.of(name, f"Choose of {', '.join(known)}.", str(value)[:80], list(known))
    return [known[each] for each in dict.fromkeys(values)] or list(known.values())


def _values(knob: Knob) -> list[Json]:
    if isinstance(knob, Slider):
        last = SLIDER_VALUES - 1
        return [checked(knob, knob.min + (knob.max - knob.min) * part / last) for part in range(SLIDER_VALUES)]
    return extremes(knob)


def _cell(definition: PackDefinition, scene: Scene, ask: GridAsk, pair: Sequence[_Value]) -> dict[str, Any]:
    named = {each.kind: str(each.value) for each in pair if each.kind != "knob"}
    shown = definition.scene(named["scenes"]) if "scenes" in named else scene
    assert shown is not None, "checked with the axis"
    offered = {knob.id: knob for knob in definition.knobs_of(shown)}
    turned = {each.knob: each.value for each in pair if each.kind == "knob"}
    standing = {name: value for name, value in ask.knobs.items() if name in offered}
    composed = compose(definition, shown.id, {**_showing(offered, list(turned)), **standing, **turned})
    stand_in = named.get("stand_ins", ask.stand_in)
    words = [shown.title, *(each.words for each in pair if each.kind != "scenes")]
    return {
        "scene_id": shown.id,
        "knobs": composed.knobs,
        "stand_in": stand_in,
        "personas": [f"standin:{name}" for name in _faces(composed, stand_in)],
        "look": composed.look,
        "seed": composed.seed if ask.seed is None else ask.seed,
        "aspect": composed.aspect,
        "alt": ", ".join(words)[:300],
    }


def _faces(composed: Composed, stand_in: str) -> tuple[str, ...]:
    """Whoever was asked for plays the first part."""
    return (stand_in, *composed.stand_ins[1:]) if stand_in else composed.stand_ins


def _showing(offered: Mapping[str, Knob], turned: Sequence[str]) -> dict[str, Json]:
    """What has to stand where, so that the turned knobs are shown at all: what shows one may itself be shown by another."""
    found: dict[str, Json] = {}
    pending = [offered[name] for name in turned if name in offered]
    while pending:
        for name, allowed in (pending.pop().visible_if or {}).items():
            if name not in found:
                found[name] = allowed[0]
                pending.append(offered[name])
    return found
