"""One frame, from its order to its stored picture: everything that talks to the provider and the object store.

The frame's row is the checkpoint. Each run enters where the row says the last one got to, so a run may be cut off
anywhere and simply be run again. Nothing here holds a transaction while the provider or the store works.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pexit_app.core import db, deps, events, log
from pexit_app.core.errors import PexitError
from pexit_app.core.ports import (
    Busy,
    ImageProvider,
    ImageResult,
    InvalidOrder,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    UnknownOrder,
)
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.shoots import casting, pictures, transitions
from pexit_app.features.shoots.models import Frame, FrameStatus, key_of, prefix_of
from pexit_app.features.shoots.pictures import MEDIA_TYPES, BadPicture
from pexit_app.features.shoots.transitions import Ticket

logger = log.get("shoots")
TERMINAL = frozenset({ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds, and how often things are tried."""

    queued_s: float = 900  # without any word while the order waits at the provider
    running_s: float = 120  # without any word while it is worked on
    lost_s: float = 120  # for a webhook to name an order whose answer was lost
    pause_s: float = 1  # before the same thing is tried again; doubled each time
    tries: int = 5
    told_s: float = 0.5  # progress within a stage is written down this often


patience = Patience()


async def develop_frame(frame_id: UUID, attempt: int) -> None:
    """Ends with the frame done, failed or not wanted any more. Raises only when the database stays away; then the
    watchdog ends it."""
    for turn in range(patience.tries):
        try:
            return await _develop_or_fail(frame_id, attempt)
        except OperationalError:
            logger.warning("database away", frame_id=str(frame_id), turn=turn)
            await _pause(turn)
    return await _develop_or_fail(frame_id, attempt)


async def _develop_or_fail(frame_id: UUID, attempt: int) -> None:
    try:
        await _develop(frame_id, attempt)
    except OperationalError:
        raise
    except InvalidOrder as error:
        await _fail(frame_id, attempt, f"This cannot be rendered: {error.message}.", FailureType.VALIDATION)
    except ProviderError as error:
        await _fail(frame_id, attempt, error.message, FailureType.SYSTEM)
    except PexitError as error:  # the face is gone, or cannot be made out in its photo
        await _fail(frame_id, attempt, error.message, FailureType.VALIDATION)
    except BadPicture as error:
        await _fail(frame_id, attempt, f"What came was not the picture ordered. {error}", FailureType.SYSTEM)
    except TimeoutError:
        await _fail(frame_id, attempt, "Nothing was heard of it for too long.", FailureType.TIMEOUT)
    except Exception:
        logger.exception("frame broke", frame_id=str(frame_id))
        await _fail(frame_id, attempt, "Something broke on our side.", FailureType.SYSTEM)


async def _develop(frame_id: UUID, attempt: int) -> None:
    images = deps.get().images
    is_lost = False
    for turn in range(patience.tries):
        async with db.transaction() as session:
            ticket = await transitions.begin_frame(session, frame_id, attempt, images.name)
        if ticket is None:
            return await _discard_if_unwanted(frame_id, attempt)
        if is_lost:
            if not images.capabilities().is_repeatable:
                break
            await _pause(turn - 1)
            ticket = replace(ticket, provider_id=None, was_tried=False)
        if ticket.provider_id is None:
            await casting.prepare(ticket.order.personas)
        provider_id = ticket.provider_id or await _hand_over(images, ticket)
        if provider_id is None:
            return None
        try:
            result = await _picture(images, ticket, provider_id)
        except UnknownOrder:
            result = None
        if result is not None:
            await _deliver(ticket, result)
            return await images.forget(provider_id)
        is_lost = True
    raise ProviderError("The renderer lost this frame.")


async def _hand_over(images: ImageProvider, ticket: Ticket) -> str | None:
    """The provider's id for the order; None when nobody wants it any more. An order that may have arrived already is
    handed over again only where that costs nothing. Raises ProviderError, TimeoutError."""
    is_repeatable = images.capabilities().is_repeatable
    if ticket.was_tried and not is_repeatable:
        return await _await_lost(ticket)
    for turn in range(patience.tries):
        try:
            provider_id = await images.submit(ticket.order, ticket.reference)
            break
        except Busy as error:
            problem: Exception = error
        except ProviderError:
            raise
        except Exception as error:
            logger.warning("answer lost", frame_id=str(ticket.frame_id), error=repr(error))
            if not is_repeatable:
                return await _await_lost(ticket)
            problem = error
        await _pause(turn)
    else:
        raise ProviderError("The renderer did not take the order.") from problem
    async with db.transaction() as session:
        is_wanted = await transitions.note_submission(
            session, ticket.frame_id, ticket.attempt, provider_id, is_anew=True
        )
    if not is_wanted:
        await images.cancel(provider_id)
        return None
    return provider_id


