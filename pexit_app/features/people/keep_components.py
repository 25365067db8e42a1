"""How long a person's photos stay. Views over PersonState."""

import reflex as rx

from pexit_app.features.people.models import Retention
from pexit_app.features.people.state import PersonState
from pexit_app.ui.both import el

CHOICES = (
    (Retention.AFTER_TRAINING, "Until a training has ended", "The likeness stays. Training again needs photos again."),
    (Retention.DAYS_30, "30 days", "After the last photo or training. That is how it is unless you choose."),
    (Retention.KEEP, "Until I delete them", "So that you can train again at any time."),
)


def how_long() -> rx.Component:
    return el.section(
        el.h2("How long photos stay", class_name="h3", id="how-long"),
        el.p(PersonState.timer, class_name="small", role="status"),
        el.fieldset(
            el.legend("How long photos stay", class_name="vh"),
            *[_choice(*each) for each in CHOICES],
            class_name="tickset",
        ),
        class_name="stack stack--tight c6",
        aria_labelledby="how-long",
    )


def _choice(value: Retention, title: str, text: str) -> rx.Component:
    return el.label(
        el.input(
            type="radio",
            name="retention",
            checked=PersonState.retention == str(value),
            on_change=PersonState.keep_photos(str(value)),
            custom_attrs={"value": str(value)},
        ),
        el.span(el.b(title), el.span(text, class_name="small quiet")),
        class_name="tickline asked__choice",
    )
