"""The main job of Pexit in one go, from an empty data folder: photos of every kind, mended, a likeness in sight, drafts
with one's own face, two frames, the tweak of one, the ZIP; at a desk, with a grid, and on a phone by touch. The server dies
in between: at the desk while frames develop, on the phone while the likeness is learnt."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser import test_exploring as exploring
from tests.browser import test_people as people
from tests.browser.conftest import sign_in_by_hand
from tests.support import faces
from tests.support.server import Server

STUDIO = "/studio/neon-rain"
DEVELOPED_MS = 90_000
WHO = "story@example.com"


@pytest.fixture(params=exploring.SIZES, ids=["desk", "phone"])
def page(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    width, height, has_touch = request.param
    return open_page(width, height, has_touch=has_touch, is_mobile=has_touch)


def photograph(page: Page, folder: Path) -> None:
    """Twelve mixed photos, the bad ones replaced by good ones, and trained."""
    people.add_person(page)
    people.add_photos(page, faces.write_mixed_batch(folder), good=8, out=4)
    page.problems.clear()
    page.get_by_role("button", name="Delete the crossed-out").click()
    page.get_by_role("button", name="Delete them").click()
    better = folder / "better.jpg"
    better.write_bytes(faces.good_batch(10)[9])
    people.add_photos(page, [better], good=9)
    page.evaluate(people.WATCH_PROGRESS)
    page.get_by_role("button", name="Train this likeness").click()
    expect(page.locator(".version .devline")).to_contain_text("photo ")


def learnt(page: Page) -> None:
    """Progress was told photo by photo, never backwards; the proof sheet came by itself, and all of it is the truth after
    a reload, and in the list."""
    seen = page.evaluate("window.seen")
    assert len({line for line in seen if "photo " in line}) >= 5, seen
    percents = [int(found[1]) for line in seen if (found := re.match(r"(\d+) %", line))]
    assert percents == sorted(percents)
    expect(page.locator(".counter")).to_contain_text("25")
    page.reload()
    people.looked_at(page, good=9)
    expect(page.locator(".version__used")).to_be_visible()
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="People").click()
    expect(page.locator(".people__one")).to_contain_text("Likeness 1")
    page.get_by_role("link", name="Mara").first.click()


def drafts_of(page: Page) -> list[dict]:
    """Bodies of the drafts the page asks for from now on."""
    asked: list[dict] = []

    def note(request: Request) -> None:
        if request.url.endswith("/api/v1/drafts") and request.post_data:
            asked.append(json.loads(request.post_data))

    page.on("request", note)
    return asked


def developed(page: Page, count: int) -> None:
    exploring.look_at_sheet(page)
    expect(exploring.sheet(page)).to_have_count(count)
    done = page.locator("section[aria-label=Sheet] [data-frame-id][data-state=done]")
    expect(done).to_have_count(count, timeout=DEVELOPED_MS)


def survive_a_kill(own_server: Callable[[], Server], server: Server, page: Page) -> Server:
    """The server dies with all it had in hand, and comes back; so does the page, by itself."""
    server.kill_group()
    expect(page.locator(".lost")).to_have_text("Connection lost, trying again.")
    again = own_server()
    expect(page.locator(".lost")).to_have_text("", timeout=5_000)
    page.problems.clear()  # the browser itself logs every refused connection
    return again


def test_from_an_empty_folder_to_a_zip_of_ones_own_face(
    own_server: Callable[[], Server], page: Page, tmp_path: Path
) -> None:
    server = own_server()
    sign_in_by_hand(page, server, WHO, "/people")
    photograph(page, tmp_path)
    page.evaluate("window.wasNeverReloaded = true")
    if exploring.is_phone(page):
        server = survive_a_kill(own_server, server, page)
    people.trained(page)
    assert page.evaluate("window.wasNeverReloaded")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    if not exploring.is_phone(page):
        learnt(page)
    page.get_by_role("link", name="Choose a pack to shoot").click()
    page.wait_for_url(re.compile("#packs$"))

    # Every draft is of the face that was learnt, without asking for it.
    asked = drafts_of(page)
    page.goto(server.url + STUDIO)
    chip = page.get_by_role("button", name="Mara likeness")
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".benchpic[data-draft=fresh]")).to_be_visible(timeout=30_000)
    assert asked, "the bench asked for no draft"
    assert all(draft["cast"]["you"] for draft in asked)

    # Two frames.
    page.evaluate("window.wasNeverReloaded = true")
    exploring.choose(page, "This scene")
    page.get_by_label("How many frames").select_option("2")
    page.get_by_role("button", name="Render 2 frames").click()
    expect(exploring.sheet(page)).to_have_count(2)
    if not exploring.is_phone(page):
        server = survive_a_kill(own_server, server, page)
    developed(page, 2)
    assert page.evaluate("window.wasNeverReloaded")
    expect(page.locator(".counter")).to_contain_text(str(25 - 2))

    # The tweak of one, as its child; at the desk a grid of nine, too.
    exploring.sheet(page).first.locator("button").first.click()
    page.get_by_role("button", name="Tweak it").click()
    page.get_by_role("button", name="Render 1 frame").click()
    developed(page, 3)
    frames = 3
    if not exploring.is_phone(page):
        exploring.new_ticket(page)
        exploring.choose(page, "Grid")
        page.get_by_role("button", name="Render 9 frames").click()
        expect(exploring.cells(page, "done")).to_have_count(9, timeout=DEVELOPED_MS)
        frames += 9
    expect(page.locator(".counter")).to_contain_text(str(25 - frames))

    # All of it as a ZIP, in folders by scene.
    page.goto(server.url + "/sheets")
    page.get_by_text("Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="With their recipes").click()
    waiting.value.save_as(tmp_path / "all.zip")
    names = zipfile.ZipFile(tmp_path / "all.zip").namelist()
    assert sum(name.endswith((".png", ".jpg")) for name in names) == frames
    assert all("/" in name for name in names if name.endswith((".png", ".jpg")))
    checked = server.cli("reconcile")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    page.close()
