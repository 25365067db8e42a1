"""Trying a draft out before it is published: a test grid that outlives a reload, a cell that failed, knobs that are proven;
and what stands of it on the pack's page."""

import re
from collections.abc import Callable

import psycopg
from playwright.sync_api import Locator, Page, expect

from pexit_app.core import embedded
from pexit_app.features.builder import blank
from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.browser.test_builder import changed, panel, picture, saved
from tests.support.server import Server

WHY = "The lamp went out."
PROOF_MS = 120_000
NAME = "tries-out@example.com"


def begun(server: Server) -> str:
    """Where the page of a new draft is; its choices have two options each, so that proving takes no minute."""
    document = blank.document("Tried out", "tried-out", "Tester")
    for knob in document["knobs"]:
        if knob["type"] == "choice":
            knob["options"] = knob["options"][:2]
    with server.client(NAME) as client:
        made = client.post("/api/v1/builder/drafts", json={"document": document}).raise_for_status()
    return f"/builder/{made.json()['data']['id']}"


def cells(page: Page, status: str) -> Locator:
    return page.locator(f".workgrid [data-status={status}]")


def fail_a_cell(server: Server, page: Page, number: int) -> None:
    """As if the darkroom had failed at it."""
    grid = re.search(r"grid=([0-9a-f-]{36})", page.url)
    assert grid, page.url
    with embedded.postgres(server.data, is_owner=False) as url, psycopg.connect(url) as connection:
        query = "UPDATE draft_cell SET status = 'failed', error = %s WHERE grid_id = %s AND number = %s"
        connection.execute(query, (WHY, grid[1], number))


def test_a_draft_is_tried_out_and_its_grade_stands_on_the_page(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, NAME, begun(server))
    before = picture(page)
    test = panel(page, "Test")
    for face in ("Alba", "Azur"):
        test.get_by_role("group", name="Values across").get_by_label(face).uncheck(force=True)
    test.get_by_label("Down", exact=True).select_option("distance")
    expect(test.locator(".workgrid__order p")).to_have_text("4 × 2 = 8 cells, free")
    test.get_by_role("button", name="Draw the grid").click()
    expect(cells(page, "done")).to_have_count(8, timeout=60_000)

    fail_a_cell(server, page, 6)
    page.reload()
    expect(cells(page, "failed")).to_contain_text(WHY)
    look_closely(page, "grid")
    cells(page, "failed").get_by_role("button").click()
    large = page.get_by_role("dialog")
    expect(large).to_contain_text("Plain wall, Terra, Waist up")
    large.get_by_role("button", name="Try this one again").click()
    expect(cells(page, "done")).to_have_count(8)
    expect(large.get_by_role("img", name="Plain wall, Terra, Waist up")).to_be_visible()
    look_closely(page, "cell")
    large.press("ArrowRight")
    expect(large.get_by_role("heading")).to_have_text("Plain wall, Verde, Waist up")
    large.get_by_role("button", name="Put it on the bench").click()
    changed(page, before)
    expect(page.get_by_role("radio", name="Verde")).to_be_checked()
    page.locator("[data-cell='0'] button").click()
    large.get_by_role("button", name="Let the scene start so").click()
    saved(page)
    expect(test.get_by_text("The draft was changed since.")).to_be_visible()

    test.get_by_role("button", name="Prove the knobs").click()
    expect(test.get_by_role("progressbar", name="Knobs measured")).to_be_visible()
    expect(test.get_by_role("button", name="Proven")).to_be_visible(timeout=PROOF_MS)
    expect(test.locator(".workproof .grade")).to_have_count(5)
    words = test.get_by_text(re.compile(r"^\d of 5 knobs proven on 3 stand-ins\.$"))
    expect(words).to_be_visible()
    grade = words.inner_text().rstrip(".")
    film = panel(page, "Knobs").locator(".workknob", has_text="Film")
    expect(film.locator(".grade")).to_have_attribute("data-grade", "proven")
    film.get_by_role("button", name="Film").click()
    values = film.get_by_role("region", name="Every value of Film").get_by_role("button")
    values.last.scroll_into_view_if_needed()  # what is far off the screen is not drawn
    expect(values.locator("[data-draft=drawn]")).to_have_count(2)

    page.set_viewport_size({"width": 390, "height": 844})
    panel(page, "Test").get_by_role("heading", name="Test grid").scroll_into_view_if_needed()
    expect(cells(page, "done")).to_have_count(8)
    look_closely(page, "phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    panel(page, "Publish").get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("heading", name="Version 1 is live")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="See it as a buyer").click()
    expect(page.get_by_role("heading", name=grade)).to_be_visible()
    look_closely(page, "listing")
