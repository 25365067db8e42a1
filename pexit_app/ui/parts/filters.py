"""Filters: rows of words of which one is chosen; the chosen one is underlined by hand."""

from typing import Any

import reflex as rx

from pexit_app.ui.both import Node, el
from pexit_app.ui.parts.pencil import pencil


def filter_row(name: str, legend: Node, options: list[tuple[str, str]], chosen: str) -> rx.Component:
    """`options`: (value, label) pairs."""
    return el.fieldset(
        el.legend(legend, class_name="label quiet"),
        *[
            el.label(
                el.input(type="radio", name=name, custom_attrs={"value": value}, default_checked=value == chosen),
                el.span(label, pencil("line", index)),
            )
            for index, (value, label) in enumerate(options)
        ],
        class_name="filter",
    )


def filters(*rows: Any) -> rx.Component:
    """Rows side by side, under a heavy rule."""
    return el.div(*rows, class_name="filters", role="group", aria_label="Filters")
