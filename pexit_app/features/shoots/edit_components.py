"""Views for changing a finished frame: the forms in its panel, and the glass over its picture that takes paint."""

from typing import Any

import reflex as rx

from pexit_app.features.shoots.requests import MAX_PROMPT_CHARS
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.studio_react import FrameEdits, MendStage

opened = ShootState.opened


def frame_edits() -> rx.Component:
    """Nothing where nothing is offered."""
    return FrameEdits.create(
        frame_id=opened.id,
        width=opened.card.width,
        height=opened.card.height,
        offers=ShootState.offers,
        limit=MAX_PROMPT_CHARS,
        on_made=ShootState.show_made,
    )


def mend_stage(*children: Any) -> rx.Component:
    return MendStage.create(*children, frame_id=opened.id, width=opened.card.width, height=opened.card.height)
