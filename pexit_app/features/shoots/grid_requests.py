"""What a grid is asked for: one knob's values beside each other (a test strip) or those of two knobs across. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.ports import Json, OutputFormat
from pexit_app.features.packs import spoken
from pexit_app.features.packs.compose import checked, complete, is_visible
from pexit_app.features.packs.definition import (
    Choice,
    ColourKnob,
    Knob,
    PackDefinition,
    PictureChoice,
    Scene,
    Slider,
    TextKnob,
    Toggle,
)
from pexit_app.features.shoots.requests import FrameAsk, ShootRequest

MAX_CELLS = 36
STRIP_LEAST, STRIP_MOST = 5, 7
AXIS_LEAST, AXIS_MOST = 2, MAX_CELLS // 2
SWATCHES = ("#101213", "#b8140c", "#f2b705", "#0e5f63", "#1d2f5e", "#f8fafa")  # of a colour knob, besides its own


@dataclass(frozen=True, slots=True)
class GridRequest:
    """Without `knob_y` a test strip. `knobs` is where the others stand; all cells share `seed`, the scene's own when it
    is None. `shoot_id` or `pack`, sides and `quote_id` as in ShootRequest."""

    scene: str
    knob_x: str
    values_x: Sequence[Any]
    knob_y: str = ""
    values_y: Sequence[Any] = ()
    knobs: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    shoot_id: UUID | None = None
    pack: str | UUID | None = None
    cast: Mapping[str, UUID | None] | None = None
    parent_frame_id: UUID | None = None
    width: int | None = None
    height: int | None = None
    output_format: OutputFormat = "png"
    quote_id: UUID | None = None

    @classmethod
    def of(
        cls, one: ShootRequest, knob_x: str, values_x: Sequence[Any], knob_y: str = "", values_y: Sequence[Any] = ()
    ) -> "GridRequest":
        """The grid around a request for one frame: all else stays as it asks."""
        ask = one.asks[0]
        return cls(
            scene=ask.scene,
            knob_x=knob_x,
            values_x=values_x,
            knob_y=knob_y,
            values_y=values_y,
            knobs=ask.knobs,
            seed=ask.seed,
            shoot_id=one.shoot_id,
            pack=one.pack,
            cast=one.cast,
            parent_frame_id=ask.parent_frame_id,
            width=one.width,
            height=one.height,
            output_format=one.output_format,
            quote_id=one.quote_id,
        )


@dataclass(frozen=True, slots=True)
class Laid:
    """A checked grid: values as the knobs keep them; `asks` row by row from the top left."""

    scene: Scene
    seed: int
    values_x: list[Json]
    values_y: list[Json]
    asks: tuple[FrameAsk, ...]


def lay_out(definition: PackDefinition, request: GridRequest) -> Laid:
    """Raises NotFound for an unknown scene and BadInput naming `knob_x`, `values_x`, `values_x[2]`, `knobs.<id>`."""
    scene = definition.scene(request.scene) if isinstance(request.scene, str) else None
    if scene is None:
        raise NotFound(f"This pack has no scene {str(request.scene)[:60]!r}.")
    offered = {knob.id: knob for knob in definition.knobs_of(scene)}
    x = _knob(offered, "knob_x", request.knob_x)
    y = _knob(offered, "knob_y", request.knob_y) if request.knob_y else None
    if y is not None and y.id == x.id:
        raise BadInput.of("knob_y", "A grid has two different knobs; one alone is a test strip.", y.id)
    values_x = _values(x, "values_x", request.values_x, *_limits(x, is_strip=y is None))
    values_y = _values(y, "values_y", request.values_y, *_limits(y, is_strip=False)) if y is not None else []
    if y is None and request.values_y:
        raise BadInput.of("knob_y", "Name the knob that these values are of.", None)
    if len(values_x) * max(1, len(values_y)) > MAX_CELLS:
        count = len(values_x) * len(values_y)
        raise BadInput.of("values_y", f"{count} cells, and a grid has at most {MAX_CELLS}.", count, MAX_CELLS)
    cells = [
        {**request.knobs, x.id: across, **({} if y is None else {y.id: down})}
        for down in (values_y or [None])
        for across in values_x
    ]
    _check_effect(list(offered.values()), scene, cells, x, y)
    seed = scene.seed if request.seed is None else request.seed
    asks = tuple(FrameAsk(scene.id, knobs, seed, 1, request.parent_frame_id) for knobs in cells)
    return Laid(scene, seed, values_x, values_y, asks)


def shoot_request(request: GridRequest, laid: Laid) -> ShootRequest:
    """The frames of a grid, as any other frames are asked for."""
    return ShootRequest(
        laid.asks,
        shoot_id=request.shoot_id,
        pack=request.pack,
        cast=request.cast,
        width=request.width,
        height=request.height,
        output_format=request.output_format,
        quote_id=request.quote_id,
        most=MAX_CELLS,
    )


def _knob(offered: Mapping[str, Knob], name: str, given: Any) -> Knob:
    knob = offered.get(given) if isinstance(given, str) else None
    if knob is None:
        raise BadInput.of(name, "This scene has no such knob.", str(given)[:80], list(offered))
    return knob


def _limits(knob: Knob, *, is_strip: bool) -> tuple[int, int]:
    """How few and how many values: a test strip has 5 to 7, fewer where the knob has fewer."""
    if not is_strip:
        return AXIS_LEAST, AXIS_MOST
    return min(STRIP_LEAST, room(knob)), STRIP_MOST


def room(knob: Knob) -> int:
    """How many values a knob can take; MAX_CELLS stands for many."""
    if isinstance(knob, Toggle):
        return 2
    if isinstance(knob, Choice | PictureChoice):
        return len(knob.options)
    if isinstance(knob, Slider):
        return min(MAX_CELLS, round((knob.max - knob.min) / knob.step) + 1)
    return MAX_CELLS


def _values(knob: Knob, name: str, given: Any, least: int, most: int) -> list[Json]:
    if not isinstance(given, list | tuple) or not least <= len(given) <= most:
        many = f"{least} to {most}" if least < most else str(least)
        count = len(given) if isinstance(given, list | tuple) else None
        raise BadInput.of(name, f"{knob.label}: give {many} values.", count, [least, most])
    problems: list[FieldProblem] = []
    values: list[Json] = []
    for index, each in enumerate(given):
        try:
            value = checked(knob, each)
        except BadInput as error:
            problems += [FieldProblem(f"{name}[{index}]", p.message, p.value, p.limit) for p in error.problems]
            continue
        if value in values:
            told = f"{knob.label}: {spoken.said(knob, value) or 'nothing'} is there already."
            problems.append(FieldProblem(f"{name}[{index}]", told, value))
        values.append(value)
    if problems:
        raise BadInput(" ".join(dict.fromkeys(each.message for each in problems)), problems)
    return values


def _check_effect(
    offered: Sequence[Knob], scene: Scene, cells: Sequence[Mapping[str, Any]], x: Knob, y: Knob | None
) -> None:
    """A knob that is hidden in every cell would make them all alike."""
    complete_cells = [complete(offered, scene, knobs) for knobs in cells]
    for name, knob in (("knob_x", x), ("knob_y", y)):
        if knob is not None and not any(is_visible(knob, values) for values in complete_cells):
            raise BadInput.of(name, f"{knob.label} does nothing while the other knobs stand like this.", knob.id)


def spread(knob: Knob, most: int = STRIP_LEAST) -> list[Json]:
    """`most` values at the most, over all the knob's range: what a grid starts with. None for words."""
    if isinstance(knob, TextKnob):
        return []
    if isinstance(knob, ColourKnob):
        colours: list[Json] = [*dict.fromkeys([knob.default, *SWATCHES])]
        return colours[:most]
    if isinstance(knob, Choice | PictureChoice):
        return [option.value for option in knob.options[:most]]
    if isinstance(knob, Toggle):
        return [False, True]
    count = min(most, room(knob))
    steps = [knob.min + (knob.max - knob.min) * index / (count - 1) for index in range(count)]
    return list(dict.fromkeys(checked(knob, min(knob.max, step)) for step in steps))
