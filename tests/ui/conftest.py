"""A bare server for what needs a browser but no app: the assets, our scripts, and pages drawn from parts."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from pexit_app.core.settings import ROOT
from pexit_app.web.plain import POLICY
from tests.support import chromium

FOLDERS = (ROOT / "assets", ROOT / "pexit_app/ui")


class Bare:
    """`pages["/x"] = html` puts a page up; everything else comes from FOLDERS. The policy is the product's."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.split("?")[0]
                files = [path for folder in FOLDERS if (path := folder / name.lstrip("/")).is_file()]
                body = pages[name].encode() if name in pages else files[0].read_bytes() if files else None
                kind = guess_type(Path(name).name)[0] or "text/html; charset=utf-8"
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Security-Policy", POLICY)
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="session")
def bare() -> Iterator[Bare]:
    made = Bare()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """For one file only: while a synchronous Playwright runs, no asyncio test can."""
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=chromium.ensure(), args=list(chromium.ARGS))
        yield made
        made.close()
