"""The knobs on a pack's page, by hand: no account, the draft follows, the address keeps it all."""

import re
import threading
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.support.server import Server

PACK = "salt-light"
MAIN = "[data-main]"


def open_pack(page: Page, server: Server, query: str = "") -> None:
    page.goto(f"{server.url}/p/{PACK}{query}")
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")


def slider(page: Page, knob: str) -> Locator:
    return page.locator(f"[data-knob={knob}] input[type=range]")


def said(page: Page, knob: str) -> Locator:
    return page.locator(f"[data-knob={knob}] output")


def picture(page: Page) -> str:
    """What the main draft shows now: its pixels, 16 by 20, as text."""
    return str(
        page.evaluate(
            """async (selector) => {
              const image = document.querySelector(selector);
              await image.decode();
              const canvas = new OffscreenCanvas(16, 20).getContext('2d');
              canvas.drawImage(image, 0, 0, 16, 20);
              return Array.from(canvas.getImageData(0, 0, 16, 20).data).join('.');
            }""",
            MAIN,
        )
    )


def drag(page: Page, control: Locator, part: float, steps: int = 12) -> None:
    """From where the thumb is to `part` of the scale."""
    control.scroll_into_view_if_needed()
    box = control.bounding_box()
    value, least, most = (float(control.evaluate(f"e => e.{name}")) for name in ("value", "min", "max"))
    inner = box["width"] - 14
    at = box["x"] + 7 + inner * (value - least) / (most - least)
    page.mouse.move(at, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 7 + inner * part, box["y"] + box["height"] / 2, steps=steps)
    page.mouse.up()


def test_a_knob_redraws_the_picture_and_the_link_reopens_it(server: Server, page: Page) -> None:
    open_pack(page, server)
    before = picture(page)
    drag(page, slider(page, "hour"), 0.95)
    turned = said(page, "hour").inner_text()
    assert re.fullmatch(r"1[6-9]:\d\d", turned)
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")
    after = picture(page)
    assert after != before
    page.wait_for_url("**?k=*")
    page.reload()
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")
    expect(said(page, "hour")).to_have_text(turned)
    assert picture(page) == after


def test_the_keyboard_turns_undoes_and_redoes(server: Server, page: Page) -> None:
    open_pack(page, server)
    hour = slider(page, "hour")
    start = said(page, "hour").inner_text()
    hour.focus()
    page.keyboard.press("End")
    expect(said(page, "hour")).to_have_text("19:00")
    page.keyboard.press("Home")
    expect(said(page, "hour")).to_have_text("16:00")
    page.keyboard.press("PageUp")
    expect(said(page, "hour")).not_to_have_text("16:00")
    page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.press("Control+z")
    expect(said(page, "hour")).to_have_text(start)
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Control+Shift+z")
    expect(said(page, "hour")).to_have_text("19:00")
    page.get_by_role("button", name="Reset").click()
    expect(said(page, "hour")).to_have_text(start)
    page.get_by_role("button", name="Undo").click()
    expect(said(page, "hour")).to_have_text("19:00")


def test_a_whole_drag_is_one_step_of_history(server: Server, page: Page) -> None:
    open_pack(page, server)
    start = said(page, "hour").inner_text()
    drag(page, slider(page, "hour"), 0.1, steps=30)
    expect(said(page, "hour")).not_to_have_text(start)
    page.get_by_role("button", name="Undo").click()
    expect(said(page, "hour")).to_have_text(start)
    expect(page.get_by_role("button", name="Undo")).to_have_attribute("aria-disabled", "true")


def test_while_dragging_one_draft_is_asked_at_a_time_and_the_last_value_wins(server: Server, page: Page) -> None:
    open_pack(page, server)
    lock, under_way, most, asked = threading.Lock(), [0], [0], []

    def slow(route: Route) -> None:
        asked.append(parse_qs(urlsplit(route.request.url).query)["knobs"][0])
        under_way[0] += 1
        most[0] = max(most[0], under_way[0])
        time.sleep(0.05)
        route.continue_()

    def over(request: Request) -> None:
        if re.search(r"stream=[a-z0-9]+-main", request.url):
            with lock:
                under_way[0] -= 1

    page.route(re.compile(r"/draft\?.*stream=[a-z0-9]+-main"), slow)
    page.on("requestfinished", over)
    drag(page, slider(page, "hour"), 1.0, steps=60)
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")
    assert len(asked) >= 3  # it streamed
    assert most[0] == 1  # and never piled up
    assert '"hour":19' in asked[-1]


def test_swatches_and_a_test_strip_show_what_a_setting_does(server: Server, page: Page) -> None:
    open_pack(page, server)
    swatches = page.locator("[data-knob=film] .swatch")
    swatches.first.scroll_into_view_if_needed()
    expect(swatches.locator("img[data-draft=drawn]")).to_have_count(swatches.count())
    swatches.nth(1).click()
    expect(said(page, "film")).to_have_text(swatches.nth(1).inner_text())
    page.locator("[data-knob=hour] .knob__strip").click()
    strip = page.locator(".teststrip")
    expect(strip.locator("img[data-draft=drawn]")).to_have_count(7)
    strip.get_by_role("radio", name="18:30").click()
    expect(said(page, "hour")).to_have_text("18:30")
    page.locator(".benchstrip").get_by_role("button", name="Close").click()
    expect(strip).to_have_count(0)


def test_a_lost_line_is_told_on_the_picture_and_mends_itself(server: Server, page: Page) -> None:
    open_pack(page, server)
    page.route("**/draft?**", lambda route: route.abort())
    drag(page, slider(page, "hour"), 0.9)
    expect(page.locator(".benchpic .frame__say")).to_contain_text("Trying again")
    page.unroute("**/draft?**")
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")
    expect(page.locator(".benchpic .frame__say")).to_have_count(0)
    page.problems.clear()  # the browser itself logs the requests that were cut


def test_scenes_are_one_press_away(server: Server, page: Page) -> None:
    open_pack(page, server)
    first = picture(page)
    page.locator(".history [data-scene]").nth(2).click()
    expect(page.locator(".benchpic")).to_have_attribute("data-draft", "fresh")
    assert picture(page) != first
    assert "scene=" in page.url
    page.locator(".benchpic .frame__pic").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".history [data-scene]").nth(1)).to_have_attribute("aria-current", "true")


@pytest.mark.parametrize("query", ["?k=zzz", "?k=eyJ3Ijp7ImhvdXIiOjk5OX19", "?scene=nowhere&seed=-4&k=W10", "?k=%00"])
def test_a_broken_link_opens_the_pack_as_it_is(server: Server, page: Page, query: str) -> None:
    open_pack(page, server, query)
    expect(page.get_by_role("button", name="Reset")).to_have_attribute("aria-disabled", "true")


def test_on_a_phone_the_picture_stays_in_sight_while_a_knob_moves(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    open_pack(page, server)
    for knob in page.locator("[data-knob] input[type=range]").all():
        knob.evaluate("e => e.scrollIntoView({block: 'end'})")
        expect(page.locator(MAIN)).to_be_in_viewport(ratio=0.6)
        expect(knob).to_be_in_viewport()


def test_signing_in_and_the_studio_are_a_press_away(server: Server, page: Page) -> None:
    open_pack(page, server)
    page.get_by_role("link", name="Sign in").click()
    expect(page.locator("input[name=identifier]")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Open in the studio").click()
    page.wait_for_url(f"**/login?next=%2Fstudio%2F{PACK}")
    expect(page.locator("input[name=identifier]")).to_be_visible()
