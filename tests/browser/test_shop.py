"""The shop from the first page to a picture that is shown to others: searched, narrowed, read, a creator's page edited in
place, a frame shared and taken back. And what the live site says to those who do not run scripts."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server

MAKER = "makes.packs@example.com"


def publish_remix(server: Server) -> str:
    """Of a pack of the house, unchanged: its pictures are there. Orders one frame of it, and answers its sheet's path."""
    with server.client(MAKER) as maker:
        draft = (
            maker.post("/api/v1/builder/drafts", json={"fork": "salt-light"}).raise_for_status().json()["data"]["id"]
        )
        maker.post(f"/api/v1/builder/drafts/{draft}/publish", json={}, timeout=60).raise_for_status()
        pack = maker.get("/api/v1/packs?q=salt+light+remix&limit=1").json()["data"][0]["slug"]
        shoot = maker.post("/api/v1/shoots", json={"pack": pack, "cast": {}}).raise_for_status().json()["data"]["id"]
        scene = maker.get(f"/api/v1/packs/{pack}").json()["data"]["scenes"][0]["id"]
        order = {"scene": scene, "width": 512, "height": 640}
        maker.post(f"/api/v1/shoots/{shoot}/frames", json=order).raise_for_status()
    return f"/studio/{pack}?shoot={shoot}"


def test_a_pack_is_found_its_creator_read_and_a_frame_shown_to_others(
    server: Server, open_page: Callable[..., Page]
) -> None:
    sheet = publish_remix(server)
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, MAKER, "/")
    expect(page.get_by_role("heading", name="Picked")).to_be_visible()
    page.get_by_role("link", name="Search them all").click()
    page.get_by_label("Search the packs").fill("blnds")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".finding__said")).to_contain_text("“blnds” was read as “blinds”")
    expect(page.locator(".rolls h3")).to_have_text(["Private eye"])
    page.get_by_label("Search the packs").fill("sun sea")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=re.compile("^Photograph")).click()
    expect(page).to_have_url(re.compile(r"q=sun\+sea&style=photograph$"))
    look_closely(page, "a search")

    page.goto(server.url + "/storefront")
    page.get_by_label("Handle").fill("first-light")
    page.get_by_role("button", name="Take this handle").click()
    page.wait_for_url("**/@first-light")
    page.get_by_text("Edit this page").click()
    page.get_by_label("Name").fill("Ines Holm")
    page.get_by_label("About you").fill("I light places that are about to be dark.")
    page.get_by_label("Teal").check()
    look_closely(page, "a page that is edited")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("h1")).to_have_text("Ines Holm")
    page.get_by_role("link", name="Salt light remix").click()
    expect(page.locator(".pack__by a[rel=author]")).to_have_attribute("href", "/@first-light")
    expect(page.locator(".versions > li")).to_have_count(1)

    page.goto(server.url + sheet)
    page.locator(".sheet [data-state=done] .frame__pic").first.click(timeout=60_000)
    page.get_by_text("Show it to others").click()
    page.get_by_role("button", name="Link to this frame for 7 days").click()
    link = page.locator(".sharing__link").inner_text()
    expect(page.locator(".sharing__rows > li")).to_have_count(1)

    stranger = open_page(390, 844, reduced_motion="reduce")
    stranger.goto(link)
    expect(stranger.locator("main img")).to_have_js_property("complete", True)
    assert stranger.locator("main img").evaluate("each => each.naturalWidth") > 0
    look_closely(stranger, "a frame that is shown")
    page.get_by_role("button", name="End the link").click()
    expect(page.locator(".sharing__rows")).to_have_count(0)
    assert httpx.get(link).status_code == 404


@pytest.mark.parametrize("path", ["/", "/packs", "/p/salt-light"])
def test_a_crawler_and_a_site_that_shares_it_get_everything(server: Server, path: str) -> None:
    """No script is run: what is here is what they see."""
    with httpx.Client(base_url=server.url, headers={"User-Agent": "crawler"}) as http:
        page = http.get(path).raise_for_status().text
        head = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', page))
        assert re.search(r"<title[^>]*>[^<]{10,70}</title>", page)
        assert 40 <= len(head["description"]) <= 200
        card = http.get(head["og:image"])
        assert card.status_code == 200 and card.headers["content-type"].startswith("image/")
        assert f'<link rel="canonical" href="{server.url}{path}"' in page
        sets = re.findall(r'srcset="([^"]+)"', page)
        assert sets and all("w=320 320w" in each for each in sets)
        picture = http.get(sets[0].split(" ")[0].replace("&amp;", "&"), headers={"Accept": "image/avif"})
        assert picture.headers["content-type"] == "image/avif" and len(picture.content) < 40_000
        assert len(re.findall(r"<img(?![^>]* width=)[^>]* srcset", page)) == 0  # each has its room before it is there
        assert http.head(path).status_code == 200


def test_a_pack_may_be_framed_and_nothing_else(server: Server) -> None:
    framed = httpx.get(f"{server.url}/embed/p/salt-light")
    assert "x-frame-options" not in framed.headers
    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    for path in ("/", "/packs", "/@nobody", "/embed/p/nothing", "/robots.txt"):
        answer = httpx.get(server.url + path)
        is_one = path.startswith("/embed/")
        assert answer.headers.get("x-frame-options") == (None if is_one else "DENY"), path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
