"""The list of drafts, and the ways a new one begins: from nothing, from a file, from a pack that may be remixed. Views over
BuilderState."""

from typing import Any

import reflex as rx

from pexit_app.features.builder.bundle import MAX_BYTES
from pexit_app.features.builder.drafts_cards import DraftCard, ForkCard
from pexit_app.features.builder.drafts_state import BuilderState
from pexit_app.features.builder.react import open_file
from pexit_app.features.shoots.sheets_components import find_form
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.roll import roll
from pexit_app.ui.parts.sheet import reel

HERE = "/builder"


def drafts_page() -> rx.Component:
    return page(
        "Builder",
        el.section(_head(), _found(), class_name="page stack stack--loose workfront"),
        _starts(),
        here=HERE,
        visitor=BuilderState.visitor,
        messages=BuilderState.messages,
        on_close=BuilderState.close_message,
    )


def _head() -> rx.Component:
    search = find_form("Find a draft", "A word of its title", BuilderState.q, BuilderState.find)
    return el.div(
        el.div(
            el.h1("Make a pack", class_name="h44"),
            el.p(BuilderState.line, class_name="quiet"),
            class_name="stack stack--tight",
        ),
        el.div(
            rx.cond(BuilderState.has_search, search),
            plain_link("Your page in the shop", href="/storefront", class_name="act"),
            act("Start a new pack", "ink", on_click=BuilderState.start_blank),
            class_name="workfront__acts",
        ),
        class_name="row row--split",
    )


def _found() -> rx.Component:
    none = rx.cond(
        BuilderState.has_search, el.p("No draft has these words in its title. Try others.", class_name="quiet")
    )
    listed = el.ul(rx.foreach(BuilderState.drafts, _draft), class_name="workdrafts", role="list")
    more = rx.cond(BuilderState.has_more, act("Show more drafts", "wide", on_click=BuilderState.show_more))
    return rx.cond(BuilderState.drafts.length() > 0, rx.fragment(listed, more), none)


def _draft(card: DraftCard) -> rx.Component:
    trouble = el.p("Not published at the time you set. ", card.trouble, class_name="small warn")
    return el.li(
        el.div(
            el.div(
                el.h2(el.a(card.title, href=card.href), class_name="h28"),
                el.p(card.line, ". ", card.state, ".", class_name="small quiet"),
                rx.cond(card.trouble != "", trouble),
                class_name="stack stack--tight",
            ),
            _acts(card),
            class_name="row row--split",
        ),
        reel(card.film, card.title),
        class_name="workdraft",
        key=card.id,
    )


def _acts(card: DraftCard) -> rx.Component:
    really = rx.fragment(
        act("Delete it with its history", on_click=BuilderState.delete_draft(card.id)),
        act("Keep it", "text", on_click=BuilderState.ask("")),
    )
    usual = rx.fragment(
        act_link("Open", card.href, "ink", aria_label=f"Open {card.title}"),
        plain_link("Keep as a file", href=card.export_href, download=True, class_name="act act--text"),
        act("Delete", "text", aria_label=f"Delete {card.title}", on_click=BuilderState.ask(card.id)),
    )
    return el.div(rx.cond(BuilderState.asked == card.id, really, usual), class_name="row")


def _starts() -> rx.Component:
    return el.section(
        el.div(el.h2("Start a pack", id="start"), class_name="section__head"),
        el.div(
            _way(
                "From nothing",
                "One scene and five knobs that work. Turn them, write over them, add your own: the picture follows.",
                el.div(act("Start from one scene", on_click=BuilderState.start_blank)),
            ),
            _way(
                "From a file",
                "A pack that was kept as a file comes back whole: every field, every picture, and its mistakes to mend.",
                open_file(max_bytes=MAX_BYTES),
            ),
            class_name="cols",
        ),
        el.div(
            el.h3("From a pack that may be remixed"),
            el.p("It begins as that pack is now, under your name; its creator is named on yours.", class_name="quiet"),
            class_name="stack stack--tight workforks__head",
        ),
        el.div(rx.foreach(BuilderState.forks, _fork), class_name="rolls"),
        class_name="page section",
        aria_labelledby="start",
    )


def _way(title: str, text: str, *acts: Any) -> rx.Component:
    return el.div(el.h3(title), el.p(text), *acts, class_name="c6 stack workway")


def _fork(card: ForkCard) -> rx.Component:
    return el.div(
        roll(card.roll),
        act("Start from it", aria_label=f"Start from {card.title}", on_click=BuilderState.start_from(card.slug)),
        class_name="workfork",
        key=card.slug,
    )
