"""The studio: one pack on the bench, its sheet, its knobs, its ticket. Views over ShootState."""

from typing import Any

import reflex as rx

from pexit_app.features.packs import bench
from pexit_app.features.shoots import cast_components
from pexit_app.features.shoots import explore_components as explore
from pexit_app.features.shoots.appeal_components import refused
from pexit_app.features.shoots.cards import Fact
from pexit_app.features.shoots.edit_components import frame_edits, mend_stage
from pexit_app.features.shoots.orders import MAX_COUNT
from pexit_app.features.shoots.recipe_components import recipe_note, save_recipe
from pexit_app.features.shoots.sharing_components import sharing
from pexit_app.features.shoots.sheets_components import downloads
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.studio_react import FrameActs, StudioSwitch
from pexit_app.features.shoots.trash_components import undo_notice
from pexit_app.ui.forms import act, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.knobs import knobs_head
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.sheet import sheet, sheet_edge
from pexit_app.ui.parts.studio import studio, studio_head
from pexit_app.ui.parts.ticket import receipt, ticket
from pexit_app.ui.react import loupe, sheet_keys

el = rx.el
opened = ShootState.opened
SKETCH = "A quick drawing of what you will get. The frame itself is rendered as a photograph."


def studio_page() -> rx.Component:
    return _page(
        ShootState.title,
        bench.bench(
            studio(
                _head(),
                _stage(),
                _sheet_zone(),
                explore.history(),
                StudioSwitch.create(
                    name="drawer", on="open", off="shut", label=_pull_label(),
                    note=ShootState.count_line, controls="knobs",
                    class_name="drawer__pull studio__pull",
                ),
                _panel(),
                StudioSwitch.create(
                    name="ticket", on="open", off="shut", label="What it costs, line by line",
                    class_name="studio__items",
                ),
                _ticket_zone(),
            ),
            pack=ShootState.bench,
            shoot=ShootState.shoot_id,
            cast=ShootState.cast,
            load=ShootState.put_on,
            kept=ShootState.kept,
            hello=ShootState.hello,
            on_settled=ShootState.settle,
        ),
        el.p(ShootState.said, class_name="vh", role="status"),
        undo_notice(),
        kind="studio",
    )  # fmt: skip


def _stage() -> rx.Component:
    """Two frames compared, the opened frame, or the bench with the scenes to choose from."""
    at_bench = rx.fragment(_sketched(bench.picture()), bench.rail(tag_name="Scenes"))
    at_frame = rx.fragment(_opened_picture(), explore.family_section("wide"))
    return rx.cond(ShootState.comparison.id != "", explore.compared(), rx.cond(opened.id != "", at_frame, at_bench))


def _sketched(picture: rx.Component) -> rx.Component:
    """Where a GPU renders, the draft is a sketch of the photograph to come, and says so."""
    label = el.p(
        el.b("Sketch"), el.span(f". {SKETCH}", class_name="vh"), class_name="sketch code code--up", title=SKETCH
    )
    return rx.fragment(picture, rx.cond(ShootState.is_sketch, label))


def _panel() -> rx.Component:
    return rx.cond(
        ShootState.comparison.id != "",
        explore.comparison_panel(),
        rx.cond(opened.id != "", _opened_panel(), _knobs_panel()),
    )


def _pull_label() -> Any:
    return rx.cond(opened.id != "", f"Frame {opened.card.number}", "Knobs")


def _page(title: Any, *children: rx.Component, kind: str = "") -> rx.Component:
    return page(
        title,
        *children,
        here="/sheets",
        visitor=ShootState.visitor,
        kind=kind,
        messages=ShootState.messages,
        on_close=ShootState.close_message,
    )


def opening_page() -> rx.Component:
    """Before the state is there: the table and the film, nothing that would have to be taken back."""
    return page(
        "Studio", el.div(el.div(class_name="studio__stage"), class_name="studio"), here="/sheets", kind="studio"
    )


def missing_page() -> rx.Component:
    text = "It may have been taken off the table."
    return _page("No such pack", plain_page("There is no such pack.", text, "To the packs", "/"))


def _head() -> rx.Component:
    return studio_head(
        ShootState.title,
        ShootState.count_line,
        rx.cond(ShootState.is_running, act("Stop the run", on_click=ShootState.stop)),
        rx.cond(ShootState.zip_href != "", downloads(ShootState.zip_href, ShootState.ringed_href)),
        explore.keys_help(),
        StudioSwitch.create(
            name="view", on="sheet", off="both", label="Sheet", label_off="Bench", class_name="act studio__switch"
        ),
    )


def _sheet_zone() -> rx.Component:
    """The open test strip, then what was rendered; before the first frame, the pack's scenes."""
    frames = FrameActs.create(
        sheet_keys(
            sheet(ShootState.frames, label="Frames of this shoot"),
            on_open=ShootState.open_frame,
            on_mark=ShootState.mark,
            on_compare=ShootState.compare,
        ),
        latest=ShootState.latest,
        on_act=ShootState.retry,
        on_open=ShootState.open_frame,
    )
    earlier = act(f"Show {ShootState.earlier} earlier", "text", on_click=ShootState.show_earlier)
    shown = rx.cond(ShootState.frames.length() > 0, frames, explore.nothing_shown())
    return rx.fragment(
        bench.strip(on_render=ShootState.strip_of),
        explore.grid_form("wide"),
        explore.grid_section(),
        rx.cond(
            ShootState.recent.length() > 0,
            el.section(
                sheet_edge("Sheet"),
                explore.filter_row(),
                rx.cond(ShootState.earlier > 0, earlier),
                shown,
                aria_label="Sheet",
            ),
            el.section(sheet_edge("Scenes, as drafts", keys=False), bench.sheet(label="Scenes"), aria_label="Scenes"),
        ),
    )


