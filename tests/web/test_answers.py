"""The headers of every kind of answer of a running Pexit, refusals included; what is closed, and to whom it is open."""

import re

import httpx
import pytest

from pexit_app.core import settings
from pexit_app.web import cors
from pexit_app.web.headers import SecurityHeaders
from tests.support.server import Server

EVIL = {"Origin": "https://evil.example"}
PREFLIGHT = {**EVIL, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ASKED = [
    ("GET", "/", 200),
    ("HEAD", "/", 200),
    ("POST", "/", 405),
    ("GET", "/p/salt-light", 200),
    ("GET", "/p/nope", 404),
    ("GET", "/nope", 404),
    ("GET", "/nope.php", 404),
    ("GET", "/people", 200),
    ("GET", "/login", 200),
    ("POST", "/auth/code", 403),
    ("GET", "/api/docs", 200),
    ("GET", "/api/openapi.json", 200),
    ("GET", "/api/v1/packs", 200),
    ("GET", "/api/v1/packs/salt-light/pictures/cover.jpg", 200),
    ("GET", "/api/v1/me", 401),
    ("PUT", "/api/v1/me", 405),
    ("GET", "/api/nope", 404),
    ("GET", "/files/photos/x/photo.jpg?e=1&s=x&t=text/html", 404),
    ("GET", "/files/x", 422),
    ("GET", "/healthz", 200),
    ("GET", "/readyz", 200),
    ("GET", "/ping", 200),
    ("GET", "/dev/parts", 200),
    ("GET", "/dev/outbox", 200),
    ("GET", "/pexit.css", 200),
    ("GET", "/favicon.svg", 200),
    ("GET", "/fonts/archivo-latin-wdth-normal.woff2", 200),
    # Doors of the framework that nothing here uses.
    ("POST", "/_upload", 404),
    ("POST", "/_upload/", 404),
    ("GET", "/_upload/x", 404),
    ("GET", "/_all_routes", 404),
    ("GET", "/auth-codespace", 404),
    ("GET", "/_event/?EIO=4&transport=polling", 404),
]


def check(answer: httpx.Response) -> None:
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert not {"access-control-allow-origin", "access-control-allow-credentials"} & headers.keys()


def test_every_answer_has_its_headers(server: Server) -> None:
    wrong = []
    with httpx.Client(base_url=server.url) as client:
        script = re.search(r"/assets/[\w.-]+\.js", client.get("/").text)
        assert script
        for method, path, status in [*ASKED, ("GET", script[0], 200), ("OPTIONS", "/api/v1/people", 400)]:
            answer = client.request(method, path, headers=PREFLIGHT if method == "OPTIONS" else EVIL)
            check(answer)
            if answer.status_code != status:
                wrong.append((method, path, answer.status_code))
        picture = client.get("/api/v1/packs/salt-light/pictures/cover.jpg")
        assert "sandbox" in picture.headers["content-security-policy"]
        assert client.get("/api/v1/me").headers["cross-origin-resource-policy"] == "same-origin"
    assert wrong == []


def test_an_upload_without_an_account_is_not_even_read(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        answer = client.post("/_upload", files={"files": ("x.html", b"<script>" * 100_000)})
    assert answer.status_code == 404


async def answered(app: object, path: str, **headers: str) -> httpx.Response:
    method = "OPTIONS" if "Access-Control-Request-Method" in headers else "GET"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://pexit.test") as client:  # type: ignore[arg-type]
        return await client.request(method, path, headers=headers)


async def data(scope: dict, receive: object, send: object) -> None:
    """What the framework answers: its own CORS allows credentials to everybody who is let read."""
    headers = [(b"content-type", b"application/json"), (b"access-control-allow-credentials", b"true")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    update = {"public_url": "https://pexit.test", "cors_origins": "https://one.example,http://two.example:81"}
    made = settings.load().model_copy(update=update)
    monkeypatch.setattr(settings, "load", lambda: made)
    monkeypatch.setattr(SecurityHeaders, "policy", lambda *_: "")


@pytest.mark.usefixtures("known")
async def test_on_https_browsers_are_told_to_stay_there() -> None:
    answer = await answered(SecurityHeaders(data), "/api/v1/me")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("asks_first", [True, False])
@pytest.mark.parametrize(
    ("origin", "path", "may"),
    [
        ("https://one.example", "/api/v1/me", True),
        ("http://two.example:81", "/api/v1/me", True),
        ("http://one.example", "/api/v1/me", False),
        ("https://one.example.evil.example", "/api/v1/me", False),
        ("https://evil.example", "/api/v1/me", False),
        ("null", "/api/v1/me", False),
        ("https://one.example", "/sheets", False),
    ],
)
async def test_other_sites_call_the_api_only_if_they_are_listed(
    origin: str, path: str, may: bool, asks_first: bool
) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    app = SecurityHeaders(cors.ListedOrigins(data))
    answer = await answered(app, path, Origin=origin, **(asked if asks_first else {}))
    assert answer.headers.get("access-control-allow-origin") == (origin if may else None)
    assert "access-control-allow-credentials" not in answer.headers


def test_nobody_is_listed_by_default() -> None:
    assert settings.Settings(_env_file=None).cors_list == ()
    assert cors.ListedOrigins(data).api is data
