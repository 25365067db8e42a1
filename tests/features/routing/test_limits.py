"""Lines in front of providers: never more at once than they take, users in turn, nobody forgotten."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from limits.aio.storage import memory

from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.routing import limits
from tests.features.routing.support import able

ANN, BEN, CAT = uuid4(), uuid4(), uuid4()


class Room:
    """Everybody who came, in the order in which they were let in; each stays until told to go."""

    def __init__(self, at_once: int = 1, per_minute: int | None = None) -> None:
        self.able = able(at_once=at_once, per_minute=per_minute)
        self.entered: list[str] = []
        self.inside: set[str] = set()
        self.most = 0
        self._entry = asyncio.Event()
        self._doors: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def line(self) -> limits.Line:
        return limits.line_of("fal", self.able)

    async def come(self, name: str, user_id: UUID | None = None, told: limits.Told | None = None, **how: bool) -> None:
        door = self._doors[name] = asyncio.Event()

        async def visit() -> None:
            async with limits.place("fal", self.able, user_id, told=told, **how):
                self.entered.append(name)
                self._entry.set()
                self.inside.add(name)
                self.most = max(self.most, len(self.inside))
                await door.wait()
                self.inside.discard(name)

        self.tasks[name] = asyncio.create_task(visit())
        await settled()

    async def has_let_in(self, names: str) -> bool:
        """Waits for so many; counting by the minute takes another thread's help."""
        async with asyncio.timeout(10):
            while len(self.entered) < len(names):
                self._entry.clear()
                await self._entry.wait()
        return "".join(self.entered) == names

    async def go(self, name: str) -> None:
        self._doors[name].set()
        await self.tasks[name]
        await settled()

    async def leave_line(self, name: str) -> None:
        self.tasks[name].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.tasks[name]
        await settled()

    async def go_all(self) -> None:
        while self.inside:
            await self.go(next(each for each in self.entered if each in self.inside))
        assert all(task.done() for task in self.tasks.values()), "somebody was forgotten"


