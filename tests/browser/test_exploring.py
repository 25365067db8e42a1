"""Exploring a shoot, as people do it: test strips and grids that survive whatever happens to the page, where a frame comes
from, two frames under a slider, the filter; at a desk by keyboard and on a phone by touch."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.support.server import Server

PACK = "salt-light"
STUDIO = f"/studio/{PACK}"
DEVELOPED_MS = 90_000
SIZES = [(1440, 900, False), (390, 844, True)]
# What is nearly the same at the other size is seen there at full size only, by `make proof`.
DESK_FIRST = pytest.mark.parametrize(
    "page", [SIZES[0], pytest.param(SIZES[1], marks=pytest.mark.proof)], ids=["desk", "phone"], indirect=True
)
PHONE_FIRST = pytest.mark.parametrize(
    "page", [pytest.param(SIZES[0], marks=pytest.mark.proof), SIZES[1]], ids=["desk", "phone"], indirect=True
)


@pytest.fixture
def person(request: pytest.FixtureRequest) -> str:
    return f"{request.node.name[-50:].lower().strip('_').replace('[', '-').replace(']', '')}@example.com"


@pytest.fixture(params=SIZES, ids=["desk", "phone"])
def page(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    width, height, has_touch = request.param
    return open_page(width, height, has_touch=has_touch, is_mobile=has_touch)


def is_phone(page: Page) -> bool:
    return page.viewport_size["width"] < 600


def enter(page: Page, server: Server, person: str) -> None:
    sign_in(page, server, person, STUDIO)
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")


def choose(page: Page, scope: str) -> None:
    radio = page.get_by_role("radio", name=scope)
    if is_phone(page) and not radio.is_visible():
        page.locator(".studio__items").tap()
    radio.click()
    expect(radio).to_be_checked()
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")


def look_at_sheet(page: Page) -> None:
    if is_phone(page):
        page.get_by_role("button", name="Sheet", exact=True).tap()


def look_at_bench(page: Page) -> None:
    if is_phone(page):
        page.get_by_role("button", name="Bench", exact=True).tap()


def new_ticket(page: Page) -> None:
    page.locator("#new-ticket").click()
    expect(page.locator(".act--go")).to_be_visible()


def sheet(page: Page) -> Locator:
    return page.locator("section[aria-label=Sheet] [data-frame-id]")


def cells(page: Page, state: str = "") -> Locator:
    return page.locator("table.grid td [data-frame-id]" + (f"[data-state={state}]" if state else ""))


def order(page: Page, scope: str, count: int) -> None:
    choose(page, scope)
    page.get_by_role("button", name=f"Render {count} frame").click()


def client_of(page: Page, server: Server) -> httpx.Client:
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    return httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url})


@DESK_FIRST
def test_a_grid_is_priced_survives_and_tries_only_failures_again(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    choose(page, "Grid")
    expect(page.get_by_role("group", name="Grid of 9 cells")).to_contain_text("9 dust")
    page.get_by_role("button", name="Render 9 frames").click()
    look_at_sheet(page)
    expect(cells(page)).to_have_count(9)
    expect(page.get_by_role("columnheader")).to_have_count(4)
    expect(page.get_by_role("rowheader")).to_have_count(3)
    expect(cells(page, "done")).not_to_have_count(0, timeout=DEVELOPED_MS)
    # Stopped in the middle: what is done is kept, the rest comes back and can be tried again, and only that.
    with client_of(page, server) as client:
        grid = page.url.split("grid=")[1].split("&")[0]
        told = client.get(f"/api/v1/grids/{grid}").json()["data"]
        job = told["cells"][0]["frame"]["job_id"]
        client.post(f"/api/v1/jobs/{job}/cancel").raise_for_status()
    again = page.get_by_role("button", name="Try ")
    again.first.wait_for()
    done = cells(page, "done").count()
    assert done + cells(page, "withheld").count() == 9
    page.reload()
    look_at_sheet(page)
    expect(cells(page, "done")).to_have_count(done)
    again = page.get_by_role("button", name=f"Try {9 - done} again, {9 - done} dust")
    expect(again).to_be_visible()
    if is_phone(page):  # from here on it is the same at any width
        return
    again.click()
    expect(cells(page, "done")).to_have_count(9, timeout=DEVELOPED_MS)
    other = page.context.new_page()
    other.goto(page.url)
    expect(cells(other, "done")).to_have_count(9)
    other.close()
    expect(page.locator(".counter")).to_contain_text(str(25 - 9))


@PHONE_FIRST
def test_a_strip_of_exposures_whose_values_go_on_the_bench(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    choose(page, "Test strip")
    form = page.locator(".gridform--narrow" if is_phone(page) else ".gridform--wide")
    form.get_by_label("Across").select_option(label="More cloud")
    boxes = form.get_by_role("group", name="More cloud").get_by_role("checkbox")
    expect(boxes.first).to_be_checked()
    boxes.first.click()
    expect(form).to_contain_text("give 5 to 7 values")
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "true")
    boxes.first.click()
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")
    page.get_by_role("button", name="Render 5 frames").click()
    look_at_sheet(page)
    expect(cells(page, "done")).to_have_count(5, timeout=DEVELOPED_MS)
    words = page.get_by_role("columnheader").nth(5).inner_text()
    cells(page).nth(4).locator("button").click()
    expect(page.locator(".opened .facts")).to_contain_text(words)
    page.get_by_role("button", name="Use these values").click()
    expect(page.locator("[data-knob=clouds] output, [data-knob=cloud] output").first).to_have_text(words)


def make_family(page: Page) -> None:
    """A frame and its child with another seed."""
    order(page, "This scene", 1)
    look_at_sheet(page)
    expect(sheet(page).first).to_have_attribute("data-state", "done", timeout=DEVELOPED_MS)
    sheet(page).first.locator("button.frame__pic").click()
    page.get_by_role("button", name="Tweak it").click()
    page.get_by_role("button", name="New seed").click()
    expect(page.get_by_role("button", name="Reset")).to_have_attribute("aria-disabled", "false")
    expect(page.get_by_role("group", name="1 from frame 1")).to_be_attached()
    page.get_by_role("button", name="Render 1 frame").click()
    look_at_sheet(page)
    expect(sheet(page)).to_have_count(2)
    expect(sheet(page).nth(1)).to_have_attribute("data-state", "done", timeout=DEVELOPED_MS)


def test_a_family_a_comparison_and_the_filter(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    make_family(page)
    sheet(page).nth(1).locator("button.frame__pic").click()
    family = page.get_by_role("region", name="Lineage")
    expect(family.locator(".family__generation")).to_have_count(2)
    expect(family).to_contain_text("other seed")
    family.locator("button.frame__pic").first.click()
    head = page.locator(".opened__head")
    expect(head.get_by_role("heading", name="Frame 1", exact=True)).to_be_visible()  # and not 1A any more
    expect(family.locator(".family__generation")).to_have_count(2)

    # Two frames under a slider: by touch or by keyboard, and what differs in words.
    if is_phone(page):
        family.locator("button.frame__pic").nth(1).tap()
        expect(page.locator(".opened__head")).to_contain_text("Frame 1A")
        page.get_by_role("button", name="Compare", exact=True).tap()
    else:
        sheet(page).nth(1).locator("button.frame__pic").focus()
        page.keyboard.press("c")
    slider = page.locator(".compare__slider")
    expect(slider).to_have_attribute("aria-valuetext", "50 % Frame 1, 50 % Frame 1A")
    expect(page.locator(".differences")).to_contain_text("other seed")
    expect(page.locator(".compare__box")).to_be_in_viewport(ratio=0.99)
    box = slider.bounding_box()
    if is_phone(page):
        page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
        expect(slider).to_have_attribute("aria-valuetext", "25 % Frame 1, 75 % Frame 1A")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
    else:
        page.keyboard.press("ArrowRight")
        expect(slider).to_have_attribute("aria-valuetext", "51 % Frame 1, 49 % Frame 1A")
        page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
        expect(slider).to_have_attribute("aria-valuetext", "25 % Frame 1, 75 % Frame 1A")
    slider.press("Escape")
    expect(slider).to_have_count(0)

    # The filter is kept in the address.
    page.get_by_role("button", name="Ring", exact=True).click()
    expect(page.get_by_role("button", name="Ring", exact=True)).to_have_attribute("aria-pressed", "true")
    page.locator(".opened__head").get_by_role("button", name="Close").click()
    look_at_sheet(page)
    page.get_by_role("radio", name="Ringed").click()
    expect(sheet(page)).to_have_count(1)
    page.wait_for_url("**show=ringed**")
    page.reload()
    look_at_sheet(page)
    expect(page.get_by_role("radio", name="Ringed")).to_be_checked()
    expect(sheet(page)).to_have_count(1)
    page.get_by_role("radio", name="Failed").click()
    expect(page.get_by_text("No frame failed.")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(sheet(page)).to_have_count(2)


def test_every_key_of_the_sheet_and_the_strip_of_renders(
    server: Server, open_page: Callable[..., Page], person: str
) -> None:
    page = open_page()
    enter(page, server, person)
    make_family(page)
    strip = page.get_by_role("navigation", name="History")
    expect(strip.locator("[data-frame-id]")).to_have_count(2)
    first, second = (sheet(page).nth(at).locator("button.frame__pic") for at in (0, 1))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    page.keyboard.press("x")
    expect(strip.locator("[data-frame-id]").nth(1)).to_have_attribute("data-mark", "reject")
    page.keyboard.press("f")
    expect(sheet(page).nth(1)).to_have_attribute("data-mark", "ring")
    page.keyboard.down(" ")
    expect(page.locator("section[aria-label=Sheet] .loupe")).to_be_visible()
    page.keyboard.up(" ")
    page.keyboard.press("Enter")
    expect(page.locator(".opened__head")).to_contain_text("Frame 1A")
    page.keyboard.press("?")
    help_panel = page.get_by_role("dialog", name="Keys")
    expect(help_panel).to_contain_text("Compare it")
    page.keyboard.press("Escape")
    expect(help_panel).to_be_hidden()
    strip.locator("button.frame__pic").first.click()
    expect(page.locator(".opened__head")).to_contain_text("Frame 1")


@PHONE_FIRST
def test_another_shape_is_drafted_and_rendered(server: Server, page: Page, person: str) -> None:
    enter(page, server, person)
    wide = page.get_by_role("radio", name="Wide, 16:9")
    wide.scroll_into_view_if_needed()
    wide.click()
    main = page.locator(".benchpic")
    expect(main).to_have_attribute("data-ratio", "16:9")
    page.wait_for_function(
        "() => { const i = document.querySelector('[data-main]'); return i.naturalWidth > 1.7 * i.naturalHeight }"
    )
    order(page, "This scene", 1)
    look_at_sheet(page)
    expect(sheet(page).first).to_have_attribute("data-state", "done", timeout=DEVELOPED_MS)
    expect(sheet(page).first).to_have_attribute("data-ratio", "16:9")
    page.reload()
    expect(page.locator(".benchpic")).to_have_attribute("data-ratio", "16:9")
