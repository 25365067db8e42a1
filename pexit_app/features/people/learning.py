"""One training, from its order to the proof sheet: everything that talks to the trainer, the renderer and the store.

The likeness's row and what is stored beside it are the checkpoint. Each run enters where the last one got to, so a run
may be cut off anywhere and simply be run again. Nothing here holds a transaction while anybody outside works.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.exc import OperationalError

from pexit_app.core import db, deps, events, log
from pexit_app.core.ports import (
    Busy,
    LikenessTrainer,
    ProviderError,
    ProviderState,
    ProviderUpdate,
    Trained,
    UnknownOrder,
)
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.people import proofing, transitions
from pexit_app.features.people.models import Likeness, LikenessStatus, likeness_key, likeness_prefix
from pexit_app.features.people.transitions import Ticket

PERSONA_TYPE = "application/octet-stream"
TERMINAL = frozenset({ProviderState.DONE, ProviderState.FAILED, ProviderState.CANCELED})
logger = log.get("people")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited for what, in seconds, and how often things are tried."""

    queued_s: float = 900  # without any word while the order waits
    running_s: float = 120  # without any word while it is worked on
    lost_s: float = 120  # for a webhook to name an order whose answer was lost
    pause_s: float = 1  # before the same thing is tried again; doubled each time
    tries: int = 5
    told_s: float = 0.5  # progress within a stage is written down this often


patience = Patience()


async def learn(likeness_id: UUID) -> None:
    """Ends with the likeness ready, failed or not wanted any more. Raises only when the database stays away; then the
    watchdog ends it."""
    for turn in range(patience.tries):
        try:
            return await _learn_or_fail(likeness_id)
        except OperationalError:
            logger.warning("database away", likeness_id=str(likeness_id), turn=turn)
            await pause(turn)
    return await _learn_or_fail(likeness_id)


async def _learn_or_fail(likeness_id: UUID) -> None:
    try:
        await _learn_while_wanted(likeness_id)
    except OperationalError:
        raise
    except ProviderError as error:
        await _fail(likeness_id, error.message, FailureType.SYSTEM)
    except TimeoutError:
        await _fail(likeness_id, "Nothing was heard of it for too long.", FailureType.TIMEOUT)
    except Exception:
        logger.exception("training broke", likeness_id=str(likeness_id))
        await _fail(likeness_id, "Something broke on our side.", FailureType.SYSTEM)


