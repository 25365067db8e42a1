"""Knobs: what a person may turn. The label says what they see, never a parameter name; the value stands in mono.

These are the static faces; the live ones draw the same markup and classes.
"""

from typing import Any

import reflex as rx

from pexit_app.ui.both import Count, Flag, Node, Text, el, is_some, when


def _head(name: str, label: Node, value: Text, hint: Text) -> list[rx.Component]:
    return [
        el.label(label, html_for=name, class_name="knob__label"),
        el.output(value, html_for=name, class_name="figure"),
        _hint(hint),
    ]


def _hint(hint: Text) -> Node:
    return when(is_some(hint), el.span(hint, class_name="knob__hint"))


def slider(
    name: str, label: Node, *, least: Count, most: Count, step: Count, at: Count, value: Text, ends: tuple[Text, Text],
    major: Count = 6, hint: Text = "",
) -> rx.Component:  # fmt: skip
    """A fader over an enlarger scale. `value` is `at` in words, `ends` the words at both ends, `major` the long ticks."""
    return el.div(
        *_head(name, label, value, hint),
        el.div(
            el.input(
                id=name, name=name, type="range", min=least, max=most, step=step, default_value=at, aria_valuetext=value
            ),
            class_name="knob__scale",
            data_major=major,
        ),
        el.div(el.span(ends[0]), el.span(ends[1]), class_name="knob__ends code", aria_hidden="true"),
        class_name="knob",
    )


def choice(
    name: str, label: Node, options: list[tuple[str, str, str]], chosen: str, *, ratio: str = "1:1", hint: Text = ""
) -> rx.Component:
    """Swatch frames that show what each option does. `options`: (value, label, picture URL or empty)."""

    def swatch(value: str, words: str, src: str) -> rx.Component:
        image = el.img(src=src, alt="", loading="lazy") if src else rx.fragment()
        return el.label(
            el.input(type="radio", name=name, custom_attrs={"value": value}, default_checked=value == chosen),
            image,
            el.span(words),
            class_name="swatch",
        )

    said = next((words for value, words, _ in options if value == chosen), "")
    return el.fieldset(
        el.legend(label, class_name="knob__label"),
        el.output(said, class_name="figure"),
        _hint(hint),
        el.div(*[swatch(*option) for option in options], class_name="swatches", data_ratio=ratio),
        class_name="knob",
    )


def toggle(name: str, label: Node, *, is_on: Flag, off: str = "Off", on: str = "On", hint: Text = "") -> rx.Component:
    """An exposure switch: both words stand there, the lit one holds."""
    return el.div(
        el.span(el.label(label, html_for=name, class_name="knob__label"), _hint(hint)),
        el.span(
            el.input(id=name, name=name, type="checkbox", role="switch", default_checked=is_on),
            el.i(off, aria_hidden="true"),
            el.i(on, aria_hidden="true"),
            class_name="switch code",
        ),
        class_name="knob knob--row",
    )


def words(name: str, label: Node, value: Text, *, limit: int, hint: Text = "") -> rx.Component:
    """A line of text that goes into the picture; `limit` in characters."""
    return el.div(
        el.label(label, html_for=name, class_name="knob__label"),
        el.span(f"{limit} at most", class_name="code quiet"),
        _hint(hint),
        el.input(id=name, name=name, type="text", default_value=value, max_length=limit),
        class_name="knob",
    )


def colour(name: str, label: Node, value: str, *, hint: Text = "") -> rx.Component:
    """`value` is #RRGGBB."""
    return el.div(
        el.span(el.label(label, html_for=name, class_name="knob__label"), _hint(hint)),
        el.input(id=name, name=name, type="color", default_value=value),
        class_name="knob knob--row",
    )


def picture_knob(name: str, label: Node, preview: Any, *, hint: Text = "") -> rx.Component:
    """A picture of one's own. `preview` is a small frame."""
    return el.div(
        el.label(label, html_for=name, class_name="knob__label"),
        _hint(hint),
        el.div(
            preview,
            el.input(id=name, name=name, type="file", accept="image/jpeg,image/png,image/webp"),
            class_name="knob__picture",
        ),
        class_name="knob",
    )


def knobs_head(title: Text, note: Text = "", act: Node | None = None) -> rx.Component:
    return el.div(
        el.h2(title, class_name="h3"),
        when(is_some(note), el.span(note, class_name="code quiet")),
        act if act is not None else rx.fragment(),
        class_name="knobs__head",
    )
