"""The trash: its page, and the notice in the studio that undoes a deletion."""

import reflex as rx

from pexit_app.features.shoots.keeping_cards import TrashCard
from pexit_app.features.shoots.sheets_components import kept_links
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.trash_state import TrashState
from pexit_app.ui.forms import act
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.notices import nothing_yet

el = rx.el


def undo_notice() -> rx.Component:
    """Stays until it is used or put away: nobody has to be quick."""
    trashed = ShootState.trashed
    said = el.div(
        el.span(f"Frame {trashed.number} is in the trash for 7 days."),
        act("Undo", on_click=ShootState.undo_delete),
        el.button("Close", type="button", class_name="toast__close code", on_click=ShootState.keep_in_trash),
        class_name="toast",
    )
    shown: rx.Component = el.div(rx.cond(trashed.id != "", said), class_name="undo", role="status")
    return shown


def trash_page() -> rx.Component:
    empty = nothing_yet(
        "The trash is empty.",
        "A frame you delete stays here for seven days and can be put back. Then it goes for good, with its picture.",
        "To your sheets",
        "/sheets",
    )
    return page(
        "Trash",
        el.section(
            el.div(
                el.h1("Trash", class_name="h44"),
                el.p("Seven days, then a frame is gone for good.", class_name="quiet"),
                kept_links("/trash"),
                class_name="stack stack--tight",
            ),
            rx.cond(TrashState.count > 0, _full(), empty),
            class_name="page sheets stack stack--loose",
        ),
        here="/sheets",
        visitor=TrashState.visitor,
        messages=TrashState.messages,
        on_close=TrashState.close_message,
    )


def _full() -> rx.Component:
    frames = rx.cond(TrashState.count == 1, "1 frame", f"{TrashState.count} frames")
    asked = el.div(
        el.p("Delete all of it for good?"),
        act("Delete it all", "ink", on_click=TrashState.empty),
        act("Keep it", on_click=TrashState.ask_empty(False)),
        class_name="row",
        role="group",
        aria_label="Empty the trash",
    )
    ask = act("Empty the trash", on_click=TrashState.ask_empty(True))
    return rx.fragment(
        el.div(
            el.p(frames, class_name="figure"), rx.cond(TrashState.is_emptying, asked, ask), class_name="row row--split"
        ),
        el.ul(rx.foreach(TrashState.frames, _frame), class_name="binned", role="list"),
        rx.cond(TrashState.has_more, act("Show more", "wide", on_click=TrashState.show_more)),
    )


def _frame(card: TrashCard) -> rx.Component:
    name = f"frame {card.number} of {card.title}"
    return el.li(
        frame(card.card),
        el.p(el.b(card.title), el.span(card.gone, class_name="code red"), class_name="small binned__words"),
        el.div(
            el.button(
                "Restore",
                type="button",
                class_name="tool",
                aria_label=f"Restore {name}",
                on_click=TrashState.restore(card.id),
            ),
            el.button(
                "Delete now",
                type="button",
                class_name="tool",
                aria_label=f"Delete {name} now",
                on_click=TrashState.delete(card.id),
            ),
            class_name="row",
        ),
    )
