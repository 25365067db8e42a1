"""The socket's guard, without a server: who is let through, what of the handshake goes on, and how often."""

from typing import Any
from urllib.parse import parse_qs

import pytest

from pexit_app.core import settings
from pexit_app.web import rates
from pexit_app.web.sockets import CALLER, CLOSE_ORIGIN, CLOSE_RATE, SocketGuard

HOST = {"host": "pexit.test", "origin": "http://pexit.test"}


class Door:
    """Counts who comes in, and with what."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.guard = SocketGuard(self.app, self.identify)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)

    async def identify(self, cookie: str) -> str | None:
        return cookie or None

    async def knock(self, address: str = "1.2.3.4", **headers: str) -> int | None:
        """None: let in. Otherwise the code that it was closed with."""
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in (HOST | headers).items()]
        scope = {"type": "websocket", "path": "/_event", "query_string": b"token=t", "headers": told}
        await self.guard({**scope, "client": (address, 5)}, receive, send)
        return sent[0]["code"] if sent else None


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    async def watch(*_: object) -> None:
        """Nobody revokes anything here."""

    monkeypatch.setattr(SocketGuard, "_watch", watch)
    return Door()


@pytest.mark.parametrize("origin", ["", "null", "http://evil.test", "http://pexit.test.evil.test", "http://["])
async def test_another_sites_page_cannot_ride_on_a_visitors_cookie(door: Door, origin: str) -> None:
    assert await door.knock(origin=origin, cookie="victim") == CLOSE_ORIGIN
    assert door.scopes == []


async def test_in_production_only_the_public_address_counts(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    known = settings.load().model_copy(update={"env": "production", "public_url": "https://pexit.example"})
    monkeypatch.setattr(settings, "load", lambda: known)
    assert await door.knock() == CLOSE_ORIGIN
    assert await door.knock(origin="http://pexit.example") == CLOSE_ORIGIN
    assert await door.knock(origin="https://pexit.example") is None


async def test_what_goes_on_of_the_handshake(door: Door) -> None:
    """Reflex tells the browser its headers; what a proxy added for us is none of its business, and ours cannot be told."""
    await door.knock(x_internal_token="s3cret", x_forwarded_for="6.6.6.6", x_pexit_caller="victim", authorization="x")
    await door.knock(cookie="ann", sec_websocket_version="13")
    names = [{name.decode() for name, _ in scope["headers"]} for scope in door.scopes]
    assert names == [{"host", "origin", CALLER}, {"host", "origin", "cookie", "sec-websocket-version", CALLER}]
    assert [dict(scope["headers"])[CALLER.encode()] for scope in door.scopes] == [b"1.2.3.4", b"ann"]


async def test_one_token_is_another_tab_for_everybody_else(door: Door) -> None:
    for cookie in ("ann", "bo", ""):
        await door.knock(cookie=cookie)
    tokens = {parse_qs(scope["query_string"].decode())["token"][0] for scope in door.scopes}
    assert len(tokens) == 3
    assert "t" not in tokens


async def test_connections_are_counted_by_caller(door: Door) -> None:
    most = rates.PER_MINUTE["socket", ""]
    told = [await door.knock(x_forwarded_for=f"6.6.6.{n % 250}") for n in range(most + 20)]
    assert told == [None] * most + [CLOSE_RATE] * 20, "whatever is written into X-Forwarded-For"
    assert await door.knock("1.2.3.5") is None
    assert await door.knock(cookie="ann") is None
