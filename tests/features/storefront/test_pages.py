"""The shop as machines see it: search engines, feed readers, whoever shares an address or frames a pack. Without a script,
without a browser."""

import json
import re
from collections.abc import AsyncIterator
from io import BytesIO
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from pexit_app.core import deps
from pexit_app.features.identity import access
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import seed
from pexit_app.features.storefront import card_drawing, documents, service
from pexit_app.features.storefront.schemas import StorefrontIn
from pexit_app.web.api import RequestContext, add_error_answers
from tests.features.packs.test_service import folder, store  # noqa: F401  (fixtures)
from tests.features.shoots.support import new_user
from tests.features.storefront.test_service import give, own

URL = "http://pexit.test"
ATOM, SITEMAP = "{http://www.w3.org/2005/Atom}", "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
async def http(connection, folder, store) -> AsyncIterator[httpx.AsyncClient]:  # noqa: F811
    await seed.seed(folder.parent, store)
    deps.use(SimpleNamespace(store=store, gpu_images={}))  # type: ignore[arg-type]
    app = FastAPI()
    add_error_answers(app)
    app.state.admit = access.admit
    for router in documents.ROUTERS:
        app.include_router(router)
    app.add_middleware(RequestContext)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as client:
        yield client
    deps.use(None)


def told(page: str) -> dict[str, str]:
    """What a page's head says: title, description, canonical, og:..."""
    found = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page))
    found |= {"title": re.findall(r"<title[^>]*>([^<]*)", page)[0]}
    return found | {"canonical": re.findall(r'<link rel="canonical" href="([^"]*)"', page)[0]}


async def card_of(http: httpx.AsyncClient, head: dict[str, str]) -> Image.Image:
    """As a site does that was given the address."""
    assert head["og:title"] and head["og:description"] and head["og:url"] == head["canonical"]
    assert head["twitter:card"] == "summary_large_image"
    answer = await http.get(head["og:image"])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert "immutable" in answer.headers["cache-control"]
    image = Image.open(BytesIO(answer.content))
    assert image.size == (int(head["og:image:width"]), int(head["og:image:height"])) == (1200, 630)
    return image


async def test_a_search_engine_sees_lists_and_not_questions(http):
    page = (await http.get("/packs?category=outdoors")).text
    head = told(page)
    assert head["title"] == "Packs: outdoors: Pexit"
    assert head["canonical"] == f"{URL}/packs?category=outdoors"
    assert "robots" not in head
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)[0])
    assert data["itemListElement"][0]["url"] == f"{URL}/p/test-pack"
    assert 'href="/p/test-pack"' in page and page.count("<h1") == 1
    for path in ("/packs?q=night", "/packs?sort=title", "/packs?price=free", "/packs?category=city"):
        assert told((await http.get(path)).text)["robots"] == "noindex", path


async def test_the_address_is_the_state_and_what_it_cannot_say_leads_to_the_whole_shop(http):
    page = (await http.get("/packs?q=nihgt&style=photograph&sort=price")).text
    assert "“nihgt” was read as “night”" in page
    assert re.search(r'<input value="photograph" name="style" type="hidden">', page)
    assert "/packs?q=nihgt&amp;sort=price" in page  # the way back from the style
    for path in ("/packs?category=moon", "/packs?sort=x", "/packs?cursor=x", f"/packs?q={'x' * 201}", "/packs?price=1"):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/packs"), path


async def test_nothing_found_offers_the_nearest(http):
    page = (await http.get("/packs?q=night+zebra")).text
    assert "Nothing found" in page and "With some of your words" in page and 'href="/p/test-pack"' in page


async def test_a_creators_page_says_who_and_what_to_everybody(http, session):
    ann = await new_user(session)
    await own(session, ann, "harbor")
    links = ["https://a.example/x"]
    await service.keep(session, ann, StorefrontIn(handle="silver-hour", name="Ann <b>", bio="By the sea.", links=links))
    page = (await http.get("/@silver-hour")).text
    head = told(page)
    assert head["canonical"] == f"{URL}/@silver-hour" and "<b>" not in head["og:title"]
    assert 'rel="me nofollow ugc noopener"' in page and "Edit this page" not in page
    feed = ET.fromstring((await http.get("/@silver-hour/feed.xml")).text)
    assert [each.findtext(f"{ATOM}title") for each in feed.iter(f"{ATOM}entry")] == ["Test pack"]
    await service.keep(session, ann, StorefrontIn(handle="gold-hour"))
    moved = await http.get("/@silver-hour")
    assert (moved.status_code, moved.headers["location"]) == (301, "/@gold-hour")
    assert (await http.get("/@nobody")).status_code == 404
    places = (await http.get("/sitemap-places.xml")).text
    assert f"{URL}/@gold-hour" in places


