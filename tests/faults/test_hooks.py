"""Webhooks from a service's server to a stored frame: heard at once, whatever else they do changes nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import col, select

from pexit_app import rest
from pexit_app.core import db, deps, events
from pexit_app.core.actor import Actor
from pexit_app.core.models import Event
from pexit_app.features.jobs import service as jobs
from pexit_app.features.routing import addresses, following
from pexit_app.features.routing.models import Submission
from pexit_app.features.routing.table import ROUTES
from pexit_app.features.shoots import developing
from pexit_app.features.shoots.models import Frame, prefix_of
from pexit_app.features.wallet import service as wallet
from pexit_app.providers.fal import queue
from pexit_app.providers.replicate.desk import Pace
from tests.faults import sides
from tests.faults.conftest import PATIENT, Bench
from tests.features.people.support import new_user
from tests.features.shoots.support import order, publish
from tests.servers.base import converse
from tests.servers.faults import Fault
from tests.servers.replicate import Course

NEVER_S = 3600.0
DUST, PRICE = 100, ROUTES["generate"].dust
SERVICES = ("fal", "replicate")
Sent = tuple[str, dict[str, str], bytes]


@pytest.fixture(autouse=True)
async def hub(live_db: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Nothing is found by looking a second time: who waits is woken, or waits for ever."""
    monkeypatch.setattr(queue, "FIRST_PAUSE_S", NEVER_S)
    monkeypatch.setattr(sides, "QUICK", Pace(NEVER_S, NEVER_S, NEVER_S))
    monkeypatch.setattr(following, "patience", replace(PATIENT, lost_s=60))
    async with events.hub(live_db):
        yield


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Pexit, listening."""
    app = rest.make_api()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            await converse((reader, writer), app, "http", keeps_alive=False)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@dataclass
class Story:
    """One frame at one service; its webhooks are sent by hand unless the service sends them."""

    bench: Bench
    name: str
    me: Actor
    frame: Frame
    address: str

    @property
    def side(self):
        return self.bench.side(self.name)

    def start(self) -> asyncio.Task[None]:
        return asyncio.create_task(developing.develop_frame(self.frame.id, 1))

    async def taken(self) -> None:
        """The service has it, and somebody looks."""
        await self.side.server.faults.until("status")

    async def send(self, sent: Sent, **changed: object) -> httpx.Response:
        url, headers, body = sent
        target = self.address + url.removeprefix("https://pexit.example")
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(
                str(changed.get("url", target)),
                content=changed.get("body", body),
                headers={**headers, **changed.get("headers", {})},
            )

    async def row(self) -> Submission:
        async with db.transaction() as session:
            query = select(Submission).where(col(Submission.reference).startswith(f"frame:{self.frame.id}"))
            return (await session.exec(query)).one()

    async def state(self) -> tuple[str, int, int, int]:
        """The frame's status, dust to spend, dust held, and how often its end was told."""
        async with db.transaction() as session:
            frame = await session.get(Frame, self.frame.id)
            card = await wallet.card(session, self.me.user_id)
            told = await session.exec(select(Event.kind).where(Event.job_id == self.frame.job_id))
            ends = [kind for kind in told.all() if kind in ("frame.done", "frame.failed", "frame.canceled")]
        return frame.status, card.balance, card.held, len(ends)

    async def is_done(self) -> None:
        assert await self.state() == ("done", DUST - PRICE, 0, 1)
        row = await self.row()
        assert (row.outcome, self.side.taken, self.side.posts) == ("done", 1, 1)


async def tell(bench: Bench, name: str, address: str) -> Story:
    async with db.transaction() as session:
        me = await new_user(session, DUST)
        slug = await publish(session, f"hooks-{uuid4().hex[:8]}")
        [frame] = (await order(session, me, 1, pack=slug)).frames
    return Story(bench, name, me, frame, address)


@pytest.fixture(params=SERVICES)
async def story(request: pytest.FixtureRequest, bench: Bench, address: str) -> Story:
    """Its service works on until it is finished by hand, and does not stop when it is told to."""
    bench.open(request.param, trains=False)
    bench.wire.fal.server.looks = None
    bench.wire.fal.server.ignores_cancel = True
    bench.wire.replicate.server.courses.extend([Course(("starting",) * sides.FOR_EVER, is_deaf=True)] * 2)
    return await tell(bench, request.param, address)


async def ended(work: asyncio.Task[None]) -> None:
    async with asyncio.timeout(60):
        await work


async def test_the_result_is_found_when_the_service_calls(story):
    """The next look would be in an hour."""
    work = story.start()
    await story.taken()
    answer = await story.send(story.side.finish_late())
    assert (answer.status_code, answer.json()["data"]) == (200, {"known": True})
    await ended(work)
    await story.is_done()
    assert story.side.server.faults.count("status") <= 3


@pytest.mark.parametrize("name", SERVICES)
async def test_the_service_itself_calls_us(bench, address, name):
    bench.open(name, trains=False)
    bench.wire.fal.server.sends_hooks = bench.wire.replicate.server.sends_hooks = True
    bench.wire.fal.server.hooks_to = bench.wire.replicate.server.hook_base = address
    bench.wire.fal.server.finish_s = bench.wire.replicate.server.pace_s = 0.3
    story = await tell(bench, name, address)
    await ended(story.start())
    await story.is_done()


