"""Likenesses learnt by fal: a LoRA from a zip of photos."""

import asyncio
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pexit_app.core.clock import after
from pexit_app.core.ports import (
    Capabilities,
    HookUrl,
    InvalidOrder,
    Kind,
    ObjectStore,
    ProviderUpdate,
    RemoteCopy,
    Trained,
    TrainingOrder,
)
from pexit_app.providers.fal import endpoints, messages
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.fal.images import error_of
from pexit_app.providers.fal.messages import Trouble
from pexit_app.providers.fal.queue import NAME, FalQueue, Manner, check_model, remember
from pexit_app.providers.fal.uploads import KEEP_S, Uploads
from pexit_app.providers.results import Results
from pexit_app.providers.training_zip import build_zip

PHOTOS = (1, 50)
STEPS = (1, 10_000)
KEEP_WEIGHTS_S = 24 * 3600  # they are fetched at once; a day, so that a night's outage of ours does not lose a training
AT_ONCE = 2


class FalTrainer:
    """Implements LikenessTrainer."""

    name = NAME

    def __init__(self, clients: Clients, store: ObjectStore, hook_url: HookUrl, results: Results) -> None:
        self._clients, self._store, self._hook_url, self._results = clients, store, hook_url, results
        self._queue = FalQueue(clients)
        self._uploads = Uploads(clients, store)
        self._manner = Manner(judge, "learning", longest_pause_s=10.0)
        self._photos: OrderedDict[str, RemoteCopy] = OrderedDict()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=frozenset((Kind.TRAIN,)), is_repeatable=False, takes_prompt=True, max_side_px=0, at_once=AT_ONCE
        )

    async def submit(self, order: TrainingOrder, reference: str, model: str = "") -> str:
        """Uploads the photos as a zip that is deleted there after an hour, then hands the order over once.

        Raises NotTaken (InvalidOrder, Busy), AnswerLost."""
        _check(order)
        model = check_model(model or endpoints.DEFAULT_MODELS[Kind.TRAIN])
        copy = await self._send_photos(order, model)
        arguments = endpoints.training_input(model, order, copy.where)
        hook = self._hook_url(NAME, reference, model)
        provider_id = await self._queue.submit(model, arguments, hook, KEEP_WEIGHTS_S)
        remember(self._photos, provider_id, copy)
        return provider_id

    async def find(self, order: TrainingOrder, reference: str, model: str, since: datetime) -> str | None:
        """None: fal lists no orders to the key they were made with. A webhook tells of those that were taken."""
        return None

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Raises UnknownOrder."""
        return self._queue.follow(provider_id, self._manner)

    async def cancel(self, provider_id: str) -> None:
        """Raises ProviderError when fal could not be told."""
        await self._queue.cancel(provider_id)

    async def fetch(self, provider_id: str) -> Trained:
        """Waits for the weights if need be. Raises UnknownOrder, ProviderError."""
        outcome = await self._queue.outcome(provider_id, self._manner)
        if outcome.trouble is not None:
            raise error_of(outcome.trouble)
        url = weights_url(outcome.result)
        # After a restart nobody knows when the photos were sent, but an hour from now they are gone in any case.
        photos = self._photos.get(provider_id) or RemoteCopy("photos", "fal.ai", after(seconds=KEEP_S))
        weights = RemoteCopy("weights", url, after(seconds=KEEP_WEIGHTS_S))
        return Trained(weights=await self._results.weights(url), copies=(photos, weights))

    async def forget(self, provider_id: str) -> None:
        """The photos and the weights there are deleted by themselves, as their copies say."""
        self._queue.forget(provider_id)
        self._photos.pop(provider_id, None)

    async def delete_model(self, handle: str) -> None:
        """None is kept: the weights there expire."""

    async def close(self) -> None:
        await self._clients.close()

    async def _send_photos(self, order: TrainingOrder, model: str) -> RemoteCopy:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="pexit-photos-"))
        try:
            path = await build_zip(self._store, order, folder, crop=endpoints.wants_crop(model))
            url, until = await self._uploads.file(path, "application/zip")
            return RemoteCopy("photos", url, until)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _check(order: TrainingOrder) -> None:
    if not PHOTOS[0] <= len(order.photos) <= PHOTOS[1]:
        raise InvalidOrder("photos", len(order.photos), f"{PHOTOS[0]} to {PHOTOS[1]} photos")
    if not STEPS[0] <= order.steps <= STEPS[1]:
        raise InvalidOrder("steps", order.steps, f"from {STEPS[0]} to {STEPS[1]}")
    if not order.trigger_word.strip():
        raise InvalidOrder("trigger_word", order.trigger_word, "a word")


def weights_url(result: Mapping[str, Any]) -> str:
    """Where the trained weights are; empty where a result has none."""
    file = result.get("diffusers_lora_file")
    return str(file.get("url") or "") if isinstance(file, dict) else ""


def judge(result: Mapping[str, Any]) -> Trouble | None:
    return None if weights_url(result) else messages.no_result()
