"""What a live page has that a still one has not: its connection, and the moment it takes over from the first HTML."""

import reflex as rx

from pexit_app.ui.both import Flag, Text
from pexit_app.ui.react import takeover


class Connection(rx.Component):
    """Says when the connection is lost; loads `leave_to` in full once it is not empty."""

    library = rx.asset("connection.jsx", shared=True).importable_path
    tag = "Connection"
    leave_to: rx.Var[str]


def live(
    is_ready: Flag, view: rx.Component, leave_to: Text = "", meanwhile: rx.Component | None = None
) -> rx.Component:
    """`view` once its state is there; until then the first HTML stands, or `meanwhile` on pages that have none."""
    early = rx.fragment() if meanwhile is None else meanwhile
    shown: rx.Component = rx.fragment(
        rx.cond(is_ready, rx.fragment(takeover(), view), early), Connection.create(leave_to=leave_to)
    )
    return shown
