"""Everything about a knob can be changed on the builder's page, and the live draft and the words follow."""

import io
import re
from collections.abc import Callable

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.browser.test_builder import changed, panel, picture, saved
from tests.support.server import Server


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(out, "PNG")
    return out.getvalue()


def heads(page: Page, heading: str) -> Locator:
    return page.get_by_role("region", name=heading).locator(".workknob__head b")


def opened(page: Page, label: str) -> Locator:
    """The form of a knob."""
    head = page.locator(".workknob__head", has_text=label)
    if head.get_attribute("aria-expanded") == "false":
        head.click()
    return page.locator(".workknob", has=head)


def bench(page: Page, label: str) -> Locator:
    return page.locator(f".benchknobs .knob:has-text('{label}')")


def test_a_knob_is_changed_in_every_way(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, "every-knob@example.com", "/builder")
    page.get_by_role("button", name="Start a new pack").click()
    picture(page)
    panel(page, "Knobs")

    light = opened(page, "Stronger light")
    before = picture(page)
    light.get_by_role("button", name="Change something else too").click()
    light.get_by_label("What it changes").last.select_option("bloom")
    changed(page, before)
    light.get_by_role("button", name="Say more between").click()
    light.get_by_label("Say").nth(2).fill("light that pours in")
    light.get_by_label("Then up to").nth(1).fill("0.9")
    light.get_by_label("To", exact=True).fill("1.2")
    expect(light.get_by_label("Then up to").last).to_have_value("1.2")
    light.get_by_label("To", exact=True).fill("1")
    saved(page)
    bench(page, "Stronger light").get_by_role("slider").fill("0.85")
    look_closely(page, "a slider")

    film = opened(page, "Film")
    film.get_by_role("button", name="Only while").click()
    film.get_by_label("Only while").select_option("distance")
    expect(bench(page, "Film")).to_have_count(0)
    film.get_by_role("group", name="Values of Further away").get_by_label("Waist up").check()
    expect(bench(page, "Film")).to_have_count(1)
    film.get_by_role("button", name="Take the condition out").click()
    film.get_by_role("button", name="To this scene alone").click()
    expect(heads(page, "Only in Plain wall")).to_have_text(["Film"])
    opened(page, "Film").get_by_role("button", name="To every scene").click()
    expect(heads(page, "Only in Plain wall")).to_have_count(0)
    page.locator(".workknob__head", has_text="Film").click()
    page.locator(".workknob", has_text="Film").drag_to(page.locator(".workknob", has_text="Light from further right"))
    expect(heads(page, "In every scene").first).to_have_text("Film")

    knobs = page.get_by_role("tabpanel", name="Knobs")
    knobs.get_by_label("A new knob").select_option("text")
    knobs.get_by_role("button", name="Add the knob").click()
    text = opened(page, "Something of yours")
    text.get_by_label("Words at most").fill("2")
    text.get_by_label("Words it does not take, with commas").fill("fog, mist")
    text.get_by_role("button", name="Look out for other words").click()
    text.get_by_role("button", name="Delete this rule").first.click()
    saved(page)
    typed = bench(page, "Something of yours")
    typed.get_by_role("textbox").fill("Mist")
    expect(typed.locator(".field__bad")).to_have_text("Something of yours does not take the word mist.")
    typed.get_by_role("textbox").fill("one two three")
    expect(typed.locator(".field__bad")).to_have_text("Something of yours takes 2 words; take out 1.")
    typed.get_by_role("textbox").fill("rain")
    expect(typed.locator(".field__bad")).to_have_count(0)
    look_closely(page, "a text")

    knobs.get_by_label("A new knob").select_option("picture backdrop")
    knobs.get_by_role("button", name="Add the knob").click()
    places = opened(page, "Where it is")
    expect(places.get_by_label("Picture of the shop").first).to_have_value("cover")
    before = picture(page)
    bench(page, "Where it is").get_by_label("Neon street").check()
    changed(page, before)
    saved(page)
    expect(page.locator(".workhead").get_by_role("button", name="Publish")).to_be_visible()
    panel(page, "Scene")
    composed = page.locator("[data-composed]")
    for words in ("light that pours in", "with rain", "neon street"):
        expect(composed).to_contain_text(words)


def test_who_is_in_it_and_what_it_goes_by(server: Server, open_page: Callable[..., Page]) -> None:
    """The cast, the takes, the reference and the two views of a scene; all of it is there again after a reload."""
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, "cast@example.com", "/builder")
    page.get_by_role("button", name="Start a new pack").click()
    before = picture(page)
    scene = panel(page, "Scene")
    scene.get_by_role("button", name="For two people").click()
    changed(page, before)
    expect(scene.get_by_label("The words")).to_have_value(re.compile(r"\{person\} and \{other\}"))
    before = picture(page)
    page.get_by_role("group", name="Who comes along: whose face").get_by_label("Verde").check()
    changed(page, before)
    scene.get_by_label("Takes").select_option("fresh")
    expect(page.locator(".benchpic figcaption")).to_contain_text("a new take each time")
    with page.expect_file_chooser() as chooser:
        scene.get_by_role("button", name="Choose a picture").click()
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": a_picture()})
    reference = scene.get_by_alt_text("What Plain wall is set up after")
    expect(reference).to_be_visible()
    saved(page)
    page.reload()
    picture(page)
    expect(reference).to_be_visible()
    expect(scene.get_by_label("Takes")).to_have_value("fresh")
    scene.get_by_role("button", name="Go without").click()
    expect(reference).to_have_count(0)
    page.get_by_label("Phone", exact=True).check()
    expect(page.locator(".worklive[data-view=phone] [data-main]")).to_be_visible()
    look_closely(page, "a scene for two, as on a phone")
