"""What shall go wrong, where, and how often: planned by a test, taken by a fake server, and readable afterwards."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.servers.base import App, Dropped, Message, Receive, Scope, Send

FaultKind = Literal[
    "refused",  # at "connect:<host>": the connection is refused; elsewhere: closed without an answer
    "untrusted",  # at "connect:<host>" only: a certificate that nobody trusts
    "disconnect",  # the connection is closed without an answer
    "reset",  # the same with a TCP reset
    "read_timeout",  # no answer, until the client gives up
    "status",  # `status`, `headers` and `body` instead of the answer (500)
    "truncated_json",  # the first half of the answer's body, as a whole answer
    "invalid_json",  # something else as application/json
    "empty",  # an answer without a body
    "truncated",  # the connection is reset in the middle of the body
    "slow",  # the answer's body, one byte every `pause_s`
    "endless",  # the answer's headers, then bytes until the client gives up
    "html",  # a web page (200)
    "redirect",  # 302 to headers["location"]
    "expired",  # what a CDN says of an old link (403, or 404 or 410 by `status`)
]
NEEDS_ANSWER = frozenset(("truncated_json", "truncated", "slow", "endless"))
PAGE = b"<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>"
GONE = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>'
FILLING = b"\x00" * 65_536


@dataclass(frozen=True)
class Fault:
    """`at` is a place the server names ("submit", "status", "result", "upload", "file", "connect:<host>"). It hits
    `times` calls there (None: every one) after `after` good ones. `is_taken`: the server does its work all the same
    before the answer goes wrong (a 502 after the order was accepted)."""

    at: str
    kind: FaultKind
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int | None = 1
    after: int = 0
    is_taken: bool = False
    pause_s: float = 0.05


class Faults:
    """The plan and what came of it; used by the test's thread and by the servers' own."""

    def __init__(self, *planned: Fault) -> None:
        self._planned = list(planned)
        self._hits: Counter[int] = Counter()
        self._calls: list[tuple[str, Fault | None]] = []
        self._changed = threading.Condition()

    def plan(self, *faults: Fault) -> None:
        """Adds to the plan; `after` counts from the first call ever made there."""
        with self._changed:
            self._planned.extend(faults)

    def clear(self) -> None:
        """Nothing goes wrong any more; what was counted stays."""
        with self._changed:
            self._planned.clear()
            self._hits.clear()

    def take(self, at: str) -> Fault | None:
        """A server calls it once for every call at a place: what shall go wrong with it."""
        with self._changed:
            before = sum(1 for place, _ in self._calls if place == at)
            found = None
            for index, fault in enumerate(self._planned):
                is_left = fault.times is None or self._hits[index] < fault.times
                if fault.at == at and before >= fault.after and is_left:
                    self._hits[index] += 1
                    found = fault
                    break
            self._calls.append((at, found))
            self._changed.notify_all()
            return found

    @property
    def calls(self) -> list[tuple[str, Fault | None]]:
        """Every call so far, in order, with what went wrong."""
        with self._changed:
            return list(self._calls)

    def count(self, at: str) -> int:
        """Calls at a place, good and bad."""
        return sum(1 for place, _ in self.calls if place == at)

    def hits(self, at: str) -> int:
        return sum(1 for place, fault in self.calls if place == at and fault)

    async def until(self, at: str, count: int = 1, timeout_s: float = 30.0) -> None:
        """Waits for the `count`th call at a place. Raises TimeoutError."""

        def wait() -> bool:
            with self._changed:
                return self._changed.wait_for(
                    lambda: sum(1 for place, _ in self._calls if place == at) >= count, timeout_s
                )

        if not await asyncio.to_thread(wait):
            raise TimeoutError(f"{at} was called {self.count(at)} times, not {count}")


def faulty(app: App, faults: Faults, place: Callable[[Scope], str | None]) -> App:
    """`app`, going wrong by plan. `place` names where a request goes (None: nowhere that can go wrong). Wrap the whole
    app with it."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        at = place(scope)
        fault = faults.take(at) if at else None
        if fault is None:
            await app(scope, receive, send)
            return
        answer: _Answer | None = None
        if fault.is_taken or fault.kind in NEEDS_ANSWER:
            answer = _Answer()
            await app(scope, receive, answer.send)
        else:
            await _read_all(receive)
        await misbehave(fault, receive, send, answer or _Answer())

    return run


@dataclass
class _Answer:
    """What the app would have answered."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        else:
            self.body += message.get("body", b"")

    def kept(self) -> list[tuple[bytes, bytes]]:
        """Its headers without those about its length."""
        return [each for each in self.headers if each[0].lower() not in (b"content-length", b"transfer-encoding")]


async def misbehave(fault: Fault, receive: Receive, send: Send, answer: _Answer) -> None:
    """Answers as `fault` wants it, or raises Dropped. The request's body has been read."""
    match fault.kind:
        case "refused" | "disconnect" | "untrusted":
            raise Dropped
        case "reset":
            raise Dropped(is_reset=True)
        case "read_timeout":
            await _until_gone(receive)
            raise Dropped
        case "status":
            await respond(send, fault.status or 500, fault.body, fault.headers)
        case "truncated_json":
            await _start(send, answer.status, answer.kept())
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2]})
        case "invalid_json":
            body = fault.body or b"upstream said: ok"
            await respond(send, fault.status or 200, body, {"content-type": "application/json"} | dict(fault.headers))
        case "empty":
            await respond(send, fault.status or 200, b"", fault.headers)
        case "truncated" | "slow" | "endless":
            await _trickle(fault, receive, send, answer)
        case "html":
            await respond(send, fault.status or 200, PAGE, {"content-type": "text/html"} | dict(fault.headers))
        case "redirect":
            await respond(send, fault.status or 302, b"", fault.headers)
        case "expired":
            body = fault.body or GONE
            await respond(send, fault.status or 403, body, {"content-type": "application/xml"} | dict(fault.headers))


async def respond(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """One whole answer."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if not any(name == b"content-length" for name, _ in pairs):
        pairs.append((b"content-length", str(len(body)).encode()))
    await _start(send, status, pairs)
    await send({"type": "http.response.body", "body": body})


async def _trickle(fault: Fault, receive: Receive, send: Send, answer: _Answer) -> None:
    if fault.kind == "endless":
        await _start(send, answer.status, answer.kept())
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        while True:
            await send({"type": "http.response.body", "body": FILLING, "more_body": True})
    length = (b"content-length", str(len(answer.body)).encode())
    await _start(send, answer.status, [*answer.kept(), length])
    if fault.kind == "truncated":
        await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
        raise Dropped
    for at in range(len(answer.body)):
        await send({"type": "http.response.body", "body": answer.body[at : at + 1], "more_body": True})
        await asyncio.sleep(fault.pause_s)
    await send({"type": "http.response.body"})


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _read_all(receive: Receive) -> None:
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
