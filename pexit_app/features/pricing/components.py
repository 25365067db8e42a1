"""The pages of a coupon, of a bundle, and of one's own bundles: whole without JavaScript."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from pexit_app.features.identity.account_cards import Said
from pexit_app.features.identity.account_parts import button_form, film_page, line, lines, opener, section
from pexit_app.features.pricing.bundles import MOST_PACKS
from pexit_app.features.pricing.cards import BundleCard, Choice, CouponCard, OwnBundleLine
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, field, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note, plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.ui.parts.ticket import TicketCard, TicketLine, ticket


def coupon_page(
    card: CouponCard, *, visitor: Visitor, action: str, sign_in_href: str, strips: Sequence[StripCard]
) -> rx.Component:
    """`action` takes it; who is not signed in is led to `sign_in_href` first."""
    told = note(card.refusal) if card.refusal else el.p(card.text)
    way = _way_on(card, visitor, action, sign_in_href)
    return film_page("Coupon", strips, el.h1(card.heading), told, way, visitor=visitor)


def _way_on(card: CouponCard, visitor: Visitor, action: str, sign_in_href: str) -> Node:
    if not card.can_take:
        return el.div(act_link(card.step, card.href, "ink"), class_name="row")
    if not visitor.is_signed_in:
        return el.div(plain_link("Sign in to take it", href=sign_in_href, class_name="act act--ink"), class_name="row")
    return form(el.div(act("Take it", "ink", type="submit"), class_name="row"), action=action, method="post")


def bundle_page(
    card: BundleCard, said: Said, *, visitor: Visitor, action: str, sign_in_href: str, strips: Sequence[StripCard]
) -> rx.Component:
    """What it holds, what it costs this visitor, and the one button."""
    parts = [
        el.div(
            el.dt(el.a(part.title, href=part.href)),
            el.dd(part.price, class_name="figure quiet" if part.is_unlocked else "figure"),
        )
        for part in card.parts
    ]
    told = [note(said.bad, "bad")] if said.bad else []
    told += [note(said.note, "ok")] if said.note else []
    buy = [] if card.refusal and not visitor.is_signed_in else [_buy(card, visitor, action, sign_in_href)]
    return film_page(
        "Bundle",
        strips,
        el.h1(card.title),
        el.p(f"{len(card.parts)} packs by {card.creator}, unlocked for good. Frames cost what they cost in each."),
        *told,
        el.h2("What is in it", class_name="h3"),
        el.dl(*parts, class_name="facts ruled"),
        *([note(card.refusal)] if card.refusal else buy),
        visitor=visitor,
    )


def _buy(card: BundleCard, visitor: Visitor, action: str, sign_in_href: str) -> Node:
    if visitor.is_signed_in:
        button = form(
            el.input(type="hidden", name="total_dust", default_value=str(card.total_dust)),
            act("Unlock them", "go wide", type="submit"),
            action=action,
            method="post",
        )
    else:
        button = plain_link("Sign in to unlock them", href=sign_in_href, class_name="act act--ink act--wide")
    bill = TicketCard(
        title="All of it",
        lines=[TicketLine("One by one", card.alone)],
        total=card.total,
        after="What you have unlocked already is not paid again.",
    )
    return ticket(bill, button)


def unknown_page(visitor: Visitor, what: str) -> rx.Component:
    """No coupon, or no bundle, has this address."""
    text = "It may have been cut off on its way, or is sold no more. Ask whoever sent it."
    return page(what, plain_page("This link opens nothing.", text, "To the packs", "/"), visitor=visitor)


def bundles_page(own: Sequence[OwnBundleLine], choices: Sequence[Choice], said: Said, visitor: Visitor) -> rx.Component:
    """One's own bundles, and a form to make another."""
    listed = lines("Bundles", *[_own(each) for each in own]) if own else el.p("None yet.", class_name="quiet")
    told = [note(said.note, "ok")] if said.note else []
    told += [note(said.bad, "bad")] if said.bad else []
    return page(
        "Bundles",
        el.div(
            el.nav(
                el.a("Earnings", href="/earnings"), el.span("Bundles"),
                class_name="crumb code code--up", aria_label="Where you are",
            ),
            el.h1("Bundles of packs"),
            el.div(*told, class_name="account__told") if told else rx.fragment(),
            section(
                "bundles",
                "Bundles",
                "Packs of yours, unlocked together for less than one by one. Who has some of them pays for the others. "
                "Each pack's page names the bundles it is in.",
                listed,
                _make(choices, said),
            ),
            class_name="page account earnings",
        ),
        visitor=visitor,
    )  # fmt: skip


def _own(each: OwnBundleLine) -> rx.Component:
    if each.is_ended:
        return line(each.title, each.dust, mark="Ended")
    end = button_form(f"/earnings/bundles/{each.id}/end", "End it", f"End {each.title}")
    return line(el.a(each.title, href=each.href), each.dust, end)


def _typed(said: Said, name: str, label: str, **props: Any) -> rx.Component:
    """A field with what was typed before, and what was wrong with it."""
    error, value = said.errors.get(name, ""), said.values.get(name, "")
    return field(name, label, error=error, default_value=value, required=True, **props)


def _make(choices: Sequence[Choice], said: Said) -> Node:
    if len(choices) < 2:
        return el.p("A bundle takes two published packs with an unlock price. Set one in the builder, under Listing.")
    picked = said.values.get("packs", "").split(",")
    boxes = [
        el.label(
            el.input(type="checkbox", name="packs", default_value=each.id, default_checked=each.id in picked),
            el.span(each.title, " ", el.span(each.dust, class_name="small quiet")),
            class_name="account__check",
        )
        for each in choices
    ]
    problem = said.errors.get("packs", "")
    return opener(
        "bundle",
        "Make a bundle",
        said,
        form(
            _typed(said, "title", "Title", max_length=60),
            el.fieldset(
                el.legend(f"Packs, 2 to {MOST_PACKS}", class_name="label"),
                *boxes,
                el.span(problem, class_name="field__bad", role="alert") if problem else rx.fragment(),
                class_name="earnings__choices",
            ),
            _typed(said, "dust", "Price for all of them, in dust", input_mode="numeric", max_length=5),
            act("Make it", "ink", type="submit"),
            action="/earnings/bundles",
            method="post",
            class_name="stack",
        ),
    )  # fmt: skip
