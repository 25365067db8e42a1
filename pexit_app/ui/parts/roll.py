"""Roll card: a pack in the storefront, as a canister in the pack's own ink and a strip that peeks out of it."""

from dataclasses import dataclass, field

import reflex as rx

from pexit_app.ui.both import el, is_some, when
from pexit_app.ui.parts.sheet import StripCard, strip

INKS = (
    "rust", "magenta", "umber", "moss", "plum", "steel", "crimson", "bone", "navy", "teal", "ochre", "slate",
)  # fmt: skip


@dataclass(frozen=True)
class RollCard:
    """`code` is three letters, `ink` one of INKS, `speed` a word on the canister, `price` and `per` read as "1 dust",
    "a frame"."""

    href: str = ""
    title: str = ""
    line: str = ""
    creator: str = ""
    code: str = ""
    ink: str = "slate"
    speed: str = ""
    price: str = ""
    per: str = "a frame"
    strip: StripCard = field(default_factory=StripCard)


def roll(card: RollCard) -> rx.Component:
    return el.article(
        el.div(
            el.div(
                el.b(card.code), el.span(card.speed, class_name="code code--up"), class_name="can",
                data_ink=card.ink, aria_hidden="true",
            ),
            strip(card.strip),
            class_name="roll__film",
        ),
        el.div(
            el.h3(el.a(card.title, href=card.href)),
            el.span(card.price, class_name="price figure"),
            el.span(card.creator, class_name="small quiet"),
            el.span(card.per, class_name="small quiet"),
            when(is_some(card.line), el.p(card.line, class_name="roll__line")),
            class_name="roll__text",
        ),
        class_name="roll",
    )  # fmt: skip
