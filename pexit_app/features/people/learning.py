"""One training, from its order to the proof sheet.

The likeness's row and what is stored beside it are the checkpoint, routing's errands bring what is made. Each run enters
where the last one got to, so a run may be cut off anywhere and simply be run again. Nothing here holds a transaction while
anybody outside works.
"""

import asyncio
import shutil
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, log
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import (
    Declined,
    InvalidOrder,
    Kind,
    LikenessTrainer,
    ProviderError,
    ProviderUpdate,
    StoreFull,
    Trained,
    TrainingOrder,
)
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.people import proof, proofing, transitions
from pexit_app.features.people.models import OWN, Likeness, LikenessStatus, likeness_key, likeness_prefix
from pexit_app.features.people.transitions import WEIGHTS, Ticket
from pexit_app.features.routing import errands, following, waste, withdrawals
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.errands import Delivery, Errand
from pexit_app.features.routing.service import Choice

FILE_TYPE = "application/octet-stream"
logger = log.get("people")


async def learn(likeness_id: UUID) -> None:
    """Ends with the likeness ready, failed or not wanted any more. Raises only when the database stays away; then the
    watchdog ends it."""
    for turn in range(following.patience.tries):
        try:
            return await _learn_or_fail(likeness_id)
        except OperationalError:
            logger.warning("database away", likeness_id=str(likeness_id), turn=turn)
            await following.pause(turn)
    return await _learn_or_fail(likeness_id)


async def _learn_or_fail(likeness_id: UUID) -> None:
    try:
        await _learn(likeness_id)
    except OperationalError:
        raise
    except Declined as error:
        await _fail(likeness_id, error.message, FailureType.VALIDATION)
    except InvalidOrder as error:
        await _fail(likeness_id, f"This cannot be learnt: {error.message}.", FailureType.VALIDATION)
    except ProviderError as error:
        await _fail(likeness_id, error.message, FailureType.SYSTEM)
    except StoreFull:
        await _fail(likeness_id, "There is no room left to store it.", FailureType.SYSTEM)
    except Unavailable as error:  # the store, for one
        await _fail(likeness_id, error.message, FailureType.SYSTEM)
    except TimeoutError:
        await _fail(likeness_id, "Nothing was heard of it for too long.", FailureType.TIMEOUT)
    except Exception:
        logger.exception("training broke", likeness_id=str(likeness_id))
        await _fail(likeness_id, "Something broke on our side.", FailureType.SYSTEM)


async def _learn(likeness_id: UUID) -> None:
    async with db.transaction() as session:
        ticket = await transitions.find_ticket(session, likeness_id)
    if ticket is None:
        return await _clear_away(likeness_id)
    store = deps.get().store
    stored = {key async for key in store.list(likeness_prefix(likeness_id))}
    is_wanted = likeness_key(likeness_id) in stored or await _learn_persona(ticket)
    is_learnt = is_wanted and (ticket.is_trained or await _learn_weights(ticket))
    is_wanted = is_learnt and await _print_proofs(likeness_id, stored)
    if is_wanted:
        async with db.transaction() as session:
            is_wanted = await transitions.finish_training(session, likeness_id)
    if not is_wanted:
        if is_learnt and ticket.is_rented:  # a whole training was made for nothing
            await waste.note(ticket.user_id, Kind.TRAIN)
        await _clear_away(likeness_id)


async def _learn_persona(ticket: Ticket) -> bool:
    """The darkroom's, which every likeness has: drafts are drawn with it. False: nobody wants it any more."""
    trainer = deps.get().trainer
    if trainer is None:
        raise ProviderError("This Pexit has nobody who trains likenesses.")
    choice = Choice(Kind.TRAIN, OWN, "", 0, 0, 0)
    share = transitions.persona_share(ticket.is_rented)
    errand = _errand(ticket, f"{ticket.reference}:persona", [choice], {OWN: trainer}, share)
    if (delivery := await errands.run(errand)) is None:
        return False
    await deps.get().store.put(likeness_key(ticket.likeness_id), delivery.product.persona, FILE_TYPE)
    await delivery.forget()
    return True


