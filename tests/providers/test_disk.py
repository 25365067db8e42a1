"""The store on disk: its signed URLs, and what happens when there is no room."""

import errno
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from pexit_app.core.clock import now
from pexit_app.core.ports import StoreFull
from pexit_app.providers import whole_files
from pexit_app.providers.disk import DiskStore
from tests.providers.conftest import Shop, serving

JPEG, PNG = "image/jpeg", "image/png"
KEY = "up/1/photo.jpg"


def files(folder: Path) -> list[str]:
    """Everything that lies there, half things included."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def changed(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode(query)).geturl()


def test_urls_are_complete_where_everybody_reaches_them(tmp_path: Path, disk: Shop) -> None:
    assert not disk.store.is_public and disk.store.signed_url(KEY, JPEG, 60).startswith("/files/up/1/photo.jpg?")
    assert not DiskStore(tmp_path, "http://pexit.example").is_public
    store = DiskStore(tmp_path, "https://pexit.example")
    assert store.is_public
    assert store.signed_url(KEY, JPEG, 60) == "https://pexit.example" + disk.store.signed_url(KEY, JPEG, 60)
    assert store.signed_put(KEY, JPEG, 5, 60).startswith("https://pexit.example/files/up/1/photo.jpg?")


async def test_head_tells_without_bytes(disk: Shop) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    answer = await disk.http.head(disk.store.signed_url(KEY, JPEG, 60))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "5")
    assert answer.headers["accept-ranges"] == "bytes"


async def test_several_ranges_at_once(disk: Shop) -> None:
    await disk.store.put(KEY, b"0123456789", JPEG)
    answer = await disk.http.get(disk.store.signed_url(KEY, JPEG, 60), headers={"Range": "bytes=0-1,8-9"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert b"01" in answer.content and b"89" in answer.content


async def test_a_range_of_an_older_version_gets_the_whole(disk: Shop) -> None:
    await disk.store.put(KEY, b"0123456789", JPEG)
    url = disk.store.signed_url(KEY, JPEG, 60)
    etag = (await disk.http.get(url)).headers["etag"]
    asked = {"Range": "bytes=0-1", "If-Range": etag}
    assert (await disk.http.get(url, headers=asked)).content == b"01"
    await disk.store.put(KEY, b"other bytes", JPEG)
    answer = await disk.http.get(url, headers=asked)
    assert (answer.status_code, answer.content) == (200, b"other bytes")


@pytest.mark.parametrize(
    "changes", [{"t": "text/html"}, {"n": "x.jpg"}, {"s": "A" * 43}, {"s": ""}, {"e": "9999999999"}]
)
async def test_a_forged_url_reads_nothing(disk: Shop, changes: dict[str, str]) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    url = disk.store.signed_url(KEY, JPEG, 60)
    assert (await disk.http.get(changed(url, **changes))).status_code == 404
    assert (await disk.http.get(url.replace("photo.jpg", "other.jpg"))).status_code == 404
    assert (await disk.http.get(url)).status_code == 200


async def test_urls_expire(disk: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    read, write = disk.store.signed_url(KEY, JPEG, 60), disk.store.signed_put(KEY, JPEG, 1, 60)
    monkeypatch.setattr("pexit_app.providers.disk.now", lambda start=now(): start + timedelta(seconds=61 + 600))
    assert (await disk.http.get(read)).status_code == 404
    assert (await disk.http.put(write, content=b"1", headers={"Content-Type": JPEG})).status_code == 404
    assert await disk.store.get(KEY) == b"12345"


async def test_a_deleted_object_is_gone_for_its_urls(disk: Shop) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    url = disk.store.signed_url(KEY, JPEG, 60)
    await disk.store.delete_prefix("up/1/")
    assert (await disk.http.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("content", "media_type", "changes", "status", "code"),
    [
        (b"123456", JPEG, {}, 413, "too_large"),
        (b"1234", JPEG, {}, 400, "malformed"),
        (b"12345", PNG, {}, 415, "wrong_type"),
        (b"12345", "", {}, 415, "wrong_type"),
        (b"12345", PNG, {"t": PNG}, 404, "not_found"),
        (b"123456", JPEG, {"l": "6"}, 404, "not_found"),
        (b"12345", JPEG, {"e": "9999999999"}, 404, "not_found"),
        (b"12345", JPEG, {"s": "A" * 43}, 404, "not_found"),
    ],
)
async def test_a_put_that_was_not_agreed_leaves_nothing(
    disk: Shop, content: bytes, media_type: str, changes: dict[str, str], status: int, code: str
) -> None:
    url = changed(disk.store.signed_put(KEY, JPEG, 5, 60), **changes)
    answer = await disk.http.put(url, content=content, headers={"Content-Type": media_type} if media_type else {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert files(disk.store.folder) == []


async def test_a_stream_of_unknown_length_is_stopped_at_its_limit(disk: Shop) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 1000
            yield b"x" * 1000

    url = disk.store.signed_put(KEY, JPEG, 5000, 60)
    answer = await disk.http.put(url, content=endless(), headers={"Content-Type": JPEG})
    assert (answer.status_code, files(disk.store.folder)) == (413, [])
    assert sent < 100_000


async def test_an_upload_that_breaks_off_leaves_nothing(disk: Shop) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"123"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await disk.store.receive(KEY, JPEG, 5, broken())
    assert files(disk.store.folder) == []


async def test_a_url_to_read_does_not_write_and_the_other_way_round(disk: Shop) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    read, write = disk.store.signed_url(KEY, JPEG, 60), disk.store.signed_put(KEY, JPEG, 5, 60)
    answer = await disk.http.put(read + "&l=5", content=b"54321", headers={"Content-Type": JPEG})
    assert answer.status_code == 404
    assert (await disk.http.get(write)).status_code == 404
    assert await disk.store.get(KEY) == b"12345"


async def test_parts_of_killed_writers_are_no_objects_and_go(disk: Shop) -> None:
    await disk.store.put(KEY, b"12345", JPEG)
    old, young = disk.store.folder / "up/1/.part-old", disk.store.folder / "up/1/.part-young"
    for part in (old, young):
        part.write_bytes(b"half a face")
    os.utime(old, (0, 0))
    assert [key async for key in disk.store.list("")] == [KEY]
    await disk.store.tidy()
    assert (old.exists(), young.exists()) == (False, True)
    assert await disk.store.get(KEY) == b"12345"


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 256 KB of its own."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode != 0:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_disk_that_is_really_full(tiny: Path, tmp_path: Path, disk: Shop) -> None:
    store = DiskStore(tiny / "objects")
    await store.put("frames/1/full.png", b"x" * 100_000, PNG)
    before = files(tiny)
    large = tmp_path / "large"
    large.write_bytes(b"y" * 300_000)
    await disk.store.put_file("up/1/large.png", large, PNG)
    for _ in range(2):
        with pytest.raises(StoreFull, match="disk is full"):
            await store.put("frames/2/full.png", b"y" * 300_000, PNG)
        with pytest.raises(StoreFull, match="disk is full"):
            await store.put_file("frames/2/full.png", large, PNG)
        with pytest.raises(StoreFull, match="disk is full"):
            await store.put("frames/1/full.png", b"y" * 300_000, PNG)
        with pytest.raises(StoreFull, match="disk is full"):
            await disk.store.get_file("up/1/large.png", tiny / "got")
    assert files(tiny) == before
    assert await store.get("frames/1/full.png") == b"x" * 100_000

    async with httpx.AsyncClient(transport=httpx.ASGITransport(serving(store)), base_url="http://test") as http:
        url = store.signed_put(KEY, JPEG, 300_000, 60)
        answer = await http.put(url, content=large.read_bytes(), headers={"Content-Type": JPEG})
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert answer.json()["error"]["message"] == "The disk is full."
    assert files(tiny) == before

    await store.delete("frames/1/full.png")
    await store.put("frames/2/full.png", b"y" * 100_000, PNG)
    assert await store.get("frames/2/full.png") == b"y" * 100_000


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("step", ["mkdir", "mkstemp", "fsync", "replace"])
async def test_no_room_at_any_step(disk: Shop, monkeypatch: pytest.MonkeyPatch, step: str, number: int) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    where = {"mkdir": Path, "mkstemp": whole_files.tempfile, "fsync": whole_files.os, "replace": whole_files.os}[step]
    with monkeypatch.context() as patched:
        patched.setattr(where, step, refuse)
        with pytest.raises(StoreFull):
            await disk.store.put(KEY, b"12345", JPEG)
        answer = await disk.http.put(
            disk.store.signed_put(KEY, JPEG, 5, 60), content=b"12345", headers={"Content-Type": JPEG}
        )
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "storage_full")
    assert files(disk.store.folder) == []


async def test_other_troubles_of_the_disk_are_not_called_full(disk: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(whole_files.os, "fsync", refuse)
    with pytest.raises(OSError, match="broken"):
        await disk.store.put(KEY, b"12345", JPEG)
    assert files(disk.store.folder) == []
