"""An errand to somebody who is paid by the order: whatever is cut off, refused, lost or called off, and whenever, it is
ordered once at most, and its row says how it ended."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from pexit_app.core import db, events
from pexit_app.core.clock import now
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import (
    AnswerLost,
    Busy,
    Capabilities,
    InvalidOrder,
    Kind,
    NotTaken,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.features.routing import breaker, errands, following, limits, rented, submissions
from pexit_app.features.routing.errand import Delivery, Errand, Writing
from pexit_app.features.routing.following import Patience
from pexit_app.features.routing.models import Submission
from pexit_app.features.routing.service import Choice

RUNNING = ProviderState.RUNNING
WORK = (
    ProviderUpdate(ProviderState.QUEUED, queue_position=1),
    ProviderUpdate(RUNNING, 40, "painting"),
    ProviderUpdate(ProviderState.DONE, 100),
)
PRODUCT = b"made"
AWAY = NotTaken("Away.", is_outage=True)
SHORT = Patience(queued_s=5, running_s=5, lost_s=0.2, pause_s=0.001, tries=3, told_s=0.0)


async def nowhere(place: str) -> None:
    """Nothing happens at any place."""


@dataclass
class Vendor:
    """Paid by the order. `answers` are what the next submits come to: an exception (`takes`: after it was taken), else an
    id. `lists`: find() knows what was taken. `place` is told of every call."""

    name: str = "fal"
    answers: list[Exception] = field(default_factory=list)
    takes: bool = False
    lists: bool = False
    updates: tuple[ProviderUpdate, ...] = WORK
    fails: Exception | None = None
    is_silent: bool = False
    place: Callable[[str], Any] = nowhere
    asked: list[str] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)  # reference by id
    canceled: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({Kind.GENERATE}), False, True, 2048, 2)

    async def submit(self, order: str, reference: str, model: str = "") -> str:
        self.asked.append(reference)
        await self.place("asked")
        error = self.answers.pop(0) if self.answers else None
        if error is not None and not self.takes:
            raise error
        provider_id = f"{self.name}-{reference}-{len(self.taken)}"
        self.taken[provider_id] = reference
        await self.place("taken")
        if error is not None:
            raise error
        return provider_id

    async def find(self, order: str, reference: str, model: str, since: datetime) -> str | None:
        await self.place("listed")
        if not self.lists:
            return None
        return next((each for each, ours in self.taken.items() if ours == reference), None)

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        if provider_id not in self.taken:
            raise UnknownOrder("never heard of it")
        for update in self.updates:
            await self.place(f"followed {update.state}")
            yield update
        if self.is_silent:
            await asyncio.Event().wait()

    async def cancel(self, provider_id: str) -> None:
        self.canceled.append(provider_id)

    async def fetch(self, provider_id: str) -> bytes:
        await self.place("fetched")
        if self.fails is not None:
            raise self.fails
        return PRODUCT

    async def forget(self, provider_id: str) -> None:
        self.forgotten.append(provider_id)


@dataclass
class Want:
    """One order, and whether it is wanted. `stops_after`: it is not, once so many notes were written."""

    vendors: tuple[Vendor, ...]
    reference: str = field(default_factory=lambda: f"frame:{uuid4()}:1")
    is_wanted: bool = True
    off: asyncio.Event | None = None
    begun: list[str] = field(default_factory=list)
    notes: list[ProviderUpdate] = field(default_factory=list)
    timeout_s: int = 60
    expected_s: int = 30
    choices: tuple[Choice, ...] | None = None

    @property
    def topic(self) -> str:
        return f"wanted:{self.reference}"

    def errand(self) -> Errand[str, bytes]:
        async def begin(session: object, choice: Choice) -> bool:
            self.begun.append(choice.provider)
            return self.is_wanted

        async def note(session: object, update: ProviderUpdate) -> bool:
            self.notes.append(update)
            return self.is_wanted

        async def is_wanted(session: object) -> bool:
            return self.is_wanted

        choices = self.choices
        if choices is None:
            choices = tuple(
                Choice(Kind.GENERATE, each.name, "flux", 5, self.timeout_s, self.expected_s) for each in self.vendors
            )
        return Errand(
            reference=self.reference,
            user_id=uuid4(),
            order="a picture",
            choices=choices,
            providers={each.name: each for each in self.vendors},
            begin=begin,
            note=note,
            is_wanted=is_wanted,
            topic=self.topic,
            off=self.off,
        )

    async def run(self) -> Delivery[bytes] | None:
        return await errands.run(self.errand())

    async def row(self) -> Submission | None:
        async with db.transaction() as session:
            query = select(Submission).where(Submission.reference == self.reference)
            return (await session.exec(query, execution_options={"populate_existing": True})).first()

    async def outcome(self) -> str:
        row = await self.row()
        assert row is not None
        assert (row.outcome == "") == (row.ended_at is None)
        return row.outcome

    def stop(self) -> None:
        """Nobody wants it any more, and whoever waits is woken."""
        self.is_wanted = False
        for waker in list(events._wakers.get(self.topic, ())):
            waker.set()


async def accept(delivery: Delivery[bytes] | None) -> None:
    assert delivery is not None
    assert delivery.product == PRODUCT
    async with db.transaction() as session:
        await delivery.end(session)
    await delivery.forget()


def free(*vendors: Vendor) -> bool:
    """Whether every place at these was given back."""
    return all(limits.line_of(each.name, each.capabilities()).busy == 0 for each in vendors)


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(following, "patience", SHORT)


pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def fal() -> Vendor:
    return Vendor()


@pytest.fixture
def replicate() -> Vendor:
    return Vendor("replicate")


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """How long was waited between tries."""
    seen: list[float] = []

    async def sleep(seconds: float) -> None:
        seen.append(seconds)

    class Asyncio:
        def __getattr__(self, name: str) -> Any:
            return sleep if name == "sleep" else getattr(asyncio, name)

    monkeypatch.setattr(rented, "asyncio", Asyncio())
    return seen


# The plain way


async def test_it_is_ordered_once_brought_and_ended(fal, replicate):
    want = Want((fal, replicate))
    delivery = await want.run()
    assert (await want.row()).provider_id == delivery.provider_id
    assert (await want.outcome(), fal.forgotten) == ("", []), "it is not over before it is stored"
    await accept(delivery)
    assert (await want.outcome(), fal.asked, replicate.asked) == ("done", [want.reference], [])
    assert fal.forgotten == list(fal.taken)
    assert free(fal, replicate)


# Cut off


class Cut:
    """Cuts the run off at its n-th place (0: the first), as the end of a process does; None: never."""

    def __init__(self, at: int | None) -> None:
        self.at, self.passed = at, 0
        self.task: asyncio.Task[Any] | None = None

    async def place(self, name: str) -> None:
        self.passed += 1
        if self.at is not None and self.passed == self.at + 1:
            assert self.task is not None
            self.task.cancel()
            await asyncio.Event().wait()

    async def run(self, want: Want) -> Delivery[bytes] | None:
        """Raises CancelledError where it is cut off."""
        self.task = asyncio.create_task(want.run())
        return await self.task


@pytest.fixture
def cuts(monkeypatch) -> Callable[[Cut], None]:
    """Every transaction of a run has a place before it and one after it."""
    now_at: list[Cut] = []
    plain = Writing.transaction

    @contextlib.asynccontextmanager
    async def transaction(self: Writing) -> AsyncIterator[Any]:
        await now_at[-1].place("before a transaction")
        async with plain(self) as session:
            yield session
        await now_at[-1].place("after a transaction")

    monkeypatch.setattr(Writing, "transaction", transaction)
    return now_at.append


async def cut_off(want: Want, vendor: Vendor, cuts: Callable[[Cut], None], *places: int) -> str:
    """Runs it again and again, cut off at these places, and at last not: how it ended."""
    for at in (*places, None):
        cut = Cut(at)
        cuts(cut)
        vendor.place = cut.place
        try:
            delivery = await cut.run(want)
        except asyncio.CancelledError:
            continue
        except TimeoutError:
            break
        await accept(delivery)
        break
    return await want.outcome()


async def places_of_a_run(cuts: Callable[[Cut], None]) -> int:
    vendor = Vendor()
    cut = Cut(None)
    cuts(cut)
    vendor.place = cut.place
    await accept(await cut.run(Want((vendor,))))
    return cut.passed


@pytest.mark.parametrize("lists", [True, False])
async def test_cut_off_anywhere_it_is_ordered_once(fal, cuts, monkeypatch, lists):
    monkeypatch.setattr(following, "patience", replace(SHORT, lost_s=0.03))
    ends = []
    for at in range(await places_of_a_run(cuts)):
        vendor = Vendor(lists=lists)
        outcome = await cut_off(Want((vendor,)), vendor, cuts, at)
        assert len(vendor.asked) <= 1, at
        assert outcome == "done" or not (lists and vendor.taken), at
        assert free(vendor), at
        ends.append(outcome)
    # Only in the short while between the intent and the id, and only where nobody can name the order, is it lost.
    assert ends.count("done") == len(ends) - ends.count("lost")
    assert ends.count("lost") <= 4


async def test_cut_off_twice_it_is_ordered_once_and_brought_if_it_was_taken(fal, cuts, monkeypatch):
    monkeypatch.setattr(following, "patience", replace(SHORT, lost_s=0.03))
    count = await places_of_a_run(cuts)
    for first, second in itertools.product(range(0, count, 2), range(1, count, 2)):
        vendor = Vendor(lists=True)
        outcome = await cut_off(Want((vendor,)), vendor, cuts, first, second)
        assert len(vendor.asked) <= 1, (first, second)
        assert outcome == ("done" if vendor.taken else "lost"), (first, second)
        assert free(vendor), (first, second)


# Lost answers


@pytest.mark.parametrize("error", [AnswerLost("504"), ConnectionResetError(), RuntimeError("unforeseen")], ids=repr)
async def test_a_lost_answer_is_named_by_a_listing(fal, replicate, error):
    fal.answers, fal.takes, fal.lists = [error], True, True
    want = Want((fal, replicate))
    await accept(await want.run())
    assert (await want.outcome(), len(fal.asked), replicate.asked) == ("done", 1, [])
    assert (await want.row()).lost_at is not None


async def test_a_lost_answer_is_named_by_a_webhook(fal, monkeypatch):
    """Which comes while the run waits, or came before it was run again."""
    monkeypatch.setattr(following, "patience", replace(SHORT, lost_s=30))
    fal.answers, fal.takes = [AnswerLost("504")], True
    want = Want((fal,))

    async def hook(place: str) -> None:
        if place == "listed":
            async with db.transaction() as session:
                assert await submissions.name(session, want.reference, "fal", next(iter(fal.taken)))
            for waker in list(events._wakers[submissions.topic(want.reference)]):
                waker.set()

    fal.place = hook
    async with asyncio.timeout(20):
        await accept(await want.run())
    assert (await want.outcome(), len(fal.asked)) == ("done", 1)


async def test_an_answer_that_nobody_names_is_given_up_and_never_asked_for_again(fal, replicate):
    fal.answers, fal.takes = [AnswerLost("504")], True
    want = Want((fal, replicate))
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await want.run()
    assert (await want.outcome(), len(fal.asked), replicate.asked) == ("lost", 1, [])
    assert free(fal, replicate)


async def test_a_listing_that_fails_is_looked_at_again(fal):
    fal.answers, fal.takes, fal.lists = [AnswerLost("504")], True, True
    troubles = [ProviderError("Not now.")]

    async def away(place: str) -> None:
        if place == "listed" and troubles:
            raise troubles.pop()

    fal.place = away
    await accept(await Want((fal,)).run())


async def test_an_order_of_somebody_else_in_the_listing_is_left_alone(fal):
    """Two orders that look alike: what one goes by is not taken for the other."""
    first, second = Want((fal,)), Want((fal,))
    delivery = await first.run()

    async def find(*args: object) -> str:
        return delivery.provider_id

    fal.find = find
    fal.answers = [AnswerLost("504")]
    with pytest.raises(TimeoutError):
        await second.run()
    await accept(delivery)
    assert (await first.outcome(), await second.outcome()) == ("done", "lost")


# Refused


@pytest.mark.parametrize(
    "error", [AWAY, NotTaken("No."), Busy("Full."), InvalidOrder("width", 9, "more")], ids=lambda error: error.message
)
async def test_what_the_primary_did_not_take_the_backup_takes(fal, replicate, error):
    fal.answers = [error]
    want = Want((fal, replicate))
    delivery = await want.run()
    await accept(delivery)
    row = await want.row()
    assert (delivery.choice.provider, row.provider, row.outcome) == ("replicate", "replicate", "done")
    assert (len(fal.taken), len(replicate.taken)) == (0, 1)
    assert [(each["provider"], each["message"]) for each in row.refusals] == [("fal", error.message)]
    assert want.begun == ["fal", "replicate"]
    assert free(fal, replicate)


async def test_when_nobody_takes_it_the_primary_says_why(fal, replicate):
    fal.answers = [InvalidOrder("width", 9, "more")]
    replicate.answers = [NotTaken("No.")]
    want = Want((fal, replicate))
    with pytest.raises(InvalidOrder, match="width must be more"):
        await want.run()
    assert (await want.outcome(), len(fal.asked), len(replicate.asked)) == ("failed", 1, 1)
    assert free(fal, replicate)


async def test_when_all_are_busy_they_are_asked_again_when_the_first_may_have_time(fal, replicate, pauses):
    fal.answers = [Busy("Full.", retry_after_s=7), Busy("Full.", retry_after_s=500)]
    replicate.answers = [Busy("Full.", retry_after_s=3), Busy("Full.", retry_after_s=400)]
    want = Want((fal, replicate))
    await accept(await want.run())
    assert pauses == [3, rented.MOST_PAUSE_S]
    assert (len(fal.asked), len(replicate.asked), len(fal.taken)) == (3, 2, 1)


async def test_it_is_not_asked_for_ever(fal, replicate, pauses):
    fal.answers, replicate.answers = [Busy("Full.")] * 99, [AWAY] * 99
    want = Want((fal, replicate))
    with pytest.raises(Busy, match="Full"):
        await want.run()
    assert (len(fal.asked), len(replicate.asked)) == (SHORT.tries, SHORT.tries)
    assert len(pauses) == SHORT.tries - 1
    assert await want.outcome() == "failed"
    assert free(fal, replicate)


async def test_whoever_is_down_is_passed_over_while_somebody_else_is_there(fal, replicate):
    fal.answers = [AWAY] * breaker.OUTAGES
    for _ in range(breaker.OUTAGES):
        await accept(await Want((fal, replicate)).run())
    assert breaker.is_open("fal")
    want = Want((fal, replicate))
    await accept(await want.run())
    assert want.reference not in fal.asked
    alone = Want((fal,))
    await accept(await alone.run())
    assert alone.reference in fal.asked, "the last one is asked all the same"


async def test_an_order_that_our_own_store_could_not_serve_is_not_taken_for_lost(fal, replicate):
    """Adapters read photos and weights from it before anything is sent; nobody else could read them either."""
    fal.answers = [Unavailable("The store is away.")]
    want = Want((fal, replicate))
    with pytest.raises(Unavailable):
        await want.run()
    row = await want.row()
    assert (row.outcome, row.lost_at, replicate.asked) == ("failed", None, [])


# Not wanted any more


async def test_unwanted_from_the_start_nothing_is_ordered(fal):
    want = Want((fal,), is_wanted=False)
    assert await want.run() is None
    assert (fal.asked, await want.row()) == ([], None)
    assert free(fal)


@pytest.mark.parametrize("way", ["topic", "off"])
@pytest.mark.parametrize("place", ["asked", "taken", "followed queued", "followed running", "followed done", "fetched"])
async def test_unwanted_at_any_moment_the_provider_is_told(fal, place, way):
    want = Want((fal,), off=asyncio.Event())

    async def stop(at: str) -> None:
        if at == place:
            fal.place = nowhere
            if way == "off":
                want.off.set()
            else:
                want.stop()
            for _ in range(20):
                await asyncio.sleep(0)

    fal.place = stop
    delivery = await want.run()
    [provider_id] = fal.taken
    if delivery is None:
        assert fal.canceled == [provider_id]
        assert (await want.outcome(), (await want.row()).provider_id) == ("canceled", provider_id)
    else:
        assert place == "fetched"
    assert free(fal)


async def test_the_late_id_of_an_order_that_is_unwanted_meanwhile_is_canceled(fal):
    answer = asyncio.Event()
    want = Want((fal,))

    async def held(at: str) -> None:
        if at == "asked":
            want.stop()
            asyncio.get_running_loop().call_later(0.05, answer.set)
            await answer.wait()

    fal.place = held
    assert await want.run() is None
    assert fal.canceled == list(fal.taken)
    assert await want.outcome() == "canceled"


@pytest.mark.parametrize("error", [AWAY, AnswerLost("504"), RuntimeError("unforeseen")], ids=repr)
async def test_an_order_that_is_refused_or_lost_while_it_is_unwanted_is_over(fal, error):
    want = Want((fal,))
    fal.answers = [error]

    async def stop(at: str) -> None:
        if at == "asked":
            want.stop()
            for _ in range(20):
                await asyncio.sleep(0)

    fal.place = stop
    assert await want.run() is None
    assert (await want.outcome(), fal.canceled) == ("canceled", [])
    assert free(fal)


async def test_a_lost_order_that_is_named_while_it_is_called_off_is_canceled(fal, monkeypatch):
    """A webhook names it just before nobody wants it any more."""
    monkeypatch.setattr(following, "patience", replace(SHORT, lost_s=30))
    want = Want((fal,))
    fal.answers, fal.takes = [AnswerLost("504")], True

    async def named(at: str) -> None:
        if at == "listed":
            fal.place = nowhere
            async with db.transaction() as session:
                await submissions.name(session, want.reference, "fal", next(iter(fal.taken)))
            want.stop()
            await asyncio.Event().wait()

    fal.place = named
    async with asyncio.timeout(20):
        assert await want.run() is None
    assert fal.canceled == list(fal.taken)
    assert await want.outcome() == "canceled"


async def test_what_an_earlier_run_handed_over_is_called_off_without_a_run(fal):
    want = Want((fal,))
    delivery = await want.run()
    for _ in range(2):
        await errands.abandon(want.reference, {"fal": fal})
    assert fal.canceled == [delivery.provider_id]
    assert await want.outcome() == "canceled"
    await errands.abandon("frame:never:1", {"fal": fal})


# Taking too long


async def test_the_watchdog_gives_up_what_takes_longer_than_the_table_allows(fal, monkeypatch):
    fal.updates, fal.is_silent = (ProviderUpdate(ProviderState.QUEUED),), True
    want = Want((fal,), timeout_s=1)
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await want.run()
    assert fal.canceled == list(fal.taken)
    assert await want.outcome() == "failed"
    assert free(fal)


async def test_the_watchdog_gives_up_what_runs_twice_as_long_as_expected(fal, monkeypatch):
    monkeypatch.setattr(following, "LEAST_RUN_S", 0.1)
    fal.updates, fal.is_silent = (ProviderUpdate(RUNNING, 10),), True
    want = Want((fal,), expected_s=1)
    async with db.transaction() as session:
        await submissions.intend(session, want.reference, want.errand().choices[0])
        await submissions.name(session, want.reference, "fal", "fal-1")
    fal.taken["fal-1"] = want.reference
    row = await want.row()
    async with db.transaction() as session:
        row = await session.get(Submission, row.id)
        row.started_at = now() - timedelta(seconds=1.8)  # it ran before we were restarted
        session.add(row)
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await want.run()
    assert fal.canceled == ["fal-1"]
    assert (await want.outcome(), fal.asked) == ("failed", [])


# Failing


@pytest.mark.parametrize("error", [ProviderError("Broke."), RuntimeError("unforeseen")], ids=repr)
async def test_what_cannot_be_fetched_is_over_and_forgotten_there(fal, error):
    fal.fails = error
    want = Want((fal,))
    with pytest.raises(type(error)):
        await want.run()
    assert await want.outcome() == "failed"
    assert fal.forgotten == list(fal.taken)
    assert free(fal)


async def test_what_has_failed_is_not_run_again_and_says_so_again(fal):
    fal.fails = ProviderError("Broke.")
    want = Want((fal,))
    for _ in range(3):
        with pytest.raises(ProviderError, match="Broke"):
            await want.run()
    assert len(fal.asked) == 1


async def test_an_order_goes_on_where_it_is_though_the_routes_have_changed(fal):
    want = Want((fal,))
    cut = Cut(None)

    async def die(at: str) -> None:
        if at == "followed running":
            fal.place = nowhere
            cut.task.cancel()
            await asyncio.Event().wait()

    fal.place = die
    with pytest.raises(asyncio.CancelledError):
        await cut.run(want)
    want.choices = ()
    await accept(await want.run())
    assert len(fal.asked) == 1


async def test_nobody_to_ask_is_said(fal):
    want = Want((fal,), choices=())
    with pytest.raises(ProviderError, match="There is no renderer for this frame just now"):
        await want.run()


# The database goes away


def away() -> OperationalError:
    return OperationalError("select", {}, Exception("the connection is gone"))


@pytest.fixture
def outages(monkeypatch) -> Callable[[int, int], None]:
    """(first, count): so many transactions of runs from the first one on fail before they begin."""
    left = [0, 0]
    plain = Writing.transaction

    @contextlib.asynccontextmanager
    async def transaction(self: Writing) -> AsyncIterator[Any]:
        left[0] -= 1
        if left[0] < 0 < left[1]:
            left[1] -= 1
            raise away()
        async with plain(self) as session:
            yield session

    monkeypatch.setattr(Writing, "transaction", transaction)

    def plan(first: int, count: int) -> None:
        left[:] = [first, count]

    return plan


async def run_until_the_database_is_back(want: Want) -> Delivery[bytes] | None:
    """As developing.py and learning.py do."""
    for _ in range(9):
        with contextlib.suppress(OperationalError):
            return await want.run()
    raise AssertionError("the database never came back")


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("first", range(6))
async def test_whenever_the_database_is_away_the_order_is_brought(fal, outages, first, count):
    want = Want((fal,))
    outages(first, count)
    await accept(await run_until_the_database_is_back(want))
    assert (await want.outcome(), len(fal.asked)) == ("done", 1)
    assert free(fal)


async def test_an_id_is_not_forgotten_however_long_the_database_is_away(fal, outages):
    want = Want((fal,))
    outages(2, 4 * SHORT.tries)
    await accept(await run_until_the_database_is_back(want))
    assert (await want.outcome(), len(fal.asked)) == ("done", 1)


async def test_a_refusal_is_not_forgotten_while_the_database_is_away(fal, replicate, outages):
    fal.answers = [AWAY]
    want = Want((fal, replicate))
    outages(2, 2)
    await accept(await run_until_the_database_is_back(want))
    assert (len(fal.asked), len(replicate.taken)) == (1, 1)


async def test_a_submit_under_way_survives_that_the_database_is_away_for_who_watches(fal, monkeypatch):
    """Whether it is still wanted cannot be read just then; the order is not given up for it."""
    want = Want((fal,))
    troubles = [away()]
    errand = want.errand()

    async def is_wanted(session: object) -> bool:
        if troubles:
            raise troubles.pop()
        return True

    async def ask(at: str) -> None:
        if at == "asked":
            for waker in list(events._wakers[want.topic]):
                waker.set()
            for _ in range(50):
                await asyncio.sleep(0.001)

    fal.place = ask
    await accept(await errands.run(replace(errand, is_wanted=is_wanted)))
    assert (troubles, len(fal.asked)) == ([], 1)
