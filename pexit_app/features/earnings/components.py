"""The earnings page: plain forms, whole without JavaScript. Sections in reading order."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.earnings.cards import EarningsCard, StatementCard, csv_path
from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.account_parts import button_form, film_page, section
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.ledger import ledger
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard

SECTIONS = (("now", "Now"), ("payouts", "Payouts"), ("statement", "Statement"), ("prices", "Prices"))


def earnings_page(card: EarningsCard, said: Said, visitor: Visitor) -> rx.Component:
    body = [_head(card), _told(said), _now(card), _payouts(card), _statement(card.statement), _prices(card)]
    return page("Earnings", el.div(*body, class_name="page account earnings"), visitor=visitor)


def _told(said: Said) -> rx.Component:
    shown = [note(said.note, "ok")] if said.note else []
    shown += [note(said.bad, "bad")] if said.bad else []
    return el.div(*shown, class_name="account__told") if shown else rx.fragment()


def starter_page(card: EarningsCard, said: Said, visitor: Visitor, strips: Sequence[StripCard]) -> rx.Component:
    """What becoming a creator means, and the one button."""
    facts = [
        ("What you ask", "A fee for each frame, a price for unlocking a pack, both or neither. The render is the house's."),
        ("What you get", f"{card.percent} % of it, for each frame that is delivered. We take no other fee."),
        ("When", f"It can be paid out after {card.days} days: on Mondays, from {card.payout_from} dust. A dust is a cent."),
        ("What stays", f"Your account, your packs and your fairyname, {card.fairyname}. There is no way back."),
    ]  # fmt: skip
    return film_page(
        "Earnings",
        strips,
        el.h1("Earn with your packs"),
        el.p("A creator may ask a price for packs, and is paid for what people render with them."),
        _told(said),
        el.dl(*[el.div(el.dt(name), el.dd(text)) for name, text in facts], class_name="facts ruled"),
        form(act("Become a creator", "go", type="submit"), action="/earnings/become", method="post"),
        visitor=visitor,
    )


def _head(card: EarningsCard) -> rx.Component:
    places = [el.a(label, href=f"#{name}", class_name="kept__link") for name, label in SECTIONS]
    return el.div(
        el.div(el.h1("Earnings"), el.nav(*places, class_name="kept", aria_label="On this page"), class_name="stack c7"),
        el.div(
            el.div(
                el.span("▸ 1"), el.span("Pexit 5219"), el.span("▸ 1A"), class_name="code code--up", aria_hidden="true"
            ),
            el.strong(f"{card.available} dust", class_name="account__fairy"),
            el.div(el.span("can be paid out"), el.span(f"${card.available_usd}"), class_name="code code--up"),
            class_name="account__pass c5",
        ),
        class_name="cols account__head",
    )


def _facts(*facts: tuple[str, Node]) -> rx.Component:
    rows = [el.div(el.dt(name), el.dd(text, class_name="figure")) for name, text in facts]
    return el.dl(*rows, class_name="facts ruled earnings__facts")


def _now(card: EarningsCard) -> rx.Component:
    owed = [("Taken back after it was paid out", f"{card.debt} dust, off what you earn next")] if card.debt else []
    dues = (
        _table("Pending, by the day it ends", ("Until", "To be paid out", "Into your wallet"), [
            (due.day, f"{due.dust} dust", f"{due.wallet} dust") for due in card.dues
        ])
        if card.dues
        else rx.fragment()
    )  # fmt: skip
    return section(
        "now",
        "Now",
        f"{card.percent} % of what you ask is yours, from the moment a frame is delivered. It is pending for {card.days} "
        "days, in which a refund would take it back. What was paid in granted dust comes into your wallet as granted dust.",
        _facts(
            ("Can be paid out", f"{card.available} dust"),
            ("Pending", f"{card.pending} dust"),
            ("On its way to you", f"{card.on_its_way} dust"),
            ("Paid out so far", f"{card.paid} dust"),
            *owed,
        ),
        dues,
    )


def _payouts(card: EarningsCard) -> rx.Component:
    rows = [(each.when, each.dust, _state(each.state, each.reason)) for each in card.payouts]
    listed = (
        _table("Payouts", ("Asked for", "Dust", "State"), rows)
        if rows
        else el.p(f"None yet. The next are on {card.next_payout}.", class_name="quiet")
    )
    return section(
        "payouts",
        "Payouts",
        f"Each Monday, of all that can be paid out, from {card.payout_from} dust on. A dust is a US cent; we take no fee. "
        "What fails can be paid out again, and says why.",
        _bank(card),
        listed,
    )


def _state(state: str, reason: str) -> Node:
    return el.span(state, el.span(f": {reason}", class_name="quiet")) if reason else state


def _bank(card: EarningsCard) -> rx.Component:
    test = note("This is a test bank: it pays nobody, and no money moves.") if card.is_test else rx.fragment()
    match card.account:
        case "closed":
            return note(
                "Nobody is paid out here yet: the operator has set up no payment provider. What you earn is kept."
            )
        case "ready":
            way = el.div(
                el.p("Your account for payouts is in order."),
                button_form("/earnings/account", "Change where the money goes"),
                class_name="stack stack--tight",
            )
        case "started":
            missing = f" It still asks for: {card.missing}." if card.missing else ""
            way = el.div(
                note(
                    f"The payment provider does not know enough of you yet, so nothing can be paid out.{missing}", "bad"
                ),
                el.div(
                    button_form("/earnings/account", "Go on there", kind="ink"),
                    button_form("/earnings/account/look", "Look again"),
                    class_name="row",
                ),
                class_name="stack stack--tight",
            )
        case _:
            way = el.div(
                el.p("Tell the payment provider who you are and where the money goes. We see neither."),
                button_form("/earnings/account", "Set up payouts", kind="ink"),
                class_name="stack stack--tight",
            )
    return el.div(test, way, class_name="stack")


def _statement(card: StatementCard) -> rx.Component:
    ways = []
    if card.before:
        ways.append(el.a("Month before", href=f"/earnings?period={card.before}#statement", class_name="kept__link"))
    if card.after:
        ways.append(el.a("Month after", href=f"/earnings?period={card.after}#statement", class_name="kept__link"))
    files = [
        plain_link(f"CSV of {name}", href=csv_path(period), download=True, class_name="kept__link")
        for name, period in {card.title: card.period, card.year: card.year}.items()
    ]
    lines = (
        ledger(card.lines, f"Statement of {card.title}, newest first")
        if card.lines
        else el.p(f"Nothing moved in {card.title}.", class_name="quiet")
    )
    return section(
        "statement",
        "Statement",
        "Every line of the ledger, in UTC. The balance is what is pending and what can be paid out together; shares are "
        "exact to a hundredth, and whole dust move.",
        el.h3(card.title, class_name="h3"),
        el.nav(*ways, *files, class_name="kept", aria_label="Statements"),
        _facts(*card.facts),
        lines,
    )


def _prices(card: EarningsCard) -> rx.Component:
    return section(
        "prices",
        "Prices",
        "A pack's price, its launch price, its coupons and what its remixes pay on stand in the builder, under Listing.",
        el.div(
            act_link("Open the builder", "/builder", "ink"),
            plain_link("Bundles of packs", href="/earnings/bundles", class_name="act"),
            class_name="row",
        ),
        el.p(
            "Your own packs cost you the render only, and earn nothing of it.", class_name="small quiet"
        ),
    )  # fmt: skip


def _table(caption: str, heads: tuple[str, str, str], rows: list[tuple[Node, Node, Node]]) -> rx.Component:
    """Three columns that a phone folds; the roles are written out, as a table laid out as a grid loses them in places."""

    def row(cells: tuple[Node, Node, Node]) -> rx.Component:
        drawn = [
            el.td(cell, role="cell", class_name="figure", data_head=head)
            for head, cell in zip(heads, cells, strict=True)
        ]
        return el.tr(*drawn, role="row")

    return el.table(
        el.caption(caption, class_name="h3"),
        el.thead(
            el.tr(*[el.th(head, scope="col", role="columnheader") for head in heads], role="row"), role="rowgroup"
        ),
        el.tbody(*[row(cells) for cells in rows], role="rowgroup"),
        class_name="earnings__table",
        role="table",
    )


def leave_page(url: str, visitor: Visitor) -> rx.Component:
    """The link to the payment provider: a page of ours may not send a form there."""
    body = el.div(
        el.h1("On to the payment provider"),
        el.p("It asks who you are and where the money goes, and leads you back here."),
        plain_link("Go there", href=url, class_name="act act--ink"),
        class_name="page plainpage",
    )
    return page("Payouts", body, visitor=visitor)
