"""The darkroom as the rest of Pexit sees it: an image provider and a draft engine over the pool of workers."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from pexit_app.core.ports import (
    Capabilities,
    Draft,
    DraftOrder,
    ImageOrder,
    ImageResult,
    InvalidOrder,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.providers.darkroom import persona_store
from pexit_app.providers.darkroom.backlog import Order
from pexit_app.providers.darkroom.encode import MEDIA_TYPES
from pexit_app.providers.darkroom.parameters import parse
from pexit_app.providers.darkroom.persona import STANDINS
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Task

FindPersona = Callable[[str], Awaitable[Path]]
SIDES_PX = (512, 1536)
SIDE_STEP_PX = 64
DRAFT_SIDES_PX = (256, 768)
ASPECTS = ("1:1", "4:5", "2:3", "9:16", "16:9")
MAX_PERSONAS = 2
_KEPT_BYTES = 256 * 2**20
_SEED_MAX = 2**63 - 1


async def _only_standins(name: str) -> Path:
    raise InvalidOrder("persona", name, "one of " + ", ".join(f"standin:{standin}" for standin in STANDINS))


class Darkroom:
    """Implements ImageProvider and DraftEngine. `find_persona` brings a trained likeness's file to this machine.

    May be used from any event loop, also several at once.
    """

    name = "darkroom"

    def __init__(self, workers: int = 2, find_persona: FindPersona = _only_standins, pool: Pool | None = None) -> None:
        self._workers = workers
        self._pool = pool or Pool(workers)
        self._find_persona = find_persona
        self._orders: OrderedDict[str, Order] = OrderedDict()

    def capabilities(self) -> Capabilities:
        return Capabilities(is_repeatable=True, takes_prompt=False, max_side_px=SIDES_PX[1], at_once=self._workers)

    async def start(self) -> None:
        """Starts the workers and returns at once."""
        self._pool.start()

    async def close(self) -> None:
        """Ends the workers; what was waiting is canceled."""
        await asyncio.to_thread(self._pool.close)

    def busy_pids(self) -> list[int]:
        """Process ids of the workers that are making something now."""
        return self._pool.pids()

    async def submit(self, order: ImageOrder, reference: str) -> str:
        """The same order under the same reference gives the same id, and is not made twice while it is known.

        Raises InvalidOrder, Busy.
        """
        provider_id = _identity(order, reference)
        known = self._orders.get(provider_id)
        if known is not None and _still_counts(known):
            return provider_id
        task = await self._task(order)
        self._orders[provider_id] = self._pool.render(task)
        self._drop_oldest()
        return provider_id

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Everything that happened so far and then what happens, up to the end. Raises UnknownOrder."""
        order = self._order(provider_id)
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
                if update.state in (ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED):
                    return
        finally:
            order.unlisten(listener)

    async def cancel(self, provider_id: str) -> None:
        order = self._orders.get(provider_id)
        if order is not None and not order.is_over:
            self._pool.cancel(order)

    async def fetch(self, provider_id: str) -> ImageResult:
        """Waits for the picture if need be. Raises UnknownOrder, ProviderError when it failed or was canceled."""
        order = self._order(provider_id)
        try:
            finished = await asyncio.shield(asyncio.wrap_future(order.future))
        except asyncio.CancelledError:
            if order.future.cancelled():
                raise ProviderError("This picture was canceled.") from None
            raise
        task = order.task
        return ImageResult(finished.content, MEDIA_TYPES[task.output_format], task.width, task.height)

    async def forget(self, provider_id: str) -> None:
        order = self._orders.pop(provider_id, None)
        if order is not None and not order.is_over:
            self._pool.cancel(order)

    async def draft(self, order: DraftOrder) -> Draft:
        """A JPEG of the look. Raises InvalidOrder, Superseded, Busy, ProviderError."""
        width, height = draft_size(order.aspect, order.size_px)
        personas = await self._personas(order.personas)
        task = Task(personas, parse(order.look), _seed(order.seed), width, height, "jpeg", is_draft=True)
        finished = await asyncio.wrap_future(self._pool.draft(task, order.stream))
        return Draft(finished.content, finished.timings_ms)

    def _order(self, provider_id: str) -> Order:
        try:
            return self._orders[provider_id]
        except KeyError:
            raise UnknownOrder("The darkroom knows no such picture (any more).") from None

    async def _task(self, order: ImageOrder) -> Task:
        if order.output_format not in MEDIA_TYPES:
            raise InvalidOrder("output_format", order.output_format, "one of " + ", ".join(MEDIA_TYPES))
        for field, side in (("width", order.width), ("height", order.height)):
            if not SIDES_PX[0] <= side <= SIDES_PX[1] or side % SIDE_STEP_PX:
                limit = f"a multiple of {SIDE_STEP_PX} from {SIDES_PX[0]} to {SIDES_PX[1]} pixels"
                raise InvalidOrder(field, side, limit)
        look, seed = parse(order.look), _seed(order.seed)
        personas = await self._personas(order.personas)
        return Task(personas, look, seed, order.width, order.height, order.output_format, is_draft=False)

    async def _personas(self, names: tuple[str, ...]) -> tuple[str, ...]:
        if not 1 <= len(names) <= MAX_PERSONAS:
            raise InvalidOrder("personas", len(names), f"1 to {MAX_PERSONAS}")
        return tuple([await self._persona(name) for name in names])

    async def _persona(self, name: str) -> str:
        if persona_store.is_standin(name):
            return name if persona_store.knows(name) else str(await _only_standins(name))
        return str(await self._find_persona(name))

    def _drop_oldest(self) -> None:
        """Finished pictures nobody fetched may fill at most 256 MB; the oldest go first."""
        done = {key: order for key, order in self._orders.items() if order.is_over}
        sizes = {key: _bytes_of(order) for key, order in done.items()}
        excess = sum(sizes.values()) - _KEPT_BYTES
        for key, size in sizes.items():
            if excess <= 0:
                return
            del self._orders[key]
            excess -= size


def draft_size(aspect: str, longer_px: int) -> tuple[int, int]:
    """(width, height) of a draft, even numbers, the longer side `longer_px`. Raises InvalidOrder."""
    if aspect not in ASPECTS:
        raise InvalidOrder("aspect", aspect, "one of " + ", ".join(ASPECTS))
    if not DRAFT_SIDES_PX[0] <= longer_px <= DRAFT_SIDES_PX[1]:
        raise InvalidOrder("size", longer_px, f"from {DRAFT_SIDES_PX[0]} to {DRAFT_SIDES_PX[1]} pixels")
    across, down = (int(part) for part in aspect.split(":"))
    scale = longer_px / max(across, down)
    return round(across * scale / 2) * 2, round(down * scale / 2) * 2


def _seed(seed: int) -> int:
    if not 0 <= seed <= _SEED_MAX:
        raise InvalidOrder("seed", seed, f"from 0 to {_SEED_MAX}")
    return seed


def _identity(order: ImageOrder, reference: str) -> str:
    whole = {**asdict(order), "look": dict(order.look), "reference": reference}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]


def _still_counts(order: Order) -> bool:
    """Waiting, running or done; a failed or canceled one may be ordered again."""
    latest = order.latest
    return latest is None or latest.state not in (ProviderState.FAILED, ProviderState.CANCELED)


def _bytes_of(order: Order) -> int:
    future = order.future
    return len(future.result().content) if future.done() and not future.cancelled() and not future.exception() else 0
