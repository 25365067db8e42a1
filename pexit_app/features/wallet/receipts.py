"""One purchase on its own page: on the way, paid (a receipt that prints), and the test cashier's checkout."""

import reflex as rx

from pexit_app.features.wallet.cards import STATES, dollars, dust_words, when_words
from pexit_app.features.wallet.components import TEST
from pexit_app.features.wallet.models import Purchase, PurchaseStatus
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.ticket import TicketCard, TicketLine, ticket


def _alone(title: str, visitor: Visitor, *children: Node) -> rx.Component:
    crumb = el.nav(el.a("Wallet", href="/wallet"), el.span(title), class_name="crumb code code--up", aria_label="Place")
    return page(title, el.div(crumb, *children, class_name="page till"), here="/wallet", visitor=visitor)


def _bought(shown: rx.Component) -> rx.Component:
    """A ticket's title is a third heading: this is the second."""
    return el.section(el.h2("What is bought", class_name="vh"), shown, class_name="till__ticket")


def number_of(row: Purchase) -> str:
    """What the receipt is called: the day, and enough of the id to be found by."""
    return f"{row.created_at:%Y%m%d}-{row.id.hex[:8].upper()}"


def _lines(row: Purchase) -> list[TicketLine]:
    return [TicketLine(dust_words(row.dust), dollars(row.price_cents)), TicketLine("Fee", "none")]


def receipt_page(row: Purchase, who: str, seller: str, visitor: Visitor) -> rx.Component:
    """`who` bought it, from `seller`. Whole HTML: it prints as it is."""
    assert row.paid_at is not None
    facts = [
        ("Receipt", number_of(row)),
        ("Paid", f"{row.paid_at:%-d %B %Y, %H:%M} UTC"),
        ("With", row.means or "not told"),
        ("By", who),
        ("To", seller),
        ("State", STATES[PurchaseStatus(row.status)]),
    ]
    lines = _lines(row)
    if row.refunded_cents:
        lines.append(TicketLine("Refunded", f"\N{MINUS SIGN}{dollars(row.refunded_cents)}"))
    after = f"{row.refunded_dust:,} dust were taken back with the refund." if row.refunded_dust else ""
    if row.disputed_dust:
        after = f"{after} {row.disputed_dust:,} dust wait until the bank has decided.".strip()
    card = TicketCard(
        title="Dust",
        note=number_of(row),
        lines=lines,
        total=dollars(row.price_cents - row.refunded_cents),
        after=after,
    )
    return _alone(
        "Receipt",
        visitor,
        el.h1("Receipt"),
        note(TEST) if row.cashier == "test" else rx.fragment(),
        el.div(
            el.dl(*[el.div(el.dt(name), el.dd(words)) for name, words in facts], class_name="facts"),
            _bought(ticket(card, torn=True)),
            class_name="till__two",
        ),
        el.p(
            "Printed or kept as a PDF by your browser, this page is the receipt.", class_name="small quiet till__hint"
        ),
    )


def purchase_page(row: Purchase, balance: int, visitor: Visitor) -> rx.Component:
    """Where the buyer comes back to."""
    card = TicketCard(title="Buy dust", note=number_of(row), lines=_lines(row), total=dollars(row.price_cents))
    match PurchaseStatus(row.status):
        case PurchaseStatus.PENDING:
            title, said = (
                "Not paid yet",
                "The cashier has no payment for this. If you have just paid, look again in a moment.",
            )
            ways: list[Node] = [act_link("Look again", f"/wallet/purchases/{row.id}", "ink")]
            if row.checkout_url:
                pay = plain_link("Go to payment", href=row.checkout_url, class_name="act act--go")
                ways = [pay, act_link("Look again", f"/wallet/purchases/{row.id}")]
        case PurchaseStatus.EXPIRED:
            title, said = "Over, and not paid", "Nothing was charged. Begin again from your wallet."
            ways = [act_link("To the wallet", "/wallet#buy", "ink")]
        case _:
            title = f"{dust_words(row.dust)} came in"
            said = f"Your balance is {balance:,} dust. Bought dust never expires."
            receipt = act_link("Receipt", f"/wallet/receipts/{row.id}")
            ways = [act_link("To your wallet", "/wallet", "ink"), receipt, act_link("See the packs", "/")]
    return _alone(
        "Purchase",
        visitor,
        el.h1(title),
        el.p(said),
        _bought(ticket(card, torn=bool(row.credited_dust))),
        el.div(*ways, class_name="row"),
    )


def checkout_page(row: Purchase, bad: str, visitor: Visitor) -> rx.Component:
    """The test cashier's: one button, and plainly what it is."""
    is_open = row.status == PurchaseStatus.PENDING
    pay = form(
        act(f"Pay {dollars(row.price_cents)} with test money", "go wide", type="submit"),
        action=f"/wallet/checkout/{row.id}/pay",
        method="post",
    )
    card = TicketCard(
        title="Buy dust", note=number_of(row), lines=_lines(row), total=dollars(row.price_cents),
        after=f"Ordered {when_words(row.created_at)} UTC.",
    )  # fmt: skip
    state = el.p(f"{STATES[PurchaseStatus(row.status)]}.", class_name="quiet")
    return _alone(
        "Test cashier",
        visitor,
        el.h1("Test cashier"),
        note(TEST),
        note(bad, "bad") if bad else rx.fragment(),
        _bought(ticket(card, pay if is_open else state)),
        el.div(act_link("Leave without paying", "/wallet#buy"), class_name="row"),
    )
