"""The pack builder, as somebody uses it who never made a pack: from nothing to a pack in the shop, counted in clicks."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server

MOST_CLICKS = 60
DRAWN = ".worklive__pic .frame[data-draft=fresh]"
COUNT_CLICKS = (
    "addEventListener('click', event => { if (event.isTrusted) window.clicks = (window.clicks ?? 0) + 1 }, true)"
)


def picture(page: Page) -> str:
    """The address of the live draft's picture, once it shows what was asked for."""
    expect(page.locator(DRAWN)).to_be_visible()
    return str(page.locator("[data-main]").get_attribute("src"))


def changed(page: Page, before: str) -> None:
    expect(page.locator("[data-main]")).not_to_have_attribute("src", before)
    expect(page.locator(DRAWN)).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator(".workhead [data-status]")).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))


def panel(page: Page, name: str) -> Locator:
    page.get_by_role("tab", name=name).click()
    return page.get_by_role("tabpanel", name=name)


def scenes(page: Page) -> Locator:
    return page.locator(".workreel li .rebate > span:first-of-type")


def test_a_first_pack(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    page.add_init_script(COUNT_CLICKS)
    sign_in(page, server, "first-pack@example.com", "/builder")
    expect(page.get_by_role("button", name="Start a new pack")).to_be_visible()
    look_closely(page, "drafts")
    page.get_by_role("button", name="Start a new pack").click()
    expect(page.get_by_role("heading", name="Untitled pack")).to_be_visible()
    clicks = 1
    before = picture(page)

    page.get_by_label("Azur").check()
    changed(page, before)
    before = picture(page)
    scene = page.get_by_role("tabpanel", name="Scene")
    scene.get_by_label("Place", exact=True).select_option("neon")
    changed(page, before)
    scene.get_by_label("Name of the scene").fill("After rain")
    saved(page)
    expect(scenes(page)).to_have_text(["After rain"])

    for start in ("Wet glass", "Crossing"):
        page.get_by_role("button", name="Add a scene").click()
        page.locator(".workstart", has_text=start).click()
        expect(scenes(page).last).to_have_text(start)
    scene.get_by_role("button", name="Duplicate").click()
    expect(scenes(page)).to_have_count(4)
    scene.get_by_role("button", name="Earlier").click()
    saved(page)
    order = scenes(page).all_inner_texts()
    page.locator(".workreel [aria-current=true]").press("Alt+ArrowUp")
    expect(scenes(page)).not_to_have_text(order)
    page.get_by_role("button", name="Undo").click()
    expect(scenes(page)).to_have_text(order)
    look_closely(page, "scene")

    knobs = panel(page, "Knobs")
    knobs.get_by_label("A new knob").select_option("number bloom")
    knobs.get_by_role("button", name="Add the knob").click()
    saved(page)
    label = knobs.get_by_label("Label", exact=True)
    expect(label).to_have_value("More glow")
    look_closely(page, "knobs")
    label.fill("")
    expect(page.get_by_role("button", name="1 to mend")).to_be_visible()
    page.get_by_role("button", name="1 to mend").click()
    page.locator(".workproblems .link").first.click()
    expect(label).to_be_focused()
    label.fill("Much more glow")
    before = picture(page)
    glow = page.locator(".benchknobs").get_by_label("Much more glow")
    glow.press("End")
    changed(page, before)

    words = panel(page, "Scene")
    expect(words.get_by_label("The words")).to_have_value(re.compile(r"\{more_glow\}"))
    expect(words.locator("[data-composed]")).to_contain_text("glowing haze")

    listing = panel(page, "Pack")
    listing.get_by_label("Title").fill("After the rain")
    listing.get_by_label("Address").fill("after-the-rain")
    saved(page)
    look_closely(page, "listing")
    sending = panel(page, "Publish")
    sending.get_by_label("What is new, in a line").fill("The first version.")
    look_closely(page, "publish")
    sending.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=60_000)
    clicks += page.evaluate("window.clicks")
    assert clicks <= MOST_CLICKS
    page.get_by_role("link", name="See it as a buyer").click()
    expect(page.get_by_role("heading", name="After the rain").first).to_be_visible()


def test_two_tabs_lose_nothing(server: Server, open_page: Callable[..., Page]) -> None:
    """And on a phone: zones in one column, the picture on top, nothing wider than 320 px."""
    one = open_page(1440, 900, reduced_motion="reduce")
    sign_in(one, server, "two-tabs@example.com", "/builder")
    one.get_by_role("button", name="Start a new pack").click()
    picture(one)
    other = one.context.new_page()
    other.goto(one.url)
    picture(other)
    name = "Name of the scene"
    one.get_by_label(name).fill("Mine")
    saved(one)
    other.get_by_label(name).fill("Theirs")
    notice = other.get_by_role("alert", name="Changed elsewhere")
    expect(notice).to_contain_text("Mine")
    expect(notice).to_contain_text("Theirs")
    look_closely(other, "conflict")
    notice.get_by_role("button", name="Put mine in").click()
    saved(other)
    expect(scenes(other)).to_have_text(["Theirs"])
    other.get_by_role("button", name="Undo").click()
    expect(scenes(other)).to_have_text(["Mine"])

    other.set_viewport_size({"width": 320, "height": 700})
    other.reload()
    picture(other)
    look_closely(other, "phone")
    other.get_by_label("The words").scroll_into_view_if_needed()
    expect(other.locator("[data-main]")).to_be_in_viewport()
