"""One's data: taken along, deleted, and the receipts. Plain forms, whole without JavaScript."""

import reflex as rx

from pexit_app.features.identity.account_parts import line, lines, section
from pexit_app.features.privacy.cards import DataCard, ReceiptCard
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor

GOES = (
    "your photos, likenesses, frames, sheets and recipes, with every file of them",
    "what a GPU service keeps of your likenesses, within a day",
    "your drafts of packs, your sessions, keys and addresses",
    "dust that is left",
)


def data_page(card: DataCard, visitor: Visitor) -> rx.Component:
    crumb = el.nav(
        el.a("Account", href="/account"),
        el.span("Your data", aria_current="page"),
        class_name="crumb code code--up",
        aria_label="Place",
    )
    told = [note(card.note, "ok")] if card.note else []
    told += [note(card.bad, "bad")] if card.bad else []
    return page(
        "Your data",
        el.div(
            crumb,
            el.header(
                el.h1("Your data"),
                el.p("All that is kept of you, to take along or to have deleted; and the proof of either."),
                class_name="stack data__head",
            ),
            el.div(*told, class_name="account__told") if told else rx.fragment(),
            export_section(card),
            deletion_section(card),
            receipts_section(card),
            class_name="page account",
        ),
        here="/account",
        visitor=visitor,
    )


def export_section(card: DataCard) -> rx.Component:
    if card.link:
        made = el.div(
            el.b("One file with everything. The link works once, for an hour."),
            el.div(
                plain_link("Download it", href=card.link, download=True, class_name="act act--ink"), class_name="row"
            ),
            el.p(
                "Photos, frames with their recipes, people, agreements, packs and the ledger.", class_name="small quiet"
            ),
            class_name="stack stack--tight data__once",
            role="status",
        )
    else:
        made = form(
            el.div(act("Make a link to everything", "ink", type="submit"), class_name="row"),
            action="/account/data/export",
            method="post",
        )
    return section(
        "export",
        "Take it along",
        "One ZIP with every photo, frame and record, and a signed receipt that names each file.",
        made,
    )


def deletion_section(card: DataCard) -> rx.Component:
    if card.due:
        asked = [
            note(f"On {card.due}, {card.left}, everything goes for good. Until then nothing changes.", "bad"),
            form(
                el.div(act("Keep my account", "ink", type="submit"), class_name="row"),
                action="/account/data/keep",
                method="post",
            ),
        ]
    else:
        asked = [
            el.details(
                el.summary("Delete my account", class_name="act"),
                el.div(
                    el.p("In seven days this goes for good:"),
                    el.ul(*[el.li(each) for each in GOES], class_name="dashes"),
                    el.p(
                        "Packs that others made pictures with stay with them, without your name. The ledger keeps amounts "
                        "under a number that nobody is known by. A signed receipt goes to ",
                        el.b(card.identifier or "nobody, as this account has no address"),
                        ".",
                        class_name="small",
                    ),
                    form(
                        el.div(act("Delete it in seven days", "ink", type="submit"), class_name="row"),
                        action="/account/data/delete",
                        method="post",
                    ),
                    class_name="account__form stack",
                ),
                class_name="account__opener",
            )
        ]
    return section(
        "delete",
        "Delete it all",
        "You may change your mind for seven days. After them nobody can bring anything back, us included.",
        *asked,
    )


def receipts_section(card: DataCard) -> rx.Component:
    def one(each: ReceiptCard) -> rx.Component:
        facts = f"{each.when}. {', '.join(each.lines)}." if each.lines else f"{each.when}."
        fetch = plain_link(
            "Download", href=each.href, download=True, class_name="act act--text", aria_label=f"Download {each.number}"
        )
        return line(each.title, el.span(facts, " ", el.span(each.number, class_name="figure")), fetch)

    shown = lines("Receipts", *map(one, card.receipts)) if card.receipts else el.p("None yet.", class_name="quiet")
    return section(
        "receipts",
        "Receipts",
        rx.fragment(
            "Signed lists of what was deleted or taken along, by number and hash. Anybody can check one with ",
            el.a("our published keys", href="/.well-known/pexit-receipt-keys.json"),
            ".",
        ),
        shown,
    )


def receipt_page(card: ReceiptCard) -> rx.Component:
    """For whoever has no account any more."""
    return page(
        "Receipt",
        el.div(
            el.div(
                el.h1("It is gone."),
                el.p(f"{card.title}, on {card.when}."),
                el.ul(*[el.li(each) for each in card.lines], class_name="dashes"),
                el.p(
                    "The file lists each of them by number and hash, signed with the key ",
                    el.span(card.key, class_name="figure"),
                    ". Keep it: nobody here can look it up for you, as nothing here knows you any more.",
                ),
                el.div(plain_link("Download the receipt", href=card.href, download=True, class_name="act act--ink")),
                class_name="asked__head",
            ),
            class_name="page asked",
        ),
    )


def spent_page(title: str, text: str) -> rx.Component:
    return page(
        title,
        el.div(
            el.div(
                el.h1(title),
                el.p(text),
                el.div(plain_link("Your data", href="/account/data", class_name="act act--ink"), class_name="row"),
                class_name="asked__head",
            ),
            class_name="page asked",
        ),
    )
