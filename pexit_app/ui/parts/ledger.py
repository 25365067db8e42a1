"""Ledger: what happened to the dust, as a table that stays a table for a screen reader when a phone folds its rows."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pexit_app.ui.both import each, el, is_some, when
from pexit_app.ui.forms import plain_link


@dataclass(frozen=True)
class LedgerLine:
    """Texts ready to read: `dust` carries its sign ("+25"), `balance` is what stood after it. `href`: what the line is
    about; `thumb`: its picture; `detail`: why, and what of. `tone`: "back" for what came back, "part" for a line that is a
    part of one below."""

    when: str = ""
    what: str = ""
    dust: str = ""
    balance: str = ""
    detail: str = ""
    href: str = ""
    thumb: str = ""
    tone: str = ""


def ledger(lines: Any, caption: str) -> rx.Component:
    """The roles are written out because a table that is laid out as a grid loses them in some browsers."""

    def head(label: str, numeric: bool = False) -> rx.Component:
        return el.th(label, scope="col", role="columnheader", class_name="num" if numeric else "")

    def row(line: LedgerLine) -> rx.Component:
        return el.tr(
            el.td(line.when, role="cell", class_name="ledger__when figure"),
            el.td(_what(line), role="cell"),
            el.td(line.dust, role="cell", class_name="num figure"),
            el.td(line.balance, role="cell", class_name="num figure"),
            role="row",
            data_tone=line.tone,
        )

    return el.table(
        el.caption(caption, class_name="vh"),
        el.thead(
            el.tr(head("When"), head("What happened"), head("Dust", True), head("Balance", True), role="row"),
            role="rowgroup",
        ),
        el.tbody(*each(lines, row), role="rowgroup"),
        class_name="ledger",
        role="table",
    )


def _what(line: LedgerLine) -> rx.Component:
    return el.div(
        when(is_some(line.thumb), el.img(src=line.thumb, alt="", loading="lazy", class_name="ledger__thumb")),
        el.div(
            when(is_some(line.href), plain_link(line.what, href=line.href), el.span(line.what)),
            when(is_some(line.detail), el.span(line.detail, class_name="small quiet")),
            class_name="ledger__words",
        ),
        class_name="ledger__of",
    )
