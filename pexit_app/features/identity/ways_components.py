"""The ways into an account, as its page shows them: password, passkeys, the second step."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.identity.account_cards import AccountCard, LinkedLine, PasskeyLine, Said
from pexit_app.features.identity.account_parts import button_form, line, lines, once, opener, section, small_page
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, code_field, field, form
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard


def passkey_form(action: str, next_path: str, kind: str = "", label: str = "Passkey") -> rx.Component:
    """Shown by passkeys.js where the browser knows passkeys; it fills `credential` and posts it."""
    return form(
        el.input(type="hidden", name="credential"),
        el.input(type="hidden", name="next", default_value=next_path),
        act(label, kind, type="submit"),
        _said(),
        action=action,
        method="post",
        hidden=True,
        data_passkey="/auth/passkey/options",
        class_name="passkey",
    )


def _said() -> rx.Component:
    """Where the script says what went wrong."""
    return el.span("", class_name="field__bad", role="alert", data_passkey_said="yes")


def second_field(error: str) -> rx.Component:
    return field(
        "code",
        "Code of your app, or a recovery code",
        error=error,
        required=True,
        max_length=40,
        auto_complete="one-time-code",
        auto_capitalize="none",
        spell_check=False,
    )


def ways(card: AccountCard, said: Said) -> rx.Component:
    return section(
        "ways",
        "Ways in",
        "Codes and links always come to your addresses. Everything else is up to you, and can be taken away again.",
        once(
            "codes",
            "Keep these recovery codes. Each stands in for a second step once; they are not shown again.",
            said.codes,
        )
        if said.codes
        else rx.fragment(),
        el.h3("Password"),
        *_password(card, said),
        el.h3("Passkeys"),
        *_passkeys(card, said),
        el.h3("Second step"),
        *_second(card),
        *_elsewhere(card),
    )


def _password(card: AccountCard, said: Said) -> list[rx.Component]:
    remove = [button_form("/account/password/remove", "Remove", "Remove the password")] if card.password else []
    label = "Change the password" if card.password else "Set a password"
    chosen = form(
        el.input(type="hidden", name="username", default_value=card.identifier, auto_complete="username"),
        field(
            "password",
            "New password",
            type="password",
            error=said.errors.get("password", ""),
            hint="8 to 72 bytes. The most common ones are refused. All other sessions end.",
            required=True,
            max_length=72,
            auto_complete="new-password",
        ),
        el.div(act("Set the password", "ink", type="submit"), class_name="row"),
        action="/account/password",
        method="post",
        class_name="stack",
    )
    shown = (
        lines("Password", line(card.password, "Beside codes, which work all the same.", *remove))
        if card.password
        else None
    )
    none = el.p("None. A code is enough.", class_name="quiet")
    return [shown or none, opener("password", label, said, chosen)]


def _passkeys(card: AccountCard, said: Said) -> list[rx.Component]:
    def one(each: PasskeyLine) -> rx.Component:
        remove = button_form(
            "/account/passkeys/remove", "Remove", f"Remove the passkey {each.name}", passkey_id=each.id
        )
        return line(each.name, each.facts, remove)

    none = el.p(
        "None. A passkey opens your account by your finger, face or PIN, on this device or your phone.",
        class_name="quiet",
    )
    add = form(
        el.input(type="hidden", name="credential"),
        field(
            "passkey_name",
            "Name it, to know it by",
            error=said.errors.get("credential", ""),
            max_length=80,
            placeholder="Phone",
            auto_complete="off",
        ),
        act("Add a passkey", type="submit"),
        _said(),
        action="/account/passkeys",
        method="post",
        hidden=True,
        data_passkey="/account/passkeys/options",
        data_passkey_kind="create",
        class_name="account__one",
    )
    without = el.noscript(el.p("Adding one needs JavaScript.", class_name="small quiet"))
    shown = lines("Passkeys", *[one(each) for each in card.passkeys]) if card.passkeys else none
    return [shown, add, without]


def _second(card: AccountCard) -> list[rx.Component]:
    if card.authenticator:
        app = line(
            "Authenticator app",
            f"On since {card.authenticator}.",
            button_form("/account/authenticator/remove", "Turn off", "Turn off the authenticator app"),
        )
    else:
        app = line("Authenticator app", "Off. An app on your phone shows a new code every 30 seconds.",
                   button_form("/account/authenticator", "Turn on", "Turn on an authenticator app"))  # fmt: skip
    shown = [app]
    if card.passkeys:
        word = "no" if card.is_passkey_demanded else "yes"
        facts = "Demanded after a code, link or password." if card.is_passkey_demanded else "Not demanded."
        label = "Stop demanding" if card.is_passkey_demanded else "Demand one"
        shown.append(
            line("Passkey as a second step", facts, button_form("/account/passkeys/demand", label, is_demanded=word))
        )
    if card.has_second:
        facts = f"{card.recovery_left} left. One stands in for a second step, once."
        make = button_form("/account/recovery", "Make new ones", "Make new recovery codes")
        shown.append(line("Recovery codes", facts, make))
    return [lines("Second step", *shown)]


def _elsewhere(card: AccountCard) -> list[rx.Component]:
    if not card.linked and not card.linkable:
        return []

    def one(each: LinkedLine) -> rx.Component:
        return line(
            each.label, each.facts, button_form("/account/unlink", "Unlink", f"Unlink {each.label}", link_id=each.id)
        )

    shown = [lines("Accounts elsewhere", *[one(each) for each in card.linked])] if card.linked else []
    links = [act_link(f"Link {label}", href) for label, href in card.linkable]
    return [el.h3("Accounts elsewhere"), *shown, *([el.div(*links, class_name="row")] if links else [])]


def authenticator_page(
    *, secret: str, uri: str, picture: str, error: str, visitor: Visitor, strips: Sequence[StripCard]
) -> rx.Component:
    """Shows the secret to an app and takes its first code. `picture` is a data: address."""
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return small_page(
        "Authenticator app",
        strips,
        visitor,
        el.h1("Show this to your app."),
        el.p("Scan it with an authenticator app, or type the secret. All other sessions end when it is on."),
        el.div(
            el.img(src=picture, alt="The secret as a code to scan", class_name="account__qr"),
            el.div(
                el.span("Secret", class_name="label"),
                el.span(grouped, class_name="figure account__secret"),
                el.a("Open it in an app on this device", href=uri, class_name="small"),
                class_name="stack stack--tight",
            ),
            class_name="account__scan",
        ),
        form(
            el.p("Then write the six digits it shows now."),
            code_field("code", "Code of the app", error),
            el.div(act("Turn it on", "ink", type="submit"), act_link("Leave it", "/account#ways"), class_name="row"),
            action="/account/authenticator/confirm",
            method="post",
            class_name="stack account__narrow",
        ),
    )
