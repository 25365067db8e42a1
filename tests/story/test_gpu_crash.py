"""kill -9 of everything while a GPU service works for us: as orders leave, wait there, are fetched and are stored. No
frame is lost, none is paid twice by its user, and what may have been paid there for nothing is counted and named."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx
import pytest

from pexit_app.providers.fal.images import AT_ONCE
from tests.conftest import open_to_database
from tests.servers.fal import FalServer
from tests.servers.fal_state import FalOrder
from tests.servers.faults import Fault
from tests.servers.tls import proxying
from tests.support.server import Server, free_port, start

Moment = Literal["submit", "wait", "fetch", "store"]
MOMENTS: tuple[Moment, ...] = ("submit", "wait", "fetch", "store")
USERS = ("ada@example.com", "ben@example.com", "cleo@example.com")
WELCOME = 1000  # dust of a new account, enough for all its frames
PRICE = 5  # of a frame at the GPU, without a creator's fee
SIDE = 512
FOR_EVER = 10**6  # looks
MOST_A_JOB = 16
FINISH_S = 420  # the watchdog of an order whose answer was lost among them
OBJECTS_A_FRAME = 3
LOST = re.compile(r"answer lost .*: frame:([0-9a-f-]{36}):1 at fal ")


def until(told: Callable[[], bool], what: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    deadline = time.monotonic() + FINISH_S
    while not told():
        assert time.monotonic() < deadline, f"{what}: not within {FINISH_S} s"
        meanwhile()
        time.sleep(0.02)


@dataclass
class Story:
    """A Pexit that is killed, and the service that is not. `frames` are ids by seed, each frame's own; `kept_quiet` are
    seeds of which no webhook tells; `told` are the orders whose webhook was taken, `known` those of before the last kill;
    `answered`, while answers are held back, those of before."""

    fal: FalServer
    server: Server
    env: dict[str, str]
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    jobs: dict[str, list[str]] = field(default_factory=dict)
    frames: dict[int, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    kept_quiet: set[int] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    known: list[FalOrder] = field(default_factory=list)
    answered: list[FalOrder] | None = None

    # Ordering.

    def sign_in(self, who: str) -> None:
        client = self.clients[who] = self.server.client(who)
        client.headers["Connection"] = "close"  # none of ours is left open to a server that is killed

    def ask(self, who: str, count: int) -> None:
        """In words alone and of a pack's scene, by turns, in jobs of as many frames as one may have."""
        client = self.clients[who]
        while count:
            number = min(MOST_A_JOB, count)
            job = sum(map(len, self.jobs.values()))
            what = self._a_scene(client) if job % 2 else {"prompt": "on a quiet pier at dawn"}
            body = {**what, "width": SIDE, "height": SIDE, "num_images": number, "seed": 100 * job}
            answer = client.post("/api/lora/generate", json=body)
            assert answer.status_code == 202, answer.text
            job_id = answer.json()["data"]["id"]
            self.jobs.setdefault(who, []).append(job_id)
            ordered = client.get(f"/api/lora/generate/{job_id}").json()["data"]["frames"]
            assert len(ordered) == number
            for frame in ordered:
                said = client.get(f"/api/v1/frames/{frame['id']}").json()["data"]
                assert said["provider"] != "darkroom" and said["price_dust"] == PRICE
                self.frames[said["seed"]], self.owners[frame["id"]] = frame["id"], who
            count -= number

    def _a_scene(self, client: httpx.Client) -> dict[str, object]:
        listed = client.get("/api/v1/packs").json()["data"]
        pack = next(each["slug"] for each in listed if not each["price_dust"] and each["slug"] != "your-words")
        scene = client.get(f"/api/v1/packs/{pack}").json()["data"]["scenes"][0]["id"]
        return {"pack": pack, "scene": scene, "knobs": {}}

    # The service, as it goes on whether we are there or not.

    @property
    def orders(self) -> list[FalOrder]:
        return list(self.fal.orders.values())

    @property
    def open(self) -> list[FalOrder]:
        return [order for order in self.orders if order.state != "COMPLETED"]

    def seed_of(self, order: FalOrder) -> int:
        return int(order.arguments["seed"])

    def deliver(self, orders: list[FalOrder] | None = None) -> None:
        """Finishes what is open; webhooks come again until they are taken, as the real ones do."""
        for order in self.orders if orders is None else orders:
            if self.seed_of(order) in self.kept_quiet:
                continue
            self.fal.finish(order)
            if order.webhook and order.request_id not in self.told and asyncio.run(self.fal.send_hook(order)) == 200:
                self.told.add(order.request_id)

    def until_all_are_taken(self) -> None:
        before = self.known
        until(lambda: len(self.orders) == len(self.frames), "all orders taken", lambda: self.deliver(before))

    # The crash.

    def kill(self, moment: Moment, least: int) -> None:
        """When at least `least` orders are at that point."""
        {"submit": self._until_sent, "wait": self._until_waiting, "fetch": self._until_fetched}.get(
            moment, self._until_stored
        )(least)
        self.server.kill_group()
        print(f"kill during {moment}: {self._at_kill()}", flush=True)
        self.fal.faults.clear()
        self.known, self.answered = self.orders, None
        self.server = start(self.server.data, self.server.port, **self.env)

    def hold_answers(self) -> None:
        """The service takes the orders that come from now on, and its answers are on the way."""
        self.answered = self.orders
        self.fal.faults.plan(Fault("submit", "read_timeout", times=None, is_taken=True))

    def _until_sent(self, least: int) -> None:
        if self.answered is None:
            self.hold_answers()
        before = list(self.answered or ())
        until(lambda: len(self.orders) - len(before) >= least, "orders sent", lambda: self.deliver(before))

    def _until_waiting(self, least: int) -> None:
        before = self.known
        until(lambda: sum(each.is_seen for each in self.open) >= least, "orders waiting", lambda: self.deliver(before))

    def _until_fetched(self, least: int) -> None:
        hits = self.fal.faults.hits("file")
        self.fal.faults.plan(Fault("file", "read_timeout", times=None))
        until(lambda: self.fal.faults.hits("file") - hits >= least, "results asked for", self.deliver)

    def _until_stored(self, least: int) -> None:
        before = self._objects()
        until(lambda: self._objects() - before >= least, "objects stored", self.deliver)

    def _objects(self) -> int:
        return len(list((self.server.data / "objects" / "frames").glob("*/[ftv]*.[jp]*")))

    def _at_kill(self) -> dict[str, int]:
        stored, seen = self._objects(), sum(order.is_seen for order in self.orders)
        return {"taken": len(self.orders), "looked at": seen, "open": len(self.open), "objects": stored}

    # The end.

    def statuses(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for who, jobs in self.jobs.items():
            for job in jobs:
                said = self.clients[who].get(f"/api/lora/generate/{job}").json()["data"]
                found |= {frame["id"]: frame["status"] for frame in said["frames"]}
        return found

    def finish(self) -> dict[str, str]:
        until(lambda: set(self.statuses().values()) <= {"done", "failed"}, "every frame over", self.deliver)
        return self.statuses()

    def report(self) -> tuple[set[str], str]:
        """(ids of frames whose answer was lost, all of it)."""
        done = self.server.cli("routes", "report")
        assert done.returncode == 0, done.stderr
        return set(LOST.findall(done.stdout)), done.stdout

    def assert_exact(self) -> None:
        ended = self.finish()
        assert set(ended) == set(self.frames.values())
        lost, told = self.report()
        failed = {frame for frame, status in ended.items() if status == "failed"}
        assert failed == lost, told
        assert "under way" not in told
        paid = Counter(self.frames[self.seed_of(order)] for order in self.orders)
        twice = {frame: count for frame, count in paid.items() if count > 1}
        for_nothing = failed & set(paid)
        print(f"{len(ended)} frames: {len(failed)} failed with an answer lost for good, {len(twice)} submitted twice,")
        print(f"{len(for_nothing)} paid at the service and never billed; {len(self.orders)} orders there", flush=True)
        assert twice == {}
        assert for_nothing == {self.frames[seed] for seed in self.kept_quiet}
        assert set(paid) == set(ended) - failed | for_nothing
        assert [self.seed_of(order) for order in self.open] == sorted(self.kept_quiet)
        self._assert_paid(failed)
        self._assert_pictures(failed)
        checked = self.server.cli("reconcile")
        assert checked.returncode == 0, checked.stdout + checked.stderr

    def _assert_paid(self, failed: set[str]) -> None:
        for who, client in self.clients.items():
            made = sum(owner == who and frame not in failed for frame, owner in self.owners.items())
            wallet = client.get("/api/v1/wallet").json()["data"]
            assert (wallet["balance"], wallet["held"]) == (WELCOME - PRICE * made, 0)

    def _assert_pictures(self, failed: set[str]) -> None:
        for frame, who in self.owners.items():
            picture = self.clients[who].get(f"/api/v1/frames/{frame}/image", params={"variant": "full"})
            assert picture.status_code == (404 if frame in failed else 200)
        assert self._objects() == OBJECTS_A_FRAME * (len(self.owners) - len(failed))


@contextmanager
def opened(folder: Path, users: int, *, hooks: bool) -> Iterator[Story]:
    fal = FalServer()
    fal.looks = FOR_EVER
    port = free_port()
    with proxying(fal.apps(), folder, fal.faults) as proxy:
        env = {**proxy.env, "FAL_KEY": fal.key, "PEXIT_WELCOME_DUST": str(WELCOME)}
        if hooks:
            env["PEXIT_PUBLIC_URL"] = f"http://localhost:{port}"
        data = folder / "data"
        data.mkdir()
        story = Story(fal, start(open_to_database(data), port, **env), env)
        try:
            for who in USERS[:users]:
                story.sign_in(who)
            yield story
        finally:
            assert story.server.stop() == 0, story.server.log.read_text()[-4000:]


def test_a_kill_as_orders_leave_as_results_come_and_as_they_are_stored(tmp_path: Path) -> None:
    """The proof also kills while orders wait there. No order is just leaving at any kill but the first, so nobody has to
    wait until a lost one is given up."""
    with opened(open_to_database(tmp_path), 3, hooks=True) as story:
        story.hold_answers()
        for who, count in zip(USERS, (7, 7, 6), strict=True):
            story.ask(who, count)
        story.kill("submit", AT_ONCE)
        story.kill("fetch", AT_ONCE)
        story.until_all_are_taken()
        story.kill("store", random.randrange(1, OBJECTS_A_FRAME * AT_ONCE))
        story.assert_exact()
        assert story.report()[0] == set()


@pytest.mark.proof  # tests/faults/test_hooks.py shows in the gate that polling finds what no call told
def test_kills_where_no_webhook_comes(tmp_path: Path) -> None:
    with opened(open_to_database(tmp_path), 2, hooks=False) as story:
        for who in USERS[:2]:
            story.ask(who, AT_ONCE // 2)
        story.kill("wait", AT_ONCE)
        story.kill("fetch", AT_ONCE)
        story.assert_exact()
        assert story.report()[0] == set()


@pytest.mark.proof
def test_a_hundred_frames_and_thirteen_kills(tmp_path: Path) -> None:
    """At any moment now, also between an intent and its order: nobody ever names what was never sent."""
    dice = random.Random(4)
    with opened(open_to_database(tmp_path), 3, hooks=True) as story:
        story.hold_answers()
        for who, count in zip(USERS, (34, 33, 33), strict=True):
            story.ask(who, count)
        story.kill("submit", AT_ONCE)
        story.kept_quiet = {story.seed_of(story.open[0])}  # an order that the service never tells of
        for moment in dice.sample(MOMENTS * 3, 12):
            if len(story.frames) - len(story.orders) < 2 * AT_ONCE:
                story.ask(dice.choice(USERS), 4 * AT_ONCE)
            story.kill(moment, dice.randrange(1, AT_ONCE // 2))
        story.assert_exact()
