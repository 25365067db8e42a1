"""Whoever works for us takes only so many orders at once and so many a minute. The others wait in line here, in this
process, one line a provider and kind of work: users take turns, so that nobody waits behind another's two hundred.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakKeyDictionary

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from pexit_app.core.ports import Capabilities, ProviderState, ProviderUpdate

NOT_WORTH_TELLING_S = 0.05
TOLD_S = 2.0  # a place in line is told again after that long, if it has changed ...
STILL_HERE_S = 20.0  # ... and after that long if not: whoever is told nothing for long is taken for lost

Told = Callable[[ProviderUpdate], Awaitable[object]]
Ticket = asyncio.Future[None]
pause = asyncio.sleep


class Line:
    """Those who wait for one of a provider's places. All of it runs on one event loop."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.at_once, self.busy = max(1, capabilities.at_once), 0
        self._waiting: dict[UUID | None, deque[Ticket]] = {}  # in the order in which the users get their turns
        self._per_minute = RateLimitItemPerMinute(capabilities.per_minute) if capabilities.per_minute else None
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._usher: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return sum(map(len, self._waiting.values()))

    async def take(self, user_id: UUID | None, told: Told | None) -> None:
        """Returns with a place taken; leave() gives it back."""
        ticket: Ticket = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(user_id, deque()).append(ticket)
        self._call_usher()
        try:
            await asyncio.wait([ticket], timeout=None if told is None else NOT_WORTH_TELLING_S)
            if told is not None:
                await self._tell(user_id, ticket, told)
        except BaseException:
            if ticket.done():
                self.leave()
            else:
                self._give_up(user_id, ticket)
            raise

    async def _tell(self, user_id: UUID | None, ticket: Ticket, told: Told) -> None:
        last, last_at = -1, 0.0
        while not ticket.done():
            ahead, at = self._ahead(user_id, ticket), time.monotonic()
            if ahead != last or at - last_at >= STILL_HERE_S:
                last, last_at = ahead, at
                await told(ProviderUpdate(ProviderState.QUEUED, stage="in line", queue_position=ahead))
            await asyncio.wait([ticket], timeout=TOLD_S)

    def _ahead(self, user_id: UUID | None, ticket: Ticket) -> int:
        """How many get a place before `ticket`, when nobody else comes: of each other user as many as have their turn."""
        mine = self._waiting[user_id].index(ticket)
        users = list(self._waiting)
        turn = users.index(user_id)
        return mine + sum(
            min(len(self._waiting[user]), mine + (at < turn)) for at, user in enumerate(users) if at != turn
        )

    def _give_up(self, user_id: UUID | None, ticket: Ticket) -> None:
        self._waiting[user_id].remove(ticket)
        if not self._waiting[user_id]:
            del self._waiting[user_id]

    def join(self) -> None:
        """Takes a place without waiting, for an order that the provider has already."""
        self.busy += 1

    def leave(self) -> None:
        self.busy -= 1
        self._call_usher()

    def _call_usher(self) -> None:
        if self._usher is None or self._usher.done():
            self._usher = asyncio.get_running_loop().create_task(self._let_in(), name="usher")

    async def _let_in(self) -> None:
        while self._waiting and self.busy < self.at_once:
            if (wait_s := await self._too_soon_s()) > 0:
                await pause(wait_s)
            elif self._waiting and self.busy < self.at_once:
                self._next().set_result(None)
                self.busy += 1
                if self._per_minute is not None:
                    await self._limiter.hit(self._per_minute)

    async def _too_soon_s(self) -> float:
        """Seconds until another order may be sent, 0: now."""
        if self._per_minute is None or await self._limiter.test(self._per_minute):
            return 0.0
        stats = await self._limiter.get_window_stats(self._per_minute)
        return max(0.01, stats.reset_time - time.time())

    def _next(self) -> Ticket:
        """The first of the user whose turn it is, who then goes behind the others."""
        user_id = next(iter(self._waiting))
        tickets = self._waiting.pop(user_id)
        ticket = tickets.popleft()
        if tickets:
            self._waiting[user_id] = tickets
        return ticket


_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, Capabilities], Line]] = WeakKeyDictionary()


def line_of(provider: str, capabilities: Capabilities) -> Line:
    lines = _lines.setdefault(asyncio.get_running_loop(), {})
    return lines.setdefault((provider, capabilities), Line(capabilities))


@asynccontextmanager
async def place(
    provider: str,
    capabilities: Capabilities,
    user_id: UUID | None = None,
    *,
    told: Told | None = None,
    is_there: bool = False,
) -> AsyncIterator[None]:
    """One of the provider's places, from before an order is sent until it has ended. Waits in line for it; `told` hears
    how many are ahead meanwhile, and may raise to give up. `is_there`: the provider has this order since before our
    start, so there is nothing to wait for and nothing to count but the place."""
    line = line_of(provider, capabilities)
    if is_there:
        line.join()
    else:
        await line.take(user_id, told)
    try:
        yield
    finally:
        line.leave()
