"""What the sections of the account page are made of."""

from collections.abc import Sequence
from dataclasses import replace

import reflex as rx

from pexit_app.features.identity.account_cards import Said
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, form
from pexit_app.ui.layout import page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard, strip


def section(name: str, title: str, about: Node, *children: Node) -> rx.Component:
    return el.section(
        el.div(
            el.h2(title, id=name, class_name="h28"),
            el.p(about, class_name="small quiet"),
            class_name="stack stack--tight",
        ),
        el.div(*children, class_name="stack account__body"),
        class_name="account__section",
        aria_labelledby=name,
    )


def line(title: Node, facts: Node, *acts: Node, mark: str = "") -> rx.Component:
    """One thing one has, and what may be done with it."""
    badge = el.span(mark, class_name="account__mark code code--up") if mark else rx.fragment()
    return el.li(
        el.div(el.b(title), badge, el.span(facts, class_name="small quiet"), class_name="account__what"), *acts,
        class_name="account__line",
    )  # fmt: skip


def lines(label: str, *each: Node) -> rx.Component:
    return el.ul(*each, role="list", aria_label=label, class_name="account__lines")


def opener(name: str, label: str, said: Said, *children: Node) -> rx.Component:
    """A form behind its button."""
    return el.details(
        el.summary(label, class_name="act"),
        el.div(*children, class_name="account__form"),
        class_name="account__opener",
        open=said.opened == name,
    )


def button_form(action: str, label: str, described: str = "", kind: str = "text", **hidden: str) -> rx.Component:
    """One button; `described` tells it from others of the same name."""
    return form(
        *[el.input(type="hidden", name=name, default_value=value) for name, value in hidden.items()],
        act(label, kind, type="submit", aria_label=described or None),
        action=action,
        method="post",
    )


def once(name: str, title: str, secrets: Sequence[str]) -> rx.Component:
    """A secret, this once: on film, so that it is seen to be a thing apart."""
    return el.div(
        el.b(title, id=f"{name}-once"),
        el.ul(*[el.li(each, class_name="figure") for each in secrets], role="list", class_name="account__secrets"),
        class_name="account__once",
        role="group",
        aria_labelledby=f"{name}-once",
    )


def film_page(title: str, strips: Sequence[StripCard], *children: Node, visitor: Visitor | None = None) -> rx.Component:
    """One question, with the shop's own film lying beside it."""
    film = el.div(*[strip(replace(card, href="")) for card in strips], class_name="signin__film", aria_hidden="true")
    asked = el.div(*children, class_name="signin__form")
    return page(
        title,
        el.div(asked, film if strips else rx.fragment(), class_name="signin page"),
        visitor=visitor,
        kind="signin",
    )


def small_page(title: str, strips: Sequence[StripCard], visitor: Visitor, *children: Node) -> rx.Component:
    """One question on the way back to the account."""
    crumb = el.nav(
        el.a("Account", href="/account"), el.span(title), class_name="crumb code code--up", aria_label="Place"
    )
    return film_page(title, strips, crumb, *children, visitor=visitor)
