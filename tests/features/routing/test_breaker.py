"""Whoever is down is left alone for a while, and only whoever is down."""

import asyncio
from types import SimpleNamespace

import pytest
from purgatory.domain import model

from pexit_app.core.ports import AnswerLost, Busy, InvalidOrder, NotTaken, Withheld
from pexit_app.features.routing import breaker
from pexit_app.features.routing.errors import Avoided

DOWN = NotTaken("down", is_outage=True)


@pytest.fixture
def clock(monkeypatch):
    """Time as the breakers have it, in `now`."""
    made = SimpleNamespace(now=1_000.0)
    told = SimpleNamespace(time=lambda: made.now)
    monkeypatch.setattr(model, "time", told)
    monkeypatch.setattr(breaker, "time", told)
    return made


async def ask(error: BaseException | None = None, insists: bool = False) -> None:
    async with breaker.guarded("fal", insists=insists):
        if error is not None:
            raise error


async def fail(times: int, error: BaseException = DOWN) -> None:
    for _ in range(times):
        with pytest.raises(type(error)):
            await ask(error)


async def test_whoever_was_never_asked_is_not_down():
    assert not breaker.is_open("fal")
    assert breaker.states() == {}


@pytest.mark.parametrize("error", [DOWN, AnswerLost(), ConnectionRefusedError(), TimeoutError()])
async def test_five_outages_in_a_row_open_it(error):
    await fail(breaker.OUTAGES - 1, error)
    assert not breaker.is_open("fal")
    await fail(1, error)
    assert breaker.is_open("fal")
    assert breaker.states() == {"fal": "open"}
    with pytest.raises(Avoided) as avoided:
        await ask()
    assert avoided.value.is_outage


@pytest.mark.parametrize(
    "error", [NotTaken("no"), Busy("later"), InvalidOrder("width", 9, "at least 64"), Withheld("not safe")]
)
async def test_who_says_no_works(error):
    await fail(3 * breaker.OUTAGES, error)
    assert not breaker.is_open("fal")
    await fail(breaker.OUTAGES - 1)
    await fail(1, error)
    await fail(breaker.OUTAGES - 1)
    assert not breaker.is_open("fal"), "not in a row"


async def test_one_success_forgets_the_outages_before():
    for _ in range(3):
        await fail(breaker.OUTAGES - 1)
        await ask()
    assert breaker.states() == {"fal": "closed"}


@pytest.mark.parametrize("error", [asyncio.CancelledError(), KeyError("ours")])
async def test_our_own_faults_say_nothing(error):
    await fail(breaker.OUTAGES - 1)
    await fail(3 * breaker.OUTAGES, error)
    assert not breaker.is_open("fal")
    await fail(1)
    assert breaker.is_open("fal"), "they did not interrupt the row"


async def test_each_provider_has_its_own():
    await fail(breaker.OUTAGES)
    async with breaker.guarded("replicate"):
        pass
    assert breaker.states() == {"fal": "open", "replicate": "closed"}


async def test_after_a_while_one_tries_while_the_others_keep_away(clock):
    await fail(breaker.OUTAGES)
    clock.now += breaker.OPEN_S
    assert breaker.is_open("fal")
    clock.now += 0.1
    assert not breaker.is_open("fal")
    async with breaker.guarded("fal"):
        assert breaker.is_open("fal")
        assert breaker.states() == {"fal": "half-open"}
        with pytest.raises(Avoided):
            await ask()
    assert breaker.states() == {"fal": "closed"}


async def test_a_trial_that_fails_opens_it_again_for_as_long(clock):
    await fail(breaker.OUTAGES)
    clock.now += breaker.OPEN_S + 1
    await fail(1)
    assert breaker.is_open("fal")
    clock.now += breaker.OPEN_S - 1
    assert breaker.is_open("fal")


async def test_a_trial_that_is_cut_off_leaves_it_to_the_next(clock):
    await fail(breaker.OUTAGES)
    clock.now += breaker.OPEN_S + 1
    await fail(1, asyncio.CancelledError())
    assert not breaker.is_open("fal")
    await fail(1)
    assert breaker.is_open("fal")


async def test_who_insists_is_let_through_and_is_a_trial():
    await fail(breaker.OUTAGES)
    with pytest.raises(NotTaken):
        await ask(DOWN, insists=True)
    assert breaker.is_open("fal")
    await ask(insists=True)
    assert breaker.states() == {"fal": "closed"}
