"""The wallet's page: plain forms, whole without JavaScript. Sections in reading order."""

import reflex as rx

from pexit_app.features.wallet.cards import FILTERS, Said, WalletView
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, field, form
from pexit_app.ui.layout import page
from pexit_app.ui.parts.ledger import ledger
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor

PLACES = (("Statement", "#statement"), ("Buy dust", "#buy"), ("Your limits", "#caps"))
TEST = "A test cashier: no money moves here, and nothing is charged."


def wallet_page(view: WalletView, said: Said, visitor: Visitor) -> rx.Component:
    return page(
        "Wallet",
        el.div(
            _head(view),
            _told(said),
            el.div(_statement(view), _aside(view, said), class_name="cols wallet__body"),
            class_name="page wallet",
        ),
        here="/wallet",
        visitor=visitor,
    )


def _head(view: WalletView) -> rx.Component:
    card = view.card
    facts = [("Bought", f"{card.bought:,}, never expires"), ("Given", f"{card.granted:,}, spent first")]
    facts.append(("Held now", f"{card.held:,}, for work under way" if card.held else "Nothing"))
    if card.owed:
        facts.append(("Owed", f"{card.owed:,}, spent before its money went back; what you buy pays it first"))
    if card.caps.daily_dust is not None:
        facts.append(("Today", f"{view.spent_today:,} of the {card.caps.daily_dust:,} you let a day take"))
    return el.div(
        el.div(
            el.h1(
                el.span("Balance ", class_name="vh"),
                f"{card.balance:,} ",
                el.span("dust", class_name="wallet__unit"),
                data_size="long" if card.balance > 99_999 else "short",
            ),
            el.nav(
                *[el.a(label, href=href, class_name="kept__link") for label, href in PLACES],
                class_name="kept",
                aria_label="On this page",
            ),
            class_name="stack",
        ),
        el.dl(*[el.div(el.dt(name), el.dd(words)) for name, words in facts], class_name="facts wallet__facts"),
        class_name="wallet__head",
    )


def _told(said: Said) -> rx.Component:
    shown = [note(said.note, "ok")] if said.note else []
    shown += [note(said.bad, "bad")] if said.bad else []
    return el.div(*shown, class_name="wallet__told") if shown else rx.fragment()


def _statement(view: WalletView) -> rx.Component:
    filters = [
        el.a(
            label,
            href="/wallet#statement" if name == "all" else f"/wallet?show={name}#statement",
            aria_current="page" if name == view.show else "false",
            class_name="kept__link",
        )
        for name, label in FILTERS
    ]
    if view.lines:
        shown = ledger(view.lines, "Statement, newest first")
    elif view.show == "all":
        shown = el.p("Nothing happened to your dust yet. Drafts are free: turn some knobs.", class_name="quiet")
    else:
        shown = el.p("No such line. Show all.", class_name="quiet")
    ways = [act_link("Newest", f"/wallet?show={view.show}#statement")] if not view.is_first else []
    ways += [act_link("Older", view.older_href)] if view.older_href else []
    ways += [act_link("All as CSV", "/wallet/statement.csv", download="pexit-statement.csv")] if view.lines else []
    return el.section(
        el.div(
            el.h2("Statement", id="statement", class_name="h28"),
            el.p(
                "1 dust is 1 US cent. The lines add up to the balance, always. Times are UTC.", class_name="small quiet"
            ),
            class_name="stack stack--tight",
        ),
        el.nav(*filters, class_name="kept", aria_label="Which lines"),
        shown,
        el.div(*ways, class_name="row") if ways else rx.fragment(),
        class_name="stack c8",
        aria_labelledby="statement",
    )


def _aside(view: WalletView, said: Said) -> rx.Component:
    return el.div(
        _buy(view, said), _promo(said), _caps(view, said), _purchases(view), class_name="stack stack--loose c4"
    )


def _buy(view: WalletView, said: Said) -> rx.Component:
    if not view.bundles:
        return el.section(
            el.h2("Buy dust", id="buy", class_name="h28"),
            el.p("Dust is not sold here yet: no payment service is set up.", class_name="quiet"),
            class_name="stack stack--tight",
            aria_labelledby="buy",
        )
    choices = [
        el.label(
            el.input(type="radio", name="bundle", custom_attrs={"value": each.id}, default_checked=each.is_chosen),
            el.span(el.b(f"{each.dust} dust"), " ", el.span(each.price), class_name="figure"),
        )
        for each in view.bundles
    ]
    told = note(TEST) if view.sold_by == "test" else rx.fragment()
    after = "Card and wallets, by Stripe. No fee of ours." if view.sold_by == "stripe" else ""
    return form(
        el.div(el.h2("Buy dust", id="buy", class_name="h28"), class_name="ticket__head"),
        told,
        el.fieldset(
            el.legend("How much dust", class_name="vh"),
            el.div(*choices, class_name="bundles"),
        ),
        el.span(said.errors.get("bundle", ""), class_name="field__bad", role="alert"),
        act("Go to payment", "go wide", type="submit"),
        el.p(f"What you buy never expires, and is spent after what you were given. {after}", class_name="small quiet"),
        action="/wallet/buy",
        method="post",
        class_name="ticket wallet__buy",
        aria_labelledby="buy",
    )


def _promo(said: Said) -> rx.Component:
    return form(
        field(
            "code",
            "Promo code",
            error=said.errors.get("code", ""),
            default_value=said.values.get("code", ""),
            required=True,
            max_length=40,
            auto_complete="off",
            auto_capitalize="characters",
            spell_check=False,
        ),
        act("Enter it", type="submit"),
        action="/wallet/promo",
        method="post",
        class_name="wallet__one",
    )


def _caps(view: WalletView, said: Said) -> rx.Component:
    caps = view.card.caps

    def one(name: str, label: str, dust: int | None) -> rx.Component:
        kept = "" if dust is None else str(dust)
        return field(
            name,
            label,
            error=said.errors.get(name, ""),
            default_value=said.values.get(name, kept),
            input_mode="numeric",
            max_length=9,
            auto_complete="off",
            placeholder="No limit",
        )

    return el.section(
        el.h2("Your limits", id="caps", class_name="h20"),
        el.p("What goes beyond is refused, and costs nothing. No API key can lift them.", class_name="small quiet"),
        form(
            one("daily_dust", "In a day (UTC), dust", caps.daily_dust),
            one("run_dust", "In one order, dust", caps.run_dust),
            el.div(act("Keep these", type="submit"), class_name="row"),
            action="/wallet/caps",
            method="post",
            class_name="wallet__caps",
        ),
        class_name="stack stack--tight",
        aria_labelledby="caps",
    )


def _purchases(view: WalletView) -> rx.Component:
    if not view.purchases:
        return rx.fragment()
    shown = [
        el.li(
            el.div(el.b(each.title), el.span(each.facts, class_name="small quiet"), class_name="stack stack--none"),
            el.a(
                each.link,
                href=each.href,
                aria_label=f"{each.link}, {each.title}, {each.facts}",
                class_name="kept__link",
            )
            if each.href
            else rx.fragment(),
            class_name="wallet__purchase",
        )
        for each in view.purchases
    ]
    return el.section(
        el.h2("Purchases", id="purchases", class_name="h20"),
        el.ul(*shown, role="list", class_name="wallet__purchases"),
        class_name="stack stack--tight",
        aria_labelledby="purchases",
    )
