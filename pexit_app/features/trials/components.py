"""The page that a trial's link opens: whole without JavaScript."""

from collections.abc import Sequence

import reflex as rx

from pexit_app.features.trials.cards import InvitationCard
from pexit_app.ui.both import Node, el
from pexit_app.ui.forms import act, act_link, form, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import note, plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard, strip

SEEN = (
    ("What is seen", "The creator sees your fairyname, {name}, and how many of the frames you used."),
    ("What is not", "Your pictures, your photos, and who is in them."),
    ("What it costs", "Nothing. The creator pays for the rendering, and drafts are free for everybody."),
)


def invitation_page(
    card: InvitationCard,
    *,
    visitor: Visitor,
    fairyname: str,
    action: str,
    sign_in_href: str,
    strips: Sequence[StripCard],
) -> rx.Component:
    """`action` takes the acceptance; who is not signed in is led to `sign_in_href` first."""
    film = el.div(*[strip(each, loading="eager") for each in strips], class_name="signin__film", aria_hidden="true")
    return page(
        "Trial",
        el.div(
            el.div(
                el.h1(card.heading),
                note(card.refusal) if card.refusal else el.p(card.text),
                _way_on(card, visitor, action, sign_in_href),
                _seen(fairyname) if card.can_accept else rx.fragment(),
                class_name="signin__form",
            ),
            film if strips else rx.fragment(),
            class_name="signin page",
        ),
        visitor=visitor,
        kind="signin",
    )


def _way_on(card: InvitationCard, visitor: Visitor, action: str, sign_in_href: str) -> Node:
    if not card.can_accept:
        return el.div(act_link(card.step, card.href, "ink"), class_name="row")
    if not visitor.is_signed_in:
        link = plain_link("Sign in to take part", href=sign_in_href, class_name="act act--ink")
        return el.div(link, class_name="row")
    return form(el.div(act("Take part", "ink", type="submit"), class_name="row"), action=action, method="post")


def _seen(fairyname: str) -> rx.Component:
    name = fairyname or "which you get with your account"
    facts = [el.div(el.dt(label), el.dd(text.format(name=name))) for label, text in SEEN]
    return el.dl(*facts, class_name="facts ruled")


def unknown_page(visitor: Visitor) -> rx.Component:
    """No trial has this link."""
    text = "It may have been cut off on its way. Ask whoever sent it for the whole link."
    return page("Trial", plain_page("This link opens nothing.", text, "To the packs", "/"), visitor=visitor)
