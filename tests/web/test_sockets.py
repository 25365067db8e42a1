"""A raw socket.io client against the guards: origin, rate, size, types, stolen tokens, ended sessions."""

import asyncio
import contextlib
import uuid
from typing import Any

import httpx
import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from tests.support.server import Server

ROOT_STATE = "reflex___state____state"
APP_STATE = f"{ROOT_STATE}.pexit_app___features___identity___state____app_state"
SHOOTS = f"{APP_STATE}.pexit_app___features___shoots___state____shoot_state"
NAMESPACE = "/_event"
HANGS_S = 60  # no speed is measured here


def route(path: str) -> dict[str, Any]:
    return {"pathname": path, "query": {}, "asPath": path}


async def connect(server: Server, origin: str | None = None, token: str = "", cookie: str = "") -> Any:
    client: Any = socketio.AsyncClient(reconnection=False)
    client.got, client.gone, client.news = [], asyncio.Event(), asyncio.Event()

    def keep(message: Any) -> None:
        client.got.append(message)
        client.news.set()

    client.on("event", keep, namespace=NAMESPACE)
    client.on("disconnect", lambda *_: client.gone.set(), namespace=NAMESPACE)
    headers = {"Origin": server.url if origin is None else origin} | ({"Cookie": cookie} if cookie else {})
    await client.connect(
        f"{server.url}?token={token or uuid.uuid4()}",
        headers=headers,
        socketio_path=NAMESPACE,
        namespaces=[NAMESPACE],
        transports=["websocket"],
        wait_timeout=5,
    )
    return client


async def send(client: Any, name: str, path: str = "/sheets", **payload: Any) -> None:
    await client.emit("event", {"name": name, "payload": payload, "router_data": route(path)}, namespace=NAMESPACE)


async def said(client: Any, text: str, at_most_s: float = 10) -> bool:
    """Waits until the server's messages contain `text`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            while text not in str(client.got):
                client.news.clear()
                await client.news.wait()
    return text in str(client.got)


def cookie_of(server: Server, identifier: str) -> str:
    return f"pexit_dev={secret_of(server, identifier)}"


def secret_of(server: Server, identifier: str) -> str:
    with httpx.Client(base_url=server.url) as client:
        known = len(server.codes())
        client.post("/api/v1/auth/otp/request", json={"identifier": identifier}).raise_for_status()
        body = {"identifier": identifier, "code": server.last_code(known)}
        client.post("/api/v1/auth/otp/verify", json=body).raise_for_status()
        return client.cookies["pexit_dev"]


SIGNED_IN = "'is_signed_in': True"  # in the visitor's own state


async def hydrate(client: Any, path: str = "/sheets") -> None:
    client.got.clear()
    await send(client, f"{ROOT_STATE}.hydrate_and_load", path)


async def test_a_stolen_token_without_its_cookie_finds_nothing(server: Server) -> None:
    token, cookie = str(uuid.uuid4()), cookie_of(server, "eve@example.com")
    owner = await connect(server, token=token, cookie=cookie)
    await hydrate(owner)
    assert await said(owner, SIGNED_IN)
    await owner.disconnect()
    thief = await connect(server, token=token)
    await hydrate(thief)
    assert await said(thief, "/login")  # an empty state, sent to sign in
    assert SIGNED_IN not in str(thief.got)
    await thief.disconnect()


async def test_the_cookie_never_comes_back_to_javascript(server: Server) -> None:
    cookie = cookie_of(server, "mia@example.com")
    client = await connect(server, cookie=cookie)
    await hydrate(client)
    assert await said(client, SIGNED_IN)
    assert cookie.partition("=")[2] not in str(client.got)
    await client.disconnect()


async def test_ending_a_session_closes_its_sockets_and_no_others(server: Server) -> None:
    cookie = cookie_of(server, "ida@example.com")
    client, other = await connect(server, cookie=cookie), await connect(server)
    async with httpx.AsyncClient() as rest:
        answer = await rest.post(server.url + "/api/v1/auth/logout", headers={"Origin": server.url, "Cookie": cookie})
    assert answer.status_code == 204
    await asyncio.wait_for(client.gone.wait(), HANGS_S)
    assert not other.gone.is_set()
    await other.disconnect()


async def test_another_sites_page_cannot_open_a_visitors_connection(server: Server) -> None:
    """Cross-site socket hijack: the browser would send the cookie along, whichever page asks."""
    cookie = cookie_of(server, "vic@example.com")
    for origin in ("http://evil.example", "null", ""):
        with pytest.raises(Refused):
            await connect(server, origin, cookie=cookie)


async def test_garbage_is_refused_and_hurts_nobody(server: Server) -> None:
    client = await connect(server)
    names = (f"{SHOOTS}.mark", f"{APP_STATE}.setvar", f"{ROOT_STATE}.hydrate_and_load", "nothing", "", "_", "a.b.c")
    payloads = ({"frame_id": {"a": [1]}}, {"var_name": "leave_to", "value": "OWNED"}, {"vars": {"x": 1}}, "text", [1])
    for name in names:
        for payload in payloads:
            await client.emit(
                "event", {"name": name, "payload": payload, "router_data": {"pathname": 5}}, namespace=NAMESPACE
            )
    for whole in (None, 5, "{", [], {"token": 1}, b"\xff", {"name": f"{SHOOTS}.stop", "router_data": "x"}):
        await client.emit("event", whole, namespace=NAMESPACE)
        await client.emit("nothing", whole, namespace=NAMESPACE)
    await client.disconnect()
    fresh = await connect(server, cookie=cookie_of(server, "pat@example.com"))
    await hydrate(fresh)
    assert await said(fresh, SIGNED_IN)
    assert "OWNED" not in str(fresh.got) + str(client.got)
    await fresh.disconnect()


async def test_a_flood_is_cut_off(server: Server) -> None:
    client = await connect(server)
    for _ in range(200):
        with contextlib.suppress(socketio.exceptions.SocketIOError):
            await send(client, f"{SHOOTS}.stop")
    await asyncio.wait_for(client.gone.wait(), HANGS_S)


async def test_a_big_frame_is_cut_off(server: Server) -> None:
    client = await connect(server)
    await send(client, f"{SHOOTS}.settle", values="x" * 70_000)
    await asyncio.wait_for(client.gone.wait(), HANGS_S)


async def test_long_polling_is_closed(server: Server) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(server.url + "/_event/?EIO=4&transport=polling")).status_code == 404
