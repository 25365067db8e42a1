"""Local copies of objects in a bucket: used as files, bounded, and gone when the object is."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from pexit_app.core.errors import Unavailable
from pexit_app.core.settings import Settings
from pexit_app.providers import local_copies, stores
from pexit_app.providers.disk import DiskStore
from pexit_app.providers.s3 import S3Store
from tests.providers.conftest import Shop
from tests.support import bucket

ANY = "application/octet-stream"
FACE = "likenesses/1/persona.npz"


@pytest.fixture
def store(s3: Shop) -> S3Store:
    return s3.store


@pytest.fixture(autouse=True)
def _ask_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_copies, "FRESH_S", 0.0)


def copies(store: S3Store) -> set[str]:
    folder = store._copies.folder
    return {path.relative_to(folder).parent.as_posix() for path in folder.rglob("*") if path.is_file()}


def requests(store: S3Store) -> list[str]:
    seen: list[str] = []
    events = store._client.meta.events
    events.register("before-send.s3", lambda event_name, **_: seen.append(event_name.split(".")[-1]) or None)
    return seen


async def test_the_disk_has_its_own_file(disk: Shop) -> None:
    await disk.store.put(FACE, b"a face", ANY)
    assert await disk.store.local_file(FACE) == disk.store.path_of(FACE)
    await disk.store.delete(FACE)
    with pytest.raises(FileNotFoundError):
        await disk.store.local_file(FACE)


async def test_an_object_is_fetched_once(store: S3Store) -> None:
    await store.put(FACE, b"a face", ANY)
    seen = requests(store)
    path = await store.local_file(FACE)
    assert path.read_bytes() == b"a face"
    assert await store.local_file(FACE) == path
    assert seen.count("GetObject") == 1


async def test_for_a_moment_the_store_is_not_asked_again(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_copies, "FRESH_S", 60.0)
    await store.put(FACE, b"a face", ANY)
    path, seen = await store.local_file(FACE), requests(store)
    assert await store.local_file(FACE) == path
    assert seen == []
    await store.delete(FACE)
    with pytest.raises(FileNotFoundError):
        await store.local_file(FACE)


async def test_another_version_is_another_file(store: S3Store) -> None:
    await store.put(FACE, b"a face", ANY)
    before = await store.local_file(FACE)
    await store.put(FACE, b"another face", ANY)
    after = await store.local_file(FACE)
    assert after != before and after.read_bytes() == b"another face"


async def test_deleting_takes_the_copies_along(store: S3Store) -> None:
    keys = [f"likenesses/{number}/persona.npz" for number in (1, 2, 3)]
    for key in keys:
        await store.put(key, b"a face", ANY)
        await store.local_file(key)
    assert copies(store) == set(keys)
    await store.delete(keys[0])
    assert copies(store) == set(keys[1:])
    await store.delete_prefix("likenesses/2/")
    assert copies(store) == {keys[2]}
    await store.delete_prefix("likenesses/")
    assert copies(store) == set()


async def test_another_process_of_this_machine_deletes(store: S3Store, s3_address: str) -> None:
    await store.put(FACE, b"a face", ANY)
    path = await store.local_file(FACE)
    other = bucket.open_store(s3_address, store.bucket, store._copies.folder, prefix="pexit/")
    await other.delete_prefix("likenesses/1/")
    await other.close()
    assert not path.exists()


async def test_another_machine_deletes(store: S3Store, s3_address: str, tmp_path: Path) -> None:
    """The next use finds out, or the next sweep."""
    for key in (FACE, "likenesses/2/persona.npz", "likenesses/3/persona.npz"):
        await store.put(key, b"a face", ANY)
        await store.local_file(key)
    other = bucket.open_store(s3_address, store.bucket, tmp_path / "elsewhere", prefix="pexit/")
    await other.delete(FACE)
    await other.delete("likenesses/2/persona.npz")
    await other.close()
    with pytest.raises(FileNotFoundError):
        await store.local_file(FACE)
    assert copies(store) == {"likenesses/2/persona.npz", "likenesses/3/persona.npz"}
    await store.tidy()
    assert copies(store) == {"likenesses/3/persona.npz"}


async def test_the_tidying_of_a_process_takes_faces_deleted_elsewhere(
    store: S3Store, s3_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "TIDY_S", 0.01)
    await store.put(FACE, b"a face", ANY)
    path, tidied, given = await store.local_file(FACE), asyncio.Event(), store.tidy
    broken = [Unavailable("for once")]

    async def tidy() -> None:
        if broken:
            raise broken.pop()
        await given()
        if not path.exists():
            tidied.set()

    monkeypatch.setattr(store, "tidy", tidy)
    async with stores.kept_tidy(store):
        await asyncio.sleep(0)
        assert path.exists()
        bucket.client(s3_address).delete_object(Bucket=store.bucket, Key=f"pexit/{FACE}")
        async with asyncio.timeout(20):
            await tidied.wait()


async def test_nothing_lies_for_long_unused(store: S3Store) -> None:
    await store.put(FACE, b"a face", ANY)
    path = await store.local_file(FACE)
    half = path.with_name(".part-half")
    half.write_bytes(b"half a face")
    long_ago = time.time() - local_copies.IDLE_S - 1
    for each in (path, half):
        os.utime(each, (long_ago, long_ago))
    await store.local_file(FACE)
    await store.tidy()
    assert path.exists() and not half.exists(), "it was used just now"
    os.utime(path, (long_ago, long_ago))
    await store.tidy()
    assert not path.exists()


async def test_a_store_that_cannot_be_reached_hands_out_no_old_copy(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put(FACE, b"a face", ANY)
    await store.local_file(FACE)

    async def away(key: str) -> dict[str, object]:
        raise Unavailable("away")

    monkeypatch.setattr(store, "_head", away)
    with pytest.raises(Unavailable):
        await store.local_file(FACE)


async def test_the_cache_is_bounded_and_what_is_in_use_stays(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store._copies, "_most_bytes", 2500)
    keys = [f"likenesses/{number}/persona.npz" for number in range(4)]
    for key in keys:
        await store.put(key, b"x" * 1000, ANY)
    paths = [await store.local_file(key) for key in keys[:3]]
    assert copies(store) == set(keys[:3]), "all were handed out within the last minute"
    for age, path in enumerate(reversed(paths)):
        used = time.time() - local_copies.IN_USE_S - 10 - age
        os.utime(path, (used, path.stat().st_mtime))
    await store.local_file(keys[1])
    await store.local_file(keys[3])
    assert copies(store) == {keys[1], keys[3]}


def test_stores_by_settings(tmp_path: Path) -> None:
    bare = Settings(_env_file=None, data_dir=tmp_path, public_url="https://pexit.example")
    on_disk = stores.open_store(bare.model_copy(update={"s3_bucket": ""}))
    assert isinstance(on_disk, DiskStore) and on_disk.is_public and on_disk.folder == tmp_path / "objects"
