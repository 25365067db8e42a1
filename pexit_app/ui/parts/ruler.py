"""Edge ruler: the app bar. Film black, amber codes as navigation, the wallet as a frame counter, the lights."""

from dataclasses import dataclass

import reflex as rx

from pexit_app.ui.both import Flag, Node, Text, el, is_some, when
from pexit_app.ui.forms import form, plain_link

PLAIN = ("/wallet",)  # places outside the live frontend
Code = tuple[str, str, str]  # number, label, href: ("01", "Packs", "/")


@dataclass(frozen=True)
class Visitor:
    """Who looks at the page, as the bar shows it. `balance` is ready to read ("1,248"); `wallet_href` empty: no link."""

    is_signed_in: bool = False
    balance: str = ""
    wallet_href: str = ""
    sign_in_href: str = "/login"
    sign_out_action: str = "/auth/logout"
    account_href: str = "/account"


def counter(visitor: Visitor) -> Node:
    inside = [el.b(visitor.balance), el.span("dust", class_name="counter__unit")]
    name = f"Wallet, {visitor.balance} dust"
    return when(
        is_some(visitor.wallet_href),
        plain_link(*inside, href=visitor.wallet_href, aria_label=name, class_name="counter code"),
        el.span(*inside, class_name="counter code"),
    )


def lights() -> rx.Component:
    """Table or Darkroom. light.js answers the clicks and keeps aria-pressed right."""

    def one(value: str, *label: rx.Component | str) -> rx.Component:
        return el.button(
            *label, type="button", class_name="lights__set code", data_light_set=value, aria_pressed="false"
        )

    return el.div(
        one("table", "Table"),
        one("darkroom", "Dark", el.span("room", class_name="lights__more")),
        class_name="lights",
        role="group",
        aria_label="Light",
    )


def sign_out(visitor: Visitor, class_name: str) -> rx.Component:
    return form(
        el.button("Sign out", type="submit", class_name=class_name), action=visitor.sign_out_action, method="post"
    )


def account_link(visitor: Visitor, class_name: str) -> rx.Component:
    return plain_link("Account", href=visitor.account_href, class_name=class_name)


def ruler(codes: list[Code], here: Text, visitor: Visitor, label: str = "Main") -> rx.Component:
    """`here` is the href of the code that is the current place; `label` names the navigation."""

    def code(number: str, label: str, href: str) -> rx.Component:
        current: Flag = here == href
        link = plain_link if href in PLAIN else el.a
        return link(
            el.i(number, aria_hidden="true"),
            el.b(label),
            href=href,
            class_name="code code--up",
            aria_current=when(current, "page", "false"),
        )

    return el.header(
        el.a("Pexit", href="/", class_name="ruler__mark"),
        el.nav(*[code(*one) for one in codes], class_name="ruler__codes", aria_label=label),
        el.div(
            when(
                visitor.is_signed_in,
                rx.fragment(
                    counter(visitor), account_link(visitor, "ruler__out code"), sign_out(visitor, "ruler__out code")
                ),
                plain_link("Sign in", href=visitor.sign_in_href, class_name="counter code"),
            ),
            lights(),
            class_name="ruler__end",
        ),
        class_name="ruler",
    )