async def _learn_weights(ticket: Ticket) -> bool:
    """A LoRA, at whichever GPU service takes the order. False: nobody wants it any more."""
    async with db.transaction() as session:
        choices = await routing.choices(session, Kind.TRAIN)
    share = transitions.weights_share()
    errand = _errand(ticket, train_reference(ticket.likeness_id), choices, deps.get().gpu_trainers, share)
    if (delivery := await errands.run(errand)) is None:
        return False
    trained, home = delivery.product, delivery.choice.provider
    try:
        await _store_weights(ticket, delivery)
    except Exception:
        async with db.transaction() as session:
            await withdrawals.withdraw(session, home, trained.handle)
        raise
    async with db.transaction() as session:
        await delivery.end(session)
        is_wanted = await transitions.note_weights(session, ticket.likeness_id, home, trained.handle, trained.copies)
        if not is_wanted:
            await withdrawals.withdraw(session, home, trained.handle)
    await delivery.forget()
    return is_wanted


async def _store_weights(ticket: Ticket, delivery: Delivery[Trained]) -> None:
    path = delivery.product.weights
    if path is None:
        raise ProviderError("The trainer gave no model.")
    try:
        await deps.get().store.put_file(likeness_key(ticket.likeness_id, WEIGHTS), path, FILE_TYPE)
    finally:
        await asyncio.to_thread(shutil.rmtree, path.parent, ignore_errors=True)


def train_reference(likeness_id: UUID) -> str:
    return f"{transitions.reference_of(likeness_id)}:train"


def _errand(
    ticket: Ticket,
    reference: str,
    choices: Sequence[Choice],
    trainers: Mapping[str, LikenessTrainer],
    share: range,
) -> Errand[TrainingOrder, Trained]:
    likeness_id = ticket.likeness_id

    async def begin(session: AsyncSession, choice: Choice) -> bool:
        return await transitions.begin_training(session, likeness_id, choice.provider, choice.model)

    async def note(session: AsyncSession, update: ProviderUpdate) -> bool:
        return await transitions.note_update(session, likeness_id, update, share)

    async def is_wanted(session: AsyncSession) -> bool:
        return await transitions.is_wanted(session, likeness_id)

    return Errand(
        reference=reference,
        user_id=ticket.user_id,
        order=ticket.order,
        choices=choices,
        providers=trainers,
        begin=begin,
        note=note,
        is_wanted=is_wanted,
        topic=transitions.likeness_topic(likeness_id),
        who="trainer",
        what="training",
    )


async def _print_proofs(likeness_id: UUID, stored: Collection[str]) -> bool:
    async with db.transaction() as session:
        is_wanted = await transitions.note_trained(session, likeness_id)
        ticket = await transitions.find_ticket(session, likeness_id)
    return is_wanted and ticket is not None and await proofing.print_proofs(ticket, stored)


async def _clear_away(likeness_id: UUID) -> None:
    """What came of a training that nobody wants: the trainer's copies and our bytes."""
    async with db.transaction() as session:
        likeness = await session.get(Likeness, likeness_id)
        if likeness is not None:
            if likeness.status not in (LikenessStatus.FAILED, LikenessStatus.CANCELED):
                return
            await withdrawals.withdraw(session, likeness.weights_home, likeness.weights_handle)
    await errands.abandon(train_reference(likeness_id), deps.get().gpu_trainers)
    for number in range(1, len(proof.LOOKS) + 1):
        await errands.abandon(proofing.proof_reference(likeness_id, number), deps.get().gpu_images)
    await deps.get().store.delete_prefix(likeness_prefix(likeness_id))


async def _fail(likeness_id: UUID, error: str, failure_type: FailureType) -> None:
    async with db.transaction() as session:
        await transitions.fail_training(session, likeness_id, error, failure_type)
    await _clear_away(likeness_id)
