"""Providers that are done at once, and the fal adapter under a stopwatch."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

from bench.scratch import TOO_LONG_S, Clock
from pexit_app.core.ports import (
    Capabilities,
    HookUrl,
    ImageOrder,
    ImageResult,
    Kind,
    ObjectStore,
    ProviderState,
    ProviderUpdate,
)
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.fal.images import FalImages
from pexit_app.providers.results import FAL_HOSTS, Results
from tests.features.shoots.support import picture

DONE = ProviderUpdate(ProviderState.DONE, 100)


class Instant:
    """An ImageProvider in this process that is done when it is asked, having told `stages`. Its pictures are of `side`
    pixels."""

    name = "fal"

    def __init__(
        self, clock: Clock, *, is_repeatable: bool, at_once: int, side: int, stages: tuple[ProviderUpdate, ...] = ()
    ) -> None:
        kinds = frozenset((Kind.GENERATE, Kind.PREVIEW))
        self._able = Capabilities(kinds, is_repeatable, takes_prompt=True, max_side_px=1536, at_once=at_once)
        self._clock, self._stages = clock, stages
        self._result = ImageResult(picture(side, side, "jpeg"), "image/jpeg", side, side)

    def capabilities(self) -> Capabilities:
        return self._able

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        return reference

    async def find(self, order: ImageOrder, reference: str, model: str, since: datetime) -> str | None:
        return None

    async def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        for stage in self._stages:
            yield stage
        yield DONE

    async def cancel(self, provider_id: str) -> None:
        pass

    async def fetch(self, provider_id: str) -> ImageResult:
        return self._result

    async def forget(self, provider_id: str) -> None:
        self._clock.stop(provider_id)


class TimedFal(FalImages):
    """The real adapter; only how many it takes at once is ours to say."""

    def __init__(self, key: str, store: ObjectStore, hook_url: HookUrl, clock: Clock, at_once: int) -> None:
        super().__init__(Clients(key), store, hook_url, Results(FAL_HOSTS))
        self._clock, self._at_once = clock, at_once
        self._references: dict[str, str] = {}
        self._taken = asyncio.Semaphore(0)

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), at_once=self._at_once)

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        provider_id = await super().submit(order, reference, model)
        self._references[provider_id] = reference
        self._taken.release()
        return provider_id

    async def has_taken(self, count: int) -> None:
        """Waits until so many orders more were submitted. Raises TimeoutError."""
        async with asyncio.timeout(TOO_LONG_S):
            for _ in range(count):
                await self._taken.acquire()

    async def forget(self, provider_id: str) -> None:
        await super().forget(provider_id)
        self._clock.stop(self._references.pop(provider_id))
