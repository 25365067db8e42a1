"""Views for exploring a shoot: the filter, the strip of renders, grids and their form, a frame's family, two frames
compared, the keys."""

from typing import Any

import reflex as rx

from pexit_app.features.shoots.explore_cards import AxisForm, Chip, Choice, Generation, GridRow, Relative
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.studio_react import Compare, FrameActs, HistoryFilm, KeysHelp
from pexit_app.ui.forms import act
from pexit_app.ui.parts.frame import FrameCard, frame
from pexit_app.ui.parts.pencil import pencil
from pexit_app.ui.react import sheet_keys

el = rx.el
grid, form, comparison = ShootState.grid, ShootState.grid_form, ShootState.comparison
KEYS = [
    ("Arrows", "Go from frame to frame"),
    ("Enter", "Open the frame"),
    ("Space", "Hold for the loupe: the picture 1:1; arrows move it"),
    ("F", "Ring it, or take the ring off"),
    ("X", "Reject it, or take it back"),
    ("C", "Compare it with its parent, or the frame before"),
    ("Home, End", "First and last frame"),
    ("Ctrl Z, Ctrl Y", "Take a turn of a knob back, or do it again"),
    ("Escape", "End the comparison"),
    ("?", "These keys"),
]


def worked(*children: Any) -> rx.Component:
    """Frames that open, are marked, compared and tried again."""
    return FrameActs.create(
        sheet_keys(*children, on_open=ShootState.open_frame, on_mark=ShootState.mark, on_compare=ShootState.compare),
        latest="",
        on_act=ShootState.retry,
        on_open=ShootState.open_frame,
    )


# ---- filter, history, keys


def filter_row() -> rx.Component:
    def one(choice: Choice, index: int) -> rx.Component:
        return el.label(
            el.input(
                type="radio",
                name="show",
                custom_attrs={"value": choice.value},
                checked=ShootState.show == choice.value,
                on_change=ShootState.filter_sheet(choice.value),
            ),
            el.span(choice.label, pencil("line", index)),
        )

    return el.fieldset(
        el.legend("Show", class_name="vh"), rx.foreach(ShootState.show_choices, one), class_name="filter sheetfilter"
    )


def nothing_shown() -> rx.Component:
    return el.p(
        ShootState.empty_line, " ", act("Show all", "text", on_click=ShootState.filter_sheet("all")), class_name="note"
    )


def history() -> rx.Component:
    """The strip of renders along the bottom, newest at the right; nothing before the first frame."""
    film = HistoryFilm.create(
        el.span("History", class_name="code code--up history__tag", aria_hidden="true"),
        worked(rx.foreach(ShootState.recent, lambda card: frame(card, opens="button"))),
        latest=ShootState.newest,
    )
    return rx.cond(ShootState.recent.length() > 0, film)


def keys_help() -> rx.Component:
    rows = [el.div(el.dt(el.kbd(keys)), el.dd(words)) for keys, words in KEYS]
    return KeysHelp.create(el.h2("Keys", class_name="h3"), el.dl(*rows, class_name="keyshelp__list"), label="Keys")


# ---- the form of a grid


def grid_form(place: str = "wide") -> rx.Component:
    """Which knobs and which of their values; drawn while the ticket is for a test strip or a grid. `place`: wide for the
    sheet's column, narrow for the drawer; the style sheet shows the one that fits the screen."""
    is_grid = ShootState.scope == "grid"
    made = el.section(
        el.h3(rx.cond(is_grid, "Grid of this scene", "Test strip of this scene"), class_name="label"),
        _axis(f"{place}-x", "x", "Across", form.x),
        rx.cond(is_grid, _axis(f"{place}-y", "y", "Down", form.y)),
        el.p(form.line, class_name="code quiet"),
        rx.cond(form.problem != "", el.p(form.problem, class_name="note note--bad", role="status")),
        class_name=f"gridform gridform--{place}",
        aria_label="What is varied",
    )
    is_open = (ShootState.scope == "strip") | is_grid
    return rx.cond(is_open & ~ShootState.has_receipt, made)


def _axis(name: str, which: str, title: str, axis: AxisForm) -> rx.Component:
    def chip(one: Chip) -> rx.Component:
        return el.label(
            el.input(type="checkbox", checked=one.is_on, on_change=lambda _: ShootState.turn_value(which, one.value)),
            el.span(one.label),
            class_name="gridform__value",
        )

    return el.div(
        el.label(title, html_for=name, class_name="label quiet"),
        el.select(
            rx.foreach(form.knobs, lambda choice: el.option(choice.label, value=choice.value)),
            id=name,
            value=axis.knob,
            on_change=lambda knob: ShootState.choose_axis(which, knob),
        ),
        el.div(rx.foreach(axis.chips, chip), class_name="gridform__values code", role="group", aria_label=axis.label),
        class_name="gridform__axis",
    )


