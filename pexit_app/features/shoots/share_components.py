"""What a link to a frame or a sheet shows, and where such links are made in the studio."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.shoots.shares import Shared
from pexit_app.ui.both import el
from pexit_app.ui.forms import act_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import FrameCard, frame
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import sheet, sheet_edge


def shared_page(found: Shared, cards: Sequence[FrameCard], until: str, visitor: Visitor) -> rx.Component:
    is_one = found.share.frame_id is not None
    shown = frame(cards[0], loading="eager") if is_one else rx.fragment(sheet_edge("Sheet", keys=False), _sheet(cards))
    count = "One frame" if len(cards) == 1 else f"{len(cards)} frames"
    return page(
        found.title,
        el.div(
            el.header(
                el.h1(found.title),
                el.p(f"{count} of a pack by {found.creator}. This link holds until {until}.", class_name="quiet"),
                class_name="shared__head page",
            ),
            el.div(shown, class_name="shared__one" if is_one else "shared__sheet"),
            _on(found),
            class_name="shared",
        ),
        visitor=visitor,
    )


def _sheet(cards: Sequence[FrameCard]) -> rx.Component:
    return sheet(list(cards), opens="none", label="Frames of this sheet")


def _on(found: Shared) -> rx.Component:
    """The pack it was made with, where that is still shown."""
    if not found.slug:
        return el.p(act_link("See the packs", "/packs", "ink"), class_name="page shared__on")
    words = "Its knobs are yours to turn, on a stand-in for nothing, or with your own face."
    link = act_link("Open the pack", f"/p/{found.slug}", "ink")
    return el.div(el.p(words), el.p(link), class_name="page shared__on stack stack--tight")


def no_share_page(title: str, visitor: Visitor) -> rx.Component:
    text = "Whoever sent it may have ended it, or put away what it showed. Ask them for another."
    return page("Shared", plain_page(title, text, "To the packs", "/packs"), visitor=visitor)
