"""Dust, from the cashier to the last line: bought, spent on unlocking a pack and on one frame, every line explained."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server

WHO = "spends@example.com"
PRICED = {"slug": "low-tide", "price_dust": 2, "unlock_dust": 40}


def publish(server: Server) -> None:
    """A pack of one scene that costs 2 dust a frame, and 40 to unlock."""
    creator = server.client("sells-low-tide@example.com")
    creator.post("/api/v1/me/creator").raise_for_status()
    draft = creator.post("/api/v1/builder/drafts", json={"title": "Low tide"}).raise_for_status().json()["data"]
    ops = [{"op": "add", "path": f"/{name}", "value": value} for name, value in PRICED.items()]
    step = {"base_revision": draft["revision"], "client": "story", "ops": ops, "label": "Priced"}
    creator.post(f"/api/v1/builder/drafts/{draft['id']}/changes", json=step).raise_for_status()
    creator.post(f"/api/v1/builder/drafts/{draft['id']}/publish", json={}).raise_for_status()


def line(page: Page, words: str) -> str:
    """The one line of the statement with these words, as it is read."""
    found = page.locator(".ledger tbody tr").filter(has_text=re.compile(words))
    expect(found).to_have_count(1)
    return " ".join(found.inner_text().split())


def test_dust_is_bought_spent_and_every_line_explained(server: Server, open_page: Callable[..., Page]) -> None:
    publish(server)
    page = open_page(1280, 900, reduced_motion="reduce")
    sign_in(page, server, WHO, "/wallet")
    expect(page.locator("h1")).to_contain_text("25 dust")
    page.get_by_label("Promo code").fill("no-such-code")
    page.get_by_role("button", name="Enter it").click()
    expect(page.get_by_text("There is no such code.")).to_be_visible()
    page.problems.clear()  # the browser logs the 422
    page.get_by_role("radio", name="500 dust $5.00").check()
    page.get_by_role("button", name="Go to payment").click()
    page.wait_for_url("**/wallet/checkout/*")
    look_closely(page, "test cashier")
    page.get_by_role("button", name="Pay $5.00 with test money").click()
    expect(page.get_by_role("heading", name="500 dust came in")).to_be_visible()

    page.goto(f"{server.url}/studio/{PRICED['slug']}")
    ticket = page.locator(".studio__ticket .ticket")
    expect(ticket).to_contain_text(re.compile(r"Unlock Low tide, once\s*40 dust"))
    expect(ticket.locator(".act--go")).to_have_attribute("aria-disabled", "false")
    ticket.locator(".act--go").click()
    expect(page.locator(".ticket--torn")).to_contain_text("1 frame rendered", timeout=60_000)

    page.locator(".counter").click()
    page.wait_for_url("**/wallet")
    expect(page.locator("h1")).to_contain_text("482 dust")
    assert line(page, "unlocked, for good").endswith("Low tide unlocked, for good 40 kept 482")
    assert line(page, "Frame 1 of Low tide, delivered").endswith("3 kept 482")
    assert "−40 485" in line(page, "Held to unlock Low tide") or "−40 482" in line(page, "Held to unlock Low tide")
    assert "+500 525" in line(page, "Bought 500 dust")
    assert "+25 25" in line(page, "Welcome grant")
    expect(page.locator(".ledger__thumb")).to_have_count(1)
    look_closely(page, "a statement")
    page.get_by_role("link", name="Given back").click()
    expect(page.get_by_text("No such line. Show all.")).to_be_visible()
    page.get_by_role("link", name="Receipt, 500 dust").click()
    expect(page.locator(".facts")).to_contain_text(WHO)
    look_closely(page, "a receipt")
    page.go_back()
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("link", name="Frame 1 of Low tide, delivered").click()
    page.wait_for_url(re.compile(r"/studio/low-tide\?shoot="))
