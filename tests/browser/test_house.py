"""What holds on every page: the policy, whole HTML, true 404s, one build for any address, no script needed to sign in."""

import gzip
import json
import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.browser.conftest import sign_in_by_hand
from tests.support.server import Server

PUBLIC = ["/", "/p/{slug}"]
# At each animation frame: how many <h1> can be seen. Never 0 once painted, never 2.
WATCH = """window.seen = []; (function look() { if (document.body) window.seen.push(
  [...document.querySelectorAll('h1')].filter(e => e.checkVisibility()).length); requestAnimationFrame(look) })()"""


@pytest.fixture(scope="session")
def slug(server: Server) -> str:
    packs = httpx.get(server.url + "/api/v1/packs").json()["data"]
    return str(packs[0]["slug"])


@pytest.mark.parametrize("path", [*PUBLIC, "/login", "/sheets", "/nothing-here", "/dev/parts", "/studio/{slug}"])
def test_no_page_allows_unsafe_scripts_or_styles(server: Server, slug: str, path: str) -> None:
    policy = httpx.get(server.url + path.format(slug=slug)).headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_whole_without_javascript(server: Server, browser: Browser, slug: str, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + path.format(slug=slug))
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator("main img").count() >= 2
    expect(page.locator("link[rel=canonical]")).to_have_attribute("href", server.url + path.format(slug=slug))
    assert page.locator("meta[property='og:image']").get_attribute("content").startswith(server.url)
    json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    context.close()


def test_every_picture_of_the_public_pages_is_there(server: Server, slug: str) -> None:
    for path in PUBLIC:
        text = httpx.get(server.url + path.format(slug=slug)).text
        sources = set(re.findall(r'<img[^>]* src="([^"]+)"', text))
        assert sources
        for source in sources:
            answer = httpx.get(source if source.startswith("http") else server.url + source)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg"), source


@pytest.mark.parametrize(
    "path", ["/p/nope", "/nothing", "/a/b", "/_upload", "/assets/x.js", "/p/../p/x", "/api/v1/nope"]
)
def test_the_unknown_is_404(server: Server, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 404


@pytest.mark.parametrize("path", PUBLIC)
def test_the_live_page_takes_over_without_flash_or_double(server: Server, page: Page, slug: str, path: str) -> None:
    page.add_init_script(WATCH)
    page.goto(server.url + path.format(slug=slug))
    page.wait_for_selector("whole-page", state="detached")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    counts = page.evaluate("window.seen")
    assert set(counts[counts.index(1) :]) == {1}
    assert page.locator("title").count() == 1


def test_the_pictures_of_a_strip_lead_to_its_pack(server: Server, page: Page) -> None:
    page.goto(server.url)
    strip = page.locator(".strip:has(.strip__edge a)").first
    leads_to = strip.locator("a").get_attribute("href")
    box = strip.locator(".frame__pic").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**" + leads_to)


def test_signing_in_needs_no_javascript(server: Server, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in_by_hand(context.new_page(), server, "plain@example.com")
    cookie = next(each for each in context.cookies() if each["name"] == "pexit_dev")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    context.close()


def test_a_wrong_code_says_so_and_keeps_the_place(server: Server, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + "/login")
    page.fill("input[name=identifier]", "wrong@example.com")
    page.click("form button[type=submit]")
    right = server.last_code()
    page.fill("input[name=code]", f"{(int(right) + 1) % 10**6:06d}")
    page.locator("form", has=page.locator("input[name=code]")).locator("button[type=submit]").click()
    expect(page.get_by_text("wrong or too old")).to_be_visible()
    expect(page.get_by_text("wrong@example.com")).to_be_visible()
    context.close()


def test_a_bad_address_names_the_remedy(server: Server) -> None:
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}) as client:
        answer = client.post("/auth/code", data={"identifier": "<b>ann"})
    assert answer.status_code == 422
    assert "e-mail address such as" in answer.text
    assert "<b>ann" not in answer.text


@pytest.mark.parametrize("path", ["/auth/code", "/auth/session", "/auth/logout"])
def test_forms_of_other_sites_are_refused(server: Server, path: str) -> None:
    for origin in ("https://evil.example", ""):
        answer = httpx.post(server.url + path, data={"identifier": "x@example.com"}, headers={"Origin": origin})
        assert answer.status_code == 403


def test_after_signing_in_people_come_back_to_where_they_were(server: Server, page: Page, slug: str) -> None:
    page.goto(f"{server.url}/studio/{slug}")
    page.wait_for_url("**/login?next=*")
    assert f"studio%2F{slug}" in page.url or f"studio/{slug}" in page.url


def test_the_api_describes_itself(server: Server, page: Page) -> None:
    paths = httpx.get(server.url + "/api/openapi.json").json()["paths"]
    assert {"/api/v1/drafts", "/api/lora/generate", "/api/v1/wallet", "/api/v1/jobs/{job_id}/events"} <= set(paths)
    page.goto(server.url + "/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()


@pytest.mark.parametrize("path", PUBLIC)
def test_the_storefront_needs_little_script(server: Server, page: Page, slug: str, path: str) -> None:
    """At most 180 KB of script, gzipped, for a public page: everything the browser asks for until it is quiet."""
    sizes: dict[str, int] = {}

    def weigh(answer: Response) -> None:
        if answer.request.resource_type == "script" and answer.ok:
            sizes[answer.url] = len(gzip.compress(answer.body(), 9))

    page.on("response", weigh)
    page.goto(server.url + path.format(slug=slug))
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes.values()) <= 180_000, sizes
    assert all(url.startswith(server.url) for url in sizes)


def test_one_build_serves_another_address(server: Server, page: Page) -> None:
    """The same server under another host name: the live connection follows the page's own address."""
    other = server.url.replace("localhost", "127.0.0.1")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.goto(other + "/")
    page.wait_for_selector("whole-page", state="detached")
    assert sockets
    assert all(urlsplit(url).netloc == urlsplit(other).netloc for url in sockets)
