"""One built app, one server, for all browser stories; a fresh browser context for each. Sync Playwright keeps an event
loop running, so no asyncio test belongs in this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.conftest import open_to_database
from tests.support import chromium
from tests.support.server import Server, start

WATCH_CSP = """addEventListener('securitypolicyviolation',
  e => console.error('CSP', e.violatedDirective, e.blockedURI, e.sample, e.sourceFile))"""
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=chromium.find() or chromium.ensure(), args=list(chromium.ARGS))
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """`open_page(width=390, height=844, has_touch=True)`: a page in a fresh context. The test fails on any console
    error or warning, policy violation or uncaught exception; `page.problems` may be emptied when one is expected."""
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def make(width: int = 1440, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.problems = []
        page.on("console", lambda said: said.type in ("error", "warning") and page.problems.append(said.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.add_init_script(WATCH_CSP)
        pages.append(page)
        return page

    yield make
    found = [problem for page in pages for problem in page.problems]
    for context in contexts:
        context.close()
    assert found == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


def sign_in(page: Page, server: Server, identifier: str, then: str = "/sheets") -> None:
    """`then`, as somebody who has signed in: the forms are posted, but not drawn."""
    with httpx.Client(base_url=server.url, headers={"Origin": server.url}) as client:
        known = len(server.codes())
        assert client.post("/auth/code", data={"identifier": identifier}).status_code == 303
        client.post("/auth/session", data={"code": server.last_code(known)})
        secret = client.cookies["pexit_dev"]
    cookie = {"name": "pexit_dev", "value": secret, "url": server.url, "httpOnly": True, "sameSite": "Lax"}
    page.context.add_cookies([cookie])
    page.goto(server.url + then)


def sign_in_by_hand(page: Page, server: Server, identifier: str, then: str = "/sheets") -> None:
    """Through the forms, as a person does it."""
    page.goto(f"{server.url}/login?next={then}")
    page.fill("input[name=identifier]", identifier)
    known = len(server.codes())
    page.click("form button[type=submit]")
    page.wait_for_url("**/login/code")
    page.fill("input[name=code]", server.last_code(known))
    page.locator("form", has=page.locator("input[name=code]")).locator("button[type=submit]").click()
    page.wait_for_url(f"**{then}")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """A server with an empty data folder that may be killed: each call starts it again, on the same data and port."""
    data = tmp_path / "data"
    data.mkdir()
    open_to_database(data)
    made: list[Server] = []

    def run() -> Server:
        made.append(start(data, made[0].port if made else None))
        return made[-1]

    yield run
    if made and made[-1].process.poll() is None:
        made[-1].stop()


@pytest.fixture
def signed_in(page: Page, server: Server, request: pytest.FixtureRequest) -> Page:
    sign_in(page, server, f"{request.node.name[:40].lower().replace('[', '-').replace(']', '')}@example.com")
    return page