async def settled() -> None:
    """Everything that can go on without time or anybody else has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def open_room() -> AsyncIterator[type[Room]]:
    rooms: list[Room] = []

    def made(*args: int, **kwargs: int) -> Room:
        rooms.append(Room(*args, **kwargs))
        return rooms[-1]

    yield made
    tasks = [task for room in rooms for task in room.tasks.values()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_as_many_at_once_as_the_provider_takes_and_the_others_in_order(open_room):
    room = open_room(at_once=2)
    for name in "abcd":
        await room.come(name)
    assert (room.entered, room.line.waiting) == (["a", "b"], 2)
    await room.go("b")
    assert room.entered == ["a", "b", "c"]
    await room.go_all()
    assert (room.entered, room.most, room.line.busy, room.line.waiting) == (["a", "b", "c", "d"], 2, 0, 0)


async def test_users_take_turns_so_that_nobody_waits_behind_anothers_hundred(open_room):
    room = open_room()
    for name, user in [("a1", ANN), ("a2", ANN), ("a3", ANN), ("a4", ANN), ("b1", BEN), ("b2", BEN), ("c1", CAT)]:
        await room.come(name, user)
    await room.go_all()
    assert room.entered == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_whoever_works_here_has_a_line_of_its_own(open_room):
    room, other = open_room(), open_room(at_once=3)
    await room.come("a")
    await other.come("b")
    async with limits.place("replicate", room.able):
        assert (room.inside, other.inside) == ({"a"}, {"b"})


async def test_an_order_that_is_there_already_waits_for_nobody_but_takes_its_place(open_room):
    room = open_room()
    await room.come("a")
    await room.come("b")
    await room.come("resumed", is_there=True)
    assert room.entered == ["a", "resumed"]
    await room.go("a")
    assert room.entered == ["a", "resumed"], "the resumed one still has the place"
    await room.go("resumed")
    assert room.entered == ["a", "resumed", "b"]


async def test_whoever_gives_up_waiting_holds_up_nobody(open_room):
    room = open_room()
    for name, user in [("a", ANN), ("b", BEN), ("c", CAT)]:
        await room.come(name, user)
    await room.leave_line("b")
    assert room.line.waiting == 1
    await room.go("a")
    assert room.inside == {"c"}


async def test_whoever_gives_up_as_the_place_comes_free_passes_it_on(open_room):
    room = open_room()
    for name in "abc":
        await room.come(name)
    room.line.leave()  # one place more, which goes to b at the next turn of the loop ...
    await asyncio.sleep(0)
    await room.leave_line("b")  # ... just as b gives up
    assert room.inside == {"a", "c"}
    assert room.line.busy == 1


async def test_an_error_gives_the_place_back(open_room):
    room = open_room()
    with pytest.raises(KeyError):
        async with limits.place("fal", room.able):
            raise KeyError
    assert room.line.busy == 0


async def test_who_waits_is_told_how_many_are_ahead(open_room, monkeypatch):
    monkeypatch.setattr(limits, "NOT_WORTH_TELLING_S", 0.0)
    monkeypatch.setattr(limits, "TOLD_S", 0.0)
    room = open_room()
    heard: asyncio.Queue[ProviderUpdate] = asyncio.Queue()
    for name, user in [("a1", ANN), ("a2", ANN), ("a3", ANN), ("b1", BEN)]:
        await room.come(name, user)
    await room.come("b2", BEN, told=heard.put)
    # a2 b1 a3 come before
    assert await heard.get() == ProviderUpdate(ProviderState.QUEUED, stage="in line", queue_position=3)
    await room.go("a1")
    assert (await heard.get()).queue_position == 2
    await room.leave_line("a3")
    assert (await heard.get()).queue_position == 1
    await room.go("a2")
    assert (await heard.get()).queue_position == 0
    await room.go("b1")
    await room.go("b2")
    assert heard.empty()


async def test_who_is_let_in_at_once_is_told_nothing(open_room):
    heard: list[ProviderUpdate] = []

    async def told(update: ProviderUpdate) -> None:
        heard.append(update)

    room = open_room()
    await room.come("a", told=told)
    assert (room.inside, heard) == ({"a"}, [])


async def test_who_cannot_be_told_gives_up_its_turn(open_room, monkeypatch):
    monkeypatch.setattr(limits, "NOT_WORTH_TELLING_S", 0.0)

    async def told(_: ProviderUpdate) -> None:
        raise LookupError

    room = open_room()
    await room.come("a")
    await room.come("b", told=told)
    with pytest.raises(LookupError):
        await room.tasks["b"]
    assert room.line.waiting == 0


async def test_no_more_a_minute_than_the_provider_wants(open_room, monkeypatch):
    clock = SimpleNamespace(now=1_000.0)
    told = SimpleNamespace(time=lambda: clock.now, monotonic=lambda: clock.now)
    monkeypatch.setattr(limits, "time", told)
    monkeypatch.setattr(memory, "time", told)
    pauses: asyncio.Queue[float] = asyncio.Queue()
    go_on = asyncio.Semaphore(0)

    async def pause(seconds: float) -> None:
        await pauses.put(seconds)
        await go_on.acquire()
        clock.now += seconds

    monkeypatch.setattr(limits, "pause", pause)
    room = open_room(at_once=9, per_minute=2)
    await room.come("a")
    assert await room.has_let_in("a")
    clock.now += 20
    for name in "bcd":
        await room.come(name)
    assert 40 <= await pauses.get() <= 41, "until a minute after the first"
    assert (room.entered, room.line.busy) == (["a", "b"], 2)
    clock.now += 1
    go_on.release()
    assert await room.has_let_in("abc")
    assert await pauses.get() > 0
    assert room.entered == ["a", "b", "c"]
    go_on.release()
    assert await room.has_let_in("abcd")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at_once=st.integers(1, 3),
    steps=st.lists(st.tuples(st.sampled_from(["come", "go", "leave"]), st.integers(0, 5)), max_size=40),
)
async def test_whatever_happens_no_place_is_lost_and_none_is_given_twice(open_room, at_once, steps):
    room = open_room(at_once=at_once)
    room.able = replace(room.able, max_side_px=next(SERIAL))  # a line of this run's own
    users, came = [ANN, BEN, CAT], 0
    for action, pick in steps:
        waiting = [name for name, task in room.tasks.items() if not task.done() and name not in room.inside]
        if action == "come":
            await room.come(str(came), users[pick % 3])
            came += 1
        elif action == "go" and room.inside:
            await room.go(sorted(room.inside)[pick % len(room.inside)])
        elif action == "leave" and waiting:
            await room.leave_line(waiting[pick % len(waiting)])
        assert room.line.busy == len(room.inside) <= at_once
        assert room.line.waiting == 0 or room.line.busy == at_once
    await room.go_all()
    assert (room.line.busy, room.line.waiting) == (0, 0)


SERIAL = iter(range(1_000_000))
