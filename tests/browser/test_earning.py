"""A creator's money: who sells becomes a creator, prices a pack, sells a frame, reads every line of it, and is paid out."""

import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import Page, expect

from pexit_app.core import embedded
from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server

FEE, UNLOCK = 9_000, 40


def published(server: Server, slug: str) -> str:
    """A pack of theirs that asks nothing yet; the id of its draft."""
    creator = server.client("earns@example.com")
    draft = creator.post("/api/v1/builder/drafts", json={"title": "Before the thaw"}).json()["data"]
    step = {"base_revision": draft["revision"], "client": "test", "label": "Address"}
    step["ops"] = [{"op": "replace", "path": "/slug", "value": slug}]
    creator.post(f"/api/v1/builder/drafts/{draft['id']}/changes", json=step).raise_for_status()
    return str(draft["id"])


def buys_and_renders(server: Server, slug: str) -> None:
    """Somebody with bought dust, and 25 dust that they were granted: one small frame, by the API."""
    buyer = server.client("pays@example.com")
    largest = max(buyer.get("/api/v1/wallet/bundles").json()["data"], key=lambda bundle: bundle["dust"])
    sold = buyer.post("/api/v1/wallet/purchases", json={"bundle": largest["id"]}).json()["data"]
    buyer.post(f"{sold['checkout_url']}/pay").raise_for_status()
    scene = buyer.get(f"/api/v1/packs/{slug}").json()["data"]["scenes"][0]["id"]
    order = {"pack": slug, "scene": scene, "width": 512, "height": 512, "num_images": 1}
    done = buyer.post("/api/lora/generate/sync", json=order).raise_for_status().json()["data"]
    assert (done["status"], done["charge_dust"]) == ("completed", FEE + 1)


def a_week_passes(server: Server) -> None:
    with embedded.postgres(server.data, is_owner=False) as url, psycopg.connect(url) as connection:
        connection.execute("UPDATE earning SET matures_at = now() WHERE state = 'pending'")


def test_from_becoming_a_creator_to_being_paid(server: Server, open_page: Callable[..., Page]) -> None:
    slug = "before-the-thaw"
    draft = published(server, slug)
    page = open_page(390, 844, reduced_motion="reduce")
    sign_in(page, server, "earns@example.com", "/earnings")
    page.get_by_role("button", name="Become a creator").click()
    expect(page.get_by_text("You are a creator.")).to_be_visible()

    bench = open_page(1440, 900, reduced_motion="reduce")
    sign_in(bench, server, "earns@example.com", f"/builder/{draft}")
    bench.get_by_role("tab", name="Pack").click()
    bench.get_by_label("Fee for a frame").fill(str(FEE))
    bench.get_by_label("To unlock it, once").fill(str(UNLOCK))
    bench.get_by_role("tab", name="Publish").click()
    bench.get_by_role("tabpanel").get_by_role("button", name="Publish", exact=True).click()
    expect(bench.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=60_000)
    bench.get_by_role("tab", name="Pack").click()
    bench.get_by_label("Of what its remixes earn").fill("10")
    bench.get_by_role("button", name="Keep", exact=True).click()
    bench.get_by_text("Make a coupon").click()
    bench.get_by_label("Code: letters, digits, hyphens").fill("thaw-20")
    bench.get_by_label("Until").last.fill("2027-01-31T12:00")
    bench.get_by_role("button", name="Make the coupon").click()
    expect(bench.locator(".workprice__coupon")).to_contain_text("THAW-20 20 % off")
    bench.evaluate("scrollTo(0, 0)")
    look_closely(bench, "prices in the builder")

    buys_and_renders(server, slug)
    page.get_by_role("button", name="Set up payouts").click()
    expect(page.get_by_text("Your account for payouts is in order.")).to_be_visible()
    expect(page.locator(".earnings__facts").first).to_contain_text("Pending7,231 dust")
    expect(page.locator(".ledger")).to_contain_text(f"80 % of {FEE:,} dust, 7200.00")
    a_week_passes(server)
    assert "1 payouts" in server.cli("payouts", "run").stdout
    page.reload()
    expect(page.get_by_role("table", name="Payouts")).to_contain_text(re.compile(r"7,212 dust\s*Paid"))
    expect(page.locator(".ledger")).to_contain_text("On its way to you−7,212")
    look_closely(page, "earnings that were paid out")
