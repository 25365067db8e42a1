"""Pictures by fal: painted with weights, from one photo, changed, mended, enlarged."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from pexit_app.core.ports import (
    Capabilities,
    Failure,
    HookUrl,
    ImageOrder,
    ImageResult,
    InvalidOrder,
    Kind,
    ObjectStore,
    OutputFormat,
    ProviderError,
    ProviderUpdate,
    Withheld,
)
from pexit_app.providers.fal import endpoints, messages
from pexit_app.providers.fal.clients import Clients
from pexit_app.providers.fal.messages import Trouble
from pexit_app.providers.fal.queue import NAME, FalQueue, Manner, check_model, remember
from pexit_app.providers.fal.uploads import KEEP_S, Uploads
from pexit_app.providers.results import Results

KINDS = frozenset((Kind.GENERATE, Kind.PREVIEW, Kind.EDIT, Kind.FILL, Kind.UPSCALE))
SIDES_PX = (256, 1536)
AT_ONCE = 10  # what an account may have running; more only waits in line there


class FalImages:
    """Implements ImageProvider."""

    name = NAME

    def __init__(self, clients: Clients, store: ObjectStore, hook_url: HookUrl, results: Results) -> None:
        self._clients, self._hook_url, self._results = clients, hook_url, results
        self._queue = FalQueue(clients)
        self._uploads = Uploads(clients, store)
        self._manner = Manner(judge, "painting", longest_pause_s=5.0)
        self._formats: OrderedDict[str, OutputFormat] = OrderedDict()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            kinds=KINDS, is_repeatable=False, takes_prompt=True, max_side_px=SIDES_PX[1], at_once=AT_ONCE
        )

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        """Uploads what the order needs, then hands it over once. Raises NotTaken (InvalidOrder, Busy), AnswerLost."""
        _check(order)
        model = check_model(model or endpoints.DEFAULT_MODELS[order.kind])
        endpoint = endpoints.endpoint_for(order, model)
        links = await self._send(order, endpoint)
        arguments = endpoints.image_input(endpoint, order, links)
        hook = self._hook_url(NAME, reference, model)
        provider_id = await self._queue.submit(model, arguments, hook, KEEP_S, endpoint)
        remember(self._formats, provider_id, order.output_format)
        return provider_id

    async def find(self, order: ImageOrder, reference: str, model: str, since: datetime) -> str | None:
        """None: fal lists no orders to the key they were made with. A webhook tells of those that were taken."""
        return None

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        """Raises UnknownOrder."""
        return self._queue.follow(provider_id, self._manner)

    async def cancel(self, provider_id: str) -> None:
        """Raises ProviderError when fal could not be told."""
        await self._queue.cancel(provider_id)

    async def fetch(self, provider_id: str) -> ImageResult:
        """Waits for the picture if need be. Raises UnknownOrder, Withheld, ProviderError."""
        outcome = await self._queue.outcome(provider_id, self._manner)
        if outcome.trouble is not None:
            raise error_of(outcome.trouble)
        picture = pictures(outcome.result)[0]
        return await self._results.picture(str(picture["url"]), self._formats.get(provider_id) or _format_of(picture))

    async def forget(self, provider_id: str) -> None:
        """What was uploaded and made is deleted there by itself within the hour."""
        self._queue.forget(provider_id)
        self._formats.pop(provider_id, None)

    async def close(self) -> None:
        await self._clients.close()

    async def _send(self, order: ImageOrder, model: str) -> endpoints.Links:
        source = mask = ""
        if endpoints.needs_source(order.kind, model):
            if not order.source:
                raise InvalidOrder("source", "", "a picture to start from")
            source = await self._uploads.picture(order.source, "source")
        if order.kind == Kind.FILL:
            if not order.mask:
                raise InvalidOrder("mask", "", "the part to mend")
            mask = await self._uploads.picture(order.mask, "mask")
        weights = [(await self._uploads.weights(each), each.scale) for each in order.weights]
        return endpoints.Links(source, mask, weights)


def _check(order: ImageOrder) -> None:
    if order.kind not in KINDS:
        raise InvalidOrder("kind", order.kind, "one of " + ", ".join(sorted(KINDS)))
    if order.kind != Kind.UPSCALE and not order.prompt.strip():
        raise InvalidOrder("prompt", order.prompt, "at least one word")
    if order.kind in (Kind.GENERATE, Kind.PREVIEW):
        for field, side in (("width", order.width), ("height", order.height)):
            if not SIDES_PX[0] <= side <= SIDES_PX[1]:
                raise InvalidOrder(field, side, f"from {SIDES_PX[0]} to {SIDES_PX[1]} pixels")


def pictures(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The {url, content_type} of every picture in a result: `images` of most models, `image` of the upscalers."""
    listed = result.get("images") if isinstance(result.get("images"), list) else [result.get("image")]
    return [each for each in listed or () if isinstance(each, dict) and isinstance(each.get("url"), str)]


def judge(result: Mapping[str, Any]) -> Trouble | None:
    """Exactly one picture, and the safety check has nothing against it (a flagged one comes blackened)."""
    flags = result.get("has_nsfw_concepts")
    if flags is True or (isinstance(flags, list) and any(flag is True for flag in flags)):
        return messages.withheld()
    count = len(pictures(result))
    if count == 0:
        return messages.no_result()
    return messages.wrong_count(count) if count > 1 else None


def error_of(trouble: Trouble) -> ProviderError:
    kind = Withheld if trouble.failure == Failure.WITHHELD else ProviderError
    return kind(trouble.sentence)


def _format_of(picture: Mapping[str, Any]) -> OutputFormat:
    """As it was made, which is as ordered for every model that can be told: after a restart nobody knows better."""
    said = str(picture.get("content_type") or picture["url"]).lower()
    return "jpeg" if said.endswith(("jpeg", "jpg")) else "png"
