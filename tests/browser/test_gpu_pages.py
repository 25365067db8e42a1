"""With a GPU service: a likeness is trained there, a frame rendered, changed by words, mended with the brush and
enlarged; at a desk and on a phone. One server of this file's own, which finds a fal.ai of ours through its environment."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.browser.test_exploring import DESK_FIRST, PHONE_FIRST, choose, is_phone, look_at_sheet, sheet
from tests.conftest import open_to_database
from tests.servers.fal import FalServer
from tests.servers.fal_state import FalOrder, model_error
from tests.servers.tls import proxying
from tests.support import faces
from tests.support.server import Server, start

STUDIO = "/studio/salt-light"
GPU_MS = 60_000
TRAINED_MS = 120_000


@dataclass(frozen=True)
class House:
    """A Pexit and the GPU service it knows."""

    server: Server
    fal: FalServer

    def client(self, page: Page) -> httpx.Client:
        cookies = {each["name"]: each["value"] for each in page.context.cookies()}
        return httpx.Client(base_url=self.server.url, cookies=cookies, headers={"Origin": self.server.url}, timeout=60)

    def ordered(self, page: Page, press: Callable[[], None]) -> FalOrder:
        """The order that `press` brings to the service, which holds it until it is told to go on."""
        known = len(self.fal.orders)
        self.fal.looks = None
        press()
        for _ in range(GPU_MS // 100):
            if len(self.fal.orders) > known:
                return self.fal.last
            page.wait_for_timeout(100)
        raise AssertionError("nothing was ordered at the service")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    fal = FalServer()
    with proxying(fal.apps(), tmp_path_factory.mktemp("fal"), fal.faults) as proxy:
        server = start(open_to_database(tmp_path_factory.mktemp("data")), **proxy.env, FAL_KEY=fal.key)
        yield House(server, fal)
        assert server.stop() == 0, server.log.read_text()[-4000:]


@pytest.fixture
def page(open_page: Callable[..., Page], request: pytest.FixtureRequest) -> Page:
    width, height, has_touch = request.param
    return open_page(width, height, has_touch=has_touch, is_mobile=has_touch, reduced_motion="reduce")


def add_person(house: House, page: Page) -> str:
    """Somebody with as many good photos as a likeness needs. The path of their page."""
    with house.client(page) as client:
        version = client.get("/api/v1/consent/notice").json()["data"]["version"]
        consent = {"adult": True, "own_likeness": True, "notice_version": version}
        body = {"name": "Mara", "kind": "person", "relationship": "Myself", "consent": consent}
        person = client.post("/api/v1/people", json=body).raise_for_status().json()["data"]["id"]
        files = [("files", (f"{number}.jpg", each, "image/jpeg")) for number, each in enumerate(faces.good_batch(5))]
        client.post(f"/api/v1/people/{person}/photos", files=files).raise_for_status()
    return f"/people/{person}"


def train(house: House, page: Page) -> None:
    """On the page of a person, from the ticket to the proof sheet."""
    press = page.get_by_role("button", name="Train this likeness, 250 dust")
    order = house.ordered(page, press.click)
    assert order.model.endswith("trainer")
    line = page.locator(".version .devline")
    expect(line).to_contain_text("in line")
    house.fal.start(order, "Steps: 450/1000")
    expect(line).to_contain_text("39 %", timeout=GPU_MS)  # of all that is to be done
    page.get_by_text("Details").click()
    expect(page.locator(".version")).to_contain_text("Steps: 450/1000")
    expect(page.locator(".version")).to_contain_text("Meanwhile every draft shows this face")
    look_closely(page, "training")
    house.fal.looks = 0
    house.fal.finish(order)
    expect(page.locator(".version .frame[data-state=done]")).to_have_count(6, timeout=TRAINED_MS)
    expect(page.locator(".version__copies")).to_contain_text("At fal the copies of your photos expire on")


def open_newest(page: Page, house: House, order: FalOrder, parent: str = "") -> None:
    """Its picture is there, and it is looked at: an edit is the child of frame `parent`."""
    if parent:
        expect(page.locator(".opened")).to_contain_text(f"From frame {parent}")
    house.fal.finish(order)
    expect(page.get_by_role("button", name="Change it", exact=True)).to_be_visible(timeout=GPU_MS)


def paint(page: Page) -> None:
    """A stroke of the brush across the middle, by the pointer; then, by keys alone, an oval above its end, and a box that
    is taken back."""
    glass = page.get_by_role("application", name="The part to mend")
    box = glass.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.5, steps=6)
    page.mouse.up()
    expect(page.locator(".brush__said")).to_contain_text("% of the picture is painted")
    page.get_by_role("radio", name="Oval").check()
    glass.focus()
    for key in (*["ArrowUp"] * 12, "Enter"):
        page.keyboard.press(key)
    page.get_by_role("radio", name="Box").check()
    glass.focus()
    for key in (*["ArrowDown"] * 30, "Enter", "Control+z"):
        page.keyboard.press(key)


@DESK_FIRST
def test_a_face_is_learnt_at_a_gpu_and_its_frame_changed_mended_and_enlarged(
    house: House, page: Page, request: pytest.FixtureRequest
) -> None:
    who = f"gpu-{request.node.callspec.id}@example.com"
    sign_in(page, house.server, who, "/people")
    house.server.cli("grant", who, "500", "--reason", "a test")
    page.goto(house.server.url + add_person(house, page))
    train(house, page)

    # The draft says that it is a sketch, the ticket where the frame is rendered.
    page.goto(house.server.url + STUDIO)
    expect(page.locator(".sketch")).to_contain_text("rendered as a photograph")
    choose(page, "This scene")
    if is_phone(page):
        expect(page.get_by_role("group", name="1 new frame")).to_contain_text("as a photograph")
    look_closely(page, "bench")
    order = house.ordered(page, page.get_by_role("button", name="Render 1 frame").click)
    assert order.arguments["loras"]
    look_at_sheet(page)
    expect(sheet(page).first).to_contain_text("In line")
    sheet(page).first.locator("button").first.click()
    house.fal.start(order, "50%|#####     | 14/28 [00:02<00:02]")
    expect(page.locator(".studio__stage .devline")).to_contain_text("50 %", timeout=GPU_MS)
    open_newest(page, house, order)

    # By words; a live update takes nothing of them away.
    page.get_by_role("button", name="Change it", exact=True).click()
    words = page.get_by_label("What shall be different")
    press = page.get_by_role("button", name="Change it,")
    press.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="Say what")).to_be_visible()
    words.fill("Rain instead of sun")
    house.server.cli("grant", who, "1", "--reason", "a live update")
    look_closely(page, "changing")
    expect(words).to_have_value("Rain instead of sun")
    order = house.ordered(page, press.click)
    assert order.arguments["prompt"] == "Rain instead of sun"
    open_newest(page, house, order, "1")
    expect(page.locator(".lineage:visible")).to_contain_text("changed: Rain instead of sun")

    # With the brush.
    page.get_by_role("button", name="Mend a part").click()
    paint(page)
    page.get_by_label("What shall be there").fill("A hat")
    look_closely(page, "mending")
    order = house.ordered(page, page.get_by_role("button", name="Mend it,").click)
    mask = Image.open(io.BytesIO(house.fal.file(order.arguments["mask_url"]))).convert("L")
    source = Image.open(io.BytesIO(house.fal.file(order.arguments["image_url"])))
    width, height = mask.size
    assert mask.size == source.size
    seen = [mask.getpixel((round(width * x), round(height * y))) for x, y in ((0.5, 0.5), (0.75, 0.26), (0.75, 0.9))]
    assert seen == [255, 255, 0]  # the stroke, the oval, and nothing else
    open_newest(page, house, order, "1A")

    # Twice as large; what is large already is not offered to be enlarged.
    page.get_by_role("button", name="Larger").click()
    expect(page.locator(".edits__form")).to_contain_text(f"{width * 2:,} × {height * 2:,} px")
    look_closely(page, "enlarging")
    order = house.ordered(page, page.get_by_role("button", name="Make it larger").click)
    open_newest(page, house, order, "2")
    expect(page.get_by_role("button", name="Larger")).to_have_count(0)


@PHONE_FIRST
def test_what_is_withheld_says_so_and_words_are_asked_for_first(house: House, page: Page) -> None:
    sign_in(page, house.server, f"words-{page.viewport_size['width']}@example.com", "/studio/your-words")
    press = page.locator(".act--go")
    expect(press).to_have_text("Write your words first")
    page.get_by_label("What shall be seen").fill("On a beach at dawn, " * 60)
    expect(press).to_have_attribute("aria-disabled", "false")
    look_closely(page, "words")
    house.fal.results.append(model_error("content_policy_violation"))
    order = house.ordered(page, press.click)
    house.fal.finish(order)
    look_at_sheet(page)
    expect(sheet(page).first).to_contain_text("Withheld", timeout=GPU_MS)
    expect(sheet(page).first).to_contain_text("costs nothing")
    expect(page.locator(".counter")).to_contain_text("25")
