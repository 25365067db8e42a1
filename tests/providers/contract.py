"""What every provider promises (core/ports.Provider), as one suite that all of them pass.

An adapter's tests give a `Harness` by a fixture named `harness`, and inherit the suite:

    class TestPictures(ProviderContract): ...     # anybody who works for us
    class TestPictures(VendorContract): ...       # somebody behind a network, who is paid by the order
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from pexit_app.core.clock import now
from pexit_app.core.ports import (
    AnswerLost,
    Busy,
    InvalidOrder,
    NotTaken,
    Provider,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from tests.servers.faults import Fault

ENDS = (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED)
JARGON = re.compile(
    r"https?:|www\.|\bfal\b|replicate|api\b|json|http|traceback|exception|token|[{}\[\]<>_]", re.IGNORECASE
)


@dataclass
class Harness:
    """A provider and the means to make it do what a test needs.

    `order(n)` makes the n-th of different orders it can do; `impossible` are orders it must refuse before anything
    happens; `failing()` makes an order that will fail at its work; `held()` makes one that does not get done before
    `release()`; `check` asserts that a product is what order() asks for; `unknown_id` looks like an id of its."""

    provider: Provider[Any, Any]
    order: Callable[[int], Any]
    impossible: tuple[Any, ...]
    failing: Callable[[], Any]
    held: Callable[[], Any]
    release: Callable[[], None]
    check: Callable[[Any], None]
    unknown_id: str
    model: str = ""


@dataclass
class VendorHarness(Harness):
    """`plan(fault)` lets a fault at "submit", "status" or "connect" hit the next calls there; `submits()` counts the
    orders that arrived over there, answered or not."""

    plan: Callable[[Fault], None] = lambda fault: None
    submits: Callable[[], int] = lambda: 0


def is_plain(sentence: str) -> bool:
    """Fit for the person who ordered: one or two short sentences, no jargon, no address."""
    return 8 < len(sentence) < 200 and sentence.endswith(".") and sentence[0].isupper() and not JARGON.search(sentence)


async def updates_of(harness: Harness, provider_id: str) -> list[ProviderUpdate]:
    async with asyncio.timeout(60):
        return [update async for update in harness.provider.follow(provider_id)]


async def submitted(harness: Harness, order: Any, reference: str = "frame:1:1") -> str:
    return await harness.provider.submit(order, reference, harness.model)


class ProviderContract:
    async def test_it_says_what_it_can_do(self, harness: Harness) -> None:
        can = harness.provider.capabilities()
        assert can.kinds
        assert can.at_once >= 1
        assert can.per_minute is None or can.per_minute >= 1
        assert re.fullmatch(r"[a-z]+", harness.provider.name)

    async def test_an_order_is_followed_to_its_end_and_fetched_until_it_is_forgotten(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.order(1))
        assert 0 < len(provider_id) <= 300
        updates = await updates_of(harness, provider_id)
        assert updates[-1].state is ProviderState.DONE
        assert updates[-1].progress == 100
        assert [update for update in updates if update.state in ENDS] == updates[-1:]
        for _ in range(2):
            harness.check(await harness.provider.fetch(provider_id))
        await harness.provider.forget(provider_id)
        await harness.provider.forget(provider_id)

    async def test_progress_is_a_share_that_never_falls_and_stages_are_words(self, harness: Harness) -> None:
        updates = await updates_of(harness, await submitted(harness, harness.order(1)))
        progress = [update.progress for update in updates]
        assert progress == sorted(progress)
        assert all(0 <= each <= 100 for each in progress)
        assert all(re.fullmatch(r"[a-z0-9 :]*", update.stage) for update in updates)
        assert all(update.queue_position is None or update.queue_position >= 0 for update in updates)
        assert all(len(update.log) <= 200 for update in updates)

    async def test_orders_do_not_mix(self, harness: Harness) -> None:
        ids = await asyncio.gather(
            *(submitted(harness, harness.order(n), f"frame:{n}:1") for n in (1, 2)),
        )
        assert len(set(ids)) == 2
        ends = await asyncio.gather(*(updates_of(harness, each) for each in ids))
        assert [each[-1].state for each in ends] == [ProviderState.DONE] * 2

    async def test_two_may_follow_one_order(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.order(1))
        both = await asyncio.gather(*(updates_of(harness, provider_id) for _ in range(2)))
        assert [each[-1].state for each in both] == [ProviderState.DONE] * 2

    async def test_fetching_waits_for_the_product(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.order(1))
        harness.check(await harness.provider.fetch(provider_id))

    async def test_what_it_cannot_do_is_refused_with_its_field_named(self, harness: Harness) -> None:
        assert harness.impossible
        for order in harness.impossible:
            with pytest.raises(InvalidOrder) as raised:
                await submitted(harness, order)
            assert raised.value.field
            assert raised.value.limit
            assert not raised.value.is_outage

    async def test_unknown_orders_are_told_apart(self, harness: Harness) -> None:
        with pytest.raises(UnknownOrder):
            await updates_of(harness, harness.unknown_id)
        with pytest.raises(UnknownOrder):
            await harness.provider.fetch(harness.unknown_id)
        await harness.provider.cancel(harness.unknown_id)
        await harness.provider.forget(harness.unknown_id)

    async def test_canceling_what_waits_ends_it(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.held())
        await harness.provider.cancel(provider_id)
        await harness.provider.cancel(provider_id)
        updates = await updates_of(harness, provider_id)
        harness.release()
        assert updates[-1].state is ProviderState.CANCELED
        with pytest.raises(ProviderError):
            await harness.provider.fetch(provider_id)

    async def test_canceling_what_is_done_changes_nothing(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.order(1))
        await updates_of(harness, provider_id)
        await harness.provider.cancel(provider_id)
        harness.check(await harness.provider.fetch(provider_id))

    async def test_a_failure_says_why_in_plain_words(self, harness: Harness) -> None:
        provider_id = await submitted(harness, harness.failing())
        last = (await updates_of(harness, provider_id))[-1]
        assert last.state is ProviderState.FAILED
        assert is_plain(last.error), last.error
        with pytest.raises(ProviderError) as raised:
            await harness.provider.fetch(provider_id)
        assert raised.value.message == last.error

    async def test_an_order_that_never_was_is_not_found(self, harness: Harness) -> None:
        found = await harness.provider.find(harness.order(1), "frame:never:1", harness.model, now())
        assert found is None


@dataclass(frozen=True)
class Case:
    """What a fault at submit must be taken for. `arrives`: how many orders get there."""

    fault: Fault
    raises: type[Exception]
    is_outage: bool = False
    retry_after_s: float | None = None
    arrives: int = 1

    def __str__(self) -> str:
        said = f"{self.fault.at} {self.fault.kind} {self.fault.status or ''}".strip()
        return (
            said + " after it was taken" * self.fault.is_taken + " retry-after" * ("retry-after" in self.fault.headers)
        )


def _status(status: int, raises: type[Exception], **expected: Any) -> Case:
    body = b'{"detail": "no", "title": "no", "status": %d}' % status
    return Case(Fault("submit", "status", status, {"content-type": "application/json"}, body), raises, **expected)


CASES = (
    Case(Fault("connect", "refused", times=None), NotTaken, is_outage=True, arrives=0),
    Case(Fault("connect", "untrusted", times=None), NotTaken, is_outage=True, arrives=0),
    *(_status(status, NotTaken) for status in (400, 404, 422)),
    *(_status(status, NotTaken, is_outage=True) for status in (401, 402, 403, 503)),
    _status(429, Busy),
    Case(Fault("submit", "status", 429, {"retry-after": "7"}), Busy, retry_after_s=7.0),
    *(_status(status, AnswerLost) for status in (500, 502, 504)),
    Case(Fault("submit", "status", 502, {"server": "nginx"}, b"<h1>nginx</h1>", is_taken=True), AnswerLost),
    *(Case(Fault("submit", kind), AnswerLost) for kind in ("disconnect", "reset", "read_timeout", "empty", "html")),
    *(
        Case(Fault("submit", kind, is_taken=True), AnswerLost)
        for kind in ("truncated", "truncated_json", "invalid_json", "reset", "read_timeout")
    ),
)
HICCUPS = (
    Fault("status", "status", 500, times=2),
    Fault("status", "status", 503, {}, b"<h1>nginx</h1>", times=2),
    Fault("status", "status", 429, {"retry-after": "1"}),
    Fault("status", "reset"),
    Fault("status", "invalid_json", times=2),
    Fault("status", "truncated_json"),
    Fault("status", "html"),
)


class VendorContract(ProviderContract):
    @pytest.mark.parametrize("case", CASES, ids=str)
    async def test_a_submit_is_sent_once_and_its_end_is_told_right(self, harness: VendorHarness, case: Case) -> None:
        harness.plan(case.fault)
        with pytest.raises(case.raises) as raised:
            await submitted(harness, harness.order(1))
        assert harness.submits() == case.arrives
        error = raised.value
        if isinstance(error, NotTaken):
            assert type(error) is case.raises
            assert (error.is_outage, error.retry_after_s) == (case.is_outage, case.retry_after_s)
            assert is_plain(error.message), error.message
        else:
            assert not isinstance(error, ProviderError), "a lost answer is no refusal"

    async def test_after_a_lost_answer_the_next_order_is_taken(self, harness: VendorHarness) -> None:
        harness.plan(Fault("submit", "reset"))
        with pytest.raises(AnswerLost):
            await submitted(harness, harness.order(1))
        updates = await updates_of(harness, await submitted(harness, harness.order(2), "frame:2:1"))
        assert updates[-1].state is ProviderState.DONE
        assert harness.submits() == 2

    @pytest.mark.parametrize("fault", HICCUPS, ids=lambda fault: f"{fault.kind} {fault.status or ''}")
    async def test_hiccups_while_following_are_sat_out(self, harness: VendorHarness, fault: Fault) -> None:
        provider_id = await submitted(harness, harness.order(1))
        harness.plan(fault)
        assert (await updates_of(harness, provider_id))[-1].state is ProviderState.DONE

    async def test_it_is_never_asked_without_a_pause(self, harness: VendorHarness) -> None:
        """An order that waits is looked at again and again, each time after a pause that may be woken."""
        provider_id = await submitted(harness, harness.held())
        seen = []

        async def follow() -> None:
            async for update in harness.provider.follow(provider_id):
                seen.append(update)
                if len(seen) == 3:
                    harness.release()

        async with asyncio.timeout(60):
            await follow()
        assert seen[-1].state is ProviderState.DONE
        assert len(seen) <= 6
