"""The pages of signed-in people."""

import reflex as rx

from pexit_app.features.shoots import components
from pexit_app.features.shoots.state import SheetsState, ShootState
from pexit_app.ui.layout import page
from pexit_app.ui.live import live


@rx.page("/sheets", title="Sheets: Pexit", on_load=SheetsState.load)
def sheets_view() -> rx.Component:
    early = page("Sheets", here="/sheets")
    return live(SheetsState.is_ready, SheetsState.at, components.sheets_page(), SheetsState.leave_to, early)


@rx.page("/studio/[slug]", title=f"{ShootState.title}: studio", on_load=ShootState.load)
def studio_view() -> rx.Component:
    shown = rx.cond(ShootState.is_missing, components.missing_page(), components.studio_page())
    return live(ShootState.is_ready, ShootState.at, shown, ShootState.leave_to, components.opening_page())
