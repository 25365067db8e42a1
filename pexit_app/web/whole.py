"""Public pages whole in the first HTML: `curl`, crawlers and browsers without JavaScript get content, not a shell.

The shell of the built frontend hydrates any route. We add to <head>, and put a <whole-page> element first in <body>.
React 19 hydrates the document with an unknown first child in <body> by skipping it (the tag must not be one React
renders at that level). The mounted page draws <Takeover/> together with its real content; a layout effect removes
<whole-page> in the same frame, so nothing flashes and nothing is seen twice.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cached_property

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pexit_app.web import build
from pexit_app.web.heads import Page, head, origin_of
from pexit_app.web.html import to_html
from pexit_app.web.plain import PRIVATE

# Takes the request and the route's named groups; None is a 404.
Loader = Callable[..., Awaitable[Page | None]]
Route = tuple[re.Pattern[str], Loader]


class WholePages:
    """`routes`: regular expressions of paths with their loaders. `app_words`: first path words that belong to the app or
    to the API and are passed through; any other unknown path is a true 404 with a page."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, Loader], not_found: Page, app_words: set[str]) -> None:
        self.app, self.not_found, self.app_words = app, not_found, app_words
        self.routes: list[Route] = [(re.compile(pattern), loader) for pattern, loader in routes.items()]

    @cached_property
    def prerendered(self) -> set[str]:
        return set(json.loads(build.CSP.read_text())) - {"*", "/"}

    @cached_property
    def shell(self) -> str:
        """With the shell's own title and description taken out: the page brings its own."""
        text = (build.CLIENT / "__spa-fallback.html").read_text()
        return re.sub(r"<title>.*?</title>", "", text, count=1)

    def render(self, page: Page, path: str, origin: str) -> str:
        shell = self.shell.replace("</head>", head(page, path, origin, "data-whole") + "</head>", 1)
        return shell.replace("<body>", f"<body><whole-page>{to_html(page.body)}</whole-page>", 1)

    def _is_ours(self, path: str) -> bool:
        first = path.split("/", 2)[1]
        return (
            first in self.app_words
            or first.startswith("@")
            or path in self.prerendered
            or "." in path.rsplit("/", 1)[1]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        path = scope["path"].rstrip("/") or "/"
        page, is_known = None, False
        for pattern, loader in self.routes:
            if match := pattern.fullmatch(path):
                is_known = True
                page = await loader(Request(scope), **match.groupdict())
                break
        if not is_known and self._is_ours(path):
            return await self.app(scope, receive, send)
        origin, status = origin_of(Request(scope)), 200
        if page is None:
            page, status = replace(self.not_found, is_indexed=False), 404
        await HTMLResponse(self.render(page, path, origin), status, PRIVATE)(scope, receive, send)