async def test_a_lost_answer_is_named_by_the_call(story):
    """Neither the answer nor a listing names it."""
    faults = story.side.server.faults
    faults.plan(Fault("submit", "status", 502, is_taken=True), Fault("list", "status", 500, times=None))
    work = story.start()
    await faults.until("submit")
    while not story.side.taken:
        await asyncio.sleep(0.01)
    assert (await story.send(story.side.finish_late())).json()["data"] == {"known": True}
    await ended(work)
    await story.is_done()


async def test_a_crash_between_the_intent_and_the_id_is_mended_by_the_call(story):
    """The process dies while the order is answered; the call comes while it is away; it is run again."""
    faults = story.side.server.faults
    faults.plan(Fault("submit", "read_timeout", is_taken=True), Fault("list", "status", 500, times=None))
    work = story.start()
    while not story.side.taken:
        await asyncio.sleep(0.01)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    assert ((await story.row()).provider_id, (await story.row()).outcome) == (None, "")
    assert (await story.send(story.side.finish_late())).json()["data"] == {"known": True}
    await ended(story.start())
    await story.is_done()


async def test_calls_that_come_twice_or_late_change_nothing(story):
    work = story.start()
    await story.taken()
    sent = story.side.finish_late()
    answers = await asyncio.gather(*(story.send(sent) for _ in range(5)))
    assert [each.json()["data"] for each in answers] == [{"known": True}] * 5
    await ended(work)
    before = (await story.row()).model_dump()
    for _ in range(2):
        assert (await story.send(sent)).json()["data"] == {"known": True}
    assert (await story.row()).model_dump() == before
    await story.is_done()


async def test_a_success_after_the_cancel_changes_nothing(story):
    work = story.start()
    await story.taken()
    async with db.transaction() as session:
        await jobs.cancel_job(session, story.me, story.frame.job_id)
    await ended(work)
    assert story.side.canceled
    before = (await story.row()).model_dump()
    assert before["outcome"] == "canceled"
    assert (await story.send(story.side.finish_late())).json()["data"] == {"known": True}
    await developing.develop_frame(story.frame.id, 1)
    assert (await story.row()).model_dump() == before
    assert await story.state() == ("canceled", DUST, 0, 1)
    assert [key async for key in deps.get().store.list(prefix_of(story.frame.id))] == []


def _old(story: Story, sent: Sent) -> dict[str, str]:
    server = story.side.server
    if story.name == "fal":
        return server.hook(server.last, at=1_700_000_000)[0]
    return server.signed(sent[2], at=1_700_000_000)


async def test_forged_and_stale_calls_are_refused_and_change_nothing(story):
    work = story.start()
    await story.taken()
    before = (await story.row()).model_dump()
    sent = story.side.finish_late()
    body, url = sent[2], story.address + sent[0].removeprefix("https://pexit.example")
    forged = (
        {"body": body + b" "},
        {"body": b"{}"},
        {"headers": _old(story, sent)},
        {"headers": {name: "" for name in sent[1] if "signature" in name}},
        {"url": url[:-1] + ("0" if url[-1] != "0" else "1")},
        {"url": url.replace(story.name, "replicate" if story.name == "fal" else "fal", 1)},
        {"url": url.replace(str(story.frame.id), str(uuid4()))},
    )
    for changed in forged:
        answer = await story.send(sent, **changed)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "forged"), changed
    assert (await story.row()).model_dump() == before
    assert not work.done()
    await story.send(sent)
    await ended(work)
    await story.is_done()


async def test_a_call_about_an_order_that_never_was_is_known_to_nobody(story):
    work = story.start()
    await story.taken()
    sent = story.side.finish_late()
    row = await story.row()
    nowhere = addresses.hook_url(story.name, f"frame:{uuid4()}:1", row.model)
    assert (await story.send((nowhere, *sent[1:]))).json()["data"] == {"known": False}
    await story.send(sent)
    await ended(work)


async def test_a_true_call_at_the_address_of_another_order_names_nothing(story):
    """Both addresses are ours and the body is signed; yet it is about the first order, and the second, whose answer was
    lost, is not taken for it."""
    first = story.start()
    await story.taken()
    sent = story.side.finish_late()
    other = await tell(story.bench, story.name, story.address)
    faults = story.side.server.faults
    faults.plan(Fault("submit", "status", 500), Fault("list", "status", 500, times=None))
    second = other.start()
    while not (rows := await _rows(other.frame.id)) or rows[0].lost_at is None:
        await asyncio.sleep(0.01)
    there = addresses.hook_url(story.name, rows[0].reference, rows[0].model)
    assert (await story.send((there, *sent[1:]))).json()["data"] == {"known": False}
    assert (await other.row()).provider_id is None
    assert (await story.send(sent)).json()["data"] == {"known": True}
    await ended(first)
    assert (await story.row()).outcome == "done"
    second.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await second


async def _rows(frame_id: UUID) -> list[Submission]:
    async with db.transaction() as session:
        query = select(Submission).where(col(Submission.reference).startswith(f"frame:{frame_id}"))
        return list((await session.exec(query)).all())


@pytest.mark.parametrize("name", SERVICES)
async def test_without_calls_looking_finds_it(bench, address, monkeypatch, name):
    monkeypatch.setattr(queue, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(sides, "QUICK", Pace(0.01, 0.05, 0.1))
    bench.open(name, trains=False)
    bench.wire.fal.server.looks = 4
    story = await tell(bench, name, address)
    await ended(story.start())
    await story.is_done()
    assert story.side.server.faults.count("status") >= 3
