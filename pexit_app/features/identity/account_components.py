"""The account page: plain forms, whole without JavaScript. Sections in reading order."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.identity import ways_components
from pexit_app.features.identity.account_cards import AccountCard, KeyLine, LogLine, Said, SessionLine
from pexit_app.features.identity.account_parts import button_form, line, lines, once, opener, section, small_page
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, code_field, field, form
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard

SECTIONS = (
    ("you", "You"), ("addresses", "Addresses"), ("ways", "Ways in"), ("sessions", "Sessions"),
    ("keys", "API keys"), ("notices", "Notices"), ("data", "Your data"), ("log", "Security log"),
)  # fmt: skip
KEY_LIFES = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until I end it"))


def account_page(card: AccountCard, said: Said, visitor: Visitor) -> rx.Component:
    return page(
        "Account",
        el.div(
            _head(card),
            _told(said),
            _you(card, said),
            _addresses(card, said),
            ways_components.ways(card, said),
            _sessions(card),
            _keys(card, said),
            _notices(card),
            _data(card),
            _log(card),
            class_name="page account",
        ),
        here="/account",
        visitor=visitor,
    )


def _head(card: AccountCard) -> rx.Component:
    places = [el.a(label, href=f"#{name}", class_name="kept__link") for name, label in SECTIONS]
    return el.div(
        el.div(
            el.h1("Your account"),
            el.nav(*places, class_name="kept", aria_label="On this page"),
            class_name="stack c7",
        ),
        el.div(
            el.div(
                el.span("▸ 1"), el.span("Pexit 5219"), el.span("▸ 1A"), class_name="code code--up", aria_hidden="true"
            ),
            el.strong(card.fairyname, class_name="account__fairy"),
            el.div(
                el.span(card.tier),
                el.span(f"since {card.since}"),
                el.span(f"{card.balance} dust"),
                class_name="code code--up",
            ),
            class_name="account__pass c5",
        ),
        class_name="cols account__head",
    )


def _told(said: Said) -> rx.Component:
    shown = [note(said.note, "ok")] if said.note else []
    shown += [note(said.bad, "bad")] if said.bad else []
    return el.div(*shown, class_name="account__told") if shown else rx.fragment()


def _you(card: AccountCard, said: Said) -> rx.Component:
    named = form(
        field(
            "name",
            "Name",
            error=said.errors.get("name", ""),
            default_value=said.values.get("name", card.name),
            max_length=100,
            auto_complete="name",
        ),
        act("Keep the name", type="submit"),
        action="/account/name",
        method="post",
        class_name="account__one",
    )
    draw = button_form("/account/fairyname", "Draw another", "Draw another fairyname")
    return section(
        "you",
        "You",
        "Your name is for you alone. Others see your fairyname, never your address.",
        named,
        lines("Fairyname", line(card.fairyname, "Drawn by chance. Packs you publish carry it.", draw)),
    )


def _addresses(card: AccountCard, said: Said) -> rx.Component:
    def one(kind: str, label: str, address: str) -> rx.Component:
        is_removable = bool(card.email and card.phone)
        remove = button_form("/account/address/remove", "Remove", f"Remove {address}", kind=kind)
        return line(label, address or "None", *([remove] if is_removable else []))

    return section(
        "addresses",
        "Addresses",
        "Codes and notices go there. A new one is confirmed on both sides: by a code to it, and one to the present.",
        lines("Addresses", one("email", "E-mail", card.email), one("phone", "Phone", card.phone)),
        opener(
            "address",
            "Change or add an address",
            said,
            form(
                field(
                    "identifier",
                    "New e-mail or phone",
                    error=said.errors.get("identifier", ""),
                    hint="A phone number begins with its country code, such as +46.",
                    default_value=said.values.get("identifier", ""),
                    required=True,
                    max_length=254,
                    auto_complete="off",
                    auto_capitalize="none",
                ),
                el.div(act("Send the codes", "ink", type="submit"), class_name="row"),
                action="/account/address",
                method="post",
                class_name="stack",
            ),
        ),
    )


def _sessions(card: AccountCard) -> rx.Component:
    def one(each: SessionLine) -> rx.Component:
        if each.is_current:
            return line(each.device, each.facts, mark="here")
        end = button_form("/account/sessions/end", "End", f"End {each.device}, {each.facts}", session_id=each.id)
        return line(each.device, each.facts, end)

    others = [button_form("/account/sessions/end-others", "End all others", kind="")] if len(card.sessions) > 1 else []
    return section(
        "sessions",
        "Sessions",
        "Where you are signed in. What you end stops within seconds, on every page and in every program. Times are UTC.",
        lines("Sessions", *[one(each) for each in card.sessions]),
        *others,
    )


def _keys(card: AccountCard, said: Said) -> rx.Component:
    def one(each: KeyLine) -> rx.Component:
        end = button_form("/account/keys/end", "End", f"End the key {each.name}", key_id=each.id)
        return line(each.name, el.span(el.span(each.hint, class_name="figure"), " ", each.facts), end)

    shown = (
        lines("API keys", *[one(each) for each in card.keys]) if card.keys else el.p("None yet.", class_name="quiet")
    )
    return section(
        "keys",
        "API keys",
        rx.fragment(
            "For programs that act as you. A key never opens this page. ",
            el.a("What they may call", href="/api/docs"), ".",
        ),
        once("key", "Copy the key now. It is not shown again.", [said.key]) if said.key else rx.fragment(),
        shown,
        opener("key", "Make a key", said, _key_form(said)),
    )  # fmt: skip


def _key_form(said: Said) -> rx.Component:
    return form(
        field(
            "key_name",
            "What is it for?",
            error=said.errors.get("key_name", ""),
            default_value=said.values.get("key_name", ""),
            required=True,
            max_length=80,
            auto_complete="off",
            placeholder="Nightly export",
        ),
        _choice(
            "scope", "It may", (("read", "Only read"), ("write", "Read and write")), said.values.get("scope", "read")
        ),
        _choice("days", "It works for", KEY_LIFES, said.values.get("days", "90")),
        el.div(act("Make the key", "ink", type="submit"), class_name="row"),
        action="/account/keys",
        method="post",
        class_name="stack",
    )


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> rx.Component:
    def one(value: str, words: str) -> rx.Component:
        return el.label(
            el.input(type="radio", name=name, custom_attrs={"value": value}, default_checked=value == chosen),
            el.span(words),
            class_name="account__option",
        )

    return el.fieldset(
        el.legend(label, class_name="label"),
        el.div(*[one(*option) for option in options], class_name="account__options"),
    )


def _notices(card: AccountCard) -> rx.Component:
    return section(
        "notices",
        "Notices",
        "Sent to your address. That how you sign in was changed is always told.",
        form(
            el.label(
                el.input(type="checkbox", name="tells_sign_ins", default_checked=card.tells_sign_ins),
                el.span("Tell me when a device signs in that was not seen before"),
                class_name="account__check",
            ),
            el.div(act("Keep this", type="submit"), class_name="row"),
            action="/account/notices",
            method="post",
            class_name="stack",
        ),
    )


def _data(card: AccountCard) -> rx.Component:
    leaves = f"On {card.leaves} this account is deleted, with everything in it. You may still keep it."
    return section(
        "data",
        "Your data",
        "Take everything along as one file, or have it deleted for good. A signed receipt proves either.",
        note(leaves, "bad") if card.leaves else rx.fragment(),
        el.div(act_link("Open your data", "/account/data"), class_name="row"),
    )


def _log(card: AccountCard) -> rx.Component:
    def one(each: LogLine) -> rx.Component:
        return el.li(
            el.span(each.when, class_name="figure quiet"),
            el.span(el.b(each.what), f" {each.detail}" if each.detail else ""),
            el.span(each.where, class_name="small quiet"),
            class_name="account__logline",
        )

    return section(
        "log",
        "Security log",
        "What happened to the ways into your account in the last 180 days, newest first. Times are UTC.",
        el.ol(*[one(each) for each in card.log], role="list", class_name="account__lines"),
        el.div(act_link("Earlier", card.log_href), class_name="row") if card.log_href else rx.fragment(),
    )


def address_page(
    *, new: str, old: str, errors: dict[str, str], note_text: str, visitor: Visitor, strips: Sequence[StripCard]
) -> rx.Component:
    """Takes the two codes. Posts `code_new`, `code_old` and `identifier`."""

    def side(name: str, address: str) -> rx.Component:
        code = code_field(name, f"Code sent to {address}", errors.get(name, ""))
        return el.div(el.p("Sent to ", el.b(address)), code, class_name="stack stack--tight")

    return small_page(
        "New address",
        strips,
        visitor,
        el.h1("Two codes, one to each side." if old else "A code to your new address."),
        el.p(note_text, class_name="note") if note_text else rx.fragment(),
        form(
            el.input(type="hidden", name="identifier", default_value=new),
            side("code_new", new),
            side("code_old", old) if old else rx.fragment(),
            el.div(
                act("Change the address", "ink", type="submit"),
                act_link("Leave it", "/account#addresses"),
                class_name="row",
            ),
            action="/account/address/confirm",
            method="post",
            class_name="stack account__narrow",
        ),
    )


def confirm_page(
    *, identifier: str, is_second: bool, has_passkeys: bool, is_sent: bool, error: str, next_path: str, note_text: str,
    visitor: Visitor, strips: Sequence[StripCard],
) -> rx.Component:  # fmt: skip
    """Proves once more who somebody is: by the second step where there is one, else by a code that is sent. Posts `code`
    and `next`."""
    hidden = el.input(type="hidden", name="next", default_value=next_path)
    passkey = ways_components.passkey_form("/account/confirm/passkey", next_path) if has_passkeys else rx.fragment()
    if is_second:
        how = "A code of your authenticator app, a recovery code, or a passkey."
        asked = [_prove(hidden, ways_components.second_field(error))]
    else:
        how = rx.fragment("A code goes to ", el.b(identifier), ".")
        ask = form(
            hidden,
            act("Send again", type="submit") if is_sent else act("Send the code", "ink", type="submit"),
            action="/account/confirm/send",
            method="post",
        )
        asked = [_prove(hidden, code_field("code", "Code", error)), ask] if is_sent else [ask]
    return small_page(
        "Prove it is you",
        strips,
        visitor,
        el.h1("Prove it is still you."),
        el.p("Who may come in is changed only within 15 minutes of a proof. ", how),
        el.p(note_text, class_name="note") if note_text and is_sent else rx.fragment(),
        el.div(*asked, passkey, class_name="stack account__narrow"),
    )


def _prove(*fields: rx.Component) -> rx.Component:
    return form(
        *fields,
        el.div(act("It is me", "ink", type="submit"), class_name="row"),
        action="/account/confirm",
        method="post",
        class_name="stack",
    )
