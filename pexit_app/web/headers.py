"""Security headers on every answer, with the script hashes of exactly that page; Reflex's unused doors closed."""

import json
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.core import deps, settings
from pexit_app.web import build

# Not named after their content, so they are asked for again every ten minutes.
SHARED_FILES = frozenset(
    {"/pexit.css", "/light.js", "/favicon.svg", "/og.png", "/docs-start.js", "/manifest.webmanifest"}
)
CLOSED = ("/_upload", "/_all_routes", "/auth-codespace")
PRIVATE, PUBLIC_PICTURES = ("/api/", "/files/", "/auth/", "/login"), "/api/v1/packs/"
FRAMED = "/embed/"  # what other sites may show in a frame: see web/plain.py
# No 'unsafe-inline', no 'unsafe-eval'. style-src holds because we use classes only: no style=, no css=, no sonner.
POLICY = (
    "default-src 'self'; script-src 'self' {scripts}; style-src 'self'; img-src 'self' {pictures}blob: data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# For whatever is no page: nothing of it runs or loads anything, should a browser ever be shown it by itself.
DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PICTURE_POLICY = DATA_POLICY + "; sandbox"
PERMISSIONS = (
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


def pictures_from() -> str:
    """Where the store's signed URLs lead, followed by a space; empty for this site itself."""
    parts = urlsplit(deps.get().store.signed_url("a/1/x.jpg", "image/jpeg", 60))
    return f"{parts.scheme}://{parts.netloc} " if parts.netloc else ""


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.hashes: dict[str, list[str]] = json.loads(build.CSP.read_text())
        self.is_https = settings.load().is_https

    def policy(self, path: str) -> str:
        scripts = self.hashes.get(path.rstrip("/") or "/", self.hashes["*"]) + self.hashes["*"]
        return POLICY.format(scripts=" ".join(f"'{one}'" for one in sorted(set(scripts))), pictures=pictures_from())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"]
        if path != "/" and not path.endswith("/") and path in self.hashes:
            scope = {**scope, "path": path + "/"}  # a prerendered page: spare the 307 to /page/

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), path)
            await send(message)

        app = PlainTextResponse("Not found", 404) if path.startswith(CLOSED) else self.app
        await app(scope, receive, with_headers)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers["Permissions-Policy"] = PERMISSIONS
        if not path.startswith(FRAMED):
            headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        del headers["Access-Control-Allow-Credentials"]  # the framework's own CORS allows them to whoever is let read
        if self.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if path.startswith(PRIVATE) and not path.startswith(PUBLIC_PICTURES):
            headers["Cross-Origin-Resource-Policy"] = "same-origin"
        kind = headers.get("content-type", "")
        if kind.startswith("text/html"):
            headers.setdefault("Content-Security-Policy", self.policy(path))
            headers.setdefault("Cache-Control", "no-cache")
            return
        headers.setdefault("Content-Security-Policy", PICTURE_POLICY if kind.startswith("image/") else DATA_POLICY)
        if path.startswith("/assets/"):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif path.startswith("/fonts/"):
            headers["Cache-Control"] = "public, max-age=604800"
        elif path in SHARED_FILES:
            headers["Cache-Control"] = "public, max-age=600"
