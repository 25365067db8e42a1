"""Where links to a frame and its sheet are made in the studio, and ended."""

from typing import Any

import reflex as rx

from pexit_app.features.shoots.share_state import ShareCard
from pexit_app.features.shoots.state import ShootState
from pexit_app.ui.forms import act

el = rx.el
LIVES = ((1, "1 day"), (7, "7 days"), (30, "30 days"))


def sharing() -> rx.Component:
    rows = el.ul(rx.foreach(ShootState.share_rows, _row), class_name="sharing__rows", role="list")
    return el.details(
        el.summary("Show it to others", class_name="act act--wide"),
        el.div(
            el.p(
                "Whoever has the link may look, without an account. You end it whenever you like.", class_name="small"
            ),
            _lives("This frame", "frame"),
            _lives("The whole sheet", "sheet"),
            el.div(rx.cond(ShootState.share_link != "", _link()), role="status"),
            rx.cond(ShootState.share_rows.length() > 0, rows),
            class_name="stack stack--tight",
        ),
        class_name="sharing",
    )


def _lives(label: str, subject: str) -> rx.Component:
    """For how long."""
    tools = [
        el.button(
            words,
            type="button",
            class_name="tool",
            aria_label=f"Link to {label.lower()} for {words}",
            on_click=ShootState.share(ShootState.opened.id, subject, days),
        )
        for days, words in LIVES
    ]
    return el.div(
        el.span(label, class_name="label"), el.div(*tools, class_name="benchtools"), class_name="sharing__lives"
    )


def _link() -> rx.Component:
    """Told once: it is not kept. A press selects all of it."""
    return el.div(
        el.p("The link. It is shown this once.", class_name="label"),
        el.p(ShootState.share_link, class_name="sharing__link code"),
        class_name="stack stack--tight",
    )


def _row(row: ShareCard) -> rx.Component:
    end: Any = act("End it", "text", on_click=ShootState.end_share(row.id), aria_label=f"End the link: {row.words}")
    return el.li(el.span(row.words), end)
