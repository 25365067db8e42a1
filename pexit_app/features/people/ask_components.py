"""Asking somebody by a link, and what came of it. Views over PersonState."""

import reflex as rx

from pexit_app.features.people.consent import Use
from pexit_app.features.people.handshake_cards import Choice
from pexit_app.features.people.handshakes import MAX_NOTE_CHARS
from pexit_app.features.people.state import PersonState
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, field_error

question = PersonState.question
USES = {  # as whoever asks reads them; handshake_cards.py has the same for whoever answers
    Use.LIKENESS: ("A likeness", "Trained from the photos, so that pictures look like them."),
    Use.FRAMES: ("Drafts and pictures", "Made with the likeness, or from one photo. Only you see them."),
    Use.OUTSIDE: (
        "A GPU service",
        "Photos and the likeness may be sent to an outside service, which deletes its copies within a day.",
    ),
}
STEPS = (
    ("▸ 1", "You send them the link", "By any message. It works for 14 days, and they need no account."),
    ("▸ 2", "They answer", "They prove their e-mail address and agree to all of it, to some of it, or to nothing."),
    ("▸ 3", "You add photos", "Nothing more is made of them than they agreed to."),
    ("▸ 4", "They may take it back", "At any time: photos and likenesses go at once, and pictures too if they wish."),
)


def by_link() -> rx.Component:
    """How the last question stands, the link right after it was made, and the form for the next one."""
    return el.section(
        el.h2("Ask them by a link", class_name="h28", id="ask"),
        rx.cond(
            question.state != "",
            el.div(
                el.b(question.title),
                el.span(question.text),
                el.span(question.scope, class_name="small quiet"),
                class_name="note asklink__told",
                role="status",
            ),
        ),
        rx.cond((PersonState.made_link != "") & (question.state == "asked"), _link()),
        rx.cond(question.state == "asked", _waiting(), _form()),
        class_name="stack asklink",
        aria_labelledby="ask",
    )


def more_by_link() -> rx.Component:
    """Beside an agreement that was given by a link: for something else."""
    return el.details(el.summary("Ask for something else by a new link"), by_link(), class_name="again")


def _link() -> rx.Component:
    return el.div(
        el.label("Send them this link. It is shown this once.", html_for="made-link", class_name="label"),
        el.input(
            id="made-link", type="text", read_only=True, value=PersonState.made_link, class_name="asklink__url figure"
        ),
        el.p(
            "Whoever opens it sees your address, the name you gave them here, and your words.", class_name="small quiet"
        ),
        class_name="asklink__made stack stack--tight",
    )


def _waiting() -> rx.Component:
    asked = el.div(
        el.p("The link stops working. Nothing of them is kept.", class_name="small"),
        el.div(
            act("Take the question back", "ink", on_click=PersonState.take_question_back),
            act("Let it stand", on_click=PersonState.ask("")),
            class_name="row",
        ),
        class_name="stack stack--tight",
        role="group",
        aria_label="Take the question back",
    )
    ask = el.p(act("Take the question back", on_click=PersonState.ask("question")))
    shown: rx.Component = rx.cond(PersonState.asked == "question", asked, ask)
    return shown


def _form() -> rx.Component:
    return el.div(
        _asked_for(),
        el.ol(
            *[
                el.li(el.span(number, class_name="code"), el.div(el.b(title), el.p(text, class_name="small")))
                for number, title, text in STEPS
            ],
            role="list",
            class_name="steps asklink__steps",
        ),
        class_name="asklink__cols",
    )


def _asked_for() -> rx.Component:
    return el.form(
        el.fieldset(
            el.legend("What for", class_name="label"),
            *[_use(each) for each in Use],
            field_error("uses", PersonState.errors.uses),
            class_name="tickset",
        ),
        el.fieldset(
            el.legend("In which packs", class_name="label"),
            _which("any", "In any pack", is_first=True),
            _which("these", "In these only", is_first=False),
            el.div(rx.foreach(PersonState.offered, _pack), class_name="asklink__packs"),
            field_error("packs", PersonState.errors.packs),
            class_name="tickset",
        ),
        el.div(
            el.label("A few words to them", html_for="note", class_name="label"),
            el.textarea(
                id="note", name="note", rows=2, max_length=MAX_NOTE_CHARS, aria_describedby="note-error",
                placeholder="Hi Ann, for the poster of our trip.",
            ),
            field_error("note", PersonState.errors.note),
            class_name="field asklink__note",
        ),
        el.div(act("Make the link", "ink", type="submit"), class_name="row"),
        on_submit=PersonState.ask_by_link,
        class_name="stack stack--loose asklink__form",
    )  # fmt: skip


def _use(use: Use) -> rx.Component:
    title, text = USES[use]
    box = el.input(type="checkbox", name=f"use-{use}", default_checked=use != Use.OUTSIDE)
    return el.label(
        box, el.span(el.b(title), el.span(text, class_name="small quiet")), class_name="tickline asked__choice"
    )


def _which(value: str, words: str, *, is_first: bool) -> rx.Component:
    box = el.input(type="radio", name="packs", custom_attrs={"value": value}, default_checked=is_first)
    return el.label(box, words, class_name="tickline")


def _pack(card: Choice) -> rx.Component:
    return el.label(el.input(type="checkbox", name=f"pack-{card.value}"), el.span(card.title), class_name="tickline")
