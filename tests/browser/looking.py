"""What axe says of a page as it stands: one set of rules for every story."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
LIGHTS = ("light", "dark")


def found_by_axe(page: Page, what: str, lights: tuple[str, ...] = LIGHTS) -> list[str]:
    """Violations in each of the `lights`, as sentences; all that can differ in the second is its colours. The last of them
    stays on."""
    problems = []
    for light in lights:
        page.emulate_media(color_scheme=light, reduced_motion="reduce")
        found = Axe().run(page, options=OPTIONS if light == lights[0] else CONTRAST)
        problems += [
            f"{what}, {light}, {each['id']}: {node['target']} {node['failureSummary'][:200]}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]
    return problems


def px_too_wide(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def look_closely(page: Page, what: str) -> None:
    """axe finds nothing in this state, in both lights, and nothing is wider than the screen."""
    problems = found_by_axe(page, what)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert problems == []
    assert px_too_wide(page) <= 0
