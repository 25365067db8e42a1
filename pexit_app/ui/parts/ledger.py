"""Ledger: what happened to the dust, as a table that stays a table for a screen reader when a phone folds its rows."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from pexit_app.ui.both import each, el


@dataclass(frozen=True)
class LedgerLine:
    """Texts ready to read: `dust` carries its sign ("+25"), `balance` is what stood after it."""

    when: str = ""
    what: str = ""
    dust: str = ""
    balance: str = ""


def ledger(lines: Any, caption: str) -> rx.Component:
    """The roles are written out because a table that is laid out as a grid loses them in some browsers."""

    def head(label: str, numeric: bool = False) -> rx.Component:
        return el.th(label, scope="col", role="columnheader", class_name="num" if numeric else "")

    def row(line: LedgerLine) -> rx.Component:
        return el.tr(
            el.td(line.when, role="cell", class_name="ledger__when figure"),
            el.td(line.what, role="cell"),
            el.td(line.dust, role="cell", class_name="num figure"),
            el.td(line.balance, role="cell", class_name="num figure"),
            role="row",
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
