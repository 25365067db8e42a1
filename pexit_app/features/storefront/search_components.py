"""`/packs`: all packs by words, place, style and price. Links and one form, so that it works without a script."""

import reflex as rx

from pexit_app.features.storefront.search_cards import PATH, Choice, Filter, SearchCard
from pexit_app.ui.both import el
from pexit_app.ui.forms import act, act_link, form
from pexit_app.ui.layout import page
from pexit_app.ui.parts.pencil import pencil
from pexit_app.ui.parts.roll import roll
from pexit_app.ui.parts.ruler import Visitor


def search_page(card: SearchCard, title: str, visitor: Visitor) -> rx.Component:
    return page(
        title,
        el.div(
            el.header(
                el.h1(title, class_name="h44"),
                _line(card),
                class_name="finding__head",
            ),
            *_filters(card),
            _order(card),
            _said(card),
            el.div(*[roll(each) for each in card.rolls], class_name="rolls"),
            _pages(card),
            class_name="page finding",
        ),
        here="/",
        visitor=visitor,
    )


def _line(card: SearchCard) -> rx.Component:
    """What is chosen already goes along with the new words."""
    kept = [el.input(type="hidden", name=name, default_value=value) for name, value in card.kept.items()]
    return form(
        el.label("Search the packs", html_for="q", class_name="vh"),
        el.input(
            id="q", name="q", type="search", placeholder="Harbor, rain, silver film", default_value=card.q, max_length=200
        ),
        *kept,
        act("Find", "ink", type="submit"),
        action=PATH,
        method="get",
        role="search",
        class_name="find",
    )  # fmt: skip


def _filters(card: SearchCard) -> list[rx.Component]:
    if not card.filters:
        return []
    return [el.nav(*[_filter(each) for each in card.filters], class_name="finding__filters", aria_label="Filters")]


def _filter(each: Filter) -> rx.Component:
    return el.div(
        el.h2(each.name, class_name="label quiet"),
        el.ul(*[el.li(_choice(choice)) for choice in each.choices], class_name="finding__choices", role="list"),
    )


def _choice(choice: Choice) -> rx.Component:
    """Narrowed lists are for people, not for crawlers, which would follow every mixture of them."""
    count = [el.span(choice.count, class_name="code quiet")] if choice.count else []
    return el.a(
        el.span(choice.label, pencil("line") if choice.is_chosen else rx.fragment()),
        *count,
        href=choice.href,
        rel="nofollow",
        aria_current="true" if choice.is_chosen else None,
        class_name="finding__choice",
    )


def _order(card: SearchCard) -> rx.Component:
    clear = [el.a("Take all filters off", href=card.clear, class_name="small")] if card.clear else []
    sorts = [el.nav(*[_choice(each) for each in card.sorts], class_name="finding__sorts", aria_label="Order")]
    sorts = sorts if card.sorts else []
    return el.div(
        el.p(card.told, class_name="figure", role="status"),
        *clear,
        *sorts,
        class_name="finding__order",
    )


def _said(card: SearchCard) -> rx.Component:
    """How words were read, and what is shown where nothing was found."""
    if card.nearest:
        text = "No pack has all of that. Take a word or a filter away, or look at these:"
        return el.div(el.p(text), el.h2(card.nearest, class_name="h28"), class_name="finding__said stack stack--tight")
    if card.mended:
        return el.p("No pack has your words. ", el.b(card.mended), ".", class_name="finding__said")
    return el.div()


def _pages(card: SearchCard) -> rx.Component:
    links = [act_link("Back to the first", card.first, "text")] if card.first else []
    links += [act_link("More packs", card.following, "ink", rel="next")] if card.following else []
    if not links:
        return el.div()
    return el.nav(*links, class_name="row finding__pages", aria_label="Pages")
