"""What the product has to say: toasts, notes, an error, nothing yet. Plain words, a word beside every colour."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pexit_app.ui.both import Node, Text, each, el, is_some, when
from pexit_app.ui.forms import act_link
from pexit_app.ui.parts.frame import FrameCard, frame


@dataclass(frozen=True)
class ToastCard:
    """`kind` is plain, ok or bad."""

    id: str = ""
    kind: str = "plain"
    text: str = ""


def toasts(cards: Any, on_close: Any = None) -> rx.Component:
    """The corner where short messages appear and are read out. `on_close` gets the toast's id; None: no close button."""

    def one(card: ToastCard) -> rx.Component:
        close = el.button("Close", type="button", class_name="toast__close code", on_click=lambda: on_close(card.id))
        return el.li(
            el.span(card.text),
            close if on_close is not None else rx.fragment(),
            class_name="toast",
            data_kind=card.kind,
        )

    return el.div(el.ul(*each(cards, one), role="list"), class_name="toasts", role="status", aria_live="polite")


def note(text: Node, kind: str = "", title: Text = "") -> rx.Component:
    """A remark beside the text. `kind`: "", ok, bad."""
    return el.div(
        when(is_some(title), el.strong(title)),
        text,
        class_name=f"note note--{kind}" if kind else "note",
        role="alert" if kind == "bad" else None,
    )


def nothing_yet(title: Text, text: Node, step: Text, href: Text, example: FrameCard | None = None) -> rx.Component:
    """Empty state: a real example and the one next step."""
    picture = frame(example) if example is not None else frame(FrameCard(number="1", state="empty", alt="Empty frame"))
    return el.section(
        picture,
        el.div(el.h2(title, class_name="h28"), el.p(text), act_link(step, href, "ink"), class_name="stack"),
        class_name="nothing",
    )


def plain_page(title: Text, text: Node, step: Text, href: Text) -> rx.Component:
    """A page of one line and a way on: not found, refused."""
    return el.div(el.h1(title), el.p(text), act_link(step, href, "ink"), class_name="page plainpage")
