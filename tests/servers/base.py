"""A small HTTP/1.1 server for ASGI apps, in a thread of its own: real sockets, and connections that can be broken.

Breaking them (`Dropped`) is what production servers cannot do, and what the tests of our clients need.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote

import h11

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CHUNK_BYTES = 64 * 1024


class Dropped(Exception):
    """An app raises it to close the connection, whatever it has sent so far; `is_reset`: with a TCP reset. Starlette
    would turn it into a 500: raise it around such an app, not in it (as faults.faulty() does)."""

    def __init__(self, *, is_reset: bool = False) -> None:
        super().__init__()
        self.is_reset = is_reset


@contextmanager
def serving(app: App, *, keeps_alive: bool = True) -> Iterator[str]:
    """`app` at the address given (http://127.0.0.1:port), listening; stopped at the end, its requests cancelled."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await converse((reader, writer), app, "http", keeps_alive)

    with listening(handle) as port:
        yield f"http://127.0.0.1:{port}"


def unused_address() -> str:
    """An address where connections are refused."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def listening(handle: Handler) -> Iterator[int]:
    """The port on which `handle` gets every connection, in a thread of its own."""
    ready = threading.Event()
    found: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []
    failed: list[BaseException] = []

    async def main() -> None:
        stop = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await handle(reader, writer)
            except (OSError, asyncio.CancelledError):
                pass
            finally:
                tasks.discard(task)
                writer.transport.abort()

        server = await asyncio.start_server(one, "127.0.0.1", 0)
        found.append((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stop))
        ready.set()
        await stop.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def run() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="test server", daemon=True)
    thread.start()
    ready.wait()
    if not found:
        raise RuntimeError("the test server did not start") from failed[0]
    port, loop, stop = found[0]
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def converse(streams: Streams, app: App, scheme: str, keeps_alive: bool) -> None:
    """Every request of one connection, one after the other."""
    talk = _Talk(streams, scheme)
    try:
        while await talk.exchange(app) and keeps_alive and talk.can_go_on():
            pass
        await talk.close()
    except Dropped as dropped:
        await talk.drop(is_reset=dropped.is_reset)
    except (h11.ProtocolError, OSError):
        await talk.drop(is_reset=False)


class _Talk:
    """One connection as HTTP. Requests come one at a time; their bodies are read as the app asks for them."""

    def __init__(self, streams: Streams, scheme: str) -> None:
        self.reader, self.writer = streams
        self.scheme = scheme
        self.http = h11.Connection(h11.SERVER, max_incomplete_event_size=CHUNK_BYTES)
        self._is_gone = False
        self._is_read = False
        self._is_head = False

    async def exchange(self, app: App) -> bool:
        """One request and its answer; False when the client has hung up instead."""
        event = await self._next()
        if not isinstance(event, h11.Request):
            return False
        self._is_read, self._is_head = False, event.method == b"HEAD"
        await app(self._scope(event), self._receive, self._send)
        while not self._is_read:
            await self._receive()
        return self.http.our_state is h11.DONE

    def can_go_on(self) -> bool:
        if self.http.our_state is not h11.DONE or self.http.their_state is not h11.DONE:
            return False
        self.http.start_next_cycle()
        return True

    async def close(self) -> None:
        with suppress(OSError):
            await self.writer.drain()
            self.writer.close()
            await self.writer.wait_closed()

    async def drop(self, *, is_reset: bool) -> None:
        if is_reset:
            plug = self.writer.get_extra_info("socket")
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.writer.transport.abort()
            return
        await self.close()

    async def _next(self) -> Any:
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self.http.they_are_waiting_for_100_continue:
                await self._write(h11.InformationalResponse(status_code=100, headers=[]))
            data = await self.reader.read(CHUNK_BYTES)
            self._is_gone = not data
            self.http.receive_data(data)

    def _scope(self, request: h11.Request) -> Scope:
        target = request.target.decode()
        path, _, query = target.partition("?")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": request.http_version.decode(),
            "method": request.method.decode(),
            "scheme": self.scheme,
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(bytes(name), bytes(value)) for name, value in request.headers],
            "client": self.writer.get_extra_info("peername"),
            "server": self.writer.get_extra_info("sockname"),
        }

    async def _receive(self) -> Message:
        if self._is_read:
            await self._gone()
            return {"type": "http.disconnect"}
        event = await self._next()
        if isinstance(event, h11.Data):
            return {"type": "http.request", "body": bytes(event.data), "more_body": True}
        self._is_read = True
        if isinstance(event, h11.EndOfMessage):
            return {"type": "http.request", "body": b"", "more_body": False}
        self._is_gone = True
        return {"type": "http.disconnect"}

    async def _gone(self) -> None:
        """Waits until the client hangs up."""
        while not self._is_gone:
            data = await self.reader.read(CHUNK_BYTES)
            self._is_gone = not data
            self.http.receive_data(data)

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
            await self._write(h11.Response(status_code=message["status"], headers=headers))
            return
        if (body := message.get("body", b"")) and not self._is_head:
            await self._write(h11.Data(data=body))
        if not message.get("more_body", False):
            await self._write(h11.EndOfMessage())

    async def _write(self, event: Any) -> None:
        self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()
        await asyncio.sleep(0)  # over TLS drain() does not give way, and an endless answer would never hear of its end
