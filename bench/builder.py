"""The builder in a browser: from an input to the draft that shows it, and what a keystroke costs, in the largest pack there
may be. Printed beside the smallest pack's, measured in the same run. The promise is 250 ms to the draft."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from pexit_app.features.builder import bundle
from pexit_app.features.builder.bundle import Bundle
from pexit_app.features.packs.definition import MAX_KNOBS, MAX_SCENES
from tests.browser.conftest import sign_in
from tests.conftest import open_to_database
from tests.features.packs.samples import large
from tests.support import chromium
from tests.support.server import Server, start

TURNS, STEP = 18, 0.05  # as both ranges move
# Puts a value into a range as a hand does, and waits for the next picture: milliseconds, one a value.
TO_DRAFT = """async ([field, values]) => {
  const input = document.querySelector(field);
  const picture = document.querySelector("[data-main]");
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const times = [];
  for (const value of values) {
    const before = picture.src;
    const began = performance.now();
    put.call(input, value);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    const isShown = () => picture.src !== before && picture.complete && picture.closest("[data-draft=fresh]");
    while (!isShown()) {
      if (performance.now() - began > 30_000) throw new Error(`no draft at ${value}`);
      await new Promise(requestAnimationFrame);
    }
    times.push(performance.now() - began);
  }
  return times;
}"""
# Types letters into the focused field and waits for the next frame after each.
TO_FRAME = """async (count) => {
  const input = document.activeElement;
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const times = [];
  for (let typed = 0; typed < count; typed += 1) {
    const began = performance.now();
    put.call(input, `Scene ${typed}`);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - began);
  }
  return times;
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        server = start(open_to_database(Path(name)))
        browser = driver.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.ARGS))
        try:
            floor = measured(browser, server, 1, 5)
            full = measured(browser, server, MAX_SCENES, MAX_KNOBS)
        finally:
            browser.close()
            server.stop()
    for what, (p50, p95) in full.items():
        least50, least95 = floor[what]
        beside = f"floor {least50:6.1f} and {least95:6.1f} ms: {p95 / least95:4.1f} x"
        print(f"{what:22} p50 {p50:6.1f} p95 {p95:6.1f} ms, {beside}")


def measured(browser: Browser, server: Server, scenes: int, knobs: int) -> dict[str, tuple[float, float]]:
    """p50 and p95 in milliseconds, by what was done."""
    who = f"bench-{scenes}@example.com"
    sent = server.client(who).post("/api/v1/builder/import", content=bundle.write(Bundle(large(scenes, knobs))))
    page = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce").new_page()
    sign_in(page, server, who, f"/builder/{sent.raise_for_status().json()['data']['id']}")
    expect(page.locator(".worklive__pic .frame[data-draft=fresh]")).to_be_visible()
    page.locator("summary", has_text="Light, lens and film").click()
    return {
        "look to draft": to_draft(page, "input[data-path='/scenes/0/look/light_side']", -1),
        "knob to draft": to_draft(page, ".benchknobs input[type=range]", 0),
        "letter to frame": to_frame(page),
    }


def to_draft(page: Page, field: str, low: float) -> tuple[float, float]:
    values = [round(low + STEP * (turn + 1), 2) for turn in range(TURNS)]
    return middle_and_most(page.evaluate(TO_DRAFT, [field, values]))


def to_frame(page: Page) -> tuple[float, float]:
    page.get_by_label("Name of the scene").focus()
    return middle_and_most(page.evaluate(TO_FRAME, TURNS))


def middle_and_most(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times[2:])
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]
