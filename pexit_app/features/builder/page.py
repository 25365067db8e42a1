"""The pages of the pack builder."""

import reflex as rx

from pexit_app.features.builder import components, drafts_components
from pexit_app.features.builder.drafts_state import BuilderState
from pexit_app.features.builder.state import DraftState
from pexit_app.ui.layout import page
from pexit_app.ui.live import live


@rx.page("/builder", title="Builder: Pexit", on_load=BuilderState.load)
def builder_view() -> rx.Component:
    early = page("Builder", here="/builder")
    return live(BuilderState.is_ready, BuilderState.at, drafts_components.drafts_page(), BuilderState.leave_to, early)


@rx.page("/builder/[draft_id]", title=f"{DraftState.title}: builder: Pexit", on_load=DraftState.load)
def draft_view() -> rx.Component:
    shown = rx.cond(DraftState.is_missing, components.missing_page(), components.draft_page())
    early = page("Builder", here="/builder")
    return live(DraftState.is_ready, DraftState.at, shown, DraftState.leave_to, early)
