"""Consent: the notice in full, what is agreed to, and the record of it. Views over PersonState."""

import reflex as rx

from pexit_app.features.people import ask_components as ask
from pexit_app.features.people.cards import NoticeCard
from pexit_app.features.people.state import PersonState
from pexit_app.ui.both import Text, el
from pexit_app.ui.forms import act, field_error


def notice(card: NoticeCard) -> rx.Component:
    """The whole text, on paper."""
    return el.section(
        el.div(
            el.h3(card.title, id="notice"),
            el.span(f"Version {card.version}", class_name="code quiet"),
            class_name="row row--split",
        ),
        rx.foreach(card.paragraphs, lambda words: el.p(words, class_name="small")),
        class_name="notice",
        role="region",
        tab_index=0,
        aria_labelledby="notice",
    )


def agreement(adult_error: Text, basis_error: Text, press: str, *, may_ask: bool = False) -> rx.Component:
    """What is said about the person in the photos, and the button. A pet says nothing, and is asked nothing; `may_ask`:
    somebody else may say it themselves, later."""

    def basis(value: str, words: str) -> rx.Component:
        box = el.input(type="radio", name="basis", custom_attrs={"value": value})
        return el.label(box, words, class_name="tickline")

    return el.div(
        el.fieldset(
            el.legend("Whose face is it", class_name="label"),
            basis("own", "It is mine. I agree to the notice."),
            basis("ask", "It is somebody else's. I ask them by a link, and they answer.") if may_ask else rx.fragment(),
            basis("release", "It is somebody else's, who has read the notice and released the photos to me."),
            field_error("basis", basis_error),
            class_name="tickset agree__person",
        ),
        el.fieldset(
            el.legend("Age", class_name="label"),
            el.label(
                el.input(type="checkbox", name="adult", aria_describedby="adult-error"),
                "The person in the photos is 18 or older.",
                class_name="tickline",
            ),
            field_error("adult", adult_error),
            class_name="tickset agree__person agree__age",
        ),
        el.p("A pet needs nobody's word.", class_name="small quiet agree__pet"),
        act(press, "ink", type="submit"),
        class_name="agree__words stack",
    )


def ask_again() -> rx.Component:
    """No agreement stands: nothing is done with this face before somebody agrees."""
    question = PersonState.question
    own = el.section(
        el.h2("Or say it here", class_name="h28", id="say"),
        el.p("If it is you, or if they have released the photos to you.", class_name="small"),
        el.form(
            notice(PersonState.notice),
            agreement(PersonState.errors.adult, PersonState.errors.basis, "Agree"),
            on_submit=PersonState.agree,
            class_name="agree agree--again",
        ),
        class_name="stack",
        aria_labelledby="say",
    )
    return el.section(
        el.p("Nobody has agreed to photos of this person, so none are kept.", class_name="note"),
        ask.by_link(),
        rx.cond(question.is_no, rx.fragment(), own),
        class_name="stack stack--loose",
        aria_label="Agreement",
    )


def record() -> rx.Component:
    """What was agreed, and the way back."""
    given = PersonState.consent

    def fact(label: str, value: Text) -> rx.Component:
        return el.div(el.dt(label), el.dd(value))

    asked = el.div(
        el.p(
            "Running training stops, all photos and likenesses of this person are deleted at once. The person stays, and "
            "you may agree again later.",
            class_name="small",
        ),
        el.div(
            act("Take it back", "ink", on_click=PersonState.withdraw),
            act("Leave it", on_click=PersonState.ask("")),
            class_name="row",
        ),
        class_name="stack stack--tight",
        role="group",
        aria_label="Take the agreement back",
    )
    agreed = el.section(
        el.h2("What was agreed", class_name="h3", id="agreed"),
        el.dl(
            fact("Who", given.who),
            rx.cond(given.scope != "", fact("To what", given.scope)),
            fact("Notice", given.notice),
            fact("Given", given.given),
            class_name="facts",
        ),
        el.details(
            el.summary("Read the notice again"),
            notice(PersonState.notice),
            class_name="again",
        ),
        rx.cond(given.is_by_link, ask.more_by_link()),
        rx.cond(
            PersonState.asked == "withdraw",
            asked,
            el.p(act("Take the agreement back", on_click=PersonState.ask("withdraw"))),
        ),
        class_name="stack stack--tight c6",
        aria_labelledby="agreed",
    )
    return rx.cond(given.is_standing, agreed)
