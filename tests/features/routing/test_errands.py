"""An errand to somebody who is paid by the order: whatever is cut off, refused, lost or called off, and whenever, it is
ordered once at most, and its row says how it ended."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from pexit_app.core import db, events
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import (
    AnswerLost,
    Busy,
    InvalidOrder,
    NotTaken,
    ProviderError,
)
from pexit_app.features.routing import breaker, following, rented, submissions
from pexit_app.features.routing.errand import Writing
from tests.features.routing.vendor import AWAY, SHORT, Cut, Vendor, Want, accept, free

pytestmark = pytest.mark.usefixtures("session")


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
