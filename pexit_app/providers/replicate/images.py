"""Pictures from Replicate: made from words, of somebody, and changed."""

import asyncio
import io
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image, ImageOps

from pexit_app.core.ports import (
    AnswerLost,
    Capabilities,
    ImageOrder,
    ImageResult,
    Json,
    Kind,
    NotTaken,
    OutputFormat,
    ProviderError,
    ProviderUpdate,
)
from pexit_app.providers import pictures
from pexit_app.providers.replicate import inputs, messages
from pexit_app.providers.replicate.account import Account, Answer, Trouble, is_about_the_order
from pexit_app.providers.replicate.catalog import Catalog, Runnable
from pexit_app.providers.replicate.desk import HOOK_EVENTS, Desk, Pace
from pexit_app.providers.replicate.inputs import ModelInput
from pexit_app.providers.replicate.tickets import NAME, Ticket
from pexit_app.providers.replicate.uploads import Uploads
from pexit_app.providers.results import MOST_PIXELS, Results

HookUrl = Callable[[str, str, str], str | None]  # (provider, reference, model) -> where we may be called, or None
AT_ONCE, PER_MINUTE = 20, 300  # of an account with credit; Replicate takes 600 a minute
KEPT = 4096
PACE = Pace(longest_s=5.0)


@dataclass(frozen=True, slots=True)
class Note:
    """What Replicate does not keep of an order, and a restart forgets: whose it is, and the picture that was meant (sides
    of 0: as it comes)."""

    reference: str
    width: int
    height: int
    output_format: OutputFormat
    has_files: bool


class ReplicateImages:
    """Provider[ImageOrder, ImageResult]. Which input a model gets stands in inputs.py."""

    name = NAME

    def __init__(
        self, account: Account, uploads: Uploads, results: Results, hook_url: HookUrl, pace: Pace = PACE
    ) -> None:
        self._account, self._uploads, self._results, self._hook_url = account, uploads, results, hook_url
        self._catalog = Catalog(account)
        self._desk = Desk(account, uploads, "prediction", "painting", pace)
        self._notes: OrderedDict[str, Note] = OrderedDict()

    def capabilities(self) -> Capabilities:
        kinds = frozenset({Kind.GENERATE, Kind.PREVIEW, Kind.EDIT, Kind.FILL, Kind.UPSCALE})
        return Capabilities(kinds, False, True, inputs.SIDES_PX[1], AT_ONCE, PER_MINUTE)

    async def close(self) -> None:
        """Closes the connections of the running event loop."""
        await self._account.close()

    async def submit(self, order: ImageOrder, reference: str, model: str = "") -> str:
        """One POST for the picture, after those for the files it needs. Raises InvalidOrder, Busy, NotTaken, AnswerLost."""
        wanted = inputs.of(order, model)
        runnable = await self._catalog.runnable(wanted.model)
        sent: dict[str, str] = {}
        try:
            for field, each in wanted.files.items():
                sent[field] = await self._uploads.url_of(field, each, reference)
            values: dict[str, Json] = {**wanted.values, **sent}
            hook = self._hook_url(NAME, reference, model)
            prediction = await self._account.order(self._create(runnable, values, hook))
        except NotTaken as refusal:
            if is_about_the_order(refusal):
                self._catalog.doubt(wanted.model)
            await self._uploads.drop(sent.values())
            raise
        if not isinstance(prediction.id, str) or not prediction.id:
            raise AnswerLost("an answer without an id")
        return self._noted(Ticket("prediction", prediction.id), order, reference, bool(wanted.files))

    async def find(self, order: ImageOrder, reference: str, model: str, since: datetime) -> str | None:
        """The oldest prediction since then of equal input that belongs to no other order.

        Replicate lists the input, and promises nothing that is ours alone (where it does tell whom an order calls, that
        decides). A picture made from another one names a file that was uploaded under our reference, so it cannot be
        mistaken. One made from words alone is known by all of its input (words, seed, size, weights and measures): what
        equals it in everything is the same picture, and those that other references of this process got by submit() or
        find() are passed over. Raises ProviderError."""
        wanted = inputs.of(order, model)
        uploaded: set[str] = set()
        if wanted.files:
            try:
                uploaded = await self._uploads.named(reference)
            except Trouble as trouble:
                raise ProviderError(messages.AWAY) from trouble

        def is_it(answer: Answer) -> bool:
            note = self._notes.get(f"prediction#{answer.get('id')}")
            return (note is None or note.reference == reference) and _is_equal(answer, wanted, uploaded)

        ticket = await self._desk.listed(since, self._hook_url(NAME, reference, model), is_it)
        return None if ticket is None else self._noted(ticket, order, reference, bool(wanted.files))

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        return self._desk.follow(provider_id)

    async def cancel(self, provider_id: str) -> None:
        await self._desk.cancel(provider_id)

    async def fetch(self, provider_id: str) -> ImageResult:
        """Replicate deletes what it made after an hour. Raises UnknownOrder, Withheld, ProviderError."""
        answer = await self._desk.ended(provider_id)
        output = answer["output"]
        urls = output if isinstance(output, list) else [output]
        if len(urls) != 1 or not isinstance(urls[0], str):
            raise ProviderError(messages.wrong_count(len(urls)))
        note = self._notes.get(provider_id) or _meant(answer)
        made = await self._results.picture(urls[0], note.output_format)
        if not note.width or (made.width, made.height) == (note.width, note.height):
            return made
        return await asyncio.to_thread(_fitted, made, note)

    async def forget(self, provider_id: str) -> None:
        """Deletes the files that were uploaded for it; the picture goes by itself after an hour."""
        note = self._notes.get(provider_id)
        if note is None or note.has_files:
            await self._desk.forget(provider_id)

    async def _create(self, runnable: Runnable, values: dict[str, Json], hook: str | None) -> Any:
        calls: dict[str, Any] = {"webhook": hook, "webhook_events_filter": HOOK_EVENTS} if hook else {}
        client = self._account.client
        if runnable.version:
            return await client.predictions.async_create(version=runnable.version, input=values, **calls)
        return await client.models.predictions.async_create(model=runnable.model, input=values, **calls)

    def _noted(self, ticket: Ticket, order: ImageOrder, reference: str, has_files: bool) -> str:
        width, height = (order.width, order.height) if order.kind == Kind.GENERATE else (0, 0)
        self._notes[str(ticket)] = Note(reference, width, height, order.output_format, has_files)
        while len(self._notes) > KEPT:
            self._notes.popitem(last=False)
        return str(ticket)


