"""The pages of signed-in people."""

import reflex as rx

from pexit_app.features.shoots import components, recipes_components, sheets_components, trash_components
from pexit_app.features.shoots.recipes_state import RecipesState
from pexit_app.features.shoots.sheets_state import SheetsState
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.trash_state import TrashState
from pexit_app.ui.layout import page
from pexit_app.ui.live import live


@rx.page("/sheets", title="Sheets: Pexit", on_load=SheetsState.load)
def sheets_view() -> rx.Component:
    early = page("Sheets", here="/sheets")
    return live(SheetsState.is_ready, SheetsState.at, sheets_components.sheets_page(), SheetsState.leave_to, early)


@rx.page("/recipes", title="Recipes: Pexit", on_load=RecipesState.load)
def recipes_view() -> rx.Component:
    early, shown = page("Recipes", here="/sheets"), recipes_components.recipes_page()
    return live(RecipesState.is_ready, RecipesState.at, shown, RecipesState.leave_to, early)


@rx.page("/trash", title="Trash: Pexit", on_load=TrashState.load)
def trash_view() -> rx.Component:
    early = page("Trash", here="/sheets")
    return live(TrashState.is_ready, TrashState.at, trash_components.trash_page(), TrashState.leave_to, early)


@rx.page("/studio/[slug]", title=f"{ShootState.title}: studio", on_load=ShootState.load)
def studio_view() -> rx.Component:
    shown = rx.cond(ShootState.is_missing, components.missing_page(), components.studio_page())
    return live(ShootState.is_ready, ShootState.at, shown, ShootState.leave_to, components.opening_page())
