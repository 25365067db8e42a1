"""Memory stays flat over 500 photos and 2,000 drafts: what a stranger sends leaves nothing behind."""

import itertools
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import open_to_database
from tests.story.test_own_face import agree, data_of
from tests.support import faces
from tests.support.server import Server, start

PHOTOS, DRAFTS = 500, 2_000
WARM_PHOTOS, WARM_DRAFTS = 60, 200
A_PERSON, A_REQUEST = 50, 10  # photos; at most 60 a person and 30 a request
GROWTH = 1.10
WORKER_BYTES = 512 * 2**20


def held(server: Server) -> tuple[int, int]:
    """Resident bytes of the server with all its children but PostgreSQL, and of its largest worker."""
    parents = [psutil.Process(server.process.pid), *server.children()]
    sizes = [each.memory_info().rss for each in parents if each.is_running() and "postgres" not in each.name()]
    workers = [
        each.memory_info().rss for each in parents if any("darkroom.child" in part for part in each.cmdline())
    ]
    return sum(sizes), max(workers)


def send_photos(client: httpx.Client, count: int, first: int) -> None:
    """Each file another one: a comment in the JPEG changes what it is known by."""
    person, waiting = "", []
    batch = faces.good_batch(12)
    for number in range(first, first + count):
        if (number - first) % A_PERSON == 0:
            person = agree(client)
        content = batch[number % len(batch)]
        comment = b"\xff\xfe\x00\x06" + number.to_bytes(4, "big")
        waiting.append(("files", (f"{number}.jpg", content[:2] + comment + content[2:], "image/jpeg")))
        if len(waiting) == A_REQUEST or number == first + count - 1:
            data_of(client.post(f"/api/v1/people/{person}/photos", files=waiting))
            waiting = []


def draw(client: httpx.Client, count: int, first: int, pack: str, scenes: list[str]) -> None:
    for number, scene in zip(range(first, first + count), itertools.cycle(scenes), strict=False):
        body = {"pack": pack, "scene": scene, "seed": number, "size": 512}
        assert client.post("/api/v1/drafts", json=body).status_code == 200


@pytest.mark.proof
def test_memory_is_flat(tmp_path: Path) -> None:
    server = start(open_to_database(tmp_path))
    try:
        client = server.client("memory@example.com")
        pack = data_of(client.get("/api/v1/packs"))[0]["slug"]
        scenes = [scene["id"] for scene in data_of(client.get(f"/api/v1/packs/{pack}"))["scenes"]]
        send_photos(client, WARM_PHOTOS, 0)
        draw(client, WARM_DRAFTS, 0, pack, scenes)
        before, _ = held(server)
        send_photos(client, PHOTOS, WARM_PHOTOS)
        draw(client, DRAFTS, WARM_DRAFTS, pack, scenes)
        after, largest = held(server)
        print(f"{before / 2**20:.0f} MB warm, {after / 2**20:.0f} MB after; the largest worker {largest / 2**20:.0f} MB")
        assert after < before * GROWTH
        assert largest <= WORKER_BYTES
    finally:
        assert server.stop() == 0