def _is_equal(answer: Answer, wanted: ModelInput, uploaded: set[str]) -> bool:
    listed = answer.get("input")
    if not isinstance(listed, dict) or not _is_model(answer, wanted.model):
        return False
    if any(listed.get(field) != value for field, value in wanted.values.items()):
        return False
    for field, each in wanted.files.items():
        address = str(listed.get(field, ""))
        is_ours = address.partition("#")[0] in uploaded
        is_linked = each.is_weights and each.key in address.partition("?")[0]
        if not is_ours and not is_linked:
            return False
    return True


def _is_model(answer: Answer, model: str) -> bool:
    """By version where we named one, else by name; a listing may leave either out."""
    name, _, version = model.partition(":")
    listed_name, listed_version = answer.get("model"), answer.get("version")
    if version and isinstance(listed_version, str) and listed_version != "hidden":
        return listed_version.rpartition(":")[2] == version
    return not isinstance(listed_name, str) or listed_name == name


def _meant(answer: Answer) -> Note:
    """What the input still says."""
    values = answer.get("input")
    is_jpeg = isinstance(values, dict) and values.get("output_format") == "jpg"
    return Note("", 0, 0, "jpeg" if is_jpeg else "png", has_files=True)


def _fitted(made: ImageResult, note: Note) -> ImageResult:
    """The picture at the size that was ordered: models that know aspect ratios only come near it."""
    with Image.open(io.BytesIO(made.content)) as picture:
        fitted = ImageOps.fit(picture, (note.width, note.height), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    fitted.save(out, "PNG", compress_level=1)
    return pictures.remade(out.getvalue(), note.output_format, MOST_PIXELS)
