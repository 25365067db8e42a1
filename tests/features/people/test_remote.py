"""Addresses that users give: only public ones, only https, only so much."""

import asyncio

import httpx
import pytest

from pexit_app.features.people import remote
from pexit_app.features.people.errors import AddressRefused
from pexit_app.features.people.photos import MAX_FILE_BYTES
from pexit_app.features.people.remote import Fetcher

PUBLIC = "93.184.216.34"


async def streamed(content: bytes):
    yield content


class Outside:
    """Name server and web in one: answers by host and path."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {"photos.example": [PUBLIC]}
        self.pages: dict[str, httpx.Response] = {"/a.jpg": httpx.Response(200, content=streamed(b"photo"))}
        self.asked: list[httpx.Request] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        if host not in self.names:
            raise OSError("no such name")
        return self.names[host]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.pages.get(request.url.path) or httpx.Response(404)

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self.answer))

    async def fetch(self, url: str) -> bytes:
        spooled = await Fetcher("images.3", self.resolve, self.client).fetch(url)
        content = await spooled.read()
        spooled.close()
        return content


@pytest.fixture
def outside() -> Outside:
    return Outside()


async def test_the_connection_goes_to_the_address_that_was_looked_at(outside):
    assert await outside.fetch("https://photos.example/a.jpg?w=1") == b"photo"
    (request,) = outside.asked
    assert (request.url.host, request.headers["host"]) == (PUBLIC, "photos.example")
    assert (request.extensions["sni_hostname"], request.url.query) == ("photos.example", b"w=1")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://photos.example/a.jpg", "https"),
        ("ftp://photos.example/a.jpg", "https"),
        ("https://", "https"),
        ("https://me:secret@photos.example/a.jpg", "password"),
        ("https://nowhere.example/a.jpg", "Nothing"),
        ("https://photos.example/none.jpg", "404"),
        ("https://photos.example/" + "a" * 2000, "2000"),
    ],
)
async def test_what_cannot_be_fetched_is_told_by_its_place(outside, url, says):
    with pytest.raises(AddressRefused, match=says) as refused:
        await outside.fetch(url)
    assert [each.field for each in refused.value.problems] == ["images.3"]


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [PUBLIC, "127.0.0.1"], []])
async def test_one_private_address_among_others_is_enough(outside, addresses):
    outside.names["photos.example"] = addresses
    with pytest.raises(AddressRefused, match="public internet"):
        await outside.fetch("https://photos.example/a.jpg")
    assert outside.asked == []


@pytest.mark.parametrize("target", ["https://inside.example/a.jpg", "http://photos.example/a.jpg"])
async def test_a_redirect_is_looked_at_like_the_first(outside, target):
    outside.names["inside.example"] = ["192.168.0.1"]
    outside.pages["/go"] = httpx.Response(302, headers={"location": target})
    with pytest.raises(AddressRefused):
        await outside.fetch("https://photos.example/go")
    assert len(outside.asked) == 1


async def test_three_redirects_are_followed_and_not_four(outside):
    for n in range(4):
        outside.pages[f"/{n}"] = httpx.Response(302, headers={"location": f"/{n - 1}" if n else "/a.jpg"})
    assert await outside.fetch("https://photos.example/2") == b"photo"
    with pytest.raises(AddressRefused, match="leads"):
        await outside.fetch("https://photos.example/3")


async def test_what_is_too_large_is_not_read_to_its_end(outside):
    read = []

    async def endless():
        while True:
            read.append(1)
            yield b"\xff" * 2**20

    outside.pages["/a.jpg"] = httpx.Response(200, content=endless())
    with pytest.raises(AddressRefused, match="20 MB"):
        await outside.fetch("https://photos.example/a.jpg")
    assert len(read) <= MAX_FILE_BYTES // 2**20 + 2


async def test_who_does_not_answer_is_not_waited_for(outside, monkeypatch):
    async def never(host, port):
        await asyncio.Event().wait()

    monkeypatch.setattr(remote, "FETCH_S", 0.05)
    outside.resolve = never
    with pytest.raises(AddressRefused, match="in time"):
        await outside.fetch("https://photos.example/a.jpg")