async def _await_lost(ticket: Ticket) -> str | None:
    """A webhook (note_submission) may still name the order. Raises TimeoutError when none does."""
    until = time.monotonic() + patience.lost_s
    with events.subscribe(transitions.frame_topic(ticket.frame_id)) as waker:
        while time.monotonic() < until:
            async with db.transaction() as session:
                frame = await session.get(Frame, ticket.frame_id)
            if frame is None or not frame.is_open or frame.attempt != ticket.attempt:
                return None
            if frame.provider_id is not None:
                return frame.provider_id
            await events.woken(waker, patience.lost_s / 20)
    raise TimeoutError


async def _picture(images: ImageProvider, ticket: Ticket, provider_id: str) -> ImageResult | None:
    """None: the provider dropped the order without a picture, or it is not wanted any more. Raises UnknownOrder,
    ProviderError, TimeoutError."""
    watcher = asyncio.create_task(_cancel_when_unwanted(images, ticket, provider_id))
    try:
        last = await _follow(images, ticket, provider_id)
    finally:
        watcher.cancel()
        await asyncio.wait([watcher])  # unlike awaiting it, this cannot take our own cancellation for the watcher's
    if last is None or last.state == ProviderState.CANCELED:
        return None
    if last.state == ProviderState.FAILED:
        raise ProviderError(last.error or "The renderer gave no reason.")
    return await images.fetch(provider_id)


async def _follow(images: ImageProvider, ticket: Ticket, provider_id: str) -> ProviderUpdate | None:
    """Writes down what the provider tells, up to its last word; None when nobody wants the frame any more."""
    pace = _Pace()
    silence_s = patience.queued_s
    updates = images.follow(provider_id)
    try:
        while True:
            try:
                async with asyncio.timeout(silence_s):  # wait_for() can lose a cancellation before Python 3.12
                    update = await anext(updates)
            except StopAsyncIteration:
                raise UnknownOrder("The renderer fell silent.") from None
            if update.state in TERMINAL:
                return update
            silence_s = patience.running_s if update.state == ProviderState.RUNNING else patience.queued_s
            if not pace.is_worth_telling(update):
                continue
            async with db.transaction() as session:
                is_wanted = await transitions.note_update(session, ticket.frame_id, ticket.attempt, update)
            if not is_wanted:
                await images.cancel(provider_id)
                return None
    finally:
        if isinstance(updates, AsyncGenerator):
            await updates.aclose()


@dataclass(slots=True)
class _Pace:
    """A new stage is told at once; progress within it, and waiting, now and then."""

    last: ProviderUpdate | None = None
    told_at: float = field(default=0.0)

    def is_worth_telling(self, update: ProviderUpdate) -> bool:
        is_new = self.last is None or (update.state, update.stage) != (self.last.state, self.last.stage)
        if not is_new and time.monotonic() - self.told_at < patience.told_s:
            return False
        self.last, self.told_at = update, time.monotonic()
        return True


async def _cancel_when_unwanted(images: ImageProvider, ticket: Ticket, provider_id: str) -> None:
    with events.subscribe(transitions.frame_topic(ticket.frame_id)) as waker:
        while True:
            await waker.wait()
            waker.clear()
            async with db.transaction() as session:
                frame = await session.get(Frame, ticket.frame_id)
            if frame is None or not frame.is_open or frame.attempt != ticket.attempt:
                await images.cancel(provider_id)
                return


async def _deliver(ticket: Ticket, result: ImageResult) -> None:
    """Objects first, then the row that says they are there. Raises BadPicture."""
    order = ticket.order
    prints = await asyncio.to_thread(pictures.make_prints, result, order.width, order.height, order.output_format)
    store, full_type = deps.get().store, MEDIA_TYPES[order.output_format]
    jpeg = MEDIA_TYPES["jpeg"]
    for variant, content, media_type in (
        ("full", prints.full, full_type),
        ("view", prints.view, jpeg),
        ("thumb", prints.thumb, jpeg),
    ):
        await store.put(key_of(ticket.frame_id, variant, order.output_format), content, media_type)
    async with db.transaction() as session:
        is_done = await transitions.finish_frame(session, ticket.frame_id, ticket.attempt)
    if not is_done:
        await _discard_if_unwanted(ticket.frame_id, ticket.attempt)


async def _discard_if_unwanted(frame_id: UUID, attempt: int) -> None:
    """The frame was stopped or deleted while it was stored."""
    async with db.transaction() as session:
        frame = await session.get(Frame, frame_id)
    if frame is None or (frame.attempt == attempt and frame.status in (FrameStatus.CANCELED, FrameStatus.FAILED)):
        await deps.get().store.delete_prefix(prefix_of(frame_id))


async def _fail(frame_id: UUID, attempt: int, error: str, failure_type: FailureType) -> None:
    async with db.transaction() as session:
        await transitions.fail_frame(session, frame_id, attempt, error, failure_type)


async def _pause(turn: int) -> None:
    await asyncio.sleep(patience.pause_s * 2**turn)
