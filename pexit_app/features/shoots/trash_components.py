"""What is said about the trash: the notice that undoes a deletion."""

import reflex as rx

from pexit_app.features.shoots.state import ShootState
from pexit_app.ui.forms import act

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
