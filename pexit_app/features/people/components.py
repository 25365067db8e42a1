"""The people in somebody's life, and the page of one of them. Views over PeopleState and PersonState."""

from typing import Any

import reflex as rx

from pexit_app.features.people import consent_components as consent
from pexit_app.features.people import keep_components as keep
from pexit_app.features.people import likeness_components as likeness
from pexit_app.features.people import photo_components as photo
from pexit_app.features.people.cards import PersonCard
from pexit_app.features.people.state import PeopleState, PersonState
from pexit_app.features.people.upload_components import shared_photos
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, field
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.sheet import reel

HERE = "/people"


# ---- the list


def people_page() -> rx.Component:
    has_people = PeopleState.people.length() > 0
    return page(
        "People",
        el.section(
            el.div(
                el.h1("The people in your pictures", class_name="h44"),
                el.p(PeopleState.line, class_name="quiet"),
                class_name="people__head",
            ),
            shared_photos(PeopleState.open_for_photos),
            rx.cond(has_people, rx.foreach(PeopleState.people, _person), _nobody()),
            class_name="page people",
        ),
        _add_person(),
        el.p(PeopleState.said, class_name="vh", role="status"),
        here=HERE,
        visitor=PeopleState.visitor,
        messages=PeopleState.messages,
        on_close=PeopleState.close_message,
    )


def _person(card: PersonCard) -> rx.Component:
    return el.article(
        el.div(
            el.h2(el.a(card.name, href=card.href), class_name="h28"),
            el.p(card.line, class_name="small quiet"),
            el.p(card.likeness, class_name="small", data_likeness=card.state),
            photo.scale(card.score, f"Readiness of {card.name}"),
            act_link(rx.cond(card.has_film, "Open", "Add photos"), card.href, "ink"),
            class_name="people__who",
        ),
        rx.cond(
            card.has_film,
            reel(card.film, f"Photos of {card.name}"),
            el.div(el.p("No photo yet.", class_name="small"), class_name="people__blank"),
        ),
        class_name="people__one",
        key=card.id,
    )


def _nobody() -> rx.Component:
    """A real strip as an example, and the one next step."""
    return el.section(
        reel(PeopleState.example, "An example: frames of our stand-ins"),
        el.div(
            el.h2("Nobody yet.", class_name="h28"),
            el.p(
                "Start with yourself. Five good photos make a likeness, twelve make a better one; every pack then shows "
                "your own face. These frames show our stand-ins, who are sculptures made in code."
            ),
            act_link("Add a person", "#add", "ink"),
            class_name="stack people__start",
        ),
        class_name="stack people__nobody",
    )


def _add_person() -> rx.Component:
    who = el.div(
        field(
            "name", "Name", error=PeopleState.errors.name, required=True, max_length=100, auto_complete="off",
            placeholder="Mara",
        ),
        el.fieldset(
            el.legend("Person or pet", class_name="label"),
            el.label(_radio("kind", "person", True), "A person", class_name="tickline"),
            el.label(_radio("kind", "pet", False), "A pet", class_name="tickline"),
            class_name="tickset",
        ),
        field(
            "relationship", "Who they are to you", error=PeopleState.errors.relationship, max_length=100,
            auto_complete="off", placeholder="Myself",
        ),
        class_name="agree__who",
    )  # fmt: skip
    return el.section(
        el.div(el.h2("Add a person", id="add", class_name="h28"), class_name="section__head"),
        el.form(
            who,
            consent.notice(PeopleState.notice),
            consent.agreement(PeopleState.errors.adult, PeopleState.errors.basis, "Add this person", may_ask=True),
            on_submit=PeopleState.add_person,
            class_name="agree",
        ),
        class_name="page section",
        aria_labelledby="add",
    )


def _radio(name: str, value: str, is_first: bool) -> rx.Component:
    return el.input(type="radio", name=name, custom_attrs={"value": value}, default_checked=is_first)


# ---- one person


def person_page() -> rx.Component:
    return _page(
        PersonState.name,
        el.div(
            el.nav(
                el.a("People", href=HERE),
                el.span(PersonState.name, aria_current="page"),
                class_name="crumb code code--up",
                aria_label="Where you are",
            ),
            el.header(
                el.h1(PersonState.name),
                el.p(PersonState.line),
                class_name="person__top",
            ),
            rx.cond(PersonState.may_add, _opened(), consent.ask_again()),
            el.div(
                rx.cond(PersonState.may_add, rx.fragment(keep.how_long(), consent.record())),
                _delete(),
                class_name="cols person__keep",
            ),
            class_name="page person",
        ),
        el.p(PersonState.said, class_name="vh", role="status"),
    )


def _page(title: Any, *children: rx.Component) -> rx.Component:
    return page(
        title,
        *children,
        here=HERE,
        visitor=PersonState.visitor,
        messages=PersonState.messages,
        on_close=PersonState.close_message,
    )


def _opened() -> rx.Component:
    return rx.fragment(
        likeness.likenesses(),
        el.div(
            el.div(photo.readiness(), photo.coach(), class_name="person__coach stack stack--loose"),
            photo.photos(),
            likeness.training_ticket(),
            class_name="person__table",
        ),
    )


def _delete() -> rx.Component:
    asked = el.div(
        el.p("This goes at once, for good:"),
        el.ul(rx.foreach(PersonState.erase.goes, lambda what: el.li(what)), class_name="dashes"),
        el.p(PersonState.erase.stays, class_name="small quiet"),
        el.div(
            act(f"Delete {PersonState.name}", "ink", on_click=PersonState.delete_person),
            act("Keep", on_click=PersonState.ask("")),
            class_name="row",
        ),
        class_name="stack stack--tight",
        role="group",
        aria_label="Delete this person",
    )
    return el.section(
        el.h2("Delete this person", class_name="h3", id="erase"),
        rx.cond(
            PersonState.asked == "person",
            asked,
            rx.fragment(
                el.p("Photos, likenesses and proof sheets, at once and for good.", class_name="small"),
                el.p(act("Delete this person", on_click=PersonState.ask("person"))),
            ),
        ),
        class_name="stack stack--tight c6",
        aria_labelledby="erase",
    )


def missing_page() -> rx.Component:
    text = "They may have been deleted, here or in another tab."
    return _page("No such person", plain_page("There is no such person.", text, "To your people", HERE))
