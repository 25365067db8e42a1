"""The public pages, each twice from the same views: whole in the first HTML, and live once its State is there."""

import re
from collections.abc import Mapping

import reflex as rx
from starlette.requests import Request

from pexit_app.core import db
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.state import AppState, visitor_of
from pexit_app.features.packs import bench, components
from pexit_app.features.packs.cards import PackCard
from pexit_app.features.packs.components import DESCRIPTION, TITLE, front_page, pack_page, still_bench
from pexit_app.features.packs.state import FrontState, PackState, front_card, shown_pack
from pexit_app.ui.layout import page
from pexit_app.ui.live import live
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.ticket import TicketCard, TicketLine, ticket
from pexit_app.web.whole import Loader, Page

el = rx.el
SITE = "Pexit"


def missing_page(visitor: Visitor) -> rx.Component:
    """Nothing lives at this address."""
    text = "The address may be mistyped, or what was here is gone."
    return page("Not found", plain_page("There is no such page.", text, "To the packs", "/"), visitor=visitor)


def _ticket(card: PackCard, act: rx.Component) -> rx.Component:
    price = f"{card.price_dust} dust"
    return ticket(
        TicketCard(
            title="One frame",
            lines=[TicketLine("Render and creator", price)],
            total=price,
            after="Drafts are free. A frame that fails costs nothing.",
        ),
        act,
    )


def live_bench() -> rx.Component:
    """The pack's knobs to play with on the spot; the same places as still_bench."""
    studio = el.a(
        "Open in the studio", href=components.studio_path(PackState.card.slug), class_name="act act--ink act--wide"
    )
    return bench.bench(
        components.bench(
            rx.fragment(el.div(bench.picture(), class_name="pack__pic"), bench.strip(), bench.rail(tag_name="Scenes")),
            rx.fragment(
                el.div(
                    el.h2("Turn them. It costs nothing.", class_name="h3"),
                    el.p("Shown on a stand-in, a sculpture made in code.", class_name="small quiet"),
                    class_name="pack__hint",
                ),
                bench.tools(),
                bench.knobs(strips=True),
            ),
            _ticket(PackState.card, studio),
        ),
        pack=PackState.bench,
        is_public=True,
    )


@rx.page("/", title=TITLE, description=DESCRIPTION, on_load=FrontState.load)
def front_view() -> rx.Component:
    return live(FrontState.is_ready, FrontState.at, front_page(FrontState.card, FrontState.visitor))


@rx.page("/p/[slug]", title=PackState.card.title, on_load=PackState.load)
def pack_view() -> rx.Component:
    shown = pack_page(PackState.card, live_bench(), PackState.visitor)
    return live(PackState.is_ready, PackState.at, rx.cond(PackState.is_missing, missing_page(PackState.visitor), shown))


@rx.page("404", title=f"Not found: {SITE}", on_load=AppState.greet)
def missing_view() -> rx.Component:
    return live(True, AppState.at, missing_page(AppState.visitor))


async def visitor(request: Request) -> Visitor:
    async with db.transaction() as session:
        return await visitor_of(session, await identity.find_by_cookie(session, request.headers.get("cookie", "")))


async def load_front(request: Request) -> Page:
    async with db.transaction() as session:
        card = await front_card(session)
    first = next((frame.src for strip in card.beside for frame in strip.frames), "")
    body = front_page(card, await visitor(request))
    return Page(
        TITLE, DESCRIPTION, body, image=first or "/og.png", json_ld={"@type": "WebSite", "name": SITE}, preload=first
    )


async def load_pack(request: Request, slug: str) -> Page | None:
    async with db.transaction() as session:
        shown = await shown_pack(session, slug)
    if shown is None:
        return None
    card = shown.card
    offer = {"@type": "Offer", "price": card.price_dust / 100, "priceCurrency": "USD"}
    product = {"@type": "Product", "name": card.title, "description": card.tagline, "offers": offer}
    body = pack_page(card, still_bench(card), await visitor(request))
    title = f"{card.title}, a pack by {card.creator}: {SITE}"
    return Page(title, card.tagline, body, image=card.cover.src, json_ld=product, preload=card.cover.src)


ROUTES: Mapping[str, Loader] = {re.escape("/"): load_front, r"/p/(?P<slug>[a-z0-9-]{1,60})": load_pack}
NOT_FOUND = Page(f"Not found: {SITE}", "There is no such page.", missing_page(Visitor(sign_out_action="/auth/logout")))
