"""Ticket: the price of what is about to happen, itemised, with the one red button of the view. Torn: the receipt."""

from dataclasses import dataclass, field

import reflex as rx

from pexit_app.ui.both import Node, each, el, is_some, when


@dataclass(frozen=True)
class TicketLine:
    label: str = ""
    amount: str = ""


@dataclass(frozen=True)
class TicketCard:
    """`note` is small and in mono (good for 4:12, a number); `after` says what is left or what comes back."""

    title: str = ""
    note: str = ""
    lines: list[TicketLine] = field(default_factory=list)
    total_label: str = "Total"
    total: str = ""
    after: str = ""


def _line(line: TicketLine) -> rx.Component:
    return el.div(el.dt(line.label), el.dd(line.amount, class_name="figure"))


def ticket(card: TicketCard, act: Node | None = None, *, torn: bool = False) -> rx.Component:
    """`act` is the button that spends; a torn ticket has none."""
    return el.div(
        el.div(
            el.h3(card.title),
            when(is_some(card.note), el.span(card.note, class_name="code quiet")),
            class_name="ticket__head",
        ),
        el.dl(
            *each(card.lines, _line),
            el.div(el.dt(card.total_label), el.dd(card.total, class_name="figure"), class_name="ticket__sum"),
        ),
        act if act is not None else rx.fragment(),
        when(is_some(card.after), el.p(card.after, class_name="small quiet")),
        class_name="ticket ticket--torn" if torn else "ticket",
        role="group",
        aria_label=card.title,
    )


def receipt(card: TicketCard) -> rx.Component:
    """The same ticket afterwards."""
    return ticket(card, torn=True)