def _knobs_panel() -> rx.Component:
    origin = rx.cond(
        ShootState.origin_number != "",
        el.p("From frame ", el.b(ShootState.origin_number), ". What you render now is its child.", class_name="note"),
    )
    return rx.fragment(
        recipe_note(),
        cast_components.casting(),
        knobs_head("Knobs"),
        origin,
        bench.tools(),
        explore.grid_form("narrow"),
        bench.aspect(),
        bench.knobs(strips=True),
    )


# ---- the ticket


def _ticket_zone() -> rx.Component:
    pay = el.button(
        ShootState.press,
        type="button",
        class_name="act act--go act--wide",
        aria_disabled=rx.cond(ShootState.can_pay, "false", "true"),
        on_click=ShootState.request_frames,
    )
    paid = rx.fragment(
        receipt(ShootState.receipt), act("New ticket", "wide", on_click=ShootState.new_ticket, id="new-ticket")
    )
    return el.div(
        rx.cond(
            ShootState.has_receipt,
            paid,
            rx.fragment(
                _scope(), refused(), rx.cond(ShootState.press != "", ticket(ShootState.ticket, pay)), _to_training()
            ),
        ),
        class_name="studio__pay",
    )


def _to_training() -> rx.Component:
    """Where the darkroom stands in for a GPU that does not know this cast: the way to change that. The ticket's line says
    why."""
    link = el.p(el.a("Train the likeness", href=ShootState.training_href), class_name="note small studio__why")
    return rx.cond(ShootState.training_href != "", link)


def _scope() -> rx.Component:
    """What the ticket is about: the whole sheet, or some frames of the selected scene."""

    def one(value: str, words: Any) -> rx.Component:
        return el.label(
            el.input(
                type="radio",
                name="scope",
                custom_attrs={"value": value},
                checked=ShootState.scope == value,
                on_change=ShootState.choose_scope(value),
            ),
            el.span(words),
        )

    count = el.select(
        *[el.option(str(number), value=str(number)) for number in range(1, MAX_COUNT + 1)],
        aria_label="How many frames of this scene",
        value=f"{ShootState.count}",
        on_change=ShootState.choose_count,
        class_name="scope__count figure",
    )
    return el.fieldset(
        el.legend("What to render", class_name="vh"),
        one("sheet", rx.cond(ShootState.scene_count == 1, "Once", f"All {ShootState.scene_count} scenes")),
        one("scene", "This scene"),
        one("strip", "Test strip"),
        one("grid", "Grid"),
        rx.cond(ShootState.scope == "scene", count),
        class_name="scope",
    )


# ---- the opened frame


def _opened_picture() -> rx.Component:
    return mend_stage(loupe(frame(opened.card, opens="none", loading="eager")))


def _fact(fact: Fact) -> rx.Component:
    return el.div(el.dt(fact.label), el.dd(fact.value))


def _opened_panel() -> rx.Component:
    close = act("Close", "text", on_click=ShootState.close_frame)
    parent = el.p(
        "From frame ",
        el.button(
            opened.parent_number, type="button", class_name="link", on_click=ShootState.open_frame(opened.parent_id)
        ),
        class_name="small",
    )
    return el.section(
        el.div(
            el.h2(f"Frame {opened.card.number}", class_name="h3"),
            el.span(opened.title, class_name="code quiet"),
            close,
            class_name="opened__head",
        ),
        rx.cond(opened.parent_id != "", parent),
        rx.match(
            opened.state,
            ("done", _done_acts()),
            ("failed", act("Try again", "ink", on_click=ShootState.retry(opened.id))),
            ("withheld", act("Render it after all", "ink", on_click=ShootState.retry(opened.id))),
            _open_details(),
        ),
        rx.cond(opened.state == "done", rx.fragment(frame_edits(), save_recipe(), sharing())),
        explore.family_section(),
        el.dl(rx.foreach(opened.facts, _fact), class_name="facts"),
        _delete(),
        class_name="opened",
        aria_label=f"Frame {opened.card.number}",
    )


def _open_details() -> rx.Component:
    """What the provider says of its work, for those who want to know."""
    said = el.details(
        el.summary("Details", class_name="small"), el.p(opened.log_line, class_name="code quiet"), class_name="loglines"
    )
    return rx.cond(opened.log_line != "", said)


def _done_acts() -> rx.Component:
    def mark(label: str, kind: str) -> rx.Component:
        is_set = opened.card.mark == kind
        return el.button(
            label,
            type="button",
            class_name="tool",
            aria_pressed=rx.cond(is_set, "true", "false"),
            on_click=ShootState.mark(opened.id, rx.cond(is_set, "none", kind)),
        )

    return rx.fragment(
        el.div(
            act("Tweak it", "ink", on_click=ShootState.tweak(opened.id)),
            act("Vary: 4 seeds", on_click=ShootState.vary(opened.id)),
            act("Compare", on_click=ShootState.compare(opened.id)),
            act(
                rx.cond(ShootState.grid.id != "", "Use these values", "Reopen its knobs"),
                on_click=ShootState.reopen(opened.id),
            ),
            class_name="opened__acts",
        ),
        el.div(
            mark("Ring", "ring"),
            mark("Reject", "reject"),
            plain_link("JPEG", href=opened.jpeg_href, download=True, class_name="tool", aria_label="Download as JPEG"),
            plain_link("PNG", href=opened.png_href, download=True, class_name="tool", aria_label="Download as PNG"),
            class_name="benchtools",
        ),
    )


def _delete() -> rx.Component:
    return act("Delete frame", "text", on_click=ShootState.delete(opened.id))
