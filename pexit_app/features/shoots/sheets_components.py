"""The list of sheets: searched, filtered, downloaded, renamed, deleted. Views over SheetsState."""

from typing import Any

import reflex as rx

from pexit_app.features.shoots.cards import ShootCard
from pexit_app.features.shoots.sheets_state import SheetsState
from pexit_app.ui.both import Text
from pexit_app.ui.forms import act, act_link, plain_link
from pexit_app.ui.layout import page
from pexit_app.ui.parts.notices import nothing_yet
from pexit_app.ui.parts.pencil import pencil
from pexit_app.ui.parts.roll import roll
from pexit_app.ui.parts.sheet import StripCard, reel

el = rx.el


def sheets_page() -> rx.Component:
    empty = nothing_yet(
        "No sheet yet.",
        "Everything you render lands on a sheet, with the settings that made it. Pick a pack and turn its knobs.",
        "See the packs",
        "#packs",
    )
    none_found = el.p("No sheet fits. Try other words, or show all.", class_name="quiet")
    found = rx.cond(
        SheetsState.shoots.length() > 0,
        rx.fragment(
            rx.foreach(SheetsState.shoots, _shoot),
            rx.cond(SheetsState.has_more, act("Show more sheets", "wide", on_click=SheetsState.show_more)),
        ),
        none_found,
    )
    return page(
        "Sheets",
        el.section(
            _head(),
            rx.cond(SheetsState.has_any, rx.fragment(_search(), found), empty),
            class_name="page sheets stack stack--loose",
        ),
        el.section(
            el.div(el.h2("Start from a pack", id="packs"), class_name="section__head"),
            el.div(rx.foreach(SheetsState.rolls, roll), class_name="rolls"),
            class_name="page section",
            aria_labelledby="packs",
        ),
        _undo(),
        here="/sheets",
        visitor=SheetsState.visitor,
        messages=SheetsState.messages,
        on_close=SheetsState.close_message,
    )


def kept_links(here: str, trash_label: Text = "Trash") -> rx.Component:
    """Between the three pages of what is kept."""
    places = (("Sheets", "/sheets"), ("Recipes", "/recipes"), (trash_label, "/trash"))
    links = [
        el.a(label, href=href, aria_current="page" if href == here else "false", class_name="kept__link")
        for label, href in places
    ]
    shown: rx.Component = el.nav(*links, class_name="kept", aria_label="What you keep")
    return shown


def find_form(label: str, placeholder: str, value: Text, on_find: Any) -> rx.Component:
    """A search line that stays on its page."""
    shown: rx.Component = el.form(
        el.label(label, html_for="q", class_name="vh"),
        el.input(id="q", name="q", type="search", placeholder=placeholder, default_value=value, max_length=200),
        act("Find", "ink", type="submit"),
        on_submit=on_find,
        role="search",
        class_name="find",
    )
    return shown


def downloads(zip_href: Text, ringed_href: Text) -> rx.Component:
    """What of a shoot can be had as a ZIP. `ringed_href` is empty while nothing is ringed."""

    def one(label: str, href: Text) -> rx.Component:
        return plain_link(label, href=href, download=True, class_name="menu__item")

    shown: rx.Component = el.details(
        el.summary("Download", class_name="act"),
        el.div(
            one("All frames (zip)", zip_href),
            one("With their recipes", f"{zip_href}?recipes=true"),
            rx.cond(ringed_href != "", one("Only the ringed", ringed_href)),
            class_name="menu__list",
        ),
        class_name="menu",
    )
    return shown


def _head() -> rx.Component:
    trash_label = rx.cond(SheetsState.trash_count > 0, f"Trash ({SheetsState.trash_count})", "Trash")
    return el.div(
        el.h1("Your sheets", class_name="h44"),
        el.p(SheetsState.total_line, class_name="quiet"),
        rx.cond(SheetsState.hidden_line != "", el.p(SheetsState.hidden_line, class_name="note")),
        kept_links("/sheets", trash_label),
        class_name="stack stack--tight",
    )


def _search() -> rx.Component:
    def one(value: str, label: str, index: int) -> rx.Component:
        return el.label(
            el.input(
                type="radio",
                name="which",
                custom_attrs={"value": value},
                checked=SheetsState.which == value,
                on_change=SheetsState.choose_which(value),
            ),
            el.span(label, pencil("line", index)),
        )

    kinds = (("all", "All"), ("running", "Running"), ("ringed", "With rings"))
    return el.div(
        find_form("Find a sheet", "Title, scene or number", SheetsState.q, SheetsState.find),
        el.fieldset(
            el.legend("Show", class_name="vh"),
            *[one(value, label, index) for index, (value, label) in enumerate(kinds)],
            class_name="filter sheetfilter",
        ),
        class_name="row row--split",
    )


def _shoot(card: ShootCard) -> rx.Component:
    film = StripCard(edge=card.title, words=[card.when], href=card.href, frames=card.frames, size="s")
    title = rx.cond(
        SheetsState.renaming == card.id,
        el.form(
            el.label("Title of this sheet", html_for="title", class_name="vh"),
            el.input(id="title", name="title", default_value=card.title, max_length=80, required=True, auto_focus=True),
            act("Save", "ink", type="submit"),
            act("Leave it", on_click=SheetsState.ask_rename("")),
            on_submit=SheetsState.rename,
            class_name="renaming",
        ),
        el.h2(el.a(card.title, href=card.href), class_name="h28"),
    )
    return el.article(
        el.div(
            title,
            el.p(card.line, class_name="small quiet"),
            el.div(
                act_link(rx.cond(card.is_running, "Resume", "Open"), card.href, "ink"),
                rx.cond(card.zip_href != "", downloads(card.zip_href, card.ringed_href)),
                act("Rename", "text", on_click=SheetsState.ask_rename(card.id), aria_label=f"Rename {card.title}"),
                act("Delete", "text", on_click=SheetsState.delete(card.id), aria_label=f"Delete {card.title}"),
                class_name="row",
            ),
            class_name="row row--split",
        ),
        reel(film, card.title),
        custom_attrs={"data-shoot": card.id},
    )


def _undo() -> rx.Component:
    said = el.div(
        el.span(SheetsState.trashed.line),
        act("Undo", on_click=SheetsState.undo_delete),
        el.button("Close", type="button", class_name="toast__close code", on_click=SheetsState.keep_in_trash),
        class_name="toast",
    )
    return el.div(rx.cond(SheetsState.trashed.title != "", said), class_name="undo", role="status")
