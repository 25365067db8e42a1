"""Somebody is asked by a link, agrees in another browser without JavaScript and takes it back; what was made is hidden."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support import faces
from tests.support.server import Server

EMAIL = "ann.handshake@example.org"
PACK = "neon-rain"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def client_of(page: Page, server: Server) -> httpx.Client:
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    return httpx.Client(base_url=server.url, cookies=cookies, headers={"Origin": server.url}, timeout=60)


def make_frame(client: httpx.Client, person: str) -> str:
    """A photo of the person, and a frame with it, finished. Its address."""
    files = [("files", ("ann.jpg", faces.good_batch(1)[0], "image/jpeg"))]
    photo = client.post(f"/api/v1/people/{person}/photos", files=files).raise_for_status().json()["data"]["photos"][0]
    scene = client.get(f"/api/v1/packs/{PACK}").json()["data"]["scenes"][0]["id"]
    body = {"pack": PACK, "scene": scene, "photo_id": photo["id"], "width": 512, "height": 512}
    job = client.post("/api/lora/generate", json=body).raise_for_status().json()["data"]["id"]
    with client.stream("GET", f"/api/v1/jobs/{job}/events") as events:
        for _ in events.iter_lines():
            pass
    return str(client.get(f"/api/lora/generate/{job}").json()["data"]["frames"][0]["id"])


def test_asked_agreed_taken_back_and_hidden(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page()
    sign_in(page, server, "handshake@example.com", "/people")
    expect(page.get_by_role("heading", name="Add a person")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Ann")
    page.get_by_label("I ask them by a link").check()
    press(page, "Add this person")
    page.wait_for_url(re.compile("/people/[0-9a-f-]{36}$"))
    person = page.url.rpartition("/")[2]
    page.get_by_label("A few words to them").fill("For the poster of our trip.")
    press(page, "Make the link")
    link = page.get_by_label("Send them this link").input_value()
    expect(page.get_by_text("Waiting for their answer")).to_be_visible()
    look_closely(page, "asked")

    # Without an account, without JavaScript.
    other = open_page(java_script_enabled=False)
    other.goto(link)
    expect(other.get_by_text("For the poster of our trip.")).to_be_visible()
    expect(other.get_by_role("heading", name="What we do with a face")).to_be_visible()
    other.fill("[name=email]", EMAIL)
    known = len(server.codes())
    press(other, "Send me a code")
    for name in ("A likeness", "Drafts and pictures", "I am 18 or older.", "I have read the notice"):
        other.get_by_label(name).check()
    other.fill("[name=code]", server.last_code(known))
    press(other, "I agree")
    expect(other.get_by_role("heading", name="You agreed.")).to_be_visible()
    look_closely(page, "agreed")

    # The owner's page hears of it; a photo and a frame are made.
    expect(page.get_by_text("They themselves, 18 or older, by a link")).to_be_visible()
    client = client_of(page, server)
    frame = make_frame(client, person)
    assert client.get(f"/api/v1/frames/{frame}/image").status_code == 200

    # Taken back, with what was made.
    other.reload()
    expect(other.get_by_text("1 photo and 0 likenesses")).to_be_visible()
    known = len(server.codes())
    press(other, "Send me a code")
    other.get_by_label("Hide the pictures of me, too").check()
    other.fill("[name=code]", server.last_code(known))
    press(other, "Take it back")
    expect(other.get_by_role("heading", name="You took it back.")).to_be_visible()
    expect(other.get_by_role("link", name="Read the signed receipt")).to_be_visible()
    expect(page.get_by_text("They took it back")).to_be_visible()
    expect(page.locator(".shot__film")).to_have_count(0)
    hidden = client.get(f"/api/v1/frames/{frame}/image")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (410, "frame_hidden")
    page.goto(f"{server.url}/sheets")
    expect(page.get_by_text("1 frame is hidden")).to_be_visible()
