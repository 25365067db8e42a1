"""Recipes in the studio: one is named and saved from the opened frame; what became of one that was opened."""

import reflex as rx

from pexit_app.features.shoots.state import ShootState
from pexit_app.ui.forms import act

el = rx.el


def name_fields(name: rx.Var[str] | str, notes: rx.Var[str] | str = "") -> rx.Component:
    """Name and notes of a recipe."""
    return rx.fragment(
        el.div(
            el.label("Name", html_for="recipe-name", class_name="label"),
            el.input(
                id="recipe-name", name="name", default_value=name, max_length=80, required=True, auto_complete="off"
            ),
            class_name="field",
        ),
        el.div(
            el.label("Notes", html_for="recipe-notes", class_name="label"),
            el.textarea(id="recipe-notes", name="notes", default_value=notes, max_length=2000, rows=3),
            class_name="field",
        ),
    )


def save_recipe() -> rx.Component:
    opened = ShootState.opened
    form = el.form(
        name_fields(opened.title),
        el.div(
            act("Save it", "ink", type="submit"), act("Not now", on_click=ShootState.ask_save("")), class_name="row"
        ),
        on_submit=ShootState.save_recipe,
        class_name="stack stack--tight",
        aria_label="Save this recipe",
    )
    return rx.cond(ShootState.saving == opened.id, form, act("Save recipe", on_click=ShootState.ask_save(opened.id)))


def recipe_note() -> rx.Component:
    said = el.div(
        el.span(ShootState.recipe_note),
        act("Close", "text", on_click=ShootState.close_recipe_note),
        class_name="note row row--split",
    )
    shown: rx.Component = el.div(rx.cond(ShootState.recipe_note != "", said), role="status")
    return shown
