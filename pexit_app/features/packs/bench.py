"""The bench as Reflex components: a pack's scenes as drafts and its knobs, turned in the browser alone.

Each part is a .jsx file beside this module and reads the one store in bench_store.js. Nothing of a drag passes through a
State: on release `on_settled` gets the settings once, as JSON `{version, scene, seed, aspect, scenes: [{id, knobs}],
turned}`.
"""

from typing import Any

import reflex as rx

from pexit_app.ui.beside import beside
from pexit_app.ui.parts.pencil import MARKS

# Modules that only other parts import: they have to lie beside them in the build.
for _module in ("bench_store.js", "bench_values.js", "bench_drafts.js", "bench_draft.jsx"):
    beside(__name__, _module)


class Bench(rx.Component):
    """Opens the bench of `pack` (PackDetailOut as JSON) for the parts inside it. `is_public`: drafts without an account.
    `cast` is a face's id by role, "" for the stand-in. `load` ({token, scene, knobs, seed, aspect}) puts settings on
    the bench; `kept` are further words of the page's address; a new `hello` asks for on_settled."""

    library = beside(__name__, "bench.jsx")
    tag = "Bench"
    pack: rx.Var[dict[str, Any]]
    is_public: rx.Var[bool]
    shoot: rx.Var[str]
    cast: rx.Var[dict[str, str]]
    load: rx.Var[dict[str, Any]]
    kept: rx.Var[dict[str, str]]
    hello: rx.Var[str]
    on_settled: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]


class BenchPicture(rx.Component):
    """The selected scene, large."""

    library = beside(__name__, "bench_picture.jsx")
    tag = "BenchPicture"


class BenchKnobs(rx.Component):
    """The selected scene's knobs. `strips`: sliders offer their test strip."""

    library = beside(__name__, "bench_knobs.jsx")
    tag = "BenchKnobs"
    strips: rx.Var[bool]


class BenchSheet(rx.Component):
    """Every scene as a frame that is already a draft."""

    library = beside(__name__, "bench_sheet.jsx")
    tag = "BenchSheet"
    label: rx.Var[str]


class BenchRail(rx.Component):
    """The scenes along the bottom of the studio."""

    library = beside(__name__, "bench_sheet.jsx")
    tag = "BenchRail"
    tag_name: rx.Var[str]


class BenchTools(rx.Component):
    """Undo, redo, reset, another seed, the link."""

    library = beside(__name__, "bench_tools.jsx")
    tag = "BenchTools"


class BenchAspect(rx.Component):
    """The shape of the pictures: each scene's own, or one for all."""

    library = beside(__name__, "bench_aspect.jsx")
    tag = "BenchAspect"


class BenchStrip(rx.Component):
    """The open test strip, if any. `on_render` gets its knob, to render what is only drafted here."""

    library = beside(__name__, "bench_strip.jsx")
    tag = "BenchStrip"
    ring: rx.Var[str]
    on_render: rx.EventHandler[rx.event.passthrough_event_spec(str)]  # type: ignore[type-arg, valid-type]


bench = Bench.create
picture = BenchPicture.create
knobs = BenchKnobs.create
sheet = BenchSheet.create
rail = BenchRail.create
tools = BenchTools.create
aspect = BenchAspect.create


def strip(**events: Any) -> rx.Component:
    return BenchStrip.create(ring=MARKS["ring"][0], **events)
