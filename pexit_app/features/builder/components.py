"""The builder's two pages: the drafts, and one draft on the bench. Views over BuilderState and DraftState."""

from typing import Any

import reflex as rx

from pexit_app.features.builder.cards import DraftCard, ForkCard
from pexit_app.features.builder.react import workbench
from pexit_app.features.builder.state import BuilderState, DraftState
from pexit_app.ui.both import el
from pexit_app.ui.forms import act
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.pencil import MARKS

HERE = "/builder"


def drafts_page() -> rx.Component:
    has_drafts = BuilderState.drafts.length() > 0
    return page(
        "Builder",
        el.section(
            el.div(el.h1("Make a pack", class_name="h44"), el.p(BuilderState.line, class_name="quiet")),
            rx.cond(has_drafts, el.ul(rx.foreach(BuilderState.drafts, _draft), class_name="workdrafts")),
            class_name="page stack stack--loose workfront",
        ),
        _starts(),
        here=HERE,
        visitor=BuilderState.visitor,
        messages=BuilderState.messages,
        on_close=BuilderState.close_message,
    )


def _draft(card: DraftCard) -> rx.Component:
    really = el.div(
        act("Delete it with its history", on_click=BuilderState.delete_draft(card.id)),
        act("Keep it", "text", on_click=BuilderState.ask("")),
        class_name="row",
    )
    ask = act("Delete", "text", aria_label=f"Delete {card.title}", on_click=BuilderState.ask(card.id))
    return el.li(
        el.div(
            el.h2(el.a(card.title, href=card.href), class_name="h28"),
            el.p(card.line, class_name="small quiet"),
            class_name="stack stack--tight",
        ),
        rx.cond(BuilderState.asked == card.id, really, ask),
        class_name="workdraft",
        key=card.id,
    )


def _starts() -> rx.Component:
    return el.section(
        el.div(el.h2("Start a pack", id="start", class_name="h28"), class_name="section__head"),
        el.p(
            "A new pack begins with one scene and five knobs that work. Turn them, write over them, add your own: the "
            "picture follows."
        ),
        el.div(act("Start a new pack", "ink", on_click=BuilderState.start_blank)),
        el.h3("Or from one that may be remixed"),
        el.ul(rx.foreach(BuilderState.forks, _fork), class_name="workdrafts"),
        class_name="page section stack",
        aria_labelledby="start",
    )


def _fork(card: ForkCard) -> rx.Component:
    return el.li(
        el.div(
            el.h4(card.title, class_name="h3"),
            el.p(card.line, class_name="small quiet"),
            class_name="stack stack--tight",
        ),
        act("Start from it", aria_label=f"Start from {card.title}", on_click=BuilderState.start_from(card.slug)),
        class_name="workdraft",
        key=card.slug,
    )


def _framed(title: Any, *children: Any) -> rx.Component:
    return page(
        title, *children, here=HERE, kind="builder", visitor=DraftState.visitor, messages=DraftState.messages,
        on_close=DraftState.close_message,
    )  # fmt: skip


def draft_page() -> rx.Component:
    bench = workbench(
        draft=DraftState.draft,
        settings=DraftState.settings,
        stand_ins=DraftState.stand_ins,
        faces=DraftState.faces,
        starts=DraftState.starts,
        ring=MARKS["ring"][0],
    )
    return _framed("Builder", bench)


def missing_page() -> rx.Component:
    return _framed(
        "Not found",
        plain_page(
            "This draft is not here.",
            "It may have been deleted, or it belongs to another account.",
            "Your drafts",
            HERE,
        ),
    )
