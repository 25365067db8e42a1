"""Learning somebody at Replicate: a LoRA, kept there as a version of one private model of ours, and here as a file."""

import tempfile
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

from replicate.version import Versions

from pexit_app.core import log
from pexit_app.core.ports import (
    AnswerLost,
    Capabilities,
    InvalidOrder,
    Json,
    Kind,
    NotTaken,
    ObjectStore,
    ProviderError,
    ProviderUpdate,
    RemoteCopy,
    Trained,
    TrainingOrder,
)
from pexit_app.providers.replicate import messages
from pexit_app.providers.replicate.account import NO_ANSWER, UNREADABLE, Account, Answer, Trouble, is_about_the_order
from pexit_app.providers.replicate.catalog import Catalog, Runnable, no_answer
from pexit_app.providers.replicate.desk import HOOK_EVENTS, Desk, Pace
from pexit_app.providers.replicate.images import HookUrl
from pexit_app.providers.replicate.line import Answered
from pexit_app.providers.replicate.tickets import NAME, Ticket
from pexit_app.providers.replicate.uploads import Uploads, files_of, ids_in
from pexit_app.providers.results import Results
from pexit_app.providers.training_zip import build_zip

MODEL = "ostris/flux-dev-lora-trainer"
STEPS = (3, 6000)
LORA_RANK = 16
MODEL_NAME = "pexit-likenesses"  # where the operator has named no destination
HARDWARE = "gpu-t4"  # a model needs some to be made; a trained version runs on what its trainer chose
MOST_SIDE_PX = 1024  # of a photo as it is learnt from
AT_ONCE, PER_MINUTE = 4, 10
PACE = Pace(longest_s=10.0)

logger = log.get("replicate")