# ---- grids of the shoot


def grid_section() -> rx.Component:
    """The open grid, and the way to the others."""

    def one(choice: Choice) -> rx.Component:
        is_here = grid.id == choice.value
        return el.button(
            choice.label,
            type="button",
            class_name="tool",
            aria_pressed=rx.cond(is_here, "true", "false"),
            on_click=rx.cond(is_here, ShootState.close_grid, ShootState.open_grid(choice.value)),
        )

    listed = el.div(
        rx.foreach(ShootState.grid_choices, one), class_name="benchtools gridlist", role="group", aria_label="Grids"
    )
    return rx.fragment(rx.cond(ShootState.grid_choices.length() > 0, listed), rx.cond(grid.id != "", _open_grid()))


def _open_grid() -> rx.Component:
    head = el.div(
        el.h2(grid.title, class_name="h3"),
        el.p(f"{grid.scene}, {grid.line}", class_name="small quiet"),
        rx.cond(grid.again != "", act(grid.again, on_click=ShootState.retry_grid)),
        act("Close", "text", on_click=ShootState.close_grid),
        class_name="grid__head",
    )
    corner = el.th(rx.cond(grid.label_y != "", el.span(grid.label_y, " ↓")), el.span(grid.label_x, " →"), scope="col")
    table = el.table(
        el.caption(f"{grid.title}: {grid.line}", class_name="vh"),
        el.thead(el.tr(corner, rx.foreach(grid.heads, lambda words: el.th(words, scope="col")))),
        el.tbody(rx.foreach(grid.rows, _grid_row)),
        class_name="grid",
    )
    film = el.div(worked(table), class_name="grid__film", role="region", tab_index=0, aria_label=grid.title)
    return el.section(head, film, aria_label="Grid", class_name="gridview")


def _grid_row(row: GridRow) -> rx.Component:
    def cell(card: FrameCard) -> rx.Component:
        return el.td(rx.cond(card.id != "", frame(card, opens="button"), frame(card)))

    return el.tr(el.th(row.label, scope="row"), rx.foreach(row.cells, cell))


# ---- a frame's family


def family_section(place: str = "narrow") -> rx.Component:
    """Where the opened frame comes from and what came of it: strips joined by the pencil. `place`: wide lies under the
    picture, narrow stands in the drawer; the style sheet shows the one that fits the screen."""
    tree = el.ol(rx.foreach(ShootState.family, _generation), class_name="family")
    section = el.section(
        el.p("Where it comes from", class_name="label"),
        worked(tree),
        aria_label="Lineage",
        class_name=f"lineage lineage--{place}",
    )
    return rx.cond(ShootState.family.length() > 0, section)


def _generation(one: Generation) -> rx.Component:
    return el.li(
        el.p(one.label, class_name="code code--up family__label"),
        el.ul(rx.foreach(one.frames, _relative), class_name="family__strip", role="list"),
        pencil("line", 1),
        class_name="family__generation",
    )


def _relative(one: Relative) -> rx.Component:
    return el.li(
        rx.cond(one.is_gap, frame(one.card), frame(one.card, opens="button")),
        el.p(one.words, class_name="family__words"),
    )


# ---- two frames


def compared() -> rx.Component:
    """In the place of the large picture."""
    return Compare.create(
        key=comparison.id,
        one=comparison.one.src,
        other=comparison.other.src,
        ratio=comparison.one.ratio,
        one_label=f"Frame {comparison.one.number}",
        other_label=f"Frame {comparison.other.number}",
        one_alt=comparison.one.alt,
        other_alt=comparison.other.alt,
        on_close=ShootState.end_compare,
    )


def comparison_panel() -> rx.Component:
    return el.section(
        el.div(
            el.h2(f"Frame {comparison.one.number} and {comparison.other.number}", class_name="h3"),
            act("Close", "text", on_click=ShootState.end_compare),
            class_name="opened__head",
        ),
        el.p(f"From {comparison.one.number} to {comparison.other.number}:", class_name="small quiet"),
        el.ul(rx.foreach(comparison.words, el.li), class_name="differences"),
        el.label("Compare with", html_for="compare-with", class_name="label"),
        el.select(
            rx.foreach(ShootState.comparable, lambda choice: el.option(choice.label, value=choice.value)),
            id="compare-with",
            value=comparison.one.id,
            on_change=ShootState.compare_with,
            class_name="field__select",
        ),
        class_name="opened",
        aria_label="Comparison",
    )
