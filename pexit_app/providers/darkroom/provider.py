"""The darkroom as the rest of Pexit sees it: an image provider and a draft engine over the pool of workers."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pexit_app.core.ports import (
    Capabilities,
    Draft,
    DraftOrder,
    ImageOrder,
    ImageResult,
    InvalidOrder,
    Kind,
    ProviderUpdate,
)
from pexit_app.providers.darkroom import persona_store
from pexit_app.providers.darkroom.encode import MEDIA_TYPES
from pexit_app.providers.darkroom.order_book import OrderBook
from pexit_app.providers.darkroom.parameters import parse
from pexit_app.providers.darkroom.persona import STANDINS
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Finished, Task

FindPersona = Callable[[str], Awaitable[Path]]
SIDES_PX = (512, 1536)
SIDE_STEP_PX = 64
DRAFT_SIDES_PX = (256, 768)
ASPECTS = ("1:1", "4:5", "2:3", "9:16", "16:9")
MAX_PERSONAS = 2
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
        self._orders = OrderBook(self._pool)

    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=frozenset({Kind.GENERATE}),
            is_repeatable=True,
            takes_prompt=False,
            max_side_px=SIDES_PX[1],
            at_once=self._workers,
        )

    @property
    def pool(self) -> Pool:
        """The workers, for the gate and the trainer to share."""
        return self._pool

    async def start(self) -> None:
        """Starts the workers and returns at once."""
        self._pool.start()

    async def close(self) -> None:
        """Ends the workers; what was waiting is canceled."""
        await asyncio.to_thread(self._pool.close)

    def busy_pids(self) -> list[int]:
        """Process ids of the workers that are making something now."""
        return self._pool.pids()

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        """The same order under the same reference gives the same id, and is not made twice while it is known.

        Raises InvalidOrder, Busy.
        """
        if order.kind != Kind.GENERATE:
            raise InvalidOrder("kind", order.kind, f"{Kind.GENERATE}: the darkroom makes pictures, it changes none")
        provider_id = _identity(order, reference)
        if not self._orders.counts(provider_id):
            task = await self._task(order)
            self._orders.add(provider_id, self._pool.render(task))
        return provider_id

    async def find(self, order: ImageOrder, reference: str, model: str, since: datetime) -> str | None:
        """Nothing is listed: the same order is simply handed over again."""
        return None

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Everything that happened so far and then what happens, up to the end. Raises UnknownOrder."""
        return self._orders.follow(provider_id)

    async def cancel(self, provider_id: str) -> None:
        self._orders.cancel(provider_id)

    async def fetch(self, provider_id: str) -> ImageResult:
        """Waits for the picture if need be. Raises UnknownOrder, ProviderError when it failed or was canceled."""
        task = self._orders.find(provider_id).task
        content = await self._orders.fetch(provider_id)
        assert isinstance(task, Task)
        return ImageResult(content, MEDIA_TYPES[task.output_format], task.width, task.height)

    async def forget(self, provider_id: str) -> None:
        self._orders.forget(provider_id)

    async def draft(self, order: DraftOrder) -> Draft:
        """A JPEG of the look. Raises InvalidOrder, Superseded, Busy, ProviderError."""
        width, height = draft_size(order.aspect, order.size_px)
        personas = await self._personas(order.personas)
        task = Task(personas, parse(order.look), _seed(order.seed), width, height, "jpeg", is_draft=True)
        finished = await asyncio.wrap_future(self._pool.draft(task, order.stream))
        assert isinstance(finished, Finished)
        return Draft(finished.content, finished.timings_ms)

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