class ReplicateTrainer:
    """Provider[TrainingOrder, Trained]. `destination` is "owner/name" of the model that gets a version of each likeness;
    it is made, private, when it is missing. Empty: `pexit-likenesses` of the account's own."""

    name = NAME

    def __init__(
        self,
        account: Account,
        uploads: Uploads,
        store: ObjectStore,
        results: Results,
        hook_url: HookUrl,
        destination: str = "",
        pace: Pace = PACE,
    ) -> None:
        self._account, self._uploads, self._store = account, uploads, store
        self._results, self._hook_url = results, hook_url
        self._named_destination, self._destination = destination, ""
        self._catalog = Catalog(account)
        self._desk = Desk(account, uploads, "training", "learning", pace)

    def capabilities(self) -> Capabilities:
        return Capabilities(frozenset({Kind.TRAIN}), False, True, MOST_SIDE_PX, AT_ONCE, PER_MINUTE)

    async def close(self) -> None:
        """Closes the connections of the running event loop."""
        await self._account.close()

    async def submit(self, order: TrainingOrder, reference: str, model: str = "") -> str:
        """One POST for the training, after the photos were sent. Raises InvalidOrder, Busy, NotTaken, AnswerLost."""
        _check(order)
        trainer = await self._catalog.runnable(model or MODEL, needs_version=True)
        destination = await self._ready_destination()
        photos = await self._sent(order, reference)
        values: dict[str, Json] = {**_values(order), "input_images": photos}
        hook = self._hook_url(NAME, reference, model)
        try:
            training = await self._account.order(self._create(trainer, values, destination, hook))
        except NotTaken as refusal:
            if is_about_the_order(refusal):
                self._destination = ""
                self._catalog.doubt(model or MODEL)
            await self._uploads.drop([photos])
            raise
        if not isinstance(training.id, str) or not training.id:
            raise AnswerLost("an answer without an id")
        return str(Ticket("training", training.id))

    async def find(self, order: TrainingOrder, reference: str, model: str, since: datetime) -> str | None:
        """The training that learns from the photos uploaded under `reference`: no other order names that file, whatever
        its trigger word and steps. Raises ProviderError."""
        try:
            photos = await self._uploads.named(reference)
        except Trouble as trouble:
            raise ProviderError(messages.AWAY) from trouble

        def is_it(answer: Answer) -> bool:
            values = answer.get("input")
            return isinstance(values, dict) and values.get("input_images") in photos

        hook = self._hook_url(NAME, reference, model)
        ticket = await self._desk.listed(since, hook, is_it) if photos else None
        return None if ticket is None else str(ticket)

    def follow(self, provider_id: str) -> AsyncIterator[ProviderUpdate]:
        return self._desk.follow(provider_id)

    async def cancel(self, provider_id: str) -> None:
        await self._desk.cancel(provider_id)

    async def fetch(self, provider_id: str) -> Trained:
        """The weights, checked, and what Replicate still holds: the photos are deleted first, as the training is over.

        Raises UnknownOrder, ProviderError."""
        answer = await self._desk.ended(provider_id)
        output = answer["output"]
        handle = output.get("version") if isinstance(output, dict) else None
        address = output.get("weights") if isinstance(output, dict) else None
        if not isinstance(handle, str) or not isinstance(address, str) or ":" not in handle:
            raise ProviderError(messages.NO_RESULT)
        copies = await self._copies(answer, handle)
        return Trained(weights=await self._results.weights(address), handle=handle, copies=copies)

    async def forget(self, provider_id: str) -> None:
        """Deletes the photos, if they are still there. The trained version stays, as pictures are made with it: only
        delete_model() takes it away."""
        await self._desk.forget(provider_id)

    async def delete_model(self, handle: str) -> None:
        """Deletes a trained version ("owner/name:version") with everything that was made with it there: for a person who
        withdraws consent, or deletes a likeness. Nothing to delete is fine. Raises ProviderError when Replicate did not
        delete it, so that it can be tried again."""
        model, _, version = handle.partition(":")
        owner, _, name = model.partition("/")
        if not (owner and name and version):
            return
        try:
            await Versions(self._account.client, (owner, name)).async_delete(version)
        except Answered as error:
            if error.status not in (404, 410):
                logger.error("replicate_version_not_deleted", handle=handle, status=error.status, reason=error.detail)
                raise ProviderError(messages.NOT_DELETED) from error
        except NO_ANSWER as error:
            raise ProviderError(messages.NOT_DELETED) from error

    async def _sent(self, order: TrainingOrder, reference: str) -> str:
        with tempfile.TemporaryDirectory(prefix="replicate-") as folder:
            path = await build_zip(self._store, order, Path(folder), crop=any(order.boxes))
            return await self._uploads.send(path, reference)

    async def _create(self, trainer: Runnable, values: dict[str, Json], destination: str, hook: str | None) -> Any:
        calls: dict[str, Any] = {"webhook": hook, "webhook_events_filter": HOOK_EVENTS} if hook else {}
        return await self._account.client.trainings.async_create(
            model=trainer.model, version=trainer.version, input=values, destination=destination, **calls
        )

    async def _ready_destination(self) -> str:
        """Looked for once, and made when it is missing. Raises NotTaken."""
        if self._destination:
            return self._destination
        destination = self._named_destination or f"{await self._username()}/{MODEL_NAME}"
        owner, _, name = destination.partition("/")
        try:
            await self._account.read(f"/v1/models/{owner}/{name}")
        except Trouble as trouble:
            if trouble.status != 404:
                raise no_answer(trouble) from trouble
            await self._make_model(owner, name)
        self._destination = destination
        return destination

    async def _make_model(self, owner: str, name: str) -> None:
        try:
            await self._account.client.models.async_create(owner, name, visibility="private", hardware=HARDWARE)
        except Answered as error:
            if error.status != 409:  # somebody else has just made it
                logger.error("replicate_no_destination", model=f"{owner}/{name}", reason=error.detail)
                raise no_answer(Trouble(error.status, error.retry_after_s)) from error
        except UNREADABLE:
            return  # it is made; the client only does not know how to read about it
        except NO_ANSWER as error:
            raise NotTaken(messages.AWAY, is_outage=True) from error

    async def _username(self) -> str:
        try:
            name = (await self._account.read("/v1/account")).get("username")
        except Trouble as trouble:
            raise no_answer(trouble) from trouble
        if not isinstance(name, str) or not name:
            raise NotTaken(messages.AWAY, is_outage=True)
        return name

    async def _copies(self, answer: Answer, handle: str) -> tuple[RemoteCopy, ...]:
        files = files_of(answer)
        expires_at = await self._uploads.expiry(files)
        deleted_at = await self._uploads.drop(files)
        photos = [RemoteCopy("photos", f"files/{each}", expires_at, deleted_at) for each in ids_in(files)]
        return (*photos, RemoteCopy("weights", handle))


def _check(order: TrainingOrder) -> None:
    if not order.photos:
        raise InvalidOrder("photos", 0, "at least one")
    if not order.trigger_word.strip():
        raise InvalidOrder("trigger_word", order.trigger_word, "a word")
    if not STEPS[0] <= order.steps <= STEPS[1]:
        raise InvalidOrder("steps", order.steps, f"from {STEPS[0]} to {STEPS[1]}")


def _values(order: TrainingOrder) -> dict[str, Json]:
    """The captions are in the zip, so none are made there."""
    return {
        "trigger_word": order.trigger_word,
        "steps": order.steps,
        "lora_rank": LORA_RANK,
        "autocaption": False,
    }
