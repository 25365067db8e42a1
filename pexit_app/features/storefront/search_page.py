"""The page of search: parses its address, asks, draws. What cannot be asked leads to the whole shop."""

from typing import get_args

import reflex as rx
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from pexit_app.core import db
from pexit_app.core.errors import BadInput
from pexit_app.core.policy import PUBLIC, allow
from pexit_app.features.identity.access import who
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.packs import looking
from pexit_app.features.packs.cards import pack_roll
from pexit_app.features.packs.definition import Category, Style
from pexit_app.features.packs.queries import Asked
from pexit_app.features.storefront import search_cards
from pexit_app.features.storefront.search_components import search_page
from pexit_app.features.storefront.state import cards_for
from pexit_app.web import plain
from pexit_app.web.heads import Page, origin_of
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
A_PAGE = 24
FEED = ("application/atom+xml", "New packs on Pexit", "/feed.xml")


@router.api_route(search_cards.PATH, methods=["GET", "HEAD"])
@allow(PUBLIC)
async def search(
    request: Request,
    q: str = "",
    category: str = "",
    style: str = "",
    price: str = "",
    sort: str = "",
    cursor: str = "",
) -> Response:
    me = await who(request)
    try:
        asked = _asked(q, category, style, price, sort)
        async with db.transaction() as session:
            found = await looking.look(session, asked, cursor or None, A_PAGE, counts=True)
            rows, near = found.page.rows, ""
            if not rows:
                near, rows = await looking.nearest(session, asked)
            draw = await cards_for(session, me, rows)
            visitor = await visitor_of(session, me)
    except BadInput:
        return RedirectResponse(search_cards.PATH, 303)
    rolls = [pack_roll(each) for each in draw(rows)]
    card = search_cards.search_card(asked, found, rolls, near if not found.page.rows else "", cursor)
    body = search_page(card, search_cards.title(asked), visitor)
    return plain.public(request, _page(request, asked, card, body, cursor))


def _asked(q: str, category: str, style: str, price: str, sort: str) -> Asked:
    """Raises BadInput."""
    for name, value, known in (("category", category, get_args(Category)), ("style", style, get_args(Style))):
        if value and value not in known:
            raise BadInput.of(name, f"Choose one of {', '.join(known)}.", value[:40], list(known))
    return Asked(q, category, style, price, sort)


def _page(request: Request, asked: Asked, card: search_cards.SearchCard, body: rx.Component, cursor: str) -> Page:
    """Lists of one place and one style are worth finding; searches and later pages are not."""
    title = search_cards.title(asked)
    description = f"{card.told} on Pexit: photoshoots with the knobs left in, to turn and render with your own face."
    is_indexed = not (asked.is_search or asked.price or asked.sort or cursor or card.nearest)
    items = [
        {"@type": "ListItem", "position": place, "name": each.title, "url": origin_of(request) + each.href}
        for place, each in enumerate(card.rolls, 1)
    ]
    data = {"@type": "ItemList", "name": title, "itemListElement": items}
    path = search_cards.href(asked)
    return Page(f"{title}: Pexit", description, body, json_ld=data, links=[FEED], path=path, is_indexed=is_indexed)
