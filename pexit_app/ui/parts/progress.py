"""The developing line: real progress only, in the provider's own steps. Nothing here is driven by a timer."""

from typing import Any

import reflex as rx

from pexit_app.ui.both import Count, Node, Text, el, is_some, when


def bar(percent: Count, label: Node) -> rx.Component:
    """4 px of red from 0 to 100 %, spoken by its label."""
    return el.progress(value=percent, max=100, aria_label=label, class_name="frame__bar")


def developing_line(percent: Count, stage: Text, elapsed: Text, eta: Text, **props: Any) -> list[rx.Component]:
    """Percent, step, elapsed time, and an ETA only where past runs gave one (empty: none)."""
    return [
        el.b(percent, " %"),
        when(is_some(stage), el.span(stage)),
        when(is_some(elapsed), el.span(elapsed, when(is_some(eta), el.span(", about ", eta, " left")))),
    ]


def progress(label: Text, percent: Count, stage: Text = "", elapsed: Text = "", eta: Text = "") -> rx.Component:
    """Progress outside a frame: a zip being packed, a likeness in training."""
    return el.div(
        el.strong(label, class_name="label"),
        bar(percent, label),
        el.p(*developing_line(percent, stage, elapsed, eta), class_name="devline code"),
        class_name="progress",
    )
