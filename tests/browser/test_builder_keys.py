"""The pack builder by the keyboard alone: a scene, a knob, words with a brace, another order, a pack in the shop."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_builder import picture, saved, scenes
from tests.support.server import Server

MOST_TABS = 150
HERE = "(element) => element === document.activeElement"


def reach(page: Page, target: Locator, key: str = "Tab") -> None:
    """Goes there as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate(HERE):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} is not reached by {key}")


def press(page: Page, target: Locator, *keys: str) -> None:
    reach(page, target)
    for each in keys or ("Enter",):
        page.keyboard.press(each)


def test_a_pack_is_made_by_keys_alone(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, "keys@example.com", "/builder")
    press(page, page.get_by_role("button", name="Start a new pack"))
    picture(page)

    press(page, page.get_by_role("button", name="Add a scene"))
    press(page, page.locator(".workstart", has_text="Wet glass"))
    expect(scenes(page)).to_have_text(["Plain wall", "Wet glass"])
    press(page, page.locator(".workreel [aria-current=true]"), "Alt+ArrowUp")
    expect(scenes(page)).to_have_text(["Wet glass", "Plain wall"])
    moved = page.locator(".workreel .frame", has_text="Wet glass")
    expect(moved).to_be_focused()
    expect(moved).to_have_attribute("aria-current", "true")
    page.keyboard.press("Alt+ArrowDown")
    expect(scenes(page)).to_have_text(["Plain wall", "Wet glass"])

    press(page, page.get_by_role("tab", name="Scene"), "ArrowRight")
    knobs = page.get_by_role("tabpanel", name="Knobs")
    reach(page, knobs.get_by_label("A new knob"))
    page.keyboard.type("More clouds")
    press(page, knobs.get_by_role("button", name="Add the knob"))
    head = knobs.get_by_role("button", name="More clouds")
    expect(head).to_have_attribute("aria-expanded", "true")
    press(page, head, "Alt+ArrowUp", "Alt+ArrowUp")
    expect(page.locator(".workhead__said")).to_have_text("More clouds is knob 4 of 6.")
    expect(head).to_be_focused()
    reach(page, knobs.get_by_label("Label", exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("A heavier sky")
    saved(page)

    reach(page, page.get_by_role("tab", name="Knobs"), "Shift+Tab")
    page.keyboard.press("ArrowLeft")
    words = page.get_by_label("The words")
    reach(page, words)
    page.keyboard.press("Control+Home")
    page.keyboard.type("{more_c")
    listed = page.get_by_role("listbox", name="What may stand in braces").get_by_role("option")
    expect(listed).to_have_text([re.compile("A heavier sky")])
    page.keyboard.press("Enter")
    expect(words).to_have_value(re.compile(r"^\{more_clouds\}"))
    expect(words).to_have_js_property("selectionStart", len("{more_clouds}"))
    page.keyboard.type(", {")
    expect(listed.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(listed.last).to_have_attribute("aria-selected", "true")
    expect(words).to_have_attribute("aria-activedescendant", str(listed.last.get_attribute("id")))
    page.keyboard.press("Escape")
    expect(listed).to_have_count(0)
    expect(words).to_be_focused()
    for _ in ", {":
        page.keyboard.press("Backspace")
    page.keyboard.type(" over ")
    expect(words).to_have_value(re.compile(r"^\{more_clouds\} over "))
    saved(page)
    expect(page.locator("[data-composed]")).to_contain_text("some clouds over")

    reach(page, page.locator(".workhead").get_by_role("button", name="Publish"), "Shift+Tab")
    page.keyboard.press("Enter")
    sending = page.get_by_role("tabpanel", name="Publish")
    reach(page, sending.get_by_label("What is new, in a line"))
    page.keyboard.type("By keys alone.")
    press(page, sending.get_by_role("button", name="Publish", exact=True))
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=60_000)
