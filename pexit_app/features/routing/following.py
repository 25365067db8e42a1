"""What a provider tells while it works, written down at a pace, and given up when it takes too long."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from pexit_app.core import db
from pexit_app.core.clock import now
from pexit_app.core.ports import (
    Declined,
    Failure,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
    Withheld,
)
from pexit_app.features.routing import service, submissions
from pexit_app.features.routing.service import Choice

TERMINAL = frozenset({ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED})
LEAST_RUN_S = 60.0  # the watchdog does not bite before
Note = Callable[[ProviderUpdate], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds, and how often things are tried."""

    queued_s: float = 900  # without any word while the order waits at the provider
    running_s: float = 120  # without any word while it is worked on
    first_s: float = 30  # for a run's first word, however late: it may have been made while nobody was here to look
    lost_s: float = 120  # for a webhook or a listing to name an order whose answer was lost
    pause_s: float = 1  # before the same thing is tried again; doubled each time
    tries: int = 5
    told_s: float = 0.5  # progress within a stage is written down this often


patience = Patience()


async def pause(turn: int) -> None:
    await asyncio.sleep(patience.pause_s * 2**turn)


class Lost(Exception):
    """The provider dropped the order by itself."""


async def follow(updates: AsyncIterator[ProviderUpdate], note: Note, dog: "Watchdog | None" = None) -> bool:
    """True when it is made, False when `note` says that nobody wants it any more. Raises Lost, UnknownOrder, Declined,
    ProviderError; TimeoutError when nothing was heard for too long, or `dog` says so."""
    silence_s, least_s, pace = patience.queued_s, patience.first_s, _Pace()
    try:
        while True:
            left_s = silence_s if dog is None else max(least_s, dog.left_s())
            try:
                # wait_for() can lose a cancellation before Python 3.12
                async with asyncio.timeout(min(silence_s, left_s)):
                    update = await anext(updates)
            except StopAsyncIteration:
                raise UnknownOrder("It fell silent.") from None
            least_s = 0.0
            if update.state in TERMINAL:
                return _verdict(update)
            is_running = update.state == ProviderState.RUNNING
            silence_s = patience.running_s if is_running else patience.queued_s
            if dog is not None and is_running:
                await dog.started()
                silence_s = max(silence_s, dog.expected_s)
            if pace.is_worth_telling(update) and not await note(update):
                return False
    finally:
        if isinstance(updates, AsyncGenerator):
            await updates.aclose()


def _verdict(last: ProviderUpdate) -> bool:
    if last.state == ProviderState.DONE:
        return True
    if last.state == ProviderState.CANCELED:
        raise Lost
    message = last.error or "It failed without giving a reason."
    kinds = {Failure.WITHHELD: Withheld, Failure.INVALID: Declined}
    raise kinds.get(last.failure, ProviderError)(message)


@dataclass(slots=True)
class Watchdog:
    """What takes longer than the table allows is given up: `timeout_s` from the intent, and once it runs twice the
    expected time. Counted on the clock of the rows, so that a restart wins no time."""

    reference: str
    timeout_s: float
    expected_s: float
    intent_at: float
    started_at: float | None

    @classmethod
    async def of(cls, reference: str, choice: Choice) -> "Watchdog":
        async with db.transaction() as session:
            handed = await submissions.find(session, reference)
            expected_s = max(await service.expected_s(session, choice), choice.expected_s)
        assert handed is not None, "the intent is gone"
        started_at = handed.started_at.timestamp() if handed.started_at else None
        return cls(reference, choice.timeout_s, expected_s, handed.intent_at.timestamp(), started_at)

    async def started(self) -> None:
        if self.started_at is None:
            self.started_at = now().timestamp()
            async with db.transaction() as session:
                await submissions.start(session, self.reference)

    def left_s(self) -> float:
        until = self.intent_at + self.timeout_s
        if self.started_at is not None:
            until = min(until, self.started_at + max(LEAST_RUN_S, 2 * self.expected_s))
        return max(0.001, until - now().timestamp())


@dataclass(slots=True)
class _Pace:
    """A new stage is told at once; progress within it, and waiting, now and then."""

    last: ProviderUpdate | None = None
    told_at: float = 0.0

    def is_worth_telling(self, update: ProviderUpdate) -> bool:
        is_new = self.last is None or (update.state, update.stage) != (self.last.state, self.last.stage)
        if not is_new and time.monotonic() - self.told_at < patience.told_s:
            return False
        self.last, self.told_at = update, time.monotonic()
        return True
