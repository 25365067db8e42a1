"""The pages of people."""

import reflex as rx

from pexit_app.features.people import components
from pexit_app.features.people.state import PeopleState, PersonState
from pexit_app.ui.layout import page
from pexit_app.ui.live import live


@rx.page("/people", title="People: Pexit", on_load=PeopleState.load)
def people_view() -> rx.Component:
    early = page("People", here="/people")
    return live(PeopleState.is_ready, PeopleState.at, components.people_page(), PeopleState.leave_to, early)


@rx.page("/people/[person_id]", title=f"{PersonState.name}: people: Pexit", on_load=PersonState.load)
def person_view() -> rx.Component:
    shown = rx.cond(PersonState.is_missing, components.missing_page(), components.person_page())
    early = page("Person", here="/people")
    return live(PersonState.is_ready, PersonState.at, shown, PersonState.leave_to, early)
