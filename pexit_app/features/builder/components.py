"""A draft on the bench. Views over DraftState."""

from typing import Any

import reflex as rx

from pexit_app.features.builder.react import workbench
from pexit_app.features.builder.state import DraftState
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.pencil import MARKS

HERE = "/builder"


def _framed(title: Any, *children: Any) -> rx.Component:
    return page(
        title, *children, here=HERE, kind="builder", visitor=DraftState.visitor, messages=DraftState.messages,
        on_close=DraftState.close_message,
    )  # fmt: skip


def draft_page() -> rx.Component:
    bench = workbench(
        draft=DraftState.draft,
        settings=DraftState.settings,
        stand_ins=DraftState.stand_ins,
        faces=DraftState.faces,
        starts=DraftState.starts,
        ring=MARKS["ring"][0],
    )
    return _framed("Builder", bench)


def missing_page() -> rx.Component:
    return _framed(
        "Not found",
        plain_page(
            "This draft is not here.",
            "It may have been deleted, or it belongs to another account.",
            "Your drafts",
            HERE,
        ),
    )
