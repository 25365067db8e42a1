"""People, as people use them: from an empty list to photos that are enough, at a desk and on a phone (the main story goes
on to the likeness and its proof sheet), with the line cut and the tab closed in between."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import sign_in
from tests.support import faces
from tests.support.server import Server

LOOKED_AT_MS = 90_000
TRAINED_MS = 120_000
OUT, GOOD = ".shot .verdict[data-verdict=out]", ".shot .verdict:is([data-verdict=good], [data-verdict=hint])"
# Every line of progress that was ever on the page, in order.
WATCH_PROGRESS = """() => { window.seen = []; new MutationObserver(() => {
    for (const line of document.querySelectorAll('.devline')) {
      const text = line.innerText.replace(/\\s+/g, ' ');
      if (window.seen.at(-1) !== text) window.seen.push(text);
    } }).observe(document.body, {childList: true, subtree: true, characterData: true}); }"""
HAND_OVER = """([how, files]) => {
    const transfer = new DataTransfer();
    for (const [name, type, content] of files) {
      transfer.items.add(new File([Uint8Array.from(atob(content), each => each.charCodeAt(0))], name, {type}));
    }
    const event = how === 'paste' ? new ClipboardEvent('paste', {clipboardData: transfer, bubbles: true, cancelable: true})
      : new DragEvent(how, {dataTransfer: transfer, bubbles: true, cancelable: true});
    document.querySelector('h1').dispatchEvent(event); }"""

# Answers arrive only when the test lets them.
HOLD_ANSWERS = """() => {
    const held = [];
    window.letAnswersIn = () => held.splice(0).forEach(each => each());
    Object.defineProperty(XMLHttpRequest.prototype, 'onload', {
      set(take) { this.addEventListener('load', () => held.push(take)); } }); }"""

SHARE = """files => {
    const transfer = new DataTransfer();
    for (const [name, type, content] of files) {
      transfer.items.add(new File([Uint8Array.from(atob(content), each => each.charCodeAt(0))], name, {type}));
    }
    const form = document.createElement('form');
    Object.assign(form, {method: 'post', action: '/people/share', enctype: 'multipart/form-data'});
    const field = Object.assign(document.createElement('input'), {type: 'file', name: 'files', multiple: true});
    field.files = transfer.files;
    form.append(field);
    document.body.append(form);
    form.submit(); }"""


@pytest.fixture
def person(request: pytest.FixtureRequest) -> str:
    return f"{request.node.name[:50].lower().replace('[', '-').replace(']', '')}@example.com"


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("good")
    made = []
    for number, content in enumerate(faces.good_batch(12)):
        made.append(folder / f"good-{number}.jpg")
        made[-1].write_bytes(content)
    return made


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return faces.write_mixed_batch(tmp_path_factory.mktemp("mixed"))


def add_person(page: Page, name: str = "Mara") -> None:
    """From the list to the new person's page, through the form and the notice."""
    expect(page.get_by_role("heading", name="Add a person")).to_be_visible()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Who they are to you").fill("Myself")
    page.get_by_label("It is mine").check()
    page.get_by_label("18 or older").check()
    page.get_by_role("button", name="Add this person").click()
    page.wait_for_url(re.compile("/people/[0-9a-f-]{36}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def field(page: Page) -> Locator:
    return page.locator(".coach input[type=file]:not([capture])")


def add_photos(page: Page, files: list[Path], good: int, out: int = 0) -> None:
    """Chooses files and waits until the sheet itself shows so many."""
    field(page).set_input_files([str(each) for each in files])
    looked_at(page, good, out)


def looked_at(page: Page, good: int, out: int = 0) -> None:
    expect(page.locator(GOOD)).to_have_count(good, timeout=LOOKED_AT_MS)
    expect(page.locator(OUT)).to_have_count(out, timeout=LOOKED_AT_MS)
    expect(page.locator("[data-sending]")).to_have_count(0)
    expect(page.locator(".shot__film")).to_have_count(good + out)  # by now the state's own photos


def trained(page: Page) -> Locator:
    expect(page.locator(".version__used")).to_be_visible(timeout=TRAINED_MS)
    proofs = page.locator(".version").first.locator(".frame__pic img")
    expect(proofs).to_have_count(6)
    for proof in proofs.all():
        proof.scroll_into_view_if_needed()
        expect(proof).to_have_js_property("complete", True)
        assert proof.evaluate("image => image.naturalWidth") >= 512
    return proofs


def test_from_nobody_to_photos_that_are_enough(
    server: Server, page: Page, person: str, mixed: list[Path], good: list[Path], tmp_path: Path
) -> None:
    sign_in(page, server, person, "/people")
    expect(page.get_by_role("heading", name="Nobody yet.")).to_be_visible()

    # Nobody is added before somebody agrees; the words are there in full.
    expect(page.locator(".notice")).to_contain_text("What we do with a face")
    page.get_by_label("Name", exact=True).fill("Mara")
    page.get_by_role("button", name="Add this person").click()
    expect(page.locator("#adult-error")).to_contain_text("18 or older")
    add_person(page)
    expect(page.get_by_role("button", name="Train this likeness")).to_have_attribute("aria-disabled", "true")

    # Twelve photos of every kind and one file that is none: verdicts on the photos, the file by its name.
    note = tmp_path / "note.txt"
    note.write_text("not a photo")
    field(page).set_input_files([str(each) for each in [*mixed, note]])
    looked_at(page, good=8, out=4)
    page.problems.clear()  # the browser itself logs that one was refused
    expect(page.locator(".refused li")).to_have_count(1)
    expect(page.locator(".refused li")).to_contain_text("note.txt")
    for verdict in page.locator(OUT).all():
        assert len(verdict.inner_text()) > len("Left out. ") + 10
    expect(page.locator(".shot [data-mark=reject] .pencil--cross").first).to_be_visible()
    score = float(page.locator(".person__coach progress").get_attribute("value") or 0)

    # Mended: the crossed-out ones go, a better one comes.
    page.get_by_role("button", name="Delete the crossed-out").click()
    page.get_by_role("button", name="Keep them").click()
    page.get_by_role("button", name="Delete the crossed-out").click()
    page.get_by_role("button", name="Delete them").click()
    expect(page.locator(OUT)).to_have_count(0)
    add_photos(page, [good[9]], good=9)
    assert float(page.locator(".person__coach progress").get_attribute("value") or 0) >= score

    # The ticket says what it costs.
    expect(page.locator(".ticket")).to_contain_text("0 dust")
    expect(page.get_by_role("button", name="Train this likeness")).to_have_attribute("aria-disabled", "false")


def test_bytes_are_counted_and_a_lost_upload_is_tried_again(
    server: Server, page: Page, person: str, good: list[Path]
) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    page.evaluate(WATCH_PROGRESS)
    slow = page.context.new_cdp_session(page)
    speed = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 150_000}
    slow.send("Network.emulateNetworkConditions", speed)
    add_photos(page, good[:2], good=2)
    slow.send("Network.emulateNetworkConditions", speed | {"uploadThroughput": -1})
    seen = page.evaluate("window.seen")
    assert {line for line in seen if (found := re.match(r"(\d+) % sending", line)) and 0 < int(found[1]) < 100}, seen

    page.route("**/photos", lambda route: route.abort())
    field(page).set_input_files(str(good[2]))
    lost = page.locator(".shot [data-state=failed]")
    expect(lost).to_contain_text("The connection was lost.")
    page.unroute("**/photos")
    # The sheet shows it before its answer is here: it is still no photo that was there already.
    page.evaluate(HOLD_ANSWERS)
    lost.get_by_role("button", name="Try again").click()
    expect(page.locator(".shot__film")).to_have_count(3, timeout=LOOKED_AT_MS)
    page.evaluate("window.letAnswersIn()")
    looked_at(page, good=3)
    expect(page.locator(".refused")).to_have_count(0)
    page.problems.clear()  # the browser itself logs the request that was cut
    page.reload()

    # The very same file is one photo.
    field(page).set_input_files(str(good[2]))
    expect(page.locator(".refused li")).to_contain_text("here already")


def test_dropped_and_pasted_photos_land_on_the_sheet(server: Server, page: Page, person: str, good: list[Path]) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    hand = [[each.name, "image/jpeg", base64.b64encode(each.read_bytes()).decode()] for each in good[:3]]
    page.evaluate(HAND_OVER, ["dragover", hand[:2]])
    expect(page.locator(".dropnote")).to_be_visible()
    page.evaluate(HAND_OVER, ["drop", hand[:2]])
    expect(page.locator(".dropnote")).to_have_count(0)
    looked_at(page, good=2)
    page.evaluate(HAND_OVER, ["paste", hand[2:]])
    looked_at(page, good=3)


def test_leaving_in_the_middle_of_an_upload_asks_first_and_moving_inside_does_not_stop_it(
    server: Server, page: Page, person: str, good: list[Path]
) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    held: list = []
    page.route("**/photos", lambda route: held.append(route))
    field(page).set_input_files(str(good[0]))
    expect(page.locator("[data-sending]")).to_be_visible()
    page.get_by_role("link", name="People").first.click()
    expect(page.locator(".people__one")).to_be_visible()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    expect(page.locator(".people__one")).to_be_visible()
    assert asked == ["beforeunload"]
    page.get_by_role("link", name="Mara").first.click()
    expect(page.locator("[data-sending]")).to_be_visible()
    for route in held:
        route.continue_()
    looked_at(page, good=1)


def test_a_photo_is_looked_at_and_deleted_by_keyboard(
    server: Server, page: Page, person: str, good: list[Path]
) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    add_photos(page, good[:2], good=2)
    page.locator(".shot .frame__pic").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".shot").nth(1).locator(".shot__more")).to_contain_text("sharpness")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Delete photo 2")).to_be_visible()
    page.get_by_role("button", name="Delete it").press("Enter")
    looked_at(page, good=1)


