"""How an errand to somebody who is paid by the order ends when it is unwanted, too slow or broken, or when the database is
away: the provider is told, and the row says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from pexit_app.core import db, events
from pexit_app.core.clock import now
from pexit_app.core.ports import (
    AnswerLost,
    ProviderError,
    ProviderState,
    ProviderUpdate,
)
from pexit_app.features.routing import errands, following, submissions
from pexit_app.features.routing.errand import Delivery, Writing
from pexit_app.features.routing.models import Submission
from tests.features.routing.vendor import AWAY, PRODUCT, RUNNING, SHORT, Cut, Vendor, Want, accept, free, nowhere

pytestmark = pytest.mark.usefixtures("session")


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


async def test_a_lost_order_that_is_unwanted_is_looked_for_and_canceled(fal):
    want = Want((fal,))
    fal.answers, fal.takes, fal.lists = [AnswerLost("504")], True, True

    async def stop(at: str) -> None:
        if at == "taken":
            want.stop()
            for _ in range(20):
                await asyncio.sleep(0)

    fal.place = stop
    assert await want.run() is None
    assert fal.canceled == list(fal.taken)
    assert (await want.outcome(), (await want.row()).provider_id) == ("canceled", fal.canceled[0])


async def test_what_is_named_in_the_last_moment_is_not_lost(fal, monkeypatch):
    """The webhook comes when the waiting is over already."""
    want = Want((fal,))
    fal.answers, fal.takes = [AnswerLost("504")], True
    end = submissions.end

    async def named(session: Any, reference: str, outcome: submissions.Outcome, message: str = "") -> bool:
        if outcome == "lost":
            assert await submissions.name(session, reference, "fal", next(iter(fal.taken)))
        return await end(session, reference, outcome, message)

    monkeypatch.setattr(submissions, "end", named)
    await accept(await want.run())
    assert await want.outcome() == "done"


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
    await _ran_before(want, fal, seconds=1.8)
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await want.run()
    assert fal.canceled == ["fal-1"]
    assert (await want.outcome(), fal.asked) == ("failed", [])


async def slowly(place: str) -> None:
    """As over a network."""
    await asyncio.sleep(0.05)


async def test_what_was_made_while_nobody_was_here_to_look_is_brought_however_late_that_is(fal):
    want = Want((fal,), timeout_s=60, expected_s=1)
    await _ran_before(want, fal, seconds=3600)
    fal.updates, fal.place = (ProviderUpdate(ProviderState.DONE, 100),), slowly
    delivery = await want.run()
    assert delivery is not None and delivery.product == PRODUCT
    assert (fal.canceled, fal.asked) == ([], [])


async def test_what_still_runs_when_we_come_back_too_late_is_given_up_after_one_look(fal):
    want = Want((fal,), timeout_s=60, expected_s=1)
    await _ran_before(want, fal, seconds=3600)
    fal.updates, fal.is_silent = (ProviderUpdate(RUNNING, 10),), True
    async with asyncio.timeout(20):
        with pytest.raises(TimeoutError):
            await want.run()
    assert (fal.canceled, await want.outcome()) == (["fal-1"], "failed")


async def test_whoever_says_nothing_when_we_come_back_too_late_is_given_up(fal, monkeypatch):
    monkeypatch.setattr(following, "patience", replace(SHORT, first_s=0.1))
    want = Want((fal,), timeout_s=60, expected_s=1)
    await _ran_before(want, fal, seconds=3600)
    fal.updates, fal.is_silent = (), True
    async with asyncio.timeout(4):
        with pytest.raises(TimeoutError):
            await want.run()
    assert await want.outcome() == "failed"


async def _ran_before(want: Want, fal: Vendor, seconds: float) -> None:
    """Handed over as `fal-1` and running, so long before we were restarted."""
    async with db.transaction() as session:
        await submissions.intend(session, want.reference, want.errand().choices[0])
        await submissions.name(session, want.reference, "fal", "fal-1")
    fal.taken["fal-1"] = want.reference
    known = await want.row()
    async with db.transaction() as session:
        row = await session.get(Submission, known.id)
        row.intent_at = row.started_at = now() - timedelta(seconds=seconds)
        session.add(row)


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
