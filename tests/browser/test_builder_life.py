"""The life of a draft on its page: what changes is seen before it is published, every state is found again, and what was
typed without a connection is kept."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.browser.test_builder import panel, picture, saved, scenes
from tests.support.server import Server

NAME = "Name of the scene"
DRAWN = "images => images.length > 1 && images.every(image => image.complete && image.naturalWidth > 0)"


def start(page: Page, server: Server, identifier: str) -> None:
    sign_in(page, server, identifier, "/builder")
    page.get_by_role("button", name="Start a new pack").click()
    picture(page)


def drawn(pair: Locator) -> None:
    """Both pictures of a comparison are there."""
    expect(pair).to_be_visible()
    pair.page.wait_for_function(
        "selector => (" + DRAWN + ")([...document.querySelectorAll(selector)])", arg=".worksight img"
    )


def publish(page: Page, number: int, line: str) -> None:
    sending = panel(page, "Publish")
    sending.get_by_label("What is new, in a line").fill(line)
    sending.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name=f"Version {number} is live")).to_be_visible(timeout=60_000)


def live_version(server: Server, address: str) -> int:
    return int(httpx.get(f"{server.url}/api/v1/packs/{address.rpartition('/')[2]}").json()["data"]["version"])


def test_what_changes_is_seen_published_and_taken_back(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    start(page, server, "versions@example.com")
    publish(page, 1, "The first version.")
    address = page.get_by_label("Its address", exact=True).input_value()
    page.get_by_role("button", name="Publish another version").click()
    scene = panel(page, "Scene")
    scene.get_by_label("Place", exact=True).select_option("neon")
    scene.get_by_label(NAME).fill("After rain")
    saved(page)
    sending = panel(page, "Publish")
    expect(sending.locator(".workdiff li")).to_have_text(
        ["The scene Plain wall is now called After rain.", "After rain is lit or set up anew."]
    )
    drawn(sending.locator(".worksight"))
    look_closely(page, "what changes")
    publish(page, 2, "Rain.")
    expect(sending.locator(".workversion")).to_contain_text(["Version 2", "Version 1"])
    sending.get_by_role("button", name="Make it live again").click()
    drawn(sending.locator(".workversion__back .worksight"))
    look_closely(page, "going back")
    sending.get_by_role("button", name="Make version 1 live").click()
    expect(sending.locator(".workversion[data-live=yes]")).to_contain_text("The first version.")
    assert live_version(server, address) == 1

    page.get_by_role("button", name="History").click()
    past = page.get_by_role("region", name="History")
    past.get_by_label("Keep the draft as it is now").fill("With rain")
    past.get_by_role("button", name="Keep", exact=True).click()
    past.locator(".workpast__rail .workpast__row", has_text="Started").click()
    drawn(past.locator(".worksight"))
    look_closely(page, "history")
    past.get_by_role("button", name="Go back to this").click()
    expect(scenes(page)).to_have_text(["Plain wall"])
    expect(past.locator("li[data-done=no]").first).to_contain_text("Not in the draft now")
    past.locator(".workpast__row", has_text="With rain").click()
    past.get_by_role("button", name="Go back to this").click()
    expect(scenes(page)).to_have_text(["After rain"])


def test_what_is_typed_without_a_connection_is_kept(server: Server, open_page: Callable[..., Page]) -> None:
    """And when somebody deletes its place meanwhile, it is shown beside, not lost."""
    page = open_page(390, 844, reduced_motion="reduce")
    start(page, server, "offline@example.com")
    page.get_by_role("button", name="Add a scene").click()
    page.locator(".workstart", has_text="Crossing").click()
    expect(scenes(page)).to_have_count(2)
    saved(page)
    page.route("**/changes/batch", lambda route: route.abort())
    page.get_by_label(NAME).fill("Typed on a train")
    status = page.locator(".workhead [data-status=offline]")
    expect(status).to_contain_text("kept here until it is back")
    look_closely(page, "no connection")
    page.reload()
    expect(status).to_be_visible()
    expect(scenes(page)).to_have_text(["Plain wall", "Typed on a train"])

    other = page.context.new_page()
    other.goto(page.url)
    picture(other)
    other.locator(".workreel li button").last.click()
    other.get_by_role("button", name="Delete scene").click()
    saved(other)
    page.unroute("**/changes/batch")
    notice = page.get_by_role("alert", name="Changed elsewhere")
    expect(notice).to_contain_text("Typed on a train")
    expect(notice).to_contain_text("Scene deleted")
    look_closely(page, "its place is gone")
    notice.get_by_role("button", name="Keep theirs").click()
    saved(page)
    page.problems.clear()  # the browser itself logs each request that was cut off


def test_a_pack_comes_back_from_its_file(server: Server, open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    start(page, server, "files@example.com")
    page.get_by_label(NAME).fill("In a file")
    saved(page)
    first = page.url
    page.goto(server.url + "/builder")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Keep as a file").click()
    file = tmp_path / kept.value.suggested_filename
    kept.value.save_as(file)
    chooser = page.get_by_label("A pack's zip")
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as made:
        made.writestr("pack.yaml", "title: Sea\ncode: SEA\ntitle: See\n")
    chooser.set_input_files({"name": "broken.zip", "mimeType": "application/zip", "buffer": broken.getvalue()})
    expect(page.get_by_role("alert").filter(has_text="pack.yaml, line 3: title is given twice.")).to_be_visible()
    look_closely(page, "a file that is refused")
    page.problems.clear()  # the browser itself logs the 422
    chooser.set_input_files(file)
    page.wait_for_url(re.compile(r"/builder/[0-9a-f-]{36}$"))
    expect(scenes(page)).to_have_text(["In a file"])
    assert page.url != first
