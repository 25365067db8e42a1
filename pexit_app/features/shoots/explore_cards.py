"""What exploring a shoot shows, as plain values: the form of a grid, a grid, a family, two frames side by side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pexit_app.features.packs.compose import is_visible
from pexit_app.features.packs.definition import ColourKnob, Knob, PackDefinition, Slider, TextKnob
from pexit_app.features.shoots import cards, edit_cards, lineage
from pexit_app.features.shoots.cards import Roll, Wait
from pexit_app.features.shoots.grid_requests import MAX_CELLS, STRIP_LEAST, spread
from pexit_app.features.shoots.grids import OpenGrid, words_of
from pexit_app.features.shoots.lineage import Family
from pexit_app.features.shoots.models import Frame, Grid
from pexit_app.features.shoots.orders import Axes
from pexit_app.ui.parts.frame import FrameCard

OFFERED = 9  # values of a slider that a form offers
ACROSS, DOWN = 3, 3  # a grid's first size
GAP = "deleted"


@dataclass(frozen=True)
class Choice:
    value: str = ""
    label: str = ""


@dataclass(frozen=True)
class Chip:
    """A value that may be in a grid; `value` is JSON."""

    value: str = ""
    label: str = ""
    is_on: bool = False


@dataclass(frozen=True)
class AxisForm:
    knob: str = ""
    label: str = ""
    chips: list[Chip] = field(default_factory=list)


@dataclass(frozen=True)
class GridForm:
    """`problem`: why it cannot be rendered like this; empty when it can."""

    knobs: list[Choice] = field(default_factory=list)
    x: AxisForm = field(default_factory=AxisForm)
    y: AxisForm = field(default_factory=AxisForm)
    line: str = ""
    problem: str = ""


@dataclass(frozen=True)
class GridRow:
    label: str = ""
    cells: list[FrameCard] = field(default_factory=list)


@dataclass(frozen=True)
class GridCard:
    id: str = ""
    title: str = ""
    scene: str = ""
    line: str = ""
    label_x: str = ""
    label_y: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[GridRow] = field(default_factory=list)
    again: str = ""


@dataclass(frozen=True)
class Relative:
    """`words`: what changed from the one before."""

    card: FrameCard = field(default_factory=FrameCard)
    words: str = ""
    is_gap: bool = False


@dataclass(frozen=True)
class Generation:
    label: str = ""
    frames: list[Relative] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """Two frames laid over each other: `one` is uncovered from the left. An empty id: nothing is compared."""

    id: str = ""
    one: FrameCard = field(default_factory=FrameCard)
    other: FrameCard = field(default_factory=FrameCard)
    words: list[str] = field(default_factory=list)


# ---- the form


def grid_knobs(definition: PackDefinition, scene_id: str, knobs: dict[str, Any]) -> list[Knob]:
    """Knobs whose values can stand beside each other, and that do something as the others stand."""
    scene = definition.scene(scene_id)
    if scene is None:
        return []
    offered = definition.knobs_of(scene)
    values = {knob.id: knobs.get(knob.id, scene.defaults.get(knob.id, knob.default)) for knob in offered}
    return [knob for knob in offered if not isinstance(knob, TextKnob) and is_visible(knob, values)]


def start_axes(knobs: Sequence[Knob], axes: Axes, *, is_strip: bool) -> Axes:
    """`axes` as far as it fits `knobs`; what is missing starts spread over the knob's range."""
    if not knobs:
        return Axes()
    by_id = {knob.id: knob for knob in knobs}
    across = by_id.get(axes.knob_x) or next((knob for knob in knobs if isinstance(knob, Slider)), knobs[0])
    others = [knob for knob in knobs if knob.id != across.id]
    values_x = axes.values_x if across.id == axes.knob_x and axes.values_x else ()
    x = values_x or tuple(spread(across, STRIP_LEAST if is_strip else ACROSS))
    down = by_id.get(axes.knob_y) if axes.knob_y != across.id else None
    down = down or next((knob for knob in others if not isinstance(knob, Slider)), others[0] if others else None)
    if is_strip or down is None:
        return Axes(across.id, x)
    values_y = axes.values_y if down.id == axes.knob_y and axes.values_y else ()
    return Axes(across.id, x, down.id, values_y or tuple(spread(down, DOWN)))


