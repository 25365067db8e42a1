"""The scripts of the look in a real browser: the lights, the hands of a sheet, the loupe, the studio of a phone."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pexit_app.ui import gallery
from pexit_app.ui.gallery_samples import sample
from pexit_app.ui.parts.sheet import sheet
from pexit_app.web.html import to_html
from tests.ui.conftest import Bare

pytestmark = pytest.mark.browser

HEAD = '<!doctype html><html lang="en"><head><title>x</title><meta name="viewport" content="width=device-width">'
LINKS = '<script src="/light.js"></script><link rel="stylesheet" href="/pexit.css"></head><body>'
HANDS = """import { lendHands } from "/sheet_hands.js";
window.heard = [];
const hear = (name) => (...words) => window.heard.push([name, ...words]);
const calls = { say: hear("say"), onOpen: hear("open"), onMark: hear("mark") };
window.takeBack = lendHands(document.getElementById("host"), document.getElementById("lens"), () => calls);
"""

Open = Callable[..., Page]


@pytest.fixture
def open_at(chrome: Browser, bare: Bare) -> Iterator[Open]:
    """`open_at("/x", width=390)`. Fails on any error the page logs, policy violations included."""
    contexts, problems = [], []

    def show(path: str, width: int = 1000, height: int = 900, **options: object) -> Page:
        context = chrome.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: said.type == "error" and problems.append(said.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(bare.url + path)
        return page

    frames = to_html(sheet([sample(index) for index in range(9)]))
    lens = '<div id="lens" class="loupe" hidden></div>'
    bare.pages["/sheet"] = (
        f'{HEAD}{LINKS}<main id="host">{frames}{lens}</main><script type="module" src="/hands.js"></script>'
    )
    bare.pages["/hands.js"] = HANDS
    bare.pages["/parts"] = HEAD + LINKS + to_html(gallery.parts_page())
    bare.pages["/studio"] = HEAD + LINKS + to_html(gallery.studio_page())
    bare.pages["/favicon.ico"] = ""
    yield show
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def table(open_at: Open) -> Page:
    page = open_at("/sheet")
    expect(page.locator("button[tabindex='0']")).to_have_count(1)
    return page


def here(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('[data-frame-id]')?.dataset.frameId"))


def heard(page: Page) -> list[list[str]]:
    return page.evaluate("window.heard.splice(0)")  # type: ignore[no-any-return]


def press(page: Page, *keys: str) -> str:
    for key in keys:
        page.keyboard.press(key)
    return here(page)


def test_the_sheet_is_one_stop_and_arrows_move_in_it(table: Page) -> None:
    assert press(table, "Tab") == "sample-0"
    across = table.evaluate("getComputedStyle(document.querySelector('.sheet')).gridTemplateColumns.split(' ').length")
    assert across == 6
    assert press(table, "ArrowRight", "ArrowRight") == "sample-2"
    assert press(table, "ArrowDown") == "sample-8"
    assert press(table, "ArrowUp") == "sample-2"
    assert press(table, "End", "ArrowRight") == "sample-8"
    assert press(table, "Home", "ArrowLeft") == "sample-0"
    assert table.locator("[tabindex='0']").count() == 1


def test_keys_open_and_mark(table: Page) -> None:
    press(table, "Tab", "ArrowRight", "Enter", "f", "X")
    assert heard(table) == [
        ["open", "sample-1"],
        ["say", "Frame 1A ringed"],
        ["mark", "sample-1", "ring"],
        ["say", "Frame 1A rejected"],
        ["mark", "sample-1", "reject"],
    ]
    table.evaluate("document.activeElement.closest('.frame').dataset.mark = 'ring'")
    press(table, "f")
    assert heard(table) == [["say", "Frame 1A mark taken off"], ["mark", "sample-1", "none"]]
    press(table, "Control+f")
    assert heard(table) == []


def test_space_holds_the_loupe_and_arrows_move_it(table: Page) -> None:
    lens = table.locator("#lens")
    press(table, "Tab")
    table.keyboard.down(" ")
    expect(lens).to_be_visible()
    left = lens.bounding_box()["x"]
    press(table, "ArrowRight")
    assert lens.bounding_box()["x"] == pytest.approx(left + 24, abs=1)
    assert here(table) == "sample-0"
    assert lens.get_attribute("data-scale") == "1:1"
    assert table.evaluate("document.getElementById('lens').style.backgroundSize") == "720px 600px"
    table.keyboard.up(" ")
    expect(lens).to_be_hidden()
    assert heard(table) == []


def test_pressing_and_holding_brings_the_loupe_and_opens_nothing(table: Page) -> None:
    box = table.locator("button.frame__pic").nth(2).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    table.mouse.move(x, y)
    table.mouse.down()
    expect(table.locator("#lens")).to_be_visible()
    table.mouse.up()
    expect(table.locator("#lens")).to_be_hidden()
    assert heard(table) == []
    table.mouse.click(x, y)
    assert heard(table) == [["open", "sample-2"]]


def test_hands_can_be_taken_back(table: Page) -> None:
    table.evaluate("window.takeBack()")
    press(table, "Tab", "ArrowRight", "f")
    assert (here(table), heard(table)) == ("sample-0", [])


def ground(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


TABLE, DARKROOM = "rgb(225, 231, 232)", "rgb(27, 21, 20)"


@pytest.mark.parametrize(("scheme", "colour"), [("light", TABLE), ("dark", DARKROOM)])
def test_the_light_follows_the_system_until_one_is_chosen(open_at: Open, scheme: str, colour: str) -> None:
    page = open_at("/parts", color_scheme=scheme)
    assert ground(page) == colour
    wanted = {"light": "darkroom", "dark": "table"}[scheme]
    button = page.locator(f".ruler [data-light-set={wanted}]").first
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    assert ground(page) == {"table": TABLE, "darkroom": DARKROOM}[wanted]
    expect(page.locator(f".ruler [data-light-set={wanted}]").first).to_have_attribute("aria-pressed", "true")


def test_both_lights_stand_side_by_side(open_at: Open) -> None:
    page = open_at("/parts", width=1440)
    grounds = page.evaluate(
        "[...document.querySelectorAll('main [data-light]')].map((each) => getComputedStyle(each).backgroundColor)"
    )
    assert grounds == [TABLE, DARKROOM]


def test_a_switch_that_is_drawn_later_is_right_too(open_at: Open) -> None:
    page = open_at("/parts", color_scheme="dark")
    page.evaluate("document.body.append(document.querySelector('.lights').cloneNode(true))")
    page.evaluate("document.body.lastChild.querySelectorAll('button').forEach((each) => each.ariaPressed = 'false')")
    page.evaluate("document.body.append(document.createElement('p'))")
    expect(page.locator("body > .lights [data-light-set=darkroom]")).to_have_attribute("aria-pressed", "true")


PHONES = [(390, 844), (320, 640), (360, 740)]


@pytest.mark.parametrize(("width", "height"), PHONES)
def test_on_a_phone_picture_knob_and_price_are_on_one_screen(open_at: Open, width: int, height: int) -> None:
    page = open_at("/studio", width=width, height=height, has_touch=True, is_mobile=True)
    picture = page.locator(".studio__stage img").bounding_box()
    knob = page.locator("#studio-hour").bounding_box()
    spend = page.locator(".studio__ticket .act--go").bounding_box()
    total = page.locator(".ticket__sum dd").bounding_box()
    assert picture["height"] >= height * 0.25 and picture["y"] >= 0
    assert picture["y"] + picture["height"] <= knob["y"]
    assert knob["y"] + knob["height"] <= spend["y"] and spend["y"] + spend["height"] <= height
    assert total["x"] + total["width"] <= spend["x"]
    page.locator(".studio__knobs").evaluate("(each) => each.scrollTo(0, 9999)")
    assert page.locator(".studio__stage img").bounding_box() == picture


@pytest.mark.parametrize("path", ["/parts", "/studio"])
def test_targets_are_44_px_under_a_finger(open_at: Open, path: str) -> None:
    page = open_at(path, width=390, height=844, has_touch=True, is_mobile=True)
    small = page.evaluate(
        """[...document.querySelectorAll('a[href], button, input, select, textarea')]
          .filter((each) => !each.matches('.skip, .roll h3 a'))
      .map((each) => [each.closest('label') ?? each, each.className || each.type])
          .map(([each, name]) => [name, each.getBoundingClientRect()])
          .filter(([, box]) => box.width && box.height && box.height < 43.5)
          .map(([name, box]) => `${name}: ${Math.round(box.width)} x ${Math.round(box.height)}`)"""
    )
    assert small == []
