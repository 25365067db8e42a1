"""The studio's own React parts: a .jsx file beside this module each."""

from typing import Any

import reflex as rx

from pexit_app.ui.beside import beside

# A module that only other parts import: it has to lie beside them in the build.
beside(__name__, "edit_store.js")


class FrameActs(rx.Component):
    """Wraps a sheet: `on_act` gets the id of a frame whose button was pressed, `on_open` that of one to be opened.
    `latest` is the newest frame's."""

    library = beside(__name__, "frame_acts.jsx")
    tag = "FrameActs"
    latest: rx.Var[str]
    on_act: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]
    on_open: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]


class StudioSwitch(rx.Component):
    """Turns the studio's data-`name` between `on` and `off`, in the browser alone."""

    library = beside(__name__, "studio_switch.jsx")
    tag = "StudioSwitch"
    name: rx.Var[str]
    on: rx.Var[str]
    off: rx.Var[str]
    label: rx.Var[str]
    label_off: rx.Var[str]
    note: rx.Var[str]
    controls: rx.Var[str]


class HistoryFilm(rx.Component):
    """The strip of renders: its end is in sight whenever `latest` changes."""

    library = beside(__name__, "history_film.jsx")
    tag = "HistoryFilm"
    latest: rx.Var[str]


class Compare(rx.Component):
    """Two pictures under a slider; `on_close` when Escape is pressed on it."""

    library = beside(__name__, "compare.jsx")
    tag = "Compare"
    one: rx.Var[str]
    other: rx.Var[str]
    ratio: rx.Var[str]
    one_label: rx.Var[str]
    other_label: rx.Var[str]
    one_alt: rx.Var[str]
    other_alt: rx.Var[str]
    on_close: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


class KeysHelp(rx.Component):
    """A button, and the key ?, that bring what is inside on a sheet of paper."""

    library = beside(__name__, "keys_help.jsx")
    tag = "KeysHelp"
    label: rx.Var[str]


class FrameEdits(rx.Component):
    """What can be done to a finished frame: `offers` of {kind, dust, note}. What is typed and painted stays in the browser
    until it is ordered; `on_made` gets the new frame's id."""

    library = beside(__name__, "frame_edits.jsx")
    tag = "FrameEdits"
    frame_id: rx.Var[str]
    width: rx.Var[int]
    height: rx.Var[int]
    offers: rx.Var[list[dict[str, Any]]]
    limit: rx.Var[int]
    on_made: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]


class MendStage(rx.Component):
    """Wraps the opened picture, which takes paint while a part of it is to be mended."""

    library = beside(__name__, "mend_stage.jsx")
    tag = "MendStage"
    frame_id: rx.Var[str]
    width: rx.Var[int]
    height: rx.Var[int]
