"""Other sites' pages that may call the API: PEXIT_CORS_ORIGINS, nobody else's. They bring a key or a token; a cookie does
not count there, as reading with it is not allowed (web/headers.py) and writing with it is refused (identity/access.py)."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from pexit_app.core import settings
from pexit_app.web import rates

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Draft-Stream")
TOLD = ("ETag", "Retry-After", "Server-Timing", "X-Request-Id", *(f"X-RateLimit-{each}" for each in rates.TOLD))
ASKED_AGAIN_S = 600


class ListedOrigins:
    """ASGI. Belongs outside of the framework's own CORS, which knows no list and answers every preflight with 400."""

    def __init__(self, app: ASGIApp) -> None:
        listed = settings.load().cors_list
        self.app = app
        self.api = (
            CORSMiddleware(app, listed, METHODS, SENT, expose_headers=TOLD, max_age=ASKED_AGAIN_S) if listed else app
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (self.api if is_api else self.app)(scope, receive, send)
