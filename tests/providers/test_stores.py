"""The contract of object stores: disk, bucket and memory alike."""

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pexit_app.core.clock import now
from tests.providers.conftest import Shop

PNG, JPEG, ANY = "image/png", "image/jpeg", "application/octet-stream"
_PART = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,12}(\.[a-z0-9]{1,6})?", fullmatch=True)
KEYS = st.builds("frames/{}/{}".format, _PART, _PART)


async def listed(shop: Shop, prefix: str) -> set[str]:
    return {key async for key in shop.store.list(prefix)}


async def test_bytes_come_back_as_they_went(shop: Shop) -> None:
    content = secrets.token_bytes(70_000)
    await shop.store.put("frames/1/full.png", content, PNG)
    assert await shop.store.get("frames/1/full.png") == content
    await shop.store.put("frames/1/full.png", b"", PNG)
    assert await shop.store.get("frames/1/full.png") == b""


@pytest.mark.parametrize(
    ("key", "media_type"),
    [("a/1/x.png", PNG), ("a/1/x.jpg", JPEG), ("a/1/persona.npz", ANY), ("a/1/odd.png", "video/mp4")],
)
async def test_what_is_told_of_an_object(shop: Shop, key: str, media_type: str) -> None:
    before = now() - timedelta(seconds=2)
    await shop.store.put(key, b"twelve bytes", media_type)
    told = await shop.store.stat(key)
    assert (told.key, told.size, told.media_type) == (key, 12, media_type)
    assert before <= told.changed_at <= now() + timedelta(seconds=2)
    assert await listed(shop, "a/") == {key}


async def test_an_odd_type_is_forgotten_with_its_object(shop: Shop) -> None:
    await shop.store.put("a/1/x.png", b"x", "video/mp4")
    await shop.store.put("a/1/x.png", b"x", PNG)
    assert (await shop.store.stat("a/1/x.png")).media_type == PNG
    await shop.store.put("a/1/y.png", b"x", "video/mp4")
    await shop.store.delete("a/1/y.png")
    await shop.store.put("a/1/y.png", b"x", PNG)
    assert (await shop.store.stat("a/1/y.png")).media_type == PNG


async def test_what_is_not_there(shop: Shop, tmp_path: Path) -> None:
    store = shop.store
    await store.put("a/1/x.png", b"x", PNG)
    for key in ("a/1/y.png", "a/1", "a/1/x.png/below"):
        with pytest.raises(FileNotFoundError):
            await store.get(key)
        with pytest.raises(FileNotFoundError):
            await store.stat(key)
        with pytest.raises(FileNotFoundError):
            await store.get_file(key, tmp_path / "got")
        with pytest.raises(FileNotFoundError):
            await store.confirm(key, PNG, 1)
    assert not (tmp_path / "got").exists()
    await store.delete("a/1/y.png")
    assert await store.delete_prefix("nobody/") == 0
    assert await listed(shop, "nobody/") == set()


async def test_files_go_in_and_out(shop: Shop, tmp_path: Path) -> None:
    given_file, got = tmp_path / "given", tmp_path / "folder" / "got"
    given_file.write_bytes(secrets.token_bytes(300_000))
    await shop.store.put_file("likenesses/1/weights.safetensors", given_file, ANY)
    await shop.store.get_file("likenesses/1/weights.safetensors", got)
    assert got.read_bytes() == given_file.read_bytes()
    assert [each.name for each in got.parent.iterdir()] == ["got"]


async def test_deleting_takes_what_is_meant_and_no_neighbour(shop: Shop) -> None:
    for key in ("a/1/x.png", "a/1/y.png", "a/12/x.png", "b/1/x.png"):
        await shop.store.put(key, b"x", PNG)
    await shop.store.delete("a/1/x.png")
    await shop.store.delete("a/1/x.png")
    assert await listed(shop, "") == {"a/1/y.png", "a/12/x.png", "b/1/x.png"}
    assert await shop.store.delete_prefix("a/1/") == 1
    assert await listed(shop, "a/") == {"a/12/x.png"}
    assert await shop.store.delete_prefix("a/1/") == 0


async def test_a_prefix_ends_in_a_slash(shop: Shop) -> None:
    """`a/1` would take `a/12` along."""
    for prefix in ("a", "a/1", ""):
        with pytest.raises(ValueError, match="slash"):
            await shop.store.delete_prefix(prefix)
    with pytest.raises(ValueError, match="slash"):
        await listed(shop, "a/1")


async def test_many_at_once(shop: Shop) -> None:
    keys = {f"a/{number}/x.png" for number in range(60)}
    await asyncio.gather(*(shop.store.put(key, key.encode(), PNG) for key in keys))
    assert await listed(shop, "a/") == keys
    assert await asyncio.gather(*(shop.store.get(key) for key in sorted(keys))) == [
        key.encode() for key in sorted(keys)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.dictionaries(KEYS, st.binary(max_size=64), max_size=6))
