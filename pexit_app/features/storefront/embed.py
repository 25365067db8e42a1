"""A pack on somebody else's page: `/embed/p/<slug>` is a card to be framed, `/oembed` tells of it (oembed.com)."""

import html
from typing import Literal
from urllib.parse import urlsplit

import reflex as rx
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.policy import PUBLIC, allow
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.api import FIVE_MINUTES, SlugInPath
from pexit_app.features.packs.cards import PackCard, sizes_of
from pexit_app.features.packs.service import Pack
from pexit_app.features.storefront.components import price_words
from pexit_app.features.storefront.social import pack_image
from pexit_app.features.storefront.state import cards_for
from pexit_app.ui.both import el
from pexit_app.ui.parts.frame import picture
from pexit_app.web import origins, plain
from pexit_app.web.heads import CARD_PX, origin_of
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
WIDTH_PX, HEIGHT_PX, LEAST_PX = 400, 500, 200
PATHS = ("/p/", "/embed/p/")


class NotOffered(PexitError):
    """oEmbed has this status for a format that is not there."""

    code = "not_offered"
    status = 501


class OEmbedOut(BaseModel):
    version: Literal["1.0"] = "1.0"
    type: Literal["rich"] = "rich"
    provider_name: str = "Pexit"
    provider_url: str
    title: str
    author_name: str
    html: str
    width: int
    height: int
    thumbnail_url: str
    thumbnail_width: int = CARD_PX[0]
    thumbnail_height: int = CARD_PX[1]
    cache_age: int = 3600


@router.api_route("/embed/p/{slug}", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def embedded(request: Request, slug: SlugInPath) -> Response:
    """The same for everybody: it knows no visitor, has no form, and leads out of the frame."""
    async with db.transaction() as session:
        found = await _open_pack(session, slug)
        [card] = (await cards_for(session, None, [found]))([found])
    url = f"{origin_of(request)}/p/{slug}"
    return plain.framed(f"{card.title}: Pexit", _card(card, url), url, {"Cache-Control": FIVE_MINUTES})


async def _open_pack(session: AsyncSession, slug: str) -> Pack:
    """Raises NotFound, also for an archived one: other sites offer what anybody can have."""
    pack = (await packs.find_pack(session, slug)).pack
    if pack.archived_at is not None:
        raise NotFound("This pack is archived.")
    return pack


def _card(card: PackCard, url: str) -> rx.Component:
    cover = card.cover
    return el.a(
        picture(
            cover.src, cover.alt, cover.width, cover.height, "", "eager", cover.src_set, sizes_of("xl", cover.ratio)
        ),
        el.span(
            el.b(card.title),
            el.span(f"by {card.creator}"),
            el.span(price_words(card), class_name="figure"),
            el.span("Turn its knobs on Pexit", class_name="code code--up"),
            class_name="embed__words",
        ),
        href=url,
        target="_blank",
        rel="noopener",
        class_name="embed",
        data_fx=cover.focus_x,
        data_fy=cover.focus_y,
    )


@router.get("/oembed")
@allow(PUBLIC)
async def oembed(
    request: Request,
    url: str = Query(max_length=300),
    maxwidth: int = Query(WIDTH_PX, ge=1),
    maxheight: int = Query(HEIGHT_PX, ge=1),
    form: str = Query("json", alias="format", max_length=10),
) -> Response:
    """Of a pack's page on this site. In its own words, not in our envelope: oembed.com says how it looks."""
    if form != "json":
        raise NotOffered("There is JSON only.")
    async with db.transaction() as session:
        pack = await _open_pack(session, _slug_of(url, request))
    return JSONResponse(_told(pack, origin_of(request), maxwidth, maxheight).model_dump())


def _told(pack: Pack, origin: str, most_wide: int, most_high: int) -> OEmbedOut:
    width, height = max(LEAST_PX, min(WIDTH_PX, most_wide)), max(LEAST_PX, min(HEIGHT_PX, most_high))
    src, title = f"{origin}/embed/p/{pack.slug}", html.escape(pack.title)
    size = f'width="{width}" height="{height}"'
    return OEmbedOut(
        provider_url=origin,
        title=pack.title,
        author_name=pack.creator_name,
        html=f'<iframe src="{src}" {size} title="{title}" frameborder="0" loading="lazy" sandbox="allow-popups '
        'allow-popups-to-escape-sandbox"></iframe>',
        width=width,
        height=height,
        thumbnail_url=origin + pack_image(pack),
    )


def _slug_of(url: str, request: Request) -> str:
    """Raises NotFound for any address but a pack's here."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    is_here = origins.is_ours(f"{parts.scheme}://{parts.netloc}", request.headers.get("host", ""))
    prefix = next((each for each in PATHS if parts.path.startswith(each)), None)
    slug = parts.path.removeprefix(prefix or "").rstrip("/")
    if not is_here or prefix is None or "/" in slug or len(slug) > 60:
        raise NotFound("This is no address of a pack here.")
    return slug
