"""A pack that is sold: its creator prices it and invites a tester, who renders for nothing; a buyer unlocks it once."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server


def render_one(page: Page) -> None:
    """What the ticket is about; returns with the receipt of what was delivered."""
    expect(page.locator(".ticket .act--go")).to_have_attribute("aria-disabled", "false")
    page.locator(".ticket .act--go").click()
    expect(page.locator(".ticket--torn")).to_contain_text("1 frame rendered", timeout=60_000)


def test_a_pack_is_priced_tried_and_bought(server: Server, open_page: Callable[..., Page]) -> None:
    creator = server.client("sells@example.com")
    creator.post("/api/v1/me/creator")
    draft = creator.post("/api/v1/builder/drafts", json={"title": "After the snow"}).json()["data"]["id"]
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, "sells@example.com", f"/builder/{draft}")
    page.get_by_role("tab", name="Pack").click()
    page.get_by_label("Fee for a frame").fill("2")
    page.get_by_label("To unlock it, once").fill("19")
    page.get_by_label("Address").fill("after-the-snow")
    page.get_by_role("tab", name="Publish").click()
    expect(page.get_by_text("you can send testers a link")).to_be_visible()
    page.get_by_label("What is new, in a line").fill("The first version.")
    page.get_by_role("tabpanel").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=60_000)
    page.get_by_label("Testers, 1 to 20").fill("1")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("The link, shown this once").input_value()
    expect(page.locator(".worktrial")).to_contain_text("0 of 1 place")

    tester = open_page(390, 844, reduced_motion="reduce")
    tester.goto(link)
    expect(tester.get_by_role("link", name="Sign in to take part")).to_be_visible()
    sign_in(tester, server, "tries@example.com", link.removeprefix(server.url))
    look_closely(tester, "invitation")
    tester.get_by_role("button", name="Take part").click()
    tester.wait_for_url("**/studio/after-the-snow")
    tester.locator(".studio__items").click()
    expect(tester.locator(".ticket")).to_contain_text("Trial, 5 left: 1 frame free")
    render_one(tester)
    expect(tester.locator(".ticket--torn .ticket__sum")).to_contain_text("0 dust")
    expect(page.locator(".worktrial__testers .figure")).to_have_text("1/5")
    page.evaluate("scrollTo(0, 0)")  # nothing half under the app bar, where no target is large enough
    look_closely(page, "a trial in use")

    buyer = open_page(1440, 900, reduced_motion="reduce")
    sign_in(buyer, server, "buys@example.com", "/p/after-the-snow")
    expect(buyer.locator(".pack__by")).to_contain_text("19 dust once, and 3 dust a frame")
    expect(buyer.locator(".pack__ticket .ticket__sum")).to_contain_text("22 dust")
    look_closely(buyer, "a locked pack")
    buyer.get_by_role("link", name="Open in the studio").click()
    ticket = buyer.locator(".studio__ticket .ticket")
    expect(ticket).to_contain_text(re.compile(r"Unlock After the snow, once\s*19 dust"))
    render_one(buyer)
    expect(ticket).to_contain_text(re.compile(r"Unlocked for good\s*19 dust"))
    buyer.get_by_role("button", name="New ticket").click()
    expect(ticket.locator(".ticket__sum")).to_contain_text("3 dust")
    expect(ticket).not_to_contain_text("Unlock")
