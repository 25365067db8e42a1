"""The orders a provider knows by the id it gave out: one promise of submit, follow, cancel, fetch and forget for
pictures and for trainings."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator

from pexit_app.core.ports import ProviderError, ProviderState, ProviderUpdate, UnknownOrder
from pexit_app.providers.darkroom.backlog import Order
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Finished

_KEPT_BYTES = 256 * 2**20
_ENDS = (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED)


class OrderBook:
    """May be used from any event loop, also several at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._orders: OrderedDict[str, Order] = OrderedDict()

    def counts(self, provider_id: str) -> bool:
        """Whether this order waits, runs or is done; a failed or canceled one may be ordered again."""
        order = self._orders.get(provider_id)
        latest = order.latest if order else None
        return order is not None and (latest is None or latest.state not in (_ENDS[1], _ENDS[2]))

    def add(self, provider_id: str, order: Order) -> None:
        self._orders[provider_id] = order
        self._drop_oldest()

    def find(self, provider_id: str) -> Order:
        """Raises UnknownOrder."""
        try:
            return self._orders[provider_id]
        except KeyError:
            raise UnknownOrder("The darkroom knows no such order (any more).") from None

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Everything that happened so far and then what happens, up to the end. Raises UnknownOrder."""
        order = self.find(provider_id)
        loop = asyncio.get_running_loop()
        updates: asyncio.Queue[ProviderUpdate] = asyncio.Queue()

        def listener(update: ProviderUpdate) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(updates.put_nowait, update)

        order.listen(listener)
        try:
            while True:
                update = await updates.get()
                yield update
                if update.state in _ENDS:
                    return
        finally:
            order.unlisten(listener)

    def cancel(self, provider_id: str) -> None:
        order = self._orders.get(provider_id)
        if order is not None and not order.is_over:
            self._pool.cancel(order)

    async def fetch(self, provider_id: str) -> bytes:
        """Waits for the file if need be. Raises UnknownOrder, ProviderError when it failed or was canceled."""
        order = self.find(provider_id)
        try:
            finished = await asyncio.shield(asyncio.wrap_future(order.future))
        except asyncio.CancelledError:
            if order.future.cancelled():
                raise ProviderError(order.task.CANCELED) from None
            raise
        assert isinstance(finished, Finished)
        return finished.content

    def forget(self, provider_id: str) -> None:
        order = self._orders.pop(provider_id, None)
        if order is not None and not order.is_over:
            self._pool.cancel(order)

    def _drop_oldest(self) -> None:
        """Finished files nobody fetched may fill at most 256 MB; the oldest go first."""
        done = {key: order for key, order in self._orders.items() if order.is_over}
        sizes = {key: _bytes_of(order) for key, order in done.items()}
        excess = sum(sizes.values()) - _KEPT_BYTES
        for key, size in sizes.items():
            if excess <= 0:
                return
            del self._orders[key]
            excess -= size


def _bytes_of(order: Order) -> int:
    future = order.future
    if not future.done() or future.cancelled() or future.exception():
        return 0
    result = future.result()
    return len(result.content) if isinstance(result, Finished) else 0
