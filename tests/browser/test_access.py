"""Access: axe-core finds nothing on any page, in both lights, at desk and phone width; and 320 px shows everything."""

import httpx
import pytest
from playwright.sync_api import Page

from tests.browser.conftest import sign_in
from tests.browser.looking import LIGHTS, found_by_axe, px_too_wide
from tests.support import encoders, faces
from tests.support.server import Server

PAGES = [
    "/", "/p/{slug}", "/login", "/account", "/people", "/people/{person}", "/sheets", "/recipes", "/trash",
    "/studio/{slug}", "/builder", "/builder/{draft}", "/wallet", "/nothing-here", "/dev/parts",
]  # fmt: skip
DESK_PX, PHONE_PX, LEAST_PX = 1440, 390, 320
SIGNED_IN = {*PAGES} - {"/", "/p/{slug}", "/login", "/nothing-here", "/dev/parts"}


def show(page: Page, server: Server, path: str) -> None:
    slug = "neon-rain"
    if path in SIGNED_IN:
        sign_in(page, server, f"axe{hash(path) % 1000}-{id(page)}@example.com")
    person = add_person(page, server) if "/people" in path else ""
    keep_something(page, server, slug) if path in ("/sheets", "/recipes", "/trash") else None
    draft = begin_drafts(page, server, slug) if "/builder" in path else ""
    page.goto(server.url + path.format(slug=slug, person=person, draft=draft))
    page.locator("h1").first.wait_for()  # a live page is empty until its state is there
    page.wait_for_load_state("networkidle")


def add_person(page: Page, server: Server) -> str:
    """Somebody with a name as long as names may be, and one good and one bad photo. Their id."""
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60) as client:
        version = client.get("/api/v1/consent/notice").json()["data"]["version"]
        consent = {"adult": True, "own_likeness": True, "notice_version": version}
        body = {"name": "Maximiliana" * 9, "kind": "person", "relationship": "Myself", "consent": consent}
        person = client.post("/api/v1/people", json=body).raise_for_status().json()["data"]["id"]
        photos = [faces.good_batch(1)[0], encoders.jpeg(faces.blurred())]
        files = [("files", (f"{number}.jpg", content, "image/jpeg")) for number, content in enumerate(photos)]
        client.post(f"/api/v1/people/{person}/photos", files=files).raise_for_status()
    return str(person)


def keep_something(page: Page, server: Server, slug: str) -> None:
    """A sheet, a recipe with a name as long as names may be, and a frame in the trash."""
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60) as client:
        scene = client.get(f"/api/v1/packs/{slug}").json()["data"]["scenes"][0]["id"]
        recipe = {"name": "Maximiliana" * 7, "notes": "word " * 40, "favourite": True, "pack": slug, "scene": scene}
        client.post("/api/v1/recipes", json=recipe).raise_for_status()
        shoot = client.post("/api/v1/shoots", json={"pack": slug}).raise_for_status().json()["data"]["id"]
        client.patch(f"/api/v1/shoots/{shoot}", json={"title": "Maximiliana" * 7}).raise_for_status()
        body = {"scene": scene, "count": 2}
        ordered = client.post(f"/api/v1/shoots/{shoot}/frames", json=body).raise_for_status().json()["data"]
        client.delete(f"/api/v1/frames/{ordered['frames'][0]['id']}").raise_for_status()


def begin_drafts(page: Page, server: Server, slug: str) -> str:
    """A remix under a title as long as titles may be, and one that cannot be drawn. The remix's id."""
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60) as client:
        client.post("/api/v1/builder/drafts", json={"document": {"scenes": [{"id": "a"}]}}).raise_for_status()
        body = {"fork": slug, "title": "Maximiliana" * 3}
        made = client.post("/api/v1/builder/drafts", json=body).raise_for_status()
    return str(made.json()["data"]["id"])


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_cut_off(server: Server, open_page, path: str) -> None:
    """One page, made narrower as a window is: at desk and phone width in both lights, and then at 320 px."""
    page = open_page(width=DESK_PX, reduced_motion="reduce")
    show(page, server, path)
    problems = []
    for width, lights in ((DESK_PX, LIGHTS), (PHONE_PX, LIGHTS[::-1])):
        page.set_viewport_size({"width": width, "height": 900})
        problems += found_by_axe(page, f"{width} px", lights)
    page.set_viewport_size({"width": LEAST_PX, "height": 640})
    too_wide = px_too_wide(page)
    page.problems.clear() if path == "/nothing-here" else None  # the browser itself logs the 404
    assert problems == []
    assert too_wide <= 0
