"""What a browser is given to keep, and what another site could do with it."""

from dataclasses import replace
from http.cookies import SimpleCookie

import httpx
import pytest

from pexit_app.core import deps, settings
from pexit_app.pexit_app import api as whole_api
from pexit_app.web import origins
from pexit_app.web.routes import policies
from tests.features.shoots.support import NoSender


class Letter(NoSender):
    code = ""

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        self.code = code


@pytest.fixture
def letter(api) -> Letter:
    made = Letter()
    deps.use(replace(deps.get(), sender=made))
    return made


@pytest.fixture
def on_https(monkeypatch):
    known = settings.load().model_copy(update={"public_url": "https://pexit.test", "env": "production"})
    monkeypatch.setattr(settings, "load", lambda: known)


@pytest.mark.usefixtures("on_https")
async def test_cookies_are_for_this_host_over_https_and_not_for_scripts(api, letter):
    ours = {"Origin": "https://pexit.test"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="https://pexit.test") as client:
        asked = await client.post("/auth/code", data={"identifier": "ann@example.com"}, headers=ours)
        proved = await client.post("/auth/session", data={"code": letter.code}, headers=ours)
        ended = await client.post("/auth/logout", headers=ours)
    given = [line for answer in (asked, proved, ended) for line in answer.headers.get_list("set-cookie")]
    names = []
    for line in given:
        [(name, morsel)] = SimpleCookie(line).items()
        names.append(name)
        assert (morsel["secure"], morsel["httponly"], morsel["path"], morsel["domain"]) == (True, True, "/", "")
        assert morsel["samesite"] == "lax"
    assert set(names) == {"__Host-pexit", "__Host-pexit_pending", "__Host-pexit_second"}


async def test_nobody_is_signed_in_as_somebody_else_by_another_site(anybody, letter):
    """Its page could send the code of an account of its own, and have our cookie put into the visitor's browser."""
    who = {"identifier": "eve@example.com"}
    await anybody.post("/api/v1/auth/otp/request", json=who)
    for path, body in (("otp/request", who), ("otp/verify", {**who, "code": letter.code})):
        refused = await anybody.post(f"/api/v1/auth/{path}", json=body, headers={"Origin": "http://evil.test"})
        assert refused.status_code == 403
        assert "set-cookie" not in refused.headers
    assert (await anybody.post("/api/v1/auth/otp/verify", json={**who, "code": letter.code})).status_code == 200


@pytest.mark.parametrize(
    ("origin", "in_production", "in_development"),
    [
        ("https://pexit.example", True, True),
        ("http://pexit.example", False, False),
        ("https://pexit.example:444", False, False),
        ("https://evil.pexit.example", False, False),
        ("http://localhost:8000", False, True),
        ("https://localhost:8000", False, True),
        ("http://localhost", False, False),
        ("http://evil.test", False, False),
        ("null", False, False),
        ("", False, False),
        ("http://[", False, False),
    ],
)
def test_which_pages_are_ours(monkeypatch, origin, in_production, in_development):
    """The host that was called is localhost:8000, as behind a proxy."""
    for env, expected in (("production", in_production), ("development", in_development)):
        known = settings.load().model_copy(update={"public_url": "https://pexit.example", "env": env})
        monkeypatch.setattr(settings, "load", lambda known=known: known)
        assert origins.is_ours(origin, "localhost:8000") is expected


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        ("127.0.0.1", "localhost:8000", 200),
        ("::1", "localhost:8000", 200),
        ("127.0.0.1", "evil.test:8000", 404),
        ("10.0.0.7", "localhost:8000", 404),
    ],
)
async def test_codes_are_shown_to_this_machine_only(letter, address, host, status):
    """Also not to a page of another site whose name leads here."""
    transport = httpx.ASGITransport(whole_api(), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
        assert (await client.get("/dev/outbox")).status_code == status


@pytest.mark.usefixtures("on_https")
def test_production_has_nothing_for_developers():
    assert not [path for _, path, _ in policies(whole_api()) if path.startswith("/dev")]
