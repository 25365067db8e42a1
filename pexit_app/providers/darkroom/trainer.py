"""The trainer of likenesses as the rest of Pexit sees it, on the darkroom's workers."""

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from pexit_app.core.ports import Capabilities, InvalidOrder, Kind, ProviderUpdate, Trained, TrainingOrder
from pexit_app.providers.darkroom.order_book import OrderBook
from pexit_app.providers.darkroom.pool import Pool
from pexit_app.providers.darkroom.task import Training

FindPhoto = Callable[[str], Awaitable[Path]]
PHOTOS_MAX = 50


class DarkroomTrainer:
    """Implements LikenessTrainer. `find_photo` brings a kept photo to this machine. The same photos in the same order
    give the same persona; `trigger_word` and `steps` are kept for trainers that want them."""

    name = "darkroom"

    def __init__(self, pool: Pool, find_photo: FindPhoto) -> None:
        self._pool = pool
        self._find_photo = find_photo
        self._orders = OrderBook(pool)

    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=frozenset({Kind.TRAIN}), is_repeatable=True, takes_prompt=False, max_side_px=0, at_once=1
        )

    async def submit(self, order: TrainingOrder, reference: str, model: str = "") -> str:
        """The same order under the same reference gives the same id, and is not learnt twice while it is known.

        Raises InvalidOrder, Busy, and what `find_photo` raises.
        """
        if not 1 <= len(order.photos) <= PHOTOS_MAX:
            raise InvalidOrder("photos", len(order.photos), f"1 to {PHOTOS_MAX} photos")
        whole = {**asdict(order), "reference": reference}
        provider_id = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:32]
        if not self._orders.counts(provider_id):
            paths = [str(await self._find_photo(key)) for key in order.photos]
            self._orders.add(provider_id, self._pool.render(Training(tuple(paths))))
        return provider_id

    async def find(self, order: TrainingOrder, reference: str, model: str, since: datetime) -> str | None:
        """Nothing is listed: the same order is simply handed over again."""
        return None

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Two updates a photo or more, each when its stage begins, up to the end. Raises UnknownOrder."""
        return self._orders.follow(provider_id)

    async def cancel(self, provider_id: str) -> None:
        self._orders.cancel(provider_id)

    async def fetch(self, provider_id: str) -> Trained:
        """Waits for the persona if need be. Raises UnknownOrder, ProviderError when it failed or was canceled."""
        return Trained(await self._orders.fetch(provider_id))

    async def forget(self, provider_id: str) -> None:
        self._orders.forget(provider_id)

    async def delete_model(self, handle: str) -> None:
        """None is kept."""
