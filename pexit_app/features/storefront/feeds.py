"""For machines that read the shop: Atom feeds (RFC 4287), the sitemap, robots.txt."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Path, Request, Response

from pexit_app.core import db
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import OPEN, PUBLIC, allow
from pexit_app.features.packs import facets, shelf
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.queries import Asked
from pexit_app.features.packs.schemas import pictures_of
from pexit_app.features.packs.service import Pack
from pexit_app.features.storefront import service
from pexit_app.web.heads import origin_of
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
IN_FEED, IN_SITEMAP = 50, shelf.ADDRESSES  # a sitemap may name 50,000 addresses at most (sitemaps.org)
ATOM, SITEMAP = "http://www.w3.org/2005/Atom", "http://www.sitemaps.org/schemas/sitemap/0.9"
KEPT = {"Cache-Control": "public, max-age=600"}
PLACES = ("/", "/packs")
# What is somebody's own, or a question and no answer.
CLOSED = ("/account", "/api/", "/auth/", "/f/", "/files/", "/login", "/studio/", "/storefront", "/t/")
NOT_IN_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])


@router.api_route("/feed.xml", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def new_packs(request: Request) -> Response:
    async with db.transaction() as session:
        rows = (await packs.find_packs(session, Asked(), limit=IN_FEED)).rows
    return _xml(_feed(origin_of(request), "New packs on Pexit", "/packs", "/feed.xml", rows), "application/atom+xml")


@router.api_route("/@{handle}/feed.xml", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def creators_packs(request: Request, handle: str = Path(max_length=60)) -> Response:
    async with db.transaction() as session:
        row = await service.find(session, handle)
        rows = (await packs.find_packs(session, Asked(owner_id=row.user_id), limit=IN_FEED)).rows
    home = f"/@{row.handle}"
    title = f"Packs by {row.name or home[1:]}"
    return _xml(_feed(origin_of(request), title, home, f"{home}/feed.xml", rows), "application/atom+xml")


def _feed(origin: str, title: str, home: str, itself: str, rows: Sequence[Pack]) -> ET.Element:
    feed = ET.Element("feed", xmlns=ATOM)
    _add(feed, "id", origin + itself)
    _add(feed, "title", title)
    _add(feed, "updated", _moment(max((pack.created_at for pack in rows), default=now())))
    ET.SubElement(feed, "link", href=origin + home)
    ET.SubElement(feed, "link", rel="self", href=origin + itself)
    for pack in rows:
        entry = ET.SubElement(feed, "entry")
        _add(entry, "id", pack.id.urn)
        _add(entry, "title", pack.title)
        _add(entry, "published", _moment(pack.created_at))
        _add(entry, "updated", _moment(pack.updated_at))
        ET.SubElement(entry, "link", href=f"{origin}/p/{pack.slug}")
        for cover in pictures_of(pack, origin)[:1]:
            ET.SubElement(entry, "link", rel="enclosure", type="image/jpeg", href=cover.url)
        _add(ET.SubElement(entry, "author"), "name", pack.creator_name)
        _add(entry, "summary", pack.tagline)
    return feed


@router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def sitemap(request: Request) -> Response:
    """Names the parts."""
    async with db.transaction() as session:
        count = (await facets.count(session, Asked())).total
    parts = ["/sitemap-places.xml", *(f"/sitemap-packs-{part}.xml" for part in range(1, -(-count // IN_SITEMAP) + 1))]
    index = ET.Element("sitemapindex", xmlns=SITEMAP)
    for part in parts:
        _add(ET.SubElement(index, "sitemap"), "loc", origin_of(request) + part)
    return _xml(index, "application/xml")


@router.api_route("/sitemap-places.xml", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def sitemap_of_places(request: Request) -> Response:
    """Of the shop itself and of creators who show something."""
    async with db.transaction() as session:
        handles = await service.list_shown(session, IN_SITEMAP)
    return _places(request, ((place, None) for place in [*PLACES, *(f"/@{handle}" for handle in handles)]))


@router.api_route("/sitemap-packs-{part}.xml", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def sitemap_of_packs(request: Request, part: int = Path(ge=1, le=1000)) -> Response:
    async with db.transaction() as session:
        found = await shelf.addresses(session, part - 1)
    if not found:
        raise NotFound("There is no such part of the sitemap.")
    return _places(request, ((f"/p/{slug}", changed) for slug, changed in found))


def _places(request: Request, places: Iterable[tuple[str, datetime | None]]) -> Response:
    urls = ET.Element("urlset", xmlns=SITEMAP)
    for path, changed in places:
        url = ET.SubElement(urls, "url")
        _add(url, "loc", origin_of(request) + path)
        if changed is not None:
            _add(url, "lastmod", _moment(changed))
    return _xml(urls, "application/xml")


@router.api_route("/robots.txt", methods=["GET", "HEAD"])
@allow(OPEN)
async def robots(request: Request) -> Response:
    """Pictures of packs are under /api/ and are meant to be seen."""
    lines = ["User-agent: *", "Allow: /api/v1/packs/*/pictures/", *(f"Disallow: {each}" for each in CLOSED)]
    lines += ["", f"Sitemap: {origin_of(request)}/sitemap.xml", ""]
    return Response("\n".join(lines), media_type="text/plain", headers=KEPT)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text.translate(NOT_IN_XML)


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _xml(root: ET.Element, media_type: str) -> Response:
    return Response(ET.tostring(root, "utf-8", xml_declaration=True), media_type=media_type, headers=KEPT)
