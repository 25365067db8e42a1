"""The studio's zones. Wide: stage, sheet, knobs, history. Narrow: one frame, its rail, the drawer of knobs, the ticket.

`view` is both, sheet or frame (a narrow screen shows the frame unless it is sheet); `drawer` and `ticket_pull` are open
or shut and matter on a narrow screen only.
"""

from typing import Any

import reflex as rx

from pexit_app.ui.both import Node, Text, each, el, is_some, when
from pexit_app.ui.parts.frame import frame


def studio(
    head: Node, stage: Node, sheet: Node, history: Node, pull: Node, knobs: Node, items: Node, ticket: Node, *,
    view: Text = "both", drawer: Text = "open", ticket_pull: Text = "shut",
) -> rx.Component:  # fmt: skip
    """Places what it is given; every zone scrolls by itself where the screen is high enough."""
    return el.div(
        head,
        el.div(stage, class_name="studio__stage"),
        el.div(sheet, class_name="studio__sheet"),
        history,
        pull,
        el.aside(knobs, class_name="studio__knobs", id="knobs", aria_label="Knobs", tab_index=0),
        el.div(items, ticket, class_name="studio__ticket"),
        class_name="studio",
        data_view=view,
        data_drawer=drawer,
        data_ticket=ticket_pull,
    )


def studio_head(title: Text, count: Node, *acts: Node) -> rx.Component:
    """Title, how many frames stand where, and what can be done to the whole shoot."""
    return el.header(
        el.h1(title), el.p(count, class_name="studio__count"), el.div(*acts, class_name="row"),
        class_name="studio__head",
    )  # fmt: skip


def history(frames: Any, now: Text = "") -> rx.Component:
    """The strip at the bottom: frames as links or buttons, and what is turned but not rendered."""
    return el.nav(
        el.span("History", class_name="code code--up history__tag", aria_hidden="true"),
        *each(frames, lambda one: frame(one, opens="link")),
        when(is_some(now), el.span(el.b("now "), now, class_name="history__now code")),
        class_name="history",
        aria_label="History",
    )


def drawer_pull(label: Text, note: Text, is_open: Any, **props: Any) -> rx.Component:
    """The bar that shuts the drawer of knobs on a narrow screen, so that the picture has all the room."""
    return el.button(
        el.b(label),
        el.span(note, class_name="code"),
        type="button",
        class_name="drawer__pull studio__pull",
        aria_expanded=when(is_open, "true", "false"),
        aria_controls="knobs",
        **props,
    )


def items_pull(is_open: Any, **props: Any) -> rx.Component:
    """On a narrow screen the ticket is one line; this shows its items."""
    return el.button(
        el.span("What it costs, line by line", class_name="vh"),
        type="button",
        class_name="studio__items",
        aria_expanded=when(is_open, "true", "false"),
        **props,
    )
