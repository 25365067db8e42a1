"""A person's own face from the first photo to the ZIP, with `kill -9` of everything in the middle of each: nothing lost
that was acknowledged, nothing twice, no byte without its row."""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import open_to_database
from tests.support import faces
from tests.support.server import Server, start

WHO = "face@example.com"
FINISH_S = 240
PHOTOS = 6
FRAMES = 4


def until(told: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + FINISH_S
    while not told():
        assert time.monotonic() < deadline, f"{what}: not within {FINISH_S} s"
        time.sleep(0.3)


def data_of(answer: httpx.Response) -> dict:
    assert answer.is_success, answer.text
    return answer.json()["data"]


def agree(client: httpx.Client) -> str:
    """A person with consent; the id."""
    notice = data_of(client.get("/api/v1/consent/notice"))
    consent = {"adult": True, "own_likeness": True, "notice_version": notice["version"]}
    return data_of(client.post("/api/v1/people", json={"name": "Ada", "kind": "person", "consent": consent}))["id"]


def send(client: httpx.Client, person: str, number: int, content: bytes) -> dict:
    files = {"files": (f"{number}.jpg", content, "image/jpeg")}
    return data_of(client.post(f"/api/v1/people/{person}/photos", files=files))


def while_busy(act: Callable[[], object], server: Server, dice: random.Random, longest_s: float) -> bool:
    """Kills everything while `act` runs. True when `act` had its answer before."""
    is_answered = threading.Event()

    def run() -> None:
        try:
            act()
            is_answered.set()
        except (httpx.HTTPError, AssertionError):
            return  # cut off: what was acknowledged until then counts

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(dice.uniform(0.1, longest_s))  # the moment of the crash, not a wait for something
    answered = is_answered.is_set()
    server.kill_group()
    thread.join()
    return answered


def sound(server: Server) -> None:
    checked = server.cli("reconcile")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def photos_of(client: httpx.Client, person: str) -> list[dict]:
    return data_of(client.get(f"/api/v1/people/{person}/photos"))


def ingest(folder: Path, server: Server, dice: random.Random) -> tuple[Server, str]:
    client, batch = server.client(WHO), faces.good_batch(PHOTOS)
    person = agree(client)
    acknowledged: list[str] = []

    def send_all() -> None:
        for number, content in enumerate(batch):
            acknowledged.extend(photo["id"] for photo in send(client, person, number, content)["photos"])

    while_busy(send_all, server, dice, 3.0)
    server = start(folder)
    client = server.client(WHO)
    assert set(acknowledged) <= {photo["id"] for photo in photos_of(client, person)}
    for number, content in enumerate(batch):
        send(client, person, number, content)
    photos = photos_of(client, person)
    assert len(photos) == len({photo["id"] for photo in photos}) == PHOTOS
    for photo in photos:
        assert client.get(photo["url"]).status_code == 200
    return server, person


def train(folder: Path, server: Server, person: str, dice: random.Random, kills: int) -> tuple[Server, str]:
    order = {"person_id": person, "config": {"trigger_word": "TOK", "steps": 1000}}
    job = data_of(server.client(WHO).post("/api/lora/train", json=order))["id"]
    for _ in range(kills):
        time.sleep(dice.uniform(0.2, 6.0))  # the moment of the crash, not a wait for something
        server.kill_group()
        server = start(folder)
    client = server.client(WHO)
    until(lambda: data_of(client.get(f"/api/lora/{job}"))["status"] in ("completed", "failed"), "training")
    done = data_of(client.get(f"/api/lora/{job}"))
    assert (done["status"], done["error"]) == ("completed", ""), done
    trained = [each for each in data_of(client.get("/api/lora")) if each["likeness_id"]]
    assert len(trained) == 1
    sound(server)
    return server, done["likeness_id"]


def render(folder: Path, server: Server, likeness: str, dice: random.Random) -> tuple[Server, str]:
    client = server.client(WHO)
    pack = data_of(client.get("/api/v1/packs"))[0]["slug"]
    scene = data_of(client.get(f"/api/v1/packs/{pack}"))["scenes"][0]["id"]
    shoot = data_of(client.post("/api/v1/shoots", json={"pack": pack, "cast": {"you": likeness}}))["id"]
    ordered = data_of(client.post(f"/api/v1/shoots/{shoot}/frames", json={"scene": scene, "count": FRAMES, "seed": 1}))
    time.sleep(dice.uniform(0.1, 3.0))  # the moment of the crash, not a wait for something
    server.kill_group()
    server = start(folder)
    client = server.client(WHO)
    job = ordered["id"]
    until(lambda: data_of(client.get(f"/api/v1/jobs/{job}"))["status"] == "completed", "rendering")
    frames = data_of(client.get(f"/api/v1/shoots/{shoot}"))["frames"]
    assert [frame["status"] for frame in frames] == ["done"] * FRAMES
    assert data_of(client.get("/api/v1/wallet"))["balance"] == 25 - FRAMES
    return server, shoot


def pack_up(folder: Path, server: Server, shoot: str, dice: random.Random, kills: int) -> Server:
    for _ in range(kills):
        client = server.client(WHO)
        while_busy(lambda client=client: client.get(f"/api/v1/shoots/{shoot}/zip").read(), server, dice, 0.3)
        server = start(folder)
    whole = server.client(WHO).get(f"/api/v1/shoots/{shoot}/zip")
    assert whole.content.startswith(b"PK")
    sound(server)
    return server


def forget(server: Server, person: str) -> None:
    """Deleting the person leaves nothing of the face on the disk."""
    client = server.client(WHO)
    kept = [photo["url"] for photo in photos_of(client, person)]
    assert client.delete(f"/api/v1/people/{person}").status_code == 204
    folders = [server.data / "objects" / name for name in ("photos", "likenesses")]
    until(lambda: not any(path.is_file() for folder in folders for path in folder.rglob("*")), "bytes of the face")
    assert {client.get(url).status_code for url in kept} == {404}
    sound(server)


def live_through(folder: Path, seed: int, kills: int) -> None:
    """`kills` while it learns, one fewer while the ZIP leaves (which only reads), one in each other stage. What a stage
    leaves is there for the next audit to find: one after the likeness, one after the frames and their ZIP, one when all is
    deleted."""
    dice = random.Random(seed)
    server, person = ingest(folder, start(folder), dice)
    server, likeness = train(folder, server, person, dice, kills)
    server, shoot = render(folder, server, likeness, dice)
    server = pack_up(folder, server, shoot, dice, kills - 1)
    try:
        forget(server, person)
    finally:
        assert server.stop() == 0


def test_a_face_survives_a_kill_in_every_stage_that_writes(tmp_path: Path) -> None:
    live_through(open_to_database(tmp_path), random.randrange(10**6), kills=1)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(8))
def test_a_face_survives_eight_times(tmp_path: Path, seed: int) -> None:
    live_through(open_to_database(tmp_path), seed, kills=2)
