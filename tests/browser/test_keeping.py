"""What is kept, as people use it: a recipe saved and opened again elsewhere, a frame deleted and brought back, the trash,
sheets found by words, a ZIP; at a desk and on a phone."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.support.server import Server

PACK, OTHER = "salt-light", "private-eye"
DEVELOPED_MS = 60_000


def signed_client(page: Page, server: Server) -> httpx.Client:
    """REST as the person on `page`."""
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    return httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60)


def shot(client: httpx.Client, *scenes: str) -> str:
    """A shoot of salt-light with one finished frame a scene. Its id."""
    shoot = client.post("/api/v1/shoots", json={"pack": PACK}).raise_for_status().json()["data"]["id"]
    for scene in scenes:
        body = {"scene": scene, "seed": 7, "width": 512, "height": 640}
        job = client.post(f"/api/v1/shoots/{shoot}/frames", json=body).raise_for_status().json()["data"]["id"]
        with client.stream("GET", f"/api/v1/jobs/{job}/events") as events:
            for _ in events.iter_lines():
                pass
    return str(shoot)


def scenes_of(client: httpx.Client, slug: str) -> list[dict[str, str]]:
    return list(client.get(f"/api/v1/packs/{slug}").raise_for_status().json()["data"]["scenes"])


@pytest.fixture(params=[1440, 390])
def kept(open_page: Callable[..., Page], server: Server, request: pytest.FixtureRequest) -> Page:
    """A person with a sheet of two frames, on /sheets."""
    width = request.param
    options = {"has_touch": True, "is_mobile": True} if width == 390 else {}
    page: Page = open_page(width=width, height=844 if width == 390 else 900, **options)
    name = request.node.name.lower().partition("[")[0][:40]
    sign_in(page, server, f"{name}-{width}@example.com")
    with signed_client(page, server) as client:
        shot(client, *[scene["id"] for scene in scenes_of(client, PACK)[:2]])
    page.goto(server.url + "/sheets")
    expect(page.locator("[data-shoot]")).to_have_count(1)
    return page


def open_sheet(page: Page) -> None:
    page.get_by_role("link", name="Open", exact=True).click()
    expect(page.locator(".studio__sheet [data-frame-id], .studio [data-frame-id]").first).to_be_attached()
    switch = page.locator(".studio__switch")
    if switch.is_visible():
        switch.click()


def open_frame(page: Page, index: int) -> None:
    page.locator(".studio__sheet .sheetbox [data-frame-id]").nth(index).locator(".frame__pic").click()
    expect(page.locator(".opened")).to_be_visible()


def nothing_sticks_out(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_a_recipe_is_saved_opened_again_and_carried_to_another_scene(kept: Page, server: Server) -> None:
    page = kept
    open_sheet(page)
    open_frame(page, 0)
    panel = page.locator(".opened")
    expect(panel).to_contain_text("at 240 dpi")
    panel.get_by_role("button", name="Save recipe").click()
    panel.get_by_label("Name").fill("Evening for mum")
    panel.get_by_label("Notes").fill("the one with the wind")
    panel.get_by_role("button", name="Save it").click()
    expect(page.locator(".toast")).to_contain_text("Saved as Evening for mum.")

    page.goto(server.url + "/recipes")
    card = page.locator(".recipe")
    expect(card).to_contain_text("the one with the wind")
    card.get_by_role("button", name="Favourite").click()
    expect(card.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    nothing_sticks_out(page)
    page.get_by_label("Find a recipe").fill("nothing like it")
    page.get_by_role("button", name="Find").click()
    expect(card).to_have_count(0)
    page.get_by_label("Find a recipe").fill("wind")
    page.get_by_role("button", name="Find").click()
    expect(card).to_have_count(1)

    # Exactly as it was.
    card.get_by_role("link", name="Open in the studio").click()
    note = page.locator(".note", has_text="exactly as it was saved")
    expect(note).to_be_visible()
    expect(page.get_by_role("button", name="New seed")).to_contain_text("7")

    # Elsewhere: what carries over is said first.
    page.goto(server.url + "/recipes")
    card.get_by_role("button", name="Apply elsewhere").click()
    applying = page.locator(".applying")
    applying.get_by_label("Pack").select_option(OTHER)
    expect(applying).to_contain_text("Stays behind")
    nothing_sticks_out(page)
    applying.get_by_role("link", name="Open it there").click()
    page.wait_for_url(f"**/studio/{OTHER}*")
    expect(page.locator(".note", has_text="Left behind")).to_be_visible()


def test_a_deleted_frame_comes_back_or_waits_in_the_trash(kept: Page, server: Server) -> None:
    page = kept
    open_sheet(page)
    frames = page.locator(".studio__sheet .sheetbox [data-frame-id]")
    expect(frames).to_have_count(2)
    open_frame(page, 0)
    page.get_by_role("button", name="Delete frame").click()
    expect(frames).to_have_count(1)
    page.locator(".undo").get_by_role("button", name="Undo").click()
    expect(frames).to_have_count(2)
    expect(page.locator(".undo .toast")).to_have_count(0)
    switch = page.locator(".studio__switch")
    if switch.is_visible() and switch.get_attribute("aria-expanded") == "false":
        switch.click()
    open_frame(page, 1)
    page.get_by_role("button", name="Delete frame").click()
    expect(frames).to_have_count(1)

    page.goto(server.url + "/sheets")
    page.get_by_role("link", name="Trash (1)").click()
    binned = page.locator(".binned > li")
    expect(binned).to_have_count(1)
    expect(binned).to_contain_text("gone in 6 days")
    expect(binned.locator("img")).to_have_js_property("complete", True)
    nothing_sticks_out(page)
    binned.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("heading", name="The trash is empty.")).to_be_visible()

    # The whole sheet, and then for good.
    page.goto(server.url + "/sheets")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("[data-shoot]")).to_have_count(0)
    page.goto(server.url + "/trash")
    expect(binned).to_have_count(2)
    binned.first.get_by_role("button", name="Delete frame").click()
    expect(binned).to_have_count(1)
    page.get_by_role("button", name="Empty the trash").click()
    page.get_by_role("button", name="Delete it all").click()
    expect(page.get_by_role("heading", name="The trash is empty.")).to_be_visible()


def test_sheets_are_found_renamed_and_downloaded(kept: Page, server: Server, tmp_path: Path) -> None:
    page = kept
    sheets = page.locator("[data-shoot]")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("Title of this sheet").fill("Birthday at sea")
    page.get_by_role("button", name="Save").click()
    expect(sheets.get_by_role("heading")).to_have_text("Birthday at sea")
    for words, count in (("birthday", 1), ("nothing like it", 0), ("salt light 1A", 1)):
        page.get_by_label("Find a sheet").fill(words)
        page.get_by_role("button", name="Find").click()
        expect(sheets).to_have_count(count)
    page.locator("label", has_text="With rings").click()
    expect(sheets).to_have_count(0)
    page.locator(".sheetfilter label", has_text="All").click()
    expect(sheets).to_have_count(1)
    page.get_by_text("Download").click()
    nothing_sticks_out(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="With their recipes").click()
    assert waiting.value.suggested_filename == "birthday-at-sea.zip"
    waiting.value.save_as(tmp_path / "sheet.zip")
    with zipfile.ZipFile(tmp_path / "sheet.zip") as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert [name.rpartition(".")[2] for name in names] == ["png", "json", "png", "json", "txt"]
    assert all(name.startswith("birthday-at-sea/") for name in names)


def test_a_picture_is_not_shown_after_signing_out(page: Page, server: Server) -> None:
    sign_in(page, server, "kept-picture@example.com")
    with signed_client(page, server) as client:
        shoot = shot(client, scenes_of(client, PACK)[0]["id"])
        address = client.get(f"/api/v1/shoots/{shoot}").json()["data"]["frames"][0]["view_url"]
    page.goto(address)
    assert page.evaluate("document.images.length") == 1
    page.goto(server.url + "/sheets")
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url(f"{server.url}/")
    answer = page.goto(address)
    assert answer is not None and answer.status == 401
    page.problems.clear()  # the browser itself logs the 401
