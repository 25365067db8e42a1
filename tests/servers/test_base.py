"""The servers our tests stand on: what they break is what a client of ours then sees."""

import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from tests.servers.base import serving, unused_address
from tests.servers.faults import Fault, Faults, faulty
from tests.servers.files import Files
from tests.servers.tls import Proxy, proxying

BODY = b"a body of some length, " * 40
HOST = "queue.fal.run"


async def echo(request: Request) -> JSONResponse:
    body = await request.body()
    return JSONResponse({"method": request.method, "size": len(body), "host": request.headers["host"]})


async def count(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        for number in range(3):
            yield f"{number}\n".encode()

    return StreamingResponse(lines())


ECHO = Starlette(routes=[Route("/echo", echo, methods=["GET", "POST"]), Route("/count", count)])


@pytest.fixture
def proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Proxy, Faults]]:
    faults = Faults()
    with proxying({HOST: ECHO}, tmp_path, faults) as made:
        for name, value in made.env.items():
            monkeypatch.setenv(name, value)
        yield made, faults


async def test_requests_follow_one_another_on_one_connection() -> None:
    with serving(ECHO) as address:
        async with httpx.AsyncClient(base_url=address) as client:
            for size in (0, 3, 300_000):
                answer = await client.post("/echo", content=b"x" * size)
                assert answer.json()["size"] == size
            assert (await client.get("/count")).text == "0\n1\n2\n"
            for _ in range(2):
                head = await client.head("/echo")
                assert head.content == b""
                assert not head.extensions["network_stream"].get_extra_info("is_readable")  # it stays open
            assert (await client.get("/nowhere")).status_code == 404


def test_a_body_that_waits_to_be_asked_for() -> None:
    with serving(ECHO) as address, socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as plug:
        plug.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        assert plug.recv(1000).startswith(b"HTTP/1.1 100 ")
        plug.sendall(b"body")
        plug.shutdown(socket.SHUT_WR)
        assert b'"size":4' in plug.makefile("rb").read()


async def test_nothing_listens_at_an_unused_address_nor_after_the_end() -> None:
    with serving(ECHO) as address:
        pass
    async with httpx.AsyncClient() as client:
        for each in (address, unused_address()):
            with pytest.raises(httpx.ConnectError):
                await client.get(each)


async def faulted(fault: Fault) -> httpx.Response:
    files = Files(Faults(fault))
    files.put("/a", BODY, "image/png")
    with serving(files.app) as address:
        async with httpx.AsyncClient(timeout=0.3) as client:
            return await client.get(f"{address}/a")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("file", "disconnect"), httpx.RemoteProtocolError),
        (Fault("file", "reset"), httpx.ReadError),
        (Fault("file", "read_timeout"), httpx.ReadTimeout),
        (Fault("file", "truncated"), httpx.RemoteProtocolError),
    ],
)
async def test_a_broken_connection_is_seen_as_such(fault: Fault, error: type[Exception]) -> None:
    with pytest.raises(error):
        await faulted(fault)


@pytest.mark.parametrize(
    ("fault", "is_it"),
    [
        (Fault("file", "status", status=429, headers={"Retry-After": "7"}), lambda a: a.headers["retry-after"] == "7"),
        (Fault("file", "truncated_json"), lambda a: a.content == BODY[: len(BODY) // 2]),
        (Fault("file", "invalid_json"), lambda a: a.headers["content-type"] == "application/json"),
        (Fault("file", "empty"), lambda a: a.status_code == 200 and not a.content),
        (Fault("file", "html"), lambda a: a.text.startswith("<!doctype html>")),
        (Fault("file", "redirect", headers={"location": "/b"}), lambda a: a.is_redirect),
        (Fault("file", "expired", status=410), lambda a: a.status_code == 410),
        (Fault("file", "expired"), lambda a: a.status_code == 403),
        (Fault("file", "slow", pause_s=0), lambda a: a.content == BODY),
    ],
)
async def test_an_answer_goes_wrong_as_planned(fault: Fault, is_it: Callable[[httpx.Response], bool]) -> None:
    assert is_it(await faulted(fault))


async def test_an_endless_body_ends_when_the_client_hangs_up() -> None:
    files = Files(Faults(Fault("file", "endless")))
    files.put("/a", BODY)
    with serving(files.app) as address:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{address}/a") as answer:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > 2_000_000:
                    break


async def test_faults_hit_as_often_as_planned_and_are_on_record() -> None:
    faults = Faults(Fault("file", "status", times=2, after=1, is_taken=True))
    worked = []

    async def app(scope, receive, send):  # type: ignore[no-untyped-def]
        worked.append(scope["path"])
        await ECHO(scope, receive, send)

    with serving(faulty(app, faults, lambda _: "file")) as address:
        async with httpx.AsyncClient(base_url=address) as client:
            statuses = [(await client.get("/echo")).status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert len(worked) == 4  # what was taken was done, although the answer was an error
    assert faults.count("file") == 4
    assert faults.hits("file") == 2
    await faults.until("file", 4)


async def test_ranges() -> None:
    files = Files()
    files.put("/a", BODY)
    with serving(files.app) as address:
        async with httpx.AsyncClient(base_url=address) as client:
            part = await client.get("/a", headers={"Range": "bytes=2-5"})
            assert (part.status_code, part.content) == (206, BODY[2:6])
            assert part.headers["content-range"] == f"bytes 2-5/{len(BODY)}"
            assert (await client.get("/a", headers={"Range": "bytes=99999-"})).status_code == 416
            assert int((await client.head("/a")).headers["content-length"]) == len(BODY)
    assert [each.method for each in files.asked] == ["GET", "GET", "HEAD"]


async def test_real_names_by_the_environment_alone(proxy: tuple[Proxy, Faults]) -> None:
    made, _ = proxy
    assert os.environ["HTTPS_PROXY"] == made.address
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"https://{HOST}/echo", content=b"x" * 1_000_000)
        assert answer.json() == {"method": "POST", "size": 1_000_000, "host": HOST}
        with pytest.raises(httpx.ProxyError):
            await client.get("https://elsewhere.example/")
    assert made.asked == [HOST, "elsewhere.example"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("refused", httpx.ProxyError),
        ("untrusted", httpx.ConnectError),
        ("read_timeout", httpx.ReadTimeout),
        ("reset", httpx.TransportError),
    ],
)
async def test_connections_that_fail(proxy: tuple[Proxy, Faults], kind: str, error: type[Exception]) -> None:
    _, faults = proxy
    faults.plan(Fault(f"connect:{HOST}", kind))  # type: ignore[arg-type]
    async with httpx.AsyncClient(timeout=0.5) as client:
        with pytest.raises(error):
            await client.get(f"https://{HOST}/echo")
        assert (await client.get(f"https://{HOST}/echo")).status_code == 200
