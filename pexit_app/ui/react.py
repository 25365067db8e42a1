"""Our own React parts: a .jsx file beside this module each, bundled with the pages. React alone, no other package."""

from typing import Any

import reflex as rx

from pexit_app.ui.beside import beside

# Modules that only other parts import: they have to lie beside them in the build.
for _module in ("glass.js", "sheet_hands.js"):
    beside(__name__, _module)


class Takeover(rx.Component):
    """Drawn together with a page's live content; the server's first drawing leaves in the same frame."""

    library = beside(__name__, "takeover.jsx")
    tag = "Takeover"


class Loupe(rx.Component):
    """Wraps frames: press and hold one (or hold Space on it) to see its pixels 1:1 under a round glass."""

    library = beside(__name__, "loupe.jsx")
    tag = "Loupe"


class SheetKeys(rx.Component):
    """Wraps a sheet: arrows move, Enter opens, F rings, X rejects, C compares, Space holds the loupe; pressing and
    holding too.

    `on_open` and `on_compare` get the frame's id; `on_mark` gets the frame's id and ring, reject or none.
    """

    library = beside(__name__, "sheet_keys.jsx")
    tag = "SheetKeys"
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    on_mark: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]  # type: ignore[type-arg, valid-type]
    on_compare: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]


def takeover() -> rx.Component:
    return Takeover.create()


def loupe(*children: Any) -> rx.Component:
    return Loupe.create(*children)


def sheet_keys(*children: Any, **events: Any) -> rx.Component:
    return SheetKeys.create(*children, **events)
