"""The page of saved recipes. Views over RecipesState."""

from typing import Any

import reflex as rx

from pexit_app.features.shoots.cards import Fact
from pexit_app.features.shoots.explore_cards import Choice
from pexit_app.features.shoots.keeping_cards import RecipeCard
from pexit_app.features.shoots.recipe_components import name_fields
from pexit_app.features.shoots.recipes_state import RecipesState
from pexit_app.features.shoots.sheets_components import find_form, kept_links
from pexit_app.ui.forms import act, act_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import frame
from pexit_app.ui.parts.notices import nothing_yet

el = rx.el
applying = RecipesState.applying


def recipes_page() -> rx.Component:
    empty = nothing_yet(
        "No recipe yet.",
        "A recipe is everything that made a frame: scene, knobs, seed and who was cast. Open a frame and save its.",
        "To your sheets",
        "/sheets",
    )
    none_found = el.p("No recipe fits. Try other words.", class_name="quiet")
    found = rx.cond(
        RecipesState.recipes.length() > 0,
        el.ul(rx.foreach(RecipesState.recipes, _recipe), class_name="recipes", role="list"),
        rx.cond(RecipesState.q != "", none_found, empty),
    )
    search = find_form("Find a recipe", "Name, notes, pack, scene", RecipesState.q, RecipesState.find)
    is_some = (RecipesState.recipes.length() > 0) | (RecipesState.q != "")
    return page(
        "Recipes",
        el.section(
            el.div(
                el.h1("Your recipes", class_name="h44"),
                kept_links("/recipes"),
                class_name="stack stack--tight",
            ),
            rx.cond(is_some, search),
            rx.cond(applying.id != "", _apply()),
            found,
            class_name="page sheets stack stack--loose",
        ),
        here="/sheets",
        visitor=RecipesState.visitor,
        messages=RecipesState.messages,
        on_close=RecipesState.close_message,
    )


def _recipe(card: RecipeCard) -> rx.Component:
    words = rx.cond(
        RecipesState.editing == card.id,
        el.form(
            name_fields(card.name, card.notes),
            el.div(
                act("Save", "ink", type="submit"), act("Leave it", on_click=RecipesState.edit("")), class_name="row"
            ),
            on_submit=RecipesState.change,
            class_name="stack stack--tight",
            aria_label=f"Name and notes of {card.name}",
        ),
        rx.fragment(
            el.h2(el.a(card.name, href=card.href), class_name="h3"),
            el.p(card.where, class_name="small quiet"),
            rx.cond(card.notes != "", el.p(card.notes, class_name="small recipe__notes")),
        ),
    )
    return el.li(
        el.article(
            frame(card.card, opens="link"),
            el.div(
                words,
                rx.cond(RecipesState.deleting == card.id, _asked(card), _acts(card)),
                class_name="stack stack--tight",
            ),
            class_name="recipe",
            aria_label=card.name,
        )
    )


def _acts(card: RecipeCard) -> rx.Component:
    return el.div(
        act_link("Open in the studio", card.href, "ink"),
        el.button(
            "Favourite",
            type="button",
            class_name="tool",
            aria_pressed=rx.cond(card.is_favourite, "true", "false"),
            on_click=RecipesState.favour(card.id, ~card.is_favourite),
        ),
        el.button("Apply elsewhere", type="button", class_name="tool", on_click=RecipesState.open_apply(card.id)),
        el.button("Rename", type="button", class_name="tool", on_click=RecipesState.edit(card.id)),
        el.button("Delete", type="button", class_name="tool", on_click=RecipesState.ask_delete(card.id)),
        class_name="row recipe__acts",
    )


def _asked(card: RecipeCard) -> rx.Component:
    return el.div(
        el.p("Delete this recipe for good? Its frame stays.", class_name="small"),
        act("Delete it", "ink", on_click=RecipesState.delete(card.id)),
        act("Keep it", on_click=RecipesState.ask_delete("")),
        class_name="row",
        role="group",
        aria_label="Delete this recipe",
    )


# ---- onto another scene


def _apply() -> rx.Component:
    return el.section(
        el.div(
            el.h2(f"Apply {applying.name}", class_name="h28", id="apply"),
            act("Close", "text", on_click=RecipesState.close_apply),
            class_name="row row--split",
        ),
        el.div(
            _select("apply-pack", "Pack", applying.packs, applying.pack, RecipesState.choose_pack),
            _select("apply-scene", "Scene", applying.scenes, applying.scene, RecipesState.choose_scene),
            rx.cond(
                applying.has_people,
                _select("apply-person", "Person", applying.people, applying.person, RecipesState.choose_person),
            ),
            class_name="applying__where",
        ),
        el.p(applying.words, role="status"),
        el.div(
            _facts("Carries over", applying.carried),
            rx.cond(applying.has_left, _facts("Stays behind", applying.left)),
            class_name="applying__facts",
        ),
        el.div(act_link("Open it there", applying.href, "ink"), class_name="row"),
        class_name="applying stack",
        aria_labelledby="apply",
    )


def _select(name: str, label: str, choices: Any, value: Any, on_change: Any) -> rx.Component:
    def option(choice: Choice) -> rx.Component:
        return el.option(choice.label, value=choice.value)

    return el.div(
        el.label(label, html_for=name, class_name="label"),
        el.select(rx.foreach(choices, option), id=name, value=value, on_change=on_change),
        class_name="field",
    )


def _facts(title: str, facts: Any) -> rx.Component:
    def one(fact: Fact) -> rx.Component:
        return el.div(el.dt(fact.label), el.dd(fact.value))

    return el.div(el.h3(title), el.dl(rx.foreach(facts, one), class_name="facts"))
