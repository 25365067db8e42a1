"""What stands between a stranger and the live connection: Reflex itself checks neither origin, rate, size nor session.

SocketGuard is plain ASGI and knows nothing of Reflex but the path /_event and its `token` query parameter:
1. the Origin header must name one of our pages (web/origins.py);
2. the token that finds the tab's state is mixed with the session found in the DATABASE. A stolen token without its
   cookie, or a tab whose session was revoked, reaches an empty state, never the old one;
3. connections are counted by caller, frames by a token bucket, and both their size and number are cut off before any JSON
   is parsed. What the frames say is counted in identity/state.py, which tells the page;
4. revoking a session closes its sockets in every process (NOTIFY), within milliseconds;
5. of the handshake's headers only those in KEPT go on: Reflex tells the browser its headers, whatever a proxy added.
What is said to a handler is looked at in web/payloads.py.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.core import events, log
from pexit_app.web import origins, rates

PATH = "/_event"
CALLER = "x-pexit-caller"  # a header of ours: the session's id, or the address, by which events are counted
KEPT = frozenset({"host", "origin", "cookie", "user-agent", "accept-language", "upgrade", "connection"})
FRAMES_PER_SECOND, BURST, FRAME_BYTES = 20, 60, 64_000
LOST_NOTIFY_S = 3.0  # a revocation is noticed this late at most, should its NOTIFY be lost
CLOSE_ORIGIN, CLOSE_REVOKED, CLOSE_RATE, CLOSE_SIZE = 4403, 4401, 4429, 4413
NOBODY = "nobody"

logger = log.get("sockets")
# The identity behind a raw Cookie header: a session's id, or None. Asked at every connection.
Identify = Callable[[str], Awaitable[str | None]]


def session_topic(session_id: str) -> str:
    return f"session:{session_id}"


class SocketGuard:
    def __init__(self, app: ASGIApp, identify: Identify) -> None:
        self.app, self.identify = app, identify

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(PATH) or scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        if scope["type"] == "http":  # engine.io long polling: not used, so closed
            await send({"type": "http.response.start", "status": 404, "headers": []})
            return await send({"type": "http.response.body"})
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if not origins.is_ours(headers.get("origin", ""), headers.get("host", "")):
            return await _refuse(receive, send, CLOSE_ORIGIN)
        address = rates.caller((scope.get("client") or ("",))[0], headers.get("x-forwarded-for", ""))
        cookie = headers.get("cookie", "")
        identity = await self.identify(cookie) or NOBODY
        caller = address if identity == NOBODY else identity
        if (await rates.hit("socket", caller)).is_over:
            return await _refuse(receive, send, CLOSE_RATE)
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        query["token"] = hashlib.sha256(f"{identity}|{query.get('token', '')}".encode()).hexdigest()
        kept = [(key, value) for key, value in scope["headers"] if _is_kept(key.decode("latin-1").lower())]
        kept.append((CALLER.encode(), caller.encode()))
        scope = {**scope, "query_string": urlencode(query).encode(), "headers": kept}
        socket = _Socket(receive, send)
        watch = asyncio.create_task(self._watch(socket, identity, cookie)) if identity != NOBODY else None
        try:
            await self.app(scope, socket.receive, socket.send)
        finally:
            if watch:
                watch.cancel()

    async def _watch(self, socket: "_Socket", identity: str, cookie: str) -> None:
        """Closes the socket once its session is gone."""
        with events.subscribe(session_topic(identity)) as waker:
            while await self.identify(cookie) == identity:
                await events.woken(waker, LOST_NOTIFY_S)
        await socket.close(CLOSE_REVOKED)


def _is_kept(header: str) -> bool:
    return header in KEPT or header.startswith("sec-websocket-")


async def _refuse(receive: Receive, send: Send, code: int) -> None:
    logger.info("turned away", code=code)
    await receive()
    await send({"type": "websocket.close", "code": code})


class _Socket:
    """One websocket: counts what comes in, and can be closed from our side at any time."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._budget, self._refilled_at = float(BURST), time.monotonic()
        self._is_closed = asyncio.Event()
        self._pending: asyncio.Future[Message] | None = None

    async def close(self, code: int) -> None:
        if not self._is_closed.is_set():
            self._is_closed.set()
            await self._send({"type": "websocket.close", "code": code})

    async def send(self, message: Message) -> None:
        if not self._is_closed.is_set():
            await self._send(message)

    def _refusal(self, message: Message) -> int | None:
        now = time.monotonic()
        self._budget = min(BURST, self._budget + (now - self._refilled_at) * FRAMES_PER_SECOND)
        self._refilled_at = now
        self._budget -= 1
        size = len(message.get("text") or message.get("bytes") or "")
        return CLOSE_SIZE if size > FRAME_BYTES else CLOSE_RATE if self._budget < 0 else None

    async def receive(self) -> Message:
        self._pending = self._pending or asyncio.ensure_future(self._receive())
        closed = asyncio.ensure_future(self._is_closed.wait())
        either: set[asyncio.Future[Any]] = {self._pending, closed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        if self._is_closed.is_set():
            self._pending.cancel()
            return {"type": "websocket.disconnect", "code": 1008}
        message, self._pending = self._pending.result(), None
        if message["type"] == "websocket.receive" and (code := self._refusal(message)):
            await self.close(code)
            return {"type": "websocket.disconnect", "code": 1008}
        return message
