"""The page every view stands on: skip link, ruler, main, footer, one live region."""

from typing import Any

import reflex as rx

from pexit_app.ui.both import Text, each, el, when
from pexit_app.ui.forms import plain_link
from pexit_app.ui.parts.notices import toasts
from pexit_app.ui.parts.pencil import wax
from pexit_app.ui.parts.ruler import Code, Visitor, account_link, ruler, sign_out

CODES: list[Code] = [
    ("01", "Packs", "/"), ("02", "People", "/people"), ("03", "Sheets", "/sheets"), ("04", "Builder", "/builder"),
]  # fmt: skip
OUTSIDE = ("/api/", "/takedown")  # of the live frontend
FOOT = [
    ("Packs", "/"), ("People", "/people"), ("Sheets", "/sheets"), ("Make a pack", "/builder"), ("API", "/api/docs"),
    ("Take a picture down", "/takedown"),
]  # fmt: skip


def page(
    title: Text, *children: Any, here: Text = "", visitor: Visitor | None = None, kind: str = "",
    codes: list[Code] = CODES, foot: list[tuple[str, str]] = FOOT, messages: Any = (), on_close: Any = None,
) -> rx.Component:  # fmt: skip
    """`title` names the page's main region. `codes` are the ruler's (number, label, href), `here` the current href,
    `foot` the footer's (label, href). `kind` is studio, signin or empty. `messages` are ToastCards."""
    visitor = visitor if visitor is not None else Visitor()
    return el.div(
        el.a("Skip to the page", href="#main", class_name="skip"),
        ruler(codes, here, visitor),
        el.main(*children, id="main", aria_label=title, tab_index=-1),
        footer(visitor, foot),
        toasts(messages, on_close),
        el.div(id="live", class_name="vh", role="status", aria_live="polite"),
        wax(),
        class_name=f"wears-{kind}" if kind else None,
    )


def _foot_link(link: tuple[str, str]) -> rx.Component:
    label, href = link
    return plain_link(label, href=href) if href.startswith(OUTSIDE) else el.a(label, href=href)


def footer(visitor: Visitor, links: list[tuple[str, str]]) -> rx.Component:
    """The end of the roll."""
    edge = ["Pexit 5219", "▸ 36", "▸ 36A", "End of roll", "Pexit 5219", "▸ 37", "Rewind", "Pexit 5219"]
    return el.footer(
        el.div(*[el.span(word) for word in edge], class_name="foot__edge code code--up", aria_hidden="true"),
        el.div(
            el.nav(
                *each(links, _foot_link),
                when(visitor.is_signed_in, rx.fragment(account_link(visitor, ""), sign_out(visitor, ""))),
                class_name="c7",
                aria_label="Footer",
            ),
            el.p(
                "Every picture in the shop came out of Pexit's own darkroom. The faces are sculptures made in code.",
                class_name="c5",
            ),
            class_name="cols",
        ),
        class_name="foot",
    )
