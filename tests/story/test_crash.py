"""kill -9 of everything at random moments, with frames in flight: every frame exactly once, the ledger exact, nothing
held. Frames in flight are asked for in jobs of at most 16: two jobs in the gate, three in the proof."""

import random
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.conftest import open_to_database
from tests.support.server import Server, start

SIDE = 512
FINISH_S = 300
TERMINAL = {"done", "failed", "canceled"}


def read(client: httpx.Client, path: str, **params: str) -> httpx.Response:
    """As often as the rate limit lets one: fifty rounds ask for thousands of frames."""
    while (answer := client.get(path, params=params)).status_code == 429:
        time.sleep(int(answer.headers["Retry-After"]))
    return answer


def ask_for_frames(client: httpx.Client, count: int) -> list[str]:
    """Ids of the frames; asked as often as needed, each with its own key."""
    pack = client.get("/api/v1/packs").json()["data"][0]["slug"]
    scene = client.get(f"/api/v1/packs/{pack}").json()["data"]["scenes"][0]["id"]
    frames: list[str] = []
    while len(frames) < count:
        number = min(16, count - len(frames))
        body = {"pack": pack, "scene": scene, "knobs": {}, "width": SIDE, "height": SIDE, "num_images": number}
        answer = client.post("/api/lora/generate", json={**body, "likeness_id": None, "seed": len(frames)})
        assert answer.status_code == 202, answer.text
        job = client.get(f"/api/lora/generate/{answer.json()['data']['id']}").json()["data"]
        frames += [frame["id"] for frame in job["frames"]]
    return frames


def statuses(client: httpx.Client, frames: list[str]) -> Counter[str]:
    return Counter(read(client, f"/api/v1/frames/{frame}").json()["data"]["status"] for frame in frames)


def wait_until_finished(client: httpx.Client, frames: list[str]) -> Counter[str]:
    """Asks for one after the other: asking for all of them all the time would be work of its own."""
    deadline = time.monotonic() + FINISH_S
    for frame in frames:
        while not set(statuses(client, [frame])) <= TERMINAL:
            assert time.monotonic() < deadline, f"not finished in {FINISH_S} s: {statuses(client, frames)}"
            time.sleep(0.3)
    return statuses(client, frames)


def assert_exact(server: Server, client: httpx.Client, frames: list[str], granted: int) -> None:
    found = wait_until_finished(client, frames)
    assert found == Counter(done=len(frames))
    wallet = client.get("/api/v1/wallet").json()["data"]
    assert (wallet["balance"], wallet["held"]) == (granted - len(frames), 0)
    for frame in frames:
        picture = read(client, f"/api/v1/frames/{frame}/image", variant="full")
        assert picture.status_code == 200
        assert picture.headers["content-type"].startswith("image/")
    checked = server.cli("reconcile")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def survive(folder: Path, kills: int, in_flight: int, seed: int) -> None:
    dice = random.Random(seed)
    server = start(folder)
    granted, everything = 25, []
    client = server.client("crash@example.com")
    for number in range(kills):
        waiting = [] if not everything else everything[-in_flight:]
        if not waiting or set(statuses(client, waiting)) <= TERMINAL:
            done = server.cli("grant", "crash@example.com", str(in_flight), "--reason", "crash story")
            assert done.returncode == 0, done.stderr
            granted += in_flight
            everything += ask_for_frames(client, in_flight)
        time.sleep(dice.uniform(0.0, 2.5))  # the moment of the crash, not a wait for something
        server.kill_group()
        server = start(folder)
        client = server.client("crash@example.com")
        print(f"kill {number + 1} of {kills}", dict(statuses(client, everything[-in_flight:])))
    try:
        assert_exact(server, client, everything, granted)
    finally:
        assert server.stop() == 0


def test_two_crashes(tmp_path: Path) -> None:
    survive(open_to_database(tmp_path), kills=2, in_flight=17, seed=random.randrange(10**6))


@pytest.mark.proof
def test_fifty_crashes(tmp_path: Path) -> None:
    survive(open_to_database(tmp_path), kills=50, in_flight=40, seed=1)
