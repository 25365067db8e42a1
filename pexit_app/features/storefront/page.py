"""The public pages, each twice from the same views: whole in the first HTML, and live once its State is there."""

import re
from collections.abc import Mapping
from urllib.parse import quote

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.state import AppState, visitor_of
from pexit_app.features.packs import bench
from pexit_app.features.packs.cards import PackCard
from pexit_app.features.storefront import components
from pexit_app.features.storefront.components import DESCRIPTION, TITLE, front_page, pack_page, still_bench
from pexit_app.features.storefront.search_page import FEED
from pexit_app.features.storefront.state import FrontState, PackState, front_card, shown_pack
from pexit_app.ui.layout import page
from pexit_app.ui.live import live
from pexit_app.ui.parts.notices import plain_page
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.web.heads import Page, Source, origin_of
from pexit_app.web.whole import Loader

el = rx.el
SITE = "Pexit"
PICTURES_TOLD = 6  # of a pack, to search engines


def missing_page(visitor: Visitor) -> rx.Component:
    """Nothing lives at this address."""
    text = "The address may be mistyped, or what was here is gone."
    return page("Not found", plain_page("There is no such page.", text, "To the packs", "/"), visitor=visitor)


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
            components.price_ticket(PackState.card, studio),
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


async def _caller(request: Request, session: AsyncSession) -> tuple[Actor | None, Visitor]:
    actor = await identity.find_by_cookie(session, request.headers.get("cookie", ""))
    return actor, await visitor_of(session, actor)


async def load_front(request: Request) -> Page:
    async with db.transaction() as session:
        actor, visitor = await _caller(request, session)
        card = await front_card(session, actor)
    first = next((frame for strip in card.beside for frame in strip.frames), None)
    preload = Source(first.src, first.src_set, first.sizes) if first else Source()
    site: dict[str, object] = {"@type": "WebSite", "name": SITE, "url": origin_of(request)}
    target = {"@type": "EntryPoint", "urlTemplate": f"{origin_of(request)}/packs?q={{search_term_string}}"}
    site["potentialAction"] = {
        "@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"
    }  # fmt: skip
    body = front_page(card, visitor)
    return Page(TITLE, DESCRIPTION, body, json_ld=site, preload=preload, links=[FEED])


async def load_pack(request: Request, slug: str) -> Page | None:
    async with db.transaction() as session:
        actor, visitor = await _caller(request, session)
        shown = await shown_pack(session, slug, actor)
    if shown is None:
        return None
    card, path, origin = shown.card, f"/p/{slug}", origin_of(request)
    body = pack_page(card, still_bench(card), visitor)
    title = f"{card.title}, a pack by {card.creator}: {SITE}"
    links = [("application/json+oembed", card.title, f"/oembed?url={quote(origin + path, safe='')}")]
    preload = Source(card.cover.src, card.cover.src_set, card.cover.sizes)
    product = _product(card, origin, path)
    return Page(title, card.tagline, body, shown.image, product, preload, links, path)


def _product(card: PackCard, origin: str, path: str) -> dict[str, object]:
    pictures = dict.fromkeys(origin + frame.src for frame in [card.cover, *card.samples] if frame.src)
    return {
        "@type": "Product",
        "name": card.title,
        "description": card.tagline,
        "sku": card.slug,
        "url": origin + path,
        "image": list(pictures)[:PICTURES_TOLD],
        "brand": {"@type": "Brand", "name": card.creator},
        "offers": [{**each, "url": origin + path} for each in _offers(card)],
    }


def _offers(card: PackCard) -> list[dict[str, object]]:
    """In dollars: 1 dust is a cent."""
    named = [("A frame", card.price_dust), ("Unlock, once", card.unlock_dust)]
    offers = [(name, dust) for name, dust in named if dust or name == "A frame"]
    always = {"@type": "Offer", "priceCurrency": "USD", "availability": "https://schema.org/InStock"}
    return [{**always, "name": name, "price": dust / 100} for name, dust in offers]


ROUTES: Mapping[str, Loader] = {re.escape("/"): load_front, r"/p/(?P<slug>[a-z0-9-]{1,60})": load_pack}
NOT_FOUND = Page(f"Not found: {SITE}", "There is no such page.", missing_page(Visitor(sign_out_action="/auth/logout")))
