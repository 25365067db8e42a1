"""Asking for a picture to be taken down: a plain form and a ticket, whole without JavaScript and without an account."""

import reflex as rx

from pexit_app.features.takedowns.cards import REASONS, FormCard, TicketCard
from pexit_app.features.takedowns.models import MAX_ADDRESS_CHARS, MAX_NAME_CHARS, MAX_WORDS_CHARS
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, field, field_error, form
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor

PROMISES = (
    (
        "At once",
        "What is surely the picture you mean is hidden from everybody, its maker included; so are copies of it.",
    ),
    ("Within an hour", "What looks very much like it is looked at by a person, and hidden if nobody has by then."),
    ("Within 48 hours", "It is decided, and your ticket says what was."),
)


def takedown_page(card: FormCard, *, action: str, visitor: Visitor) -> rx.Component:
    return page(
        "Take a picture down",
        el.div(
            el.div(
                el.h1("Take a picture down."),
                el.p("Of you, of your child, of your work: say which one it is. You need no account."),
                note(_said(card), "bad") if card.errors or card.said else rx.fragment(),
                _form(card, action),
                class_name="c7 takedown__form",
            ),
            _promises(),
            class_name="page takedown cols",
        ),
        visitor=visitor,
    )


def _said(card: FormCard) -> Node:
    if card.said:
        return card.said
    count = len(card.errors)
    again = " Choose the picture’s file once more, too." if card.had_picture else ""
    return f"{'1 thing is' if count == 1 else f'{count} things are'} missing.{again}"


def _form(card: FormCard, action: str) -> rx.Component:
    return form(
        el.fieldset(
            el.legend("Which picture", class_name="takedown__part"),
            field(
                "address",
                "Its address",
                error=card.errors.get("address", ""),
                hint="As it stands in the browser, or the picture’s own link.",
                default_value=card.values.get("address", ""),
                max_length=MAX_ADDRESS_CHARS,
                auto_complete="off",
                placeholder="https://",
                input_mode="url",
            ),
            _file(card.errors.get("picture", "")),
            class_name="takedown__group",
        ),
        el.fieldset(
            el.legend("What is wrong with it", class_name="takedown__part"),
            el.div(*[_reason(str(value), label, card) for value, label in REASONS], class_name="takedown__reasons"),
            field_error("reason", card.errors.get("reason", "")),
            _words(card),
            class_name="takedown__group",
        ),
        el.fieldset(
            el.legend("Who you are", class_name="takedown__part"),
            _line("name", "Name", card, max_length=MAX_NAME_CHARS, auto_complete="name"),
            _line("email", "E-mail", card, type="email", max_length=254, auto_complete="email"),
            el.p("Only whoever decides reads this; it is forgotten half a year after.", class_name="small quiet"),
            class_name="takedown__group",
        ),
        el.div(act("Send it", "ink", type="submit"), class_name="row"),
        action=action,
        method="post",
        custom_attrs={"enctype": "multipart/form-data"},
    )


def _line(name: str, label: str, card: FormCard, **props: object) -> rx.Component:
    value, error = card.values.get(name, ""), card.errors.get(name, "")
    return field(name, label, error=error, default_value=value, required=True, **props)


def _file(error: str) -> rx.Component:
    return el.div(
        el.label("Or the picture itself", html_for="picture", class_name="label"),
        el.input(
            id="picture",
            name="picture",
            type="file",
            accept="image/*,.heic,.heif",
            aria_describedby="picture-hint picture-error",
            aria_invalid="true" if error else "false",
        ),
        el.span(
            "A copy or a screenshot of it, 20 MB at most: scaled, brightened or mirrored copies are found. It is deleted "
            "when your ticket is closed.",
            id="picture-hint",
            class_name="small quiet",
        ),
        field_error("picture", error),
        class_name="field",
        data_bad="yes" if error else "no",
    )


def _reason(value: str, label: str, card: FormCard) -> rx.Component:
    is_chosen = card.values.get("reason", "") == value
    return el.label(
        el.input(type="radio", name="reason", required=True, custom_attrs={"value": value}, default_checked=is_chosen),
        el.span(label),
        class_name="takedown__reason",
    )


def _words(card: FormCard) -> rx.Component:
    error = card.errors.get("words", "")
    return el.div(
        el.label("In your words", html_for="words", class_name="label"),
        el.textarea(
            card.values.get("words", ""),
            id="words",
            name="words",
            rows=5,
            max_length=MAX_WORDS_CHARS,
            required=True,
            aria_describedby="words-error",
            aria_invalid="true" if error else "false",
        ),
        field_error("words", error),
        class_name="field",
        data_bad="yes" if error else "no",
    )


def _promises() -> rx.Component:
    lines = [el.div(el.dt(when), el.dd(what)) for when, what in PROMISES]
    return el.aside(
        el.h2("What happens then", class_name="label"),
        el.dl(*lines, class_name="takedown__clock"),
        class_name="c5 takedown__aside",
    )


def ticket_page(card: TicketCard, *, visitor: Visitor) -> rx.Component:
    def step(what: str, how: str, is_done: bool) -> rx.Component:
        return el.li(
            el.strong(what),
            el.span(how, class_name="small"),
            class_name="takedown__step",
            data_done="yes" if is_done else "no",
        )

    return page(
        "Your ticket",
        el.div(
            el.h1(card.heading),
            el.p(
                "Your ticket is ", el.b(card.number, class_name="code takedown__number"), ". Keep this page’s address."
            ),
            el.ol(*[step(*each) for each in card.steps], class_name="takedown__steps"),
            note(card.outcome, title="What was decided") if card.outcome else rx.fragment(),
            el.div(act_link("Another picture", "/takedown"), class_name="row"),
            class_name="page takedown takedown--ticket stack",
        ),
        visitor=visitor,
    )