def test_on_a_phone_with_touch_from_nobody_to_a_training_and_back(
    server: Server, open_page: Callable[..., Page], person: str, good: list[Path]
) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    sign_in(page, server, person, "/people")
    add_person(page)
    camera = page.locator(".coach input[capture]")
    expect(page.get_by_role("button", name="Take it now")).to_be_visible()
    camera.set_input_files(str(good[0]))
    looked_at(page, good=1)
    page.locator(".addframe input[type=file]").set_input_files([str(each) for each in good[1:6]])
    looked_at(page, good=6)
    page.get_by_role("button", name="Train this likeness").tap()
    page.get_by_role("button", name="Stop the training").tap()
    expect(page.locator(".version__ended")).to_contain_text("It cost nothing.")
    page.get_by_role("button", name="Train again").tap()
    expect(page.locator(".version .devline").first).to_contain_text("photo ")
    page.get_by_role("button", name="Stop the training").tap()
    expect(page.locator(".version .devline")).to_have_count(0)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0

    # What goes is said before it goes; then nobody is left.
    page.get_by_role("button", name="Delete this person").tap()
    expect(page.get_by_role("group", name="Delete this person")).to_contain_text("6 photos")
    page.get_by_role("button", name="Delete Mara").tap()
    expect(page.get_by_role("heading", name="Nobody yet.")).to_be_visible()


