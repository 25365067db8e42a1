"""What a live page has that a still one has not: its connection, and the moment it takes over from the first HTML."""

import reflex as rx

from pexit_app.ui.beside import beside
from pexit_app.ui.both import Flag, Text
from pexit_app.ui.react import takeover


class Connection(rx.Component):
    """Says when the connection is lost; loads `leave_to` in full once it is not empty."""

    library = beside(__name__, "connection.jsx")
    tag = "Connection"
    leave_to: rx.Var[str]


class Settled(rx.Component):
    """Draws its first child once `is_ready` and `at` is the address, else its second."""

    library = beside(__name__, "settled.jsx")
    tag = "Settled"
    is_ready: rx.Var[bool]
    at: rx.Var[str]


def live(
    is_ready: Flag, at: Text, view: rx.Component, leave_to: Text = "", meanwhile: rx.Component | None = None
) -> rx.Component:
    """`view` once its state is there, loaded for the path `at`; until then the first HTML stands, or `meanwhile` on pages
    that have none."""
    early = rx.fragment() if meanwhile is None else meanwhile
    shown: rx.Component = rx.fragment(
        Settled.create(
            rx.fragment(takeover(), view), rx.fragment(early), is_ready=rx.State.is_hydrated & is_ready, at=at
        ),
        Connection.create(leave_to=leave_to),
    )
    return shown