async def test_its_owner_edits_it_in_place_and_nobody_else(http, session):
    user = await identity.user_of(session, "ann@example.com")
    _, secret = await identity.open_session(session, user, "test")
    mine = {"Cookie": f"{identity.settings.load().cookie_name}={secret}", "Origin": URL}
    begun = await http.get("/storefront", headers=mine)
    assert "Take this handle" in begun.text
    bad = await http.post("/storefront/handle", data={"handle": "admin"}, headers=mine)
    assert bad.status_code == 422 and "kept for the house" in bad.text
    made = await http.post("/storefront/handle", data={"handle": "silver-hour"}, headers=mine)
    assert (made.status_code, made.headers["location"]) == (303, "/@silver-hour")
    words = {"name": "Ann", "bio": "One\r\ntwo", "links": "https://a.example\r\n", "accent": "teal", "banner": ""}
    assert (await http.post("/storefront/words", data=words, headers=mine)).status_code == 303
    page = (await http.get("/@silver-hour", headers=mine)).text
    assert ">One\ntwo</textarea>" in page and 'data-ink="teal"' in page and "Edit this page" in page
    wrong = await http.post("/storefront/words", data={**words, "accent": "glow"}, headers=mine)
    assert wrong.status_code == 422 and "Mend these fields: accent" in wrong.text
    elsewhere = await http.post("/storefront/words", data=words, headers={**mine, "Origin": "http://evil.test"})
    assert elsewhere.status_code == 403
    stranger = await http.post("/storefront/words", data=words, headers={"Origin": URL})
    assert stranger.headers["location"] == "/login?next=%2Fstorefront"


async def test_an_address_that_is_shared_has_a_picture_made_for_it(http, session):
    ann = await new_user(session)
    await give(session, ann, "test-pack")
    await service.keep(session, ann, StorefrontIn(handle="silver-hour"))
    whole = await http.get("/@silver-hour")
    await card_of(http, told(whole.text))
    plain = await http.get("/og/p/test-pack.jpg")
    assert "max-age=300" in plain.headers["cache-control"]
    assert (await http.get("/og/p/nothing.jpg")).status_code == 404


@pytest.mark.parametrize("title", ["A", "W" * 40, "Łódź, 東京", "東京", "a" * 20 + " " + "b" * 19])
def test_any_title_fits_its_card(title: str) -> None:
    size, lines = card_drawing._fitted(title, 572)
    assert all(card_drawing._length(line, size, card_drawing.WIDE) <= 572 for line in lines)
    assert len(lines) <= card_drawing.MOST_LINES


async def test_machines_find_their_way(http):
    robots = (await http.get("/robots.txt")).text
    assert f"Sitemap: {URL}/sitemap.xml" in robots and "Disallow: /studio/" in robots
    index = ET.fromstring((await http.get("/sitemap.xml")).text)
    parts = [each.text for each in index.iter(f"{SITEMAP}loc")]
    packs = [part for part in parts if "packs" in str(part)]
    found = ET.fromstring((await http.get(packs[0])).text)
    assert f"{URL}/p/test-pack" in [each.text for each in found.iter(f"{SITEMAP}loc")]
    assert (await http.get("/sitemap-packs-999.xml")).status_code == 404
    feed = ET.fromstring((await http.get("/feed.xml")).text)
    entry = next(feed.iter(f"{ATOM}entry"))
    for name in ("id", "title", "updated", "summary"):
        assert entry.findtext(f"{ATOM}{name}")
    assert (await http.head("/feed.xml")).status_code == 200


async def test_a_pack_in_somebody_elses_page(http):
    answer = await http.get("/oembed", params={"url": f"{URL}/p/test-pack", "maxwidth": 320})
    card = answer.json()
    assert (card["version"], card["type"], card["width"]) == ("1.0", "rich", 320)
    assert f'src="{URL}/embed/p/test-pack"' in card["html"] and "sandbox" in card["html"]
    framed = await http.get("/embed/p/test-pack")
    policy = framed.headers["content-security-policy"]
    assert "frame-ancestors *" in policy and "script" not in policy and "form-action 'none'" in policy
    assert "<script" not in framed.text and 'target="_blank"' in framed.text
    for url in ("https://evil.test/p/test-pack", f"{URL}/p/nothing", f"{URL}/packs", "http://[", f"{URL}/p/a/b"):
        assert (await http.get("/oembed", params={"url": url})).status_code == 404, url
    assert (await http.get("/oembed", params={"url": f"{URL}/p/test-pack", "format": "xml"})).status_code == 501
