"""Words that are refused, appealed against and granted; and a picture that a stranger has taken down."""

from collections.abc import Callable

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looking import look_closely
from tests.support.server import Server

PACK = "open-road"
PERSON = "careful@example.com"
WORDS = "a swastika on a temple, rain"


def finished_frame(client: httpx.Client) -> tuple[str, str]:
    """A shoot, and its one frame."""
    shoot = client.post("/api/v1/shoots", json={"pack": PACK}).raise_for_status().json()["data"]["id"]
    scene = client.get(f"/api/v1/packs/{PACK}").json()["data"]["scenes"][0]["id"]
    body = {"scene": scene, "width": 512, "height": 640}
    ordered = client.post(f"/api/v1/shoots/{shoot}/frames", json=body).raise_for_status().json()["data"]
    with client.stream("GET", f"/api/v1/jobs/{ordered['id']}/events") as events:
        for _ in events.iter_lines():
            pass
    return shoot, ordered["frames"][0]["id"]


def test_words_are_appealed_against_and_a_picture_is_taken_down(server: Server, open_page: Callable[..., Page]) -> None:
    client = server.client(PERSON)
    shoot, frame = finished_frame(client)
    page = open_page(1440, 900, reduced_motion="reduce")
    sign_in(page, server, PERSON, f"/studio/{PACK}?shoot={shoot}")
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")
    page.locator("#main").get_by_label("Weather").first.fill(WORDS)
    refused = page.locator(".refused")
    expect(refused).to_contain_text("Weather: “swastika” is not rendered.")
    expect(page.locator(".act--go")).to_have_text("Change your words first")
    refused.get_by_text("They mean no harm? Appeal").click()
    refused.get_by_label("Why they mean no harm").fill("A sign on a temple.")
    look_closely(page, "an appeal")
    refused.get_by_role("button", name="Send the appeal").click()
    expect(refused).to_contain_text("Your appeal is sent.")
    [appeal] = client.get("/api/v1/appeals").json()["data"]
    assert (
        server.cli("appeals", "answer", appeal["id"], "--grant", "--why", "On a temple it is no hate.").returncode == 0
    )
    page.reload()
    expect(page.get_by_text("Your appeal about “swastika” was granted")).to_be_visible()
    page.locator("#main").get_by_label("Weather").first.fill(WORDS)
    expect(page.locator(".act--go")).to_have_attribute("aria-disabled", "false")
    expect(refused).to_have_count(0)

    stranger = open_page(390, 844, java_script_enabled=False)
    stranger.goto(server.url + "/takedown")
    stranger.fill("#address", f"{server.url}/api/v1/frames/{frame}/image?variant=full")
    stranger.check("input[value=me]")
    stranger.fill("#words", "That is my face, and nobody asked me.")
    stranger.fill("#name", "Ann Example")
    stranger.fill("#email", "ann@example.com")
    stranger.get_by_role("button", name="Send it").click()
    stranger.wait_for_url("**/takedown/T-*")
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Hidden for now.")
    hidden = page.locator(f'[data-frame-id="{frame}"][data-state="hidden"]').first
    expect(hidden).to_contain_text("somebody asked for it")  # told on the open page, without a reload
    assert client.get(f"/api/v1/frames/{frame}/image").status_code == 410
