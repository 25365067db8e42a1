"""Controls that are pressed and fields that are filled. The forms post themselves and work without JavaScript."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from pexit_app.ui.both import Node, Text, el, is_some, when


class PlainForm(BaseHTML):
    """A form the browser posts itself. rx.el.form always adds onSubmit={preventDefault} and so never leaves the page."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


class PlainLink(BaseHTML):
    """A link the browser follows by itself, for pages and files outside the live frontend. rx.el.a stays inside it: it
    would look for /login among the live pages, and show a picture instead of saving it."""

    tag = "a"
    href: rx.Var[str]
    rel: rx.Var[str]
    download: rx.Var[bool]


form: Callable[..., rx.Component] = PlainForm.create
plain_link: Callable[..., rx.Component] = PlainLink.create


def act(label: Node, kind: str = "", **props: Any) -> rx.Component:
    """A button, 44 px high. `kind`: go (the one red button of a view), ink, text, wide; several apart by a space."""
    props.setdefault("type", "button")
    return el.button(label, class_name=_classes(kind), **props)


def act_link(label: Node, href: Text, kind: str = "", **props: Any) -> rx.Component:
    """A link that looks like `act`."""
    return el.a(label, href=href, class_name=_classes(kind), **props)


def _classes(kind: str) -> str:
    return " ".join(["act", *(f"act--{word}" for word in kind.split())])


def field(name: str, label: Node, *, error: Text = "", hint: Text = "", **props: Any) -> rx.Component:
    """A labelled input. The error (empty: none) is tied to the input and announced."""
    props.setdefault("type", "text")
    ids = f"{name}-hint {name}-error"
    return el.div(
        el.label(label, html_for=name, class_name="label"),
        el.input(id=name, name=name, aria_describedby=ids, aria_invalid=when(is_some(error), "true", "false"), **props),
        el.span(hint, id=f"{name}-hint", class_name="small quiet"),
        field_error(name, error),
        class_name="field",
        data_bad=when(is_some(error), "yes", "no"),
    )


def field_error(name: str, error: Text) -> rx.Component:
    """The place where a field says what is wrong; a live region, so that a later error is heard."""
    return el.span(error, id=f"{name}-error", class_name="field__bad", role="alert")


def code_field(name: str, label: Node, error: Text = "") -> rx.Component:
    """Six digits: one input that takes paste and autofill, drawn as six frames."""
    return el.div(
        el.label(label, html_for=name, class_name="vh"),
        el.div(
            el.input(
                id=name,
                name=name,
                type="text",
                input_mode="numeric",
                pattern="[0-9]{6}",
                max_length=6,
                required=True,
                auto_complete="one-time-code",
                auto_focus=True,
                title="Six digits",
                aria_describedby=f"{name}-error",
                aria_invalid=when(is_some(error), "true", "false"),
            ),
            el.div(*[el.b(str(digit)) for digit in range(1, 7)], class_name="otp__rebate code", aria_hidden="true"),
            class_name="otp",
        ),
        field_error(name, error),
        class_name="stack stack--tight",
    )


def search(action: Text, label: str, placeholder: str, value: Text = "", name: str = "q") -> rx.Component:
    """A search line that goes to `action?q=`; `name` is the name of the value."""
    return form(
        el.label(label, html_for=name, class_name="vh"),
        el.input(id=name, name=name, type="search", placeholder=placeholder, default_value=value),
        act("Find", "ink", type="submit"),
        action=action,
        method="get",
        role="search",
        class_name="find",
    )