def test_a_store_is_a_dictionary(shop_of_its_own, contents: dict[str, bytes]) -> None:
    async def check(shop: Shop) -> None:
        await shop.store.delete_prefix("frames/")
        for key, content in contents.items():
            await shop.store.put(key, content, ANY)
        assert {key: await shop.store.get(key) for key in await listed(shop, "")} == contents
        assert await shop.store.delete_prefix("frames/") == len(contents)
        assert await listed(shop, "") == set()

    shop_of_its_own(check)


async def test_a_confirmed_put_is_what_was_agreed(shop: Shop) -> None:
    await shop.store.put("up/1/photo.jpg", b"12345", JPEG)
    told = await shop.store.confirm("up/1/photo.jpg", JPEG, 5)
    assert (told.size, told.media_type) == (5, JPEG)


@pytest.mark.parametrize(("media_type", "size"), [(PNG, 5), (JPEG, 4), (JPEG, 6)])
async def test_a_put_that_was_not_agreed_is_deleted(shop: Shop, media_type: str, size: int) -> None:
    await shop.store.put("up/1/photo.jpg", b"12345", JPEG)
    with pytest.raises(ValueError, match="5 bytes of image/jpeg came"):
        await shop.store.confirm("up/1/photo.jpg", media_type, size)
    with pytest.raises(FileNotFoundError):
        await shop.store.stat("up/1/photo.jpg")


async def test_a_signed_url_reads_one_object(served: Shop) -> None:
    await served.store.put("a/1/x.png", b"0123456789", PNG)
    answer = await served.http.get(served.store.signed_url("a/1/x.png", PNG, 60))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"0123456789", PNG)
    assert "private" in answer.headers["cache-control"]
    assert "content-disposition" not in answer.headers


async def test_a_signed_url_gives_the_file_a_name(served: Shop) -> None:
    await served.store.put("a/1/x.png", b"0123456789", PNG)
    answer = await served.http.get(served.store.signed_url("a/1/x.png", PNG, 60, "Ünder the sea.png"))
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''%C3%9Cnder%20the%20sea.png"


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
    ],
)
async def test_ranges(served: Shop, asked: str, status: int, content: bytes, told: str) -> None:
    await served.store.put("a/1/x.png", b"0123456789", PNG)
    url = served.store.signed_url("a/1/x.png", PNG, 60)
    answer = await served.http.get(url, headers={"Range": asked})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (status, content, told)


async def test_a_range_beyond_the_end(served: Shop) -> None:
    await served.store.put("a/1/x.png", b"0123456789", PNG)
    url = served.store.signed_url("a/1/x.png", PNG, 60)
    assert (await served.http.get(url, headers={"Range": "bytes=10-12"})).status_code == 416


async def test_a_page_drawn_twice_asks_for_the_same_urls(served: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    start = now().replace(minute=30, second=0, microsecond=0)

    def at(**later: float) -> str:
        monkeypatch.setattr("pexit_app.providers.object_keys.now", lambda: start + timedelta(**later))
        monkeypatch.setattr("pexit_app.providers.disk.now", lambda: start + timedelta(**later))
        return served.store.signed_url("a/1/x.png", PNG, 3600)

    assert at() == at(seconds=599) != at(seconds=600)


async def test_a_signed_put_takes_what_was_agreed(served: Shop) -> None:
    content = secrets.token_bytes(3 * 1024 * 1024)
    url = served.store.signed_put("up/1/photo.jpg", JPEG, len(content), 60)
    answer = await served.http.put(url, content=content, headers={"Content-Type": JPEG})
    assert (answer.status_code, answer.content) == (200, b"")
    told = await served.store.confirm("up/1/photo.jpg", JPEG, len(content))
    assert told.size == len(content)
    assert await served.store.get("up/1/photo.jpg") == content


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "A/b", "a/b/", ".hidden", "a/.part-1", "a\n"]
)
async def test_keys_stay_in_the_store(served: Shop, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        await served.store.put(key, b"x", PNG)
    with pytest.raises(ValueError, match="not an object key"):
        served.store.signed_url(key, PNG, 60)
    with pytest.raises(ValueError, match="not an object key"):
        served.store.signed_put(key, PNG, 1, 60)


@pytest.mark.parametrize("expires_s", [0, -1, 7 * 24 * 3600])
def test_nobody_gets_a_url_for_ever(served: Shop, expires_s: int) -> None:
    with pytest.raises(ValueError, match="signed URL holds"):
        served.store.signed_url("a/1/x.png", PNG, expires_s)
    with pytest.raises(ValueError, match="signed URL holds"):
        served.store.signed_put("a/1/x.png", PNG, 1, expires_s)
