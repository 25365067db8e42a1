"""Test strip: one picture divided into exposures of one knob's values, so that a person chooses by eye."""

from dataclasses import dataclass

import reflex as rx

from pexit_app.ui.both import el
from pexit_app.ui.parts.pencil import pencil

MOST = 7  # exposures the style sheet has places for


@dataclass(frozen=True)
class Exposure:
    value: str = ""
    label: str = ""
    src: str = ""


def teststrip(name: str, label: str, alt: str, exposures: list[Exposure], chosen: str) -> rx.Component:
    """Pointing at or focusing an exposure lays it over the whole picture; choosing rings it. At most MOST exposures."""
    assert 2 <= len(exposures) <= MOST, "a test strip has 2 to 7 exposures"
    keys = [
        el.label(
            el.input(type="radio", name=name, custom_attrs={"value": one.value}, default_checked=one.value == chosen),
            one.label,
            pencil("ring", index),
            class_name="teststrip__key code",
        )
        for index, one in enumerate(exposures)
    ]
    return el.div(
        el.div(
            *[el.img(src=one.src, alt=alt if index == 0 else "") for index, one in enumerate(exposures)],
            class_name="teststrip__pic",
        ),
        el.div(*keys, class_name="teststrip__keys", role="radiogroup", aria_label=label),
        class_name="teststrip",
        data_count=len(exposures),
    )
