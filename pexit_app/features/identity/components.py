"""Signing in: ask for an address, then for the code. Plain forms, whole without JavaScript."""

from collections.abc import Sequence
from urllib.parse import quote

import reflex as rx

from pexit_app.features.identity.account_parts import film_page
from pexit_app.features.identity.ways_components import passkey_form, second_field
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, code_field, field, field_error, form
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.sheet import StripCard


def _hidden(name: str, value: str) -> rx.Component:
    return el.input(type="hidden", name=name, default_value=value)


Elsewhere = Sequence[tuple[str, str]]  # (name in addresses, label): "google", "Google"


def _others(next_path: str, elsewhere: Elsewhere, *but: str) -> rx.Component:
    """The ways without a code. `but` are those that the page itself is."""
    there = quote(next_path, safe="")
    ways = [passkey_form("/auth/passkey", next_path)]
    ways += [act_link(label, f"/auth/with/{name}?next={there}") for name, label in elsewhere]
    ways += [act_link("Password", f"/login/password?next={there}")] if "password" not in but else []
    ways += [act_link("A code", f"/login?next={there}")] if "code" not in but else []
    title = "Or without a code" if "code" in but else "Or another way"
    return el.div(
        el.h2(title, class_name="label quiet"), el.div(*ways, class_name="row"), class_name="signin__other ruled stack"
    )


def sign_in_page(
    *,
    action: str,
    next_path: str,
    value: str,
    error: str,
    bad: str = "",
    elsewhere: Elsewhere = (),
    strips: Sequence[StripCard] = (),
) -> rx.Component:
    """Asks for an address. Posts `identifier` and `next`. `bad` is what went wrong elsewhere. `strips` lie beside the
    form."""
    return film_page(
        "Sign in",
        strips,
        el.h1("Sign in with a code."),
        el.p("Write your e-mail address or phone number. Six digits and a link come to it; either lets you in."),
        form(
            field(
                "identifier",
                "E-mail or phone",
                error=error,
                hint="A phone number begins with its country code, such as +46.",
                default_value=value,
                required=True,
                max_length=254,
                input_mode="email",
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                auto_focus=True,
                placeholder="you@example.org",
            ),
            _hidden("next", next_path),
            el.div(act("Send the code", "ink", type="submit"), class_name="row"),
            action=action,
            method="post",
        ),
        note(bad, "bad") if bad else rx.fragment(),
        el.p("New here? The same code makes your account, with some dust to start. No card.", class_name="small quiet"),
        _others(next_path, elsewhere, "code"),
    )


def password_page(
    *,
    action: str,
    next_path: str,
    value: str,
    errors: dict[str, str],
    elsewhere: Elsewhere = (),
    strips: Sequence[StripCard] = (),
) -> rx.Component:
    """Posts `identifier`, `password` and `next`."""
    return film_page(
        "Sign in",
        strips,
        el.h1("Sign in with a password."),
        el.p("Forgotten, or never had one? A code lets you in, and you may set a new one then."),
        form(
            field(
                "identifier",
                "E-mail or phone",
                error=errors.get("identifier", ""),
                default_value=value,
                required=True,
                max_length=254,
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
            ),
            field(
                "password",
                "Password",
                type="password",
                error=errors.get("password", ""),
                required=True,
                max_length=400,
                auto_complete="current-password",
            ),
            _hidden("next", next_path),
            el.div(act("Sign in", "ink", type="submit"), class_name="row"),
            action=action,
            method="post",
        ),
        _others(next_path, elsewhere, "password"),
    )


def second_page(
    *, action: str, start_over: str, next_path: str, error: str, strips: Sequence[StripCard] = ()
) -> rx.Component:
    """Posts `code`."""
    return film_page(
        "Second step",
        strips,
        el.h1("One more step."),
        el.p("This account asks for a second proof. ", el.a("Begin again", href=start_over)),
        form(
            second_field(error),
            el.div(act("Sign in", "ink", type="submit"), class_name="row"),
            action=action,
            method="post",
        ),
        passkey_form("/auth/passkey", next_path, label="Use a passkey instead"),
    )


def code_page(
    *,
    action: str,
    again_action: str,
    start_over: str,
    identifier: str,
    error: str,
    next_path: str = "",
    linking: str = "",
    linked: str = "",
    note: str = "",
    strips: Sequence[StripCard] = (),
) -> rx.Component:
    """Asks for the six digits. Posts `code`; "send again" posts `identifier`, `next` and `linking` to `again_action`.
    `linked` is the account elsewhere that the code links as well, in words."""
    return film_page(
        "Your code",
        strips,
        el.h1("Six digits, sent just now."),
        el.p(
            "To ", el.b(identifier), ". The code works once, for 10 minutes, in this browser only; the link beside it ",
            "in any. ",
            el.a("Other address", href=start_over),
        ),
        el.p("The code lets ", el.b(linked), " open this account from now on.") if linked else rx.fragment(),
        el.p(note, class_name="note") if note else rx.fragment(),
        form(
            code_field("code", "Code", error),
            el.div(act("Sign in", "ink", type="submit"), class_name="row"),
            action=action,
            method="post",
        ),
        form(
            el.p("Nothing came? Look in the spam folder first.", class_name="small quiet"),
            _hidden("identifier", identifier),
            _hidden("next", next_path),
            _hidden("linking", linking),
            el.div(act("Send again", type="submit"), class_name="row"),
            action=again_action,
            method="post",
            class_name="signin__other ruled",
        ),
    )  # fmt: skip


def link_page(
    *, action: str, token: str, identifier: str, error: str, strips: Sequence[StripCard] = ()
) -> rx.Component:
    """Where a sign-in link leads: says whose it is, and asks. Posts `token`."""
    return film_page(
        "Sign in",
        strips,
        el.h1("One step in."),
        el.p("This link signs you in as ", el.b(identifier), ". It works once."),
        form(
            _hidden("token", token),
            el.div(act("Sign in", "ink", type="submit"), class_name="row"),
            field_error("token", error),
            action=action,
            method="post",
        ),
        el.p("You did not ask for it? Leave this page: nothing has happened.", class_name="small quiet"),
    )


def used_link_page(*, start_over: str, strips: Sequence[StripCard] = ()) -> rx.Component:
    return film_page(
        "Link used",
        strips,
        el.h1("This link is spent."),
        el.p("A link works once, for 10 minutes. A new one is sent in a moment."),
        el.div(act_link("Send a new one", start_over, "ink"), class_name="row"),
    )


def prove_page(
    *,
    action: str,
    next_path: str,
    label: str,
    email: str,
    is_vouched: bool,
    linking: str,
    strips: Sequence[StripCard] = (),
) -> rx.Component:
    """After a first sign-in elsewhere that makes no account by itself. Posts `identifier`, `next` and `linking`."""
    if email and is_vouched:
        why = rx.fragment(
            el.b(email), " has an account here. Prove once that it is yours, and ", label, " opens it, too."
        )
    else:
        why = f"{label} does not vouch for an address. Prove one by a code, once; then {label} alone is enough."
    return film_page(
        "Prove your address",
        strips,
        el.h1("One code, just this once."),
        el.p(why),
        form(
            field(
                "identifier",
                "E-mail or phone",
                default_value=email,
                required=True,
                max_length=254,
                auto_complete="email",
                auto_capitalize="none",
                spell_check=False,
            ),
            _hidden("next", next_path),
            _hidden("linking", linking),
            el.div(act("Send the code", "ink", type="submit"), class_name="row"),
            action=action,
            method="post",
        ),
        el.p("Nothing is linked before the code is right.", class_name="small quiet"),
    )
