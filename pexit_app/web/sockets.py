"""What stands between a stranger and the State: Reflex itself checks neither rate, size, session nor types.

SocketGuard is plain ASGI and knows nothing of Reflex but the path /_event and its `token` query parameter:
1. the Origin header must name the host that was called;
2. the token that finds the tab's state is mixed with the session found in the DATABASE. A stolen token without its
   cookie, or a tab whose session was revoked, reaches an empty state, never the old one;
3. a token bucket and a size cap on incoming frames, before any JSON is parsed;
4. revoking a session closes its sockets in every process (NOTIFY), within milliseconds.
PayloadGuard is a Reflex middleware: arguments must match the handler's type hints.
"""

import asyncio
import hashlib
import inspect
import time
import typing
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import reflex as rx
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pexit_app.core import events, log

PATH = "/_event"
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
        headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
        if urlsplit(headers.get("origin", "")).netloc != headers.get("host"):
            await receive()
            return await send({"type": "websocket.close", "code": CLOSE_ORIGIN})
        cookie = headers.get("cookie", "")
        identity = await self.identify(cookie) or NOBODY
        query = dict(parse_qsl(scope["query_string"].decode()))
        query["token"] = hashlib.sha256(f"{identity}|{query.get('token', '')}".encode()).hexdigest()
        scope = {**scope, "query_string": urlencode(query).encode()}
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


class PayloadGuard(Middleware):
    """Drops an event whose arguments do not fit the handler's type hints. Only our own States: Reflex's are its own."""

    def __init__(self, package: str) -> None:
        self.package = package
        self.shapes: dict[str, type[BaseModel] | None] = {}

    def shape_of(self, name: str) -> type[BaseModel] | None:
        if name not in self.shapes:
            fn = RegistrationContext.get().event_handlers[name].handler.fn
            self.shapes[name] = shape(fn) if fn.__module__.split(".")[0] == self.package else None
        return self.shapes[name]

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        if (model := self.shape_of(event.name)) is None:
            return None
        try:
            model.model_validate(event.payload)
        except ValidationError as error:
            logger.warning("refused event", handler=event.name, bad_arguments=error.error_count())
            return StateUpdate()  # handled: the handler is not called
        return None


def shape(fn: Callable[..., object]) -> type[BaseModel]:
    """The strict model of a handler's arguments (no "5" for 5, nothing extra)."""
    hints = typing.get_type_hints(fn, include_extras=True)
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(fn).parameters.items())[1:]:
        if name not in hints:
            raise TypeError(f"{fn.__qualname__}: annotate {name}, or anybody may send anything")
        fields[name] = (hints[name], ... if parameter.default is parameter.empty else parameter.default)
    return create_model(fn.__qualname__, __config__=ConfigDict(strict=True, extra="forbid"), **fields)
