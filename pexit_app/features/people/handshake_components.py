"""The page behind a link: who asks, for what, the notice in full, and the answer. Whole documents of plain forms."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.people.cards import NoticeCard
from pexit_app.features.people.handshake_cards import Choice, LinkCard, Said
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, code_field, field, field_error, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note

ENDS = {
    "declined": (
        "You said no.",
        "Nothing of you is kept. Whoever asked was told so, and may ask again by another link.",
    ),
    "revoked": ("You took it back.", "Work was stopped, and all photos and likenesses of you are deleted."),
    "ended": ("This is over.", "Whoever asked has ended it, or deleted what was kept of you."),
    "expired": ("This link has expired.", "Nothing of you is kept. If you want to answer, ask for another link."),
}


def link_page(card: LinkCard, said: Said) -> rx.Component:
    shown = {"asked": _question, "approved": _agreement}.get(card.state, _over)
    return page(
        "Pictures of you",
        el.div(
            el.div(note(said.bad, "bad"), class_name="asked__said") if said.bad else rx.fragment(),
            shown(card, said),
            class_name="page asked",
        ),
    )


def unknown_page() -> rx.Component:
    return page(
        "No such link",
        el.div(
            el.div(
                el.h1("There is no such link."),
                el.p("It may not have been copied whole, or the account that asked is gone, with everything in it."),
                class_name="asked__head",
            ),
            class_name="page asked",
        ),
    )


# ---- asked


def _question(card: LinkCard, said: Said) -> rx.Component:
    return el.div(
        el.div(
            el.header(
                el.h1("Pictures of you, if you agree."),
                el.p(
                    el.b(card.who),
                    " would like to make pictures with your face at Pexit, where you would be called ",
                    el.b(card.called),
                    ". Nothing of you is kept before you agree. You need no account.",
                ),
                el.blockquote(card.note, class_name="asked__note") if card.note else rx.fragment(),
                class_name="asked__head",
            ),
            _slip(card),
            class_name="asked__top",
        ),
        el.div(
            el.div(
                _step_two(card, said) if said.sent_to else _step_one(said),
                _no(said.action, card.until),
                id="answer",
                class_name="asked__answer stack stack--loose",
            ),
            _notice(card.notice),
            class_name="asked__cols asked__cols--ask",
        ),
        class_name="asked__all",
    )


def _slip(card: LinkCard) -> rx.Component:
    """What is asked for, before anything is answered: on film, as a thing apart."""
    packs = ", ".join(each.title for each in card.packs) or "Any pack"
    where = Choice("", packs, "A pack is a set of scenes that somebody made.")
    return el.section(
        el.div(
            el.span("▸ 1"), el.h2("Asked of you", id="asked"), el.span("▸ 1A"), class_name="code code--up asked__edge"
        ),
        el.ul(
            *[el.li(el.b(each.title), el.span(each.text, class_name="small")) for each in (*card.uses, where)],
            role="list",
            class_name="asked__wants",
        ),
        el.div(el.span(f"Until {card.until}"), el.span(card.fairyname), class_name="code code--up asked__edge"),
        class_name="asked__slip",
        aria_labelledby="asked",
    )


def _step_one(said: Said) -> rx.Component:
    return el.section(
        el.h2("First, who answers", class_name="h28", id="who"),
        el.p(
            "A code goes to your e-mail address, so that nobody else answers for you. Then you choose what you agree to."
        ),
        form(
            field(
                "email",
                "Your e-mail",
                type="email",
                error=said.errors.get("email", ""),
                default_value=next(iter(said.values.get("email", ())), ""),
                required=True,
                max_length=254,
                auto_complete="email",
                auto_capitalize="none",
                placeholder="you@example.org",
            ),
            el.div(act("Send me a code", "ink", type="submit"), class_name="row"),
            action=f"{said.action}/code",
            method="post",
            class_name="stack",
        ),
        class_name="stack",
        aria_labelledby="who",
    )


def _step_two(card: LinkCard, said: Said) -> rx.Component:
    packs = (
        _choices("packs", "In which packs", card.packs, said)
        if card.packs
        else el.p("In any pack: a pack is a set of scenes that somebody made.", class_name="small")
    )
    return el.section(
        el.h2("What you agree to", class_name="h28", id="what"),
        form(
            _choices("uses", "What may be made of your photos", card.uses, said),
            packs,
            el.fieldset(
                el.legend("And you say", class_name="label"),
                _tick("adult", "I am 18 or older.", said),
                _tick("notice", "I have read the notice and agree to it.", said),
                class_name="tickset",
            ),
            _code(said),
            el.div(act("I agree", "ink", type="submit"), class_name="row"),
            action=f"{said.action}/answer",
            method="post",
            class_name="stack stack--loose",
        ),
        _again(said.action),
        class_name="stack",
        aria_labelledby="what",
    )


def _choices(name: str, legend: str, choices: Sequence[Choice], said: Said) -> rx.Component:
    """Nothing is ticked beforehand."""

    def one(choice: Choice) -> rx.Component:
        return el.label(
            el.input(
                type="checkbox",
                name=name,
                custom_attrs={"value": choice.value},
                default_checked=choice.value in said.values.get(name, ()),
            ),
            el.span(
                el.b(choice.title), el.span(choice.text, class_name="small quiet") if choice.text else rx.fragment()
            ),
            class_name="tickline asked__choice",
        )

    return el.fieldset(
        el.legend(legend, class_name="label"),
        *[one(each) for each in choices],
        field_error(name, said.errors.get(name, "")),
        class_name="tickset",
    )


def _tick(name: str, words: str, said: Said) -> rx.Component:
    box = el.input(
        type="checkbox", name=name, default_checked=bool(said.values.get(name)), aria_describedby=f"{name}-error"
    )
    return el.div(el.label(box, words, class_name="tickline"), field_error(name, said.errors.get(name, "")))


def _code(said: Said) -> rx.Component:
    return el.div(
        el.p("Six digits were sent to ", el.b(said.sent_to), ". They work once, for 10 minutes."),
        note(said.sender_note) if said.sender_note else rx.fragment(),
        code_field("code", "Code", said.errors.get("code", "")),
        class_name="stack stack--tight",
    )


def _again(action: str) -> rx.Component:
    return el.div(
        el.p("Nothing came? Look in the spam folder, or ", el.a("send it once more", href=f"{action}?again=1"), "."),
        class_name="small quiet",
    )


def _no(action: str, until: str) -> rx.Component:
    return el.section(
        el.h2("Or no", class_name="h3", id="no"),
        el.p(f"Nothing happens if you do not answer, either: the link ends on {until}.", class_name="small"),
        form(act("No, I do not agree", type="submit"), action=f"{action}/no", method="post"),
        class_name="stack stack--tight ruled asked__no",
        aria_labelledby="no",
    )


def _notice(card: NoticeCard) -> rx.Component:
    return el.section(
        el.div(
            el.h2(card.title, id="notice", class_name="h3"),
            el.span(f"Version {card.version}", class_name="code quiet"),
            class_name="row row--split",
        ),
        *[el.p(words, class_name="small") for words in card.paragraphs],
        class_name="notice",
        aria_labelledby="notice",
    )


# ---- answered


def _facts(card: LinkCard) -> rx.Component:
    def fact(label: str, value: Node) -> rx.Component:
        return el.div(el.dt(label), el.dd(value))

    uses = ", ".join(each.title[:1].lower() + each.title[1:] for each in card.uses)
    packs = ", ".join(each.title for each in card.packs) or "Any"
    return el.dl(
        fact("To whom", card.who),
        fact("For", uses[:1].upper() + uses[1:]),
        fact("In packs", packs),
        fact("Given", card.answered),
        fact("Kept now", card.kept),
        class_name="facts",
    )


def _agreement(card: LinkCard, said: Said) -> rx.Component:
    return el.div(
        el.header(
            el.h1("You agreed."),
            el.p("Keep this link: it shows what you agreed to, and takes it back. It went to ", el.b(card.email), "."),
            class_name="asked__head",
        ),
        el.div(
            el.div(
                el.section(
                    el.h2("What you agreed to", class_name="h28", id="what"),
                    _facts(card),
                    class_name="stack",
                    aria_labelledby="what",
                ),
                _take_back(card, said),
                id="answer",
                class_name="asked__answer stack stack--loose",
            ),
            _notice(card.notice),
            class_name="asked__cols",
        ),
        class_name="asked__all",
    )


def _take_back(card: LinkCard, said: Said) -> rx.Component:
    words = el.p(
        "Work under way stops. All photos and likenesses of you are deleted at once, copies at a GPU service within a day. "
        "It cannot be undone."
    )
    return el.section(
        el.h2("Take it back", class_name="h28", id="back"),
        words,
        _proven(
            card,
            said,
            "Take it back",
            el.label(
                el.input(type="checkbox", name="hide"),
                el.span(
                    el.b("Hide the pictures of me, too"),
                    el.span(
                        "Pictures made before go out of sight, and are deleted after 30 days.", class_name="small quiet"
                    ),
                ),
                class_name="tickline asked__choice",
            ),
        ),
        class_name="stack ruled asked__no",
        aria_labelledby="back",
    )


def _proven(card: LinkCard, said: Said, press: str, *fields: Node) -> rx.Component:
    """Only whoever answered: by a code to the address that they answered from."""
    if not said.sent_to:
        return form(
            el.div(act("Send me a code", "ink", type="submit"), class_name="row"),
            el.p("It goes to ", el.b(card.email), ", the address you answered from.", class_name="small quiet"),
            action=f"{said.action}/code",
            method="post",
            class_name="stack stack--tight",
        )
    return el.div(
        form(
            *fields,
            _code(said),
            el.div(act(press, "ink", type="submit"), act_link("Leave it", f"{said.action}?again=1"), class_name="row"),
            action=f"{said.action}/back",
            method="post",
            class_name="stack",
        ),
    )


def _over(card: LinkCard, said: Said) -> rx.Component:
    title, text = ENDS[card.state]
    receipt = plain_link("Read the signed receipt", href=f"{said.action}/receipt", download=True, class_name="act")
    hidden = "Pictures made before are hidden, and deleted 30 days after." if card.is_hidden else ""
    told = [el.p(f"Since {card.ended}.", class_name="quiet")] if card.ended else []
    told += [el.p(hidden)] if hidden else []
    told += [el.p(receipt)] if card.has_receipt else []
    hide = el.section(
        el.h2("Hide the pictures made before", class_name="h28", id="hide"),
        el.p("They go out of sight of whoever made them, and are deleted after 30 days."),
        _proven(card, said, "Hide them"),
        class_name="stack ruled asked__no",
        aria_labelledby="hide",
    )
    return el.div(
        el.header(el.h1(title), el.p(text), *told, class_name="asked__head"),
        hide if card.can_hide else rx.fragment(),
        class_name="stack stack--loose",
    )