def turn_value(knob: Knob, values: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    """`values` with `value` in it or, if it was, without; in the order of the knob."""
    kept = [each for each in values if each != value] if value in values else [*values, value]
    order = _offered(knob, values)
    rank = {json.dumps(each): index for index, each in enumerate(order)}
    return tuple(sorted(kept, key=lambda each: rank.get(json.dumps(each), len(rank))))


def _offered(knob: Knob, chosen: Sequence[Any]) -> list[Any]:
    if isinstance(knob, Slider):
        return sorted({*spread(knob, OFFERED), *(each for each in chosen if isinstance(each, int | float))})
    extra = [each for each in chosen if each not in spread(knob, MAX_CELLS)] if isinstance(knob, ColourKnob) else []
    return [*spread(knob, MAX_CELLS), *extra]


def grid_form(knobs: Sequence[Knob], axes: Axes, problem: str = "") -> GridForm:
    by_id = {knob.id: knob for knob in knobs}

    def axis(knob_id: str, chosen: Sequence[Any]) -> AxisForm:
        knob = by_id.get(knob_id)
        if knob is None:
            return AxisForm()
        offered = _offered(knob, chosen)
        said = zip(offered, words_of(knob, offered), strict=True)
        chips = [Chip(json.dumps(each), words, each in chosen) for each, words in said]
        return AxisForm(knob.id, knob.label, chips)

    wide, high = len(axes.values_x), len(axes.values_y)
    line = f"{wide} × {high} = {wide * high} of {MAX_CELLS} cells" if axes.knob_y else f"{wide} exposures"
    choices = [Choice(knob.id, knob.label) for knob in knobs]
    return GridForm(choices, axis(axes.knob_x, axes.values_x), axis(axes.knob_y, axes.values_y), line, problem)


# ---- an open grid


def grid_card(roll: Roll, found: OpenGrid, waits: dict[Any, Wait], here: str, frame_dust: int) -> GridCard:
    wide = len(found.across.words)
    drawn = [
        cards.frame_card(roll, frame, waits.get(frame.id, Wait()), is_here=str(frame.id) == here)
        if frame is not None
        else FrameCard(state="empty", headline="Deleted")
        for frame in found.cells
    ]
    labels = list(found.down.words) or [""]
    count = len(found.again)
    dust = sum(frame_dust for frame in found.again if frame.tester_id is None)  # what was free stays so
    again = f"Try {count} again, {dust:,} dust" if count else ""
    return GridCard(
        id=str(found.grid.id),
        title=title_of(roll.definition, found.grid),
        scene=found.scene_title,
        line=_line(found),
        label_x=found.across.label,
        label_y=found.down.label,
        heads=list(found.across.words),
        rows=[GridRow(label, drawn[row * wide : (row + 1) * wide]) for row, label in enumerate(labels)],
        again=again,
    )


def point_at(grid: GridCard, frame_id: str) -> GridCard:
    """The same grid with this frame as the one that is looked at."""

    def pointed(row: GridRow) -> GridRow:
        return replace(row, cells=[replace(each, is_here=each.id == frame_id != "") for each in row.cells])

    return replace(grid, rows=[pointed(row) for row in grid.rows])


def _line(found: OpenGrid) -> str:
    said = [f"{found.done} of {len(found.cells)} done"]
    if found.open:
        said.append(f"{found.open} to come")
    if found.again:
        said.append(f"{len(found.again)} without a picture, given back")
    return ", ".join(said)


def title_of(definition: PackDefinition, grid: Grid) -> str:
    """`Test strip: Later in the day`, `Later in the day × Film`."""
    scene = definition.scene(grid.scene_id)
    labels = {knob.id: knob.label for knob in definition.knobs_of(scene)} if scene else {}
    across = labels.get(grid.knob_x, grid.knob_x)
    return f"{across} × {labels.get(grid.knob_y, grid.knob_y)}" if grid.knob_y else f"Test strip: {across}"


# ---- a family


def family_cards(roll: Roll, family: Family) -> list[Generation]:
    """From the oldest ancestor down to the children; none for a frame without relatives."""
    if family.is_alone and not family.siblings:
        return []
    here = family.frame
    said = []
    before: Frame | None = None
    for depth, ancestor in enumerate(family.ancestors):
        label = "It began with" if depth == 0 else "then"
        said.append(Generation(label, [_relative(roll, before, ancestor)]))
        before = ancestor
    own = sorted([here, *family.siblings], key=lambda frame: frame.position)
    parent = family.ancestors[-1] if family.ancestors else None
    label = "from which came" if family.ancestors else "It began with"
    said.append(Generation(label, [_relative(roll, parent, each, is_here=each.id == here.id) for each in own]))
    if family.children:
        said.append(Generation("and from it", [_relative(roll, here, each) for each in family.children]))
    return said


def _relative(roll: Roll, before: Frame | None, frame: Frame | None, *, is_here: bool = False) -> Relative:
    if frame is None:
        return Relative(FrameCard(state="empty", headline="Deleted"), GAP, is_gap=True)
    words = _came_by(roll, before, frame) if before is not None else ""
    return Relative(cards.frame_card(roll, frame, Wait(), is_here=is_here), words)


def _came_by(roll: Roll, before: Frame, frame: Frame) -> str:
    """What was done to `before`, its parent, or else what differs."""
    return edit_cards.in_words(frame) or lineage.in_words(lineage.changes(roll.definition, before, frame))


# ---- a comparison


def comparison_of(roll: Roll, one: Frame, other: Frame) -> Comparison:
    """Both are done."""
    edits = [edit_cards.in_words(each) for each in (one, other) if each.parent_frame_id in (one.id, other.id)]
    said = [words for words in edits if words] or lineage.changes(roll.definition, one, other)
    large = [cards.large(roll, frame, Wait()) for frame in (one, other)]
    return Comparison(f"{one.id} {other.id}", large[0], large[1], said or ["Nothing but chance."])
