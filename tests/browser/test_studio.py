"""The studio, as people use it: from a link to a downloaded frame, at a desk and on a phone, with the line cut in
between."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.support.server import Server

PACK = "salt-light"
STUDIO = f"/studio/{PACK}"
DEVELOPED_MS = 60_000


@pytest.fixture
def person(request: pytest.FixtureRequest) -> str:
    return f"{request.node.name[:50].lower().replace('[', '-').replace(']', '')}@example.com"


def enter(page: Page, server: Server, person: str, path: str = STUDIO) -> None:
    sign_in(page, server, person, path)
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")


def sheet(page: Page) -> Locator:
    return page.locator(".studio__sheet section[aria-label=Sheet] [data-frame-id]")


def choose(page: Page, scope: str) -> None:
    radio = page.get_by_role("radio", name=scope)
    radio.click()  # the server says what is chosen, together with its price
    expect(radio).to_be_checked()


def render_scene(page: Page, count: int = 1) -> None:
    """Orders `count` frames of the selected scene and waits until the sheet shows them."""
    had = sheet(page).count()
    choose(page, "This scene")
    page.get_by_label("How many frames").select_option(str(count))
    go = page.get_by_role("button", name=f"Render {'1 frame' if count == 1 else f'{count} frames'}")
    go.click()
    expect(sheet(page)).to_have_count(had + count)


def developed(page: Page, index: int) -> Locator:
    frame = sheet(page).nth(index)
    expect(frame).to_have_attribute("data-state", "done", timeout=DEVELOPED_MS)
    return frame


def test_from_a_link_to_a_downloaded_frame_and_its_child(
    server: Server, page: Page, person: str, tmp_path: Path
) -> None:
    # A link with a scene, a seed and turned knobs, opened by somebody who is not signed in, comes back to all of it.
    link = f"{STUDIO}?scene=moonrise&seed=77&k=eyJ3Ijp7ImNsb3VkcyI6MC44NX19"
    page.goto(server.url + link)
    page.wait_for_url("**/login?next=*")
    page.fill("input[name=identifier]", person)
    known = len(server.codes())
    page.click("form button[type=submit]")
    page.wait_for_url("**/login/code")
    page.fill("input[name=code]", server.last_code(known))
    page.locator("form", has=page.locator("input[name=code]")).locator("button[type=submit]").click()
    page.wait_for_url(f"**{link}")
    expect(page.get_by_role("button", name="New seed")).to_contain_text("77")
    expect(page.locator("[data-knob=clouds] input")).to_have_value("0.85")
    clouds = page.locator("[data-knob=clouds] output").inner_text()

    # The price first, then the frame, with progress as it comes.
    expect(page.locator(".counter")).to_contain_text("25")
    render_scene(page)
    frame = developed(page, 0)
    expect(page.locator(".counter")).to_contain_text("24")
    expect(page.locator(".ticket--torn")).to_contain_text("You paid")

    # Its recipe is what the link said; both downloads are what they say they are.
    frame.locator("button").click()
    panel = page.locator(".opened")
    expect(panel).to_contain_text("Moonrise")
    expect(panel).to_contain_text(clouds)
    expect(panel).to_contain_text("77")
    for kind, name in (("PNG", "Download as PNG"), ("JPEG", "Download as JPEG")):
        with page.expect_download() as waiting:
            panel.get_by_role("link", name=name).click()
        waiting.value.save_as(tmp_path / kind)
        image = Image.open(tmp_path / kind)
        assert image.format == kind
        assert min(image.size) >= 512

    # A tweak is its child.
    panel.get_by_role("button", name="Tweak it").click()
    expect(page.locator(".ticket")).to_contain_text("1 from frame 1")
    page.get_by_role("button", name="Render 1 frame").click()
    expect(sheet(page)).to_have_count(2)
    developed(page, 1).locator("button").click()
    expect(panel).to_contain_text("From frame 1")

    # The whole sheet is one press on the address away.
    page.reload()
    expect(sheet(page)).to_have_count(2)
    page.goto(server.url + "/sheets")
    page.get_by_role("link", name="Open").first.click()
    expect(sheet(page)).to_have_count(2)


def test_frames_are_marked_by_keyboard_varied_and_deleted(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    render_scene(page, 2)
    developed(page, 0)
    developed(page, 1)
    sheet(page).first.locator("button").focus()
    page.keyboard.press("f")
    expect(sheet(page).first).to_have_attribute("data-mark", "ring")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(sheet(page).nth(1)).to_have_attribute("data-mark", "reject")
    page.keyboard.press("Enter")
    panel = page.locator(".opened")
    expect(panel).to_contain_text("Frame 1A")
    panel.get_by_role("button", name="Vary: 4 seeds").click()
    expect(page.locator(".ticket")).to_contain_text("4 dust")
    panel.get_by_role("button", name="Delete frame").click()
    expect(sheet(page)).to_have_count(1)
    expect(panel).to_have_count(0)


def test_the_whole_sheet_develops_one_by_one_and_stops_when_told(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    scenes = page.locator(".benchsheet [data-scene]")
    expect(scenes.first).to_be_visible()
    count = scenes.count()
    choose(page, f"All {count} scenes")
    page.get_by_role("button", name=f"Render {count} frames").click()
    expect(sheet(page)).to_have_count(count)
    developed(page, 0)
    page.get_by_role("button", name="Stop the run").click()
    expect(page.get_by_role("button", name="Stop the run")).to_have_count(0)
    done = page.locator(".studio__sheet [data-state=done]").count()
    stopped = page.locator(".studio__sheet [data-state=withheld]")
    expect(page.locator(".counter")).to_contain_text(str(25 - done))
    assert done + stopped.count() == count
    if stopped.count():
        stopped.first.get_by_role("button", name="Render it after all").click()
        expect(page.locator(".studio__sheet [data-state=done]")).to_have_count(done + 1, timeout=DEVELOPED_MS)


def test_a_second_tab_sees_the_same_as_it_happens(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    render_scene(page)
    other = page.context.new_page()
    other.goto(page.url)
    developed(other, 0)
    developed(page, 0).locator("button").focus()
    page.keyboard.press("f")
    expect(sheet(other).first).to_have_attribute("data-mark", "ring")
    other.close()


def test_what_another_door_orders_appears_here(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    render_scene(page)
    developed(page, 0)
    shoot = page.url.split("shoot=")[1].split("&")[0]
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}) as client:
        answer = client.post(f"/api/v1/shoots/{shoot}/frames", json={"scene": "moonrise", "seed": 3})
        assert answer.status_code == 202, answer.text
    expect(sheet(page)).to_have_count(2)
    developed(page, 1)


def test_an_unknown_pack_says_so(server: Server, page: Page, person: str) -> None:
    sign_in(page, server, person, "/studio/nothing-of-the-kind")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such pack.")


def test_on_a_phone_with_touch_from_the_pack_to_the_frame(
    server: Server, open_page: Callable[..., Page], person: str
) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    enter(page, server, person)
    picture = page.locator("[data-main]")
    for knob in page.locator("[data-knob] input[type=range]").all()[:4]:
        knob.evaluate("e => e.scrollIntoView({block: 'center'})")
        expect(picture).to_be_in_viewport(ratio=0.99)
        expect(knob).to_be_in_viewport()
        box = knob.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    expect(page.get_by_role("button", name="Reset")).to_have_attribute("aria-disabled", "false")
    expect(page.get_by_role("button", name="Render 6 frames")).to_be_in_viewport()
    page.locator(".studio__items").tap()
    choose(page, "This scene")
    page.get_by_role("button", name="Render 1 frame").tap()
    page.get_by_role("button", name="Sheet").tap()
    developed(page, 0).locator("button").tap()
    expect(page.locator(".opened")).to_contain_text("Frame 1")
    expect(page.locator(".studio__stage img")).to_be_in_viewport(ratio=0.99)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_when_the_line_is_back_the_page_catches_up(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    render_scene(page)
    page.context.set_offline(True)
    expect(page.locator(".lost")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator(".lost")).to_have_text("", timeout=3_000)
    developed(page, 0)
    page.problems.clear()  # the browser itself logs what it could not fetch