async def _learn_while_wanted(likeness_id: UUID) -> None:
    """A stop ends the work at once, wherever it stands. Cut off from outside, nothing is called off: the next run goes
    on with what was handed over."""
    handed = proofing.Handed()
    work = asyncio.create_task(_learn(likeness_id, handed))
    watcher = asyncio.create_task(_unwanted(likeness_id))
    try:
        await asyncio.wait({work, watcher}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (work, watcher):
            task.cancel()
        await asyncio.wait({work, watcher})
    if not work.cancelled():
        if work.exception() is not None and not isinstance(work.exception(), OperationalError):
            await handed.call_off()
        return work.result()
    watcher.result()
    await handed.call_off()
    await _clear_away(likeness_id)


async def _unwanted(likeness_id: UUID) -> None:
    """Returns when the likeness is not training any more."""
    with events.subscribe(transitions.likeness_topic(likeness_id)) as waker:
        while True:
            await waker.wait()
            waker.clear()
            async with db.transaction() as session:
                likeness = await session.get(Likeness, likeness_id)
            if likeness is None or likeness.status != LikenessStatus.TRAINING:
                return


async def _learn(likeness_id: UUID, handed: proofing.Handed) -> None:
    trainer = deps.get().trainer
    if trainer is None:
        raise ProviderError("This Pexit has nobody who trains likenesses.")
    async with db.transaction() as session:
        ticket = await transitions.begin_training(session, likeness_id, trainer.name)
    if ticket is None:
        return await _clear_away(likeness_id)
    store = deps.get().store
    stored = {key async for key in store.list(likeness_prefix(likeness_id))}
    persona = likeness_key(likeness_id)
    if persona not in stored:
        if (done := await _train(trainer, ticket, handed)) is None:
            return await _clear_away(likeness_id)
        provider_id, trained = done
        async with db.transaction() as session:
            is_wanted = await transitions.note_trained(session, likeness_id, trained.weights_url)
        if not is_wanted:
            return await _clear_away(likeness_id)
        await store.put(persona, trained.persona, PERSONA_TYPE)
        await trainer.forget(provider_id)
        handed.done(provider_id)
    printer = proofing.Printer(follow, pause, patience.tries)
    is_wanted = await proofing.print_proofs(ticket, stored, handed, printer)
    async with db.transaction() as session:
        is_ready = is_wanted and await transitions.finish_training(session, likeness_id)
    if not is_ready:
        await _clear_away(likeness_id)


async def _train(trainer: LikenessTrainer, ticket: Ticket, handed: proofing.Handed) -> tuple[str, Trained] | None:
    """The trainer's id and what it made; None when nobody wants it any more. Raises ProviderError, TimeoutError."""
    for turn in range(patience.tries):
        provider_id = ticket.provider_id or await _hand_over(trainer, ticket)
        if provider_id is None:
            return None
        handed.add(provider_id, trainer.cancel)
        try:
            is_done = await follow(trainer.follow(provider_id), _note(ticket.likeness_id))
            if is_done:
                return provider_id, await trainer.fetch(provider_id)
        except UnknownOrder:
            logger.warning("training lost", likeness_id=str(ticket.likeness_id), provider_id=provider_id)
        if not trainer.is_repeatable:
            break
        await pause(turn)
        async with db.transaction() as session:
            again = await transitions.begin_training(session, ticket.likeness_id, trainer.name)
        if again is None:
            return None
        ticket = replace(again, provider_id=None, was_tried=False)
    raise ProviderError("The trainer lost this training.")


def _note(likeness_id: UUID) -> Callable[[ProviderUpdate], Awaitable[bool]]:
    pace = _Pace()

    async def note(update: ProviderUpdate) -> bool:
        if not pace.is_worth_telling(update):
            return True
        async with db.transaction() as session:
            return await transitions.note_update(session, likeness_id, update)

    return note


async def _hand_over(trainer: LikenessTrainer, ticket: Ticket) -> str | None:
    """The trainer's id for the order; None when nobody wants it any more. An order that may have arrived already is
    handed over again only where that costs nothing. Raises ProviderError, TimeoutError."""
    if ticket.was_tried and not trainer.is_repeatable:
        return await _await_lost(ticket)
    for turn in range(patience.tries):
        try:
            provider_id = await trainer.submit(ticket.order, ticket.reference)
            break
        except Busy as error:
            problem: Exception = error
        except ProviderError:
            raise
        except Exception as error:
            logger.warning("answer lost", likeness_id=str(ticket.likeness_id), error=repr(error))
            if not trainer.is_repeatable:
                return await _await_lost(ticket)
            problem = error
        await pause(turn)
    else:
        raise ProviderError("The trainer did not take the order.") from problem
    async with db.transaction() as session:
        is_wanted = await transitions.note_submission(session, ticket.likeness_id, provider_id, is_anew=True)
    if not is_wanted:
        await trainer.cancel(provider_id)
        return None
    return provider_id


async def _await_lost(ticket: Ticket) -> str | None:
    """A webhook (note_submission) may still name the order. Raises TimeoutError when none does."""
    until = time.monotonic() + patience.lost_s
    with events.subscribe(transitions.likeness_topic(ticket.likeness_id)) as waker:
        while time.monotonic() < until:
            async with db.transaction() as session:
                likeness = await session.get(Likeness, ticket.likeness_id)
            if likeness is None or likeness.status != LikenessStatus.TRAINING:
                return None
            if likeness.provider_id is not None:
                return likeness.provider_id
            await events.woken(waker, patience.lost_s / 20)
    raise TimeoutError


async def follow(updates: AsyncIterator[ProviderUpdate], note: Callable[[ProviderUpdate], Awaitable[bool]]) -> bool:
    """True when the work is done; False when it was called off, or `note` says that nobody wants it. Raises UnknownOrder,
    ProviderError, TimeoutError."""
    silence_s = patience.queued_s
    try:
        while True:
            try:
                async with asyncio.timeout(silence_s):  # wait_for() can lose a cancellation before Python 3.12
                    update = await anext(updates)
            except StopAsyncIteration:
                raise UnknownOrder("It fell silent.") from None
            if update.state in TERMINAL:
                return _verdict(update)
            silence_s = patience.running_s if update.state == ProviderState.RUNNING else patience.queued_s
            if not await note(update):
                return False
    finally:
        if isinstance(updates, AsyncGenerator):
            await updates.aclose()


def _verdict(last: ProviderUpdate) -> bool:
    if last.state == ProviderState.FAILED:
        raise ProviderError(last.error or "It failed without giving a reason.")
    return last.state == ProviderState.DONE


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


async def _clear_away(likeness_id: UUID) -> None:
    """What came of a training that nobody wants: the trainer's copy and our bytes."""
    async with db.transaction() as session:
        likeness = await session.get(Likeness, likeness_id)
    trainer = deps.get().trainer
    if likeness is not None and likeness.status not in (LikenessStatus.FAILED, LikenessStatus.CANCELED):
        return
    if likeness is not None and likeness.provider_id is not None and trainer is not None:
        await trainer.cancel(likeness.provider_id)
        await trainer.forget(likeness.provider_id)
    await deps.get().store.delete_prefix(likeness_prefix(likeness_id))


async def _fail(likeness_id: UUID, error: str, failure_type: FailureType) -> None:
    async with db.transaction() as session:
        await transitions.fail_training(session, likeness_id, error, failure_type)
    await _clear_away(likeness_id)


async def pause(turn: int) -> None:
    await asyncio.sleep(patience.pause_s * 2**turn)
