"""Refused words, above the ticket: which, why, what helps; and the way to somebody who reads them."""

import reflex as rx

from pexit_app.features.shoots.state import ShootState
from pexit_app.ui.both import el
from pexit_app.ui.forms import act

MAX_NOTE_CHARS = 1000


def refused() -> rx.Component:
    card = ShootState.refusal
    said = el.div(
        el.h3("Not with these words", class_name="h3"),
        el.p(el.b(card.label), ": ", card.why),
        rx.cond(card.is_sent, _sent(), _appeal()),
        class_name="refused",
    )
    return el.div(rx.cond(card.why != "", said), class_name="refused__place", role="status")


def _sent() -> rx.Component:
    return el.p(
        "Your appeal is sent. Somebody reads it, and the answer is told to you here. Until then other words are rendered.",
        class_name="small",
    )


def _appeal() -> rx.Component:
    form = el.form(
        el.div(
            el.label("Why they mean no harm", html_for="appeal-note", class_name="label"),
            el.textarea(id="appeal-note", name="note", max_length=MAX_NOTE_CHARS, rows=2),
            class_name="field",
        ),
        el.p("All words of this order are read with it, and kept for 30 days.", class_name="small quiet"),
        el.div(act("Send the appeal", "ink", type="submit"), class_name="row"),
        on_submit=ShootState.appeal,
        class_name="stack stack--tight",
        aria_label="Appeal",
    )
    return el.details(el.summary("They mean no harm? Appeal", class_name="small"), form, class_name="refused__appeal")