def test_agreement_taken_back_and_given_again_and_a_second_tab(
    server: Server, page: Page, person: str, good: list[Path]
) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    other = page.context.new_page()
    other.goto(page.url)
    add_photos(page, good[:2], good=2)
    looked_at(other, good=2)
    page.get_by_role("button", name="Take the agreement back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(other.get_by_role("button", name="Agree")).to_be_visible()
    other.get_by_label("It is mine").check()
    other.get_by_label("18 or older").check()
    other.get_by_role("button", name="Agree").click()
    expect(page.locator(".idea").first).to_be_visible()
    expect(page.locator(".shot__film")).to_have_count(0)
    other.close()


def test_somebody_who_is_not_there(server: Server, page: Page, person: str) -> None:
    sign_in(page, server, person, "/people/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such person.")


def test_photos_from_the_phones_share_sheet_wait_until_it_is_said_whose_they_are(
    server: Server, page: Page, person: str, good: list[Path]
) -> None:
    sign_in(page, server, person, "/people")
    add_person(page)
    page.goto(f"{server.url}/people")
    page.evaluate("navigator.serviceWorker.ready")
    hand = [[each.name, "image/jpeg", base64.b64encode(each.read_bytes()).decode()] for each in good[:2]]
    page.evaluate(SHARE, hand)
    expect(page.get_by_role("region", name="Shared photos")).to_contain_text("2 photos were shared. Whose are they?")
    page.get_by_role("region", name="Shared photos").get_by_role("button", name="Mara").click()
    looked_at(page, good=2)
    page.get_by_role("link", name="People").first.click()
    expect(page.locator(".people__one")).to_be_visible()
    expect(page.get_by_role("region", name="Shared photos")).to_have_count(0)
