"""Contact sheet: frames as strips of 6, 4 or 2 by the room there is. Strip: frames cut from one roll."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from pexit_app.ui.both import Text, each, el, is_some, when
from pexit_app.ui.parts.frame import FrameCard, frame


@dataclass(frozen=True)
class StripCard:
    """`slot` places the strip on its page, `size` is s, m or l, `edge` are the words along the film, the first one the
    link's text when `href` is given."""

    slot: str = ""
    size: str = "m"
    edge: str = ""
    words: list[str] = field(default_factory=list)
    href: str = ""
    frames: list[FrameCard] = field(default_factory=list)


def strip(card: StripCard, *, loading: str = "lazy") -> rx.Component:
    """Frames of one roll side by side; one link, if any, covers them all."""
    return el.div(
        el.div(
            when(is_some(card.href), el.a(card.edge, href=card.href), el.span(card.edge)),
            *each(card.words, lambda word: el.span(word)),
            class_name="strip__edge code code--up",
        ),
        *each(card.frames, lambda one: frame(one, loading=loading)),
        class_name="strip",
        data_slot=card.slot,
        data_size=card.size,
    )


def reel(card: StripCard, label: Text) -> rx.Component:
    """A strip that is longer than its place: it scrolls along the film, by the keyboard too."""
    return el.div(strip(card), class_name="reel", role="region", tab_index=0, aria_label=label)


def sheet_edge(title: Text, *, keys: bool = True) -> rx.Component:
    """The sheet's upper rebate: its name and the keys that work on it."""
    words = [("Arrows", "move"), ("F", "ring"), ("X", "reject"), ("Space", "loupe"), ("Enter", "open"), ("C", "compare")]
    hints = [part for key, word in words for part in (el.kbd(key), word)]
    return el.div(
        el.h2(title, class_name="code code--up"),
        el.p(*hints, class_name="sheet__keys code") if keys else rx.fragment(),
        class_name="sheet__edge code",
    )


def sheet(frames: Any, *, opens: str = "button", label: Text = "Contact sheet") -> rx.Component:
    """`frames`: list of FrameCard or a Var of it."""
    return el.div(
        el.ul(
            *each(frames, lambda one: el.li(frame(one, opens=opens))),
            class_name="sheet",
            aria_label=label,
            role="list",
        ),
        class_name="sheetbox",
    )
