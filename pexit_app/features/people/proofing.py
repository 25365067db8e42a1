"""The proof sheet: six frames of a fresh likeness, each stored as soon as it is there."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, log
from pexit_app.core.ports import ImageOrder, ImageProvider, ImageResult, Kind, ProviderError, ProviderUpdate
from pexit_app.features.people import proof, transitions
from pexit_app.features.people.models import OWN, likeness_key
from pexit_app.features.people.transitions import Ticket
from pexit_app.features.routing import errands, submissions
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.errands import Delivery, Errand
from pexit_app.features.routing.service import Choice

OURSELVES = Choice(Kind.GENERATE, OWN, "", 0, 0, 0)
logger = log.get("people")


@dataclass(slots=True)
class _Sheet:
    """`printed` are the numbers of the frames that are stored. `off` is set when the rest is not wanted any more."""

    ticket: Ticket
    choices: Sequence[Choice]
    renderers: Mapping[str, ImageProvider]
    printed: set[int]
    off: asyncio.Event = field(default_factory=asyncio.Event)
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def count(self) -> int:
        """How many are stored from the first one on without a gap: pages show so many, and any may be ready first."""
        return next(number for number in range(len(proof.LOOKS) + 1) if number + 1 not in self.printed)


async def print_proofs(ticket: Ticket, stored: Collection[str]) -> bool:
    """Those of the six that are not `stored` yet; all are ordered at once, so that the renderers share them out. False:
    nobody wants them any more. Raises ProviderError, TimeoutError, when the others are called off; OperationalError, when
    they are not, since the next run goes on with them."""
    numbers = set(range(1, len(proof.LOOKS) + 1))
    missing = sorted(number for number in numbers if _key(ticket, number) not in stored)
    sheet = _Sheet(ticket, *await _renderers(ticket), numbers.difference(missing))
    await _end_stored(ticket, sheet.printed)
    tasks = [asyncio.create_task(_print(sheet, number)) for number in missing]
    if not tasks:
        return True
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        if not any(task.done() and isinstance(task.exception(), OperationalError) for task in tasks):
            sheet.off.set()
        await asyncio.wait(tasks)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise
    printed = [task.result() for task in tasks]  # each is looked at: one that was called off is not what went wrong
    return all(printed)


async def _end_stored(ticket: Ticket, printed: Collection[int]) -> None:
    """A run may have been cut off between storing one and saying so."""
    async with db.transaction() as session:
        for number in sorted(printed):
            await submissions.end(session, proof_reference(ticket.likeness_id, number), "done")


async def _print(sheet: _Sheet, number: int) -> bool:
    ticket = sheet.ticket
    if (delivery := await _made(sheet, number)) is None:
        return False
    await deps.get().store.put(_key(ticket, number), delivery.product.content, proof.MEDIA_TYPE)
    async with sheet.counting, db.transaction() as session:
        sheet.printed.add(number)
        await delivery.end(session)
        is_wanted = await transitions.note_proof(session, ticket.likeness_id, sheet.count)
    await delivery.forget()
    return is_wanted


async def _made(sheet: _Sheet, number: int) -> Delivery[ImageResult] | None:
    """By the darkroom, which knows every likeness, where a GPU service cannot: one frame of a proof sheet is no reason to
    throw away a training that was paid."""
    try:
        return await errands.run(_errand(sheet, number))
    except (ProviderError, TimeoutError) as error:
        if sheet.renderers.keys() == {OWN} or sheet.off.is_set():
            raise
        logger.warning("proof left to the darkroom", likeness_id=str(sheet.ticket.likeness_id), error=repr(error))
    return await errands.run(_errand(replace(sheet, choices=[OURSELVES], renderers=_darkroom()), number))


def _errand(sheet: _Sheet, number: int) -> Errand[ImageOrder, ImageResult]:
    ticket = sheet.ticket

    async def is_wanted(session: AsyncSession) -> bool:
        return await transitions.is_wanted(session, ticket.likeness_id)

    async def begin(session: AsyncSession, choice: Choice) -> bool:
        return await is_wanted(session)

    async def note(session: AsyncSession, update: ProviderUpdate) -> bool:
        return await transitions.note_heard(session, ticket.likeness_id)

    return Errand(
        reference=proof_reference(ticket.likeness_id, number),
        user_id=ticket.user_id,
        order=proof.order_of(number, likeness_key(ticket.likeness_id), ticket.who, ticket.weights),
        choices=sheet.choices,
        providers=sheet.renderers,
        begin=begin,
        note=note,
        is_wanted=is_wanted,
        topic=transitions.likeness_topic(ticket.likeness_id),
        off=sheet.off,
        what="proof sheet",
    )


def proof_reference(likeness_id: UUID, number: int) -> str:
    return f"{transitions.reference_of(likeness_id)}:proof-{number}"


def _key(ticket: Ticket, number: int) -> str:
    return likeness_key(ticket.likeness_id, proof.part_of(number))


async def _renderers(ticket: Ticket) -> tuple[Sequence[Choice], Mapping[str, ImageProvider]]:
    """The GPU services for a likeness that one of them has learnt, where they render; else the darkroom."""
    if ticket.weights is not None:
        async with db.transaction() as session:
            if choices := await routing.choices(session, Kind.GENERATE):
                return choices, deps.get().gpu_images
    return [OURSELVES], _darkroom()


def _darkroom() -> Mapping[str, ImageProvider]:
    return {OWN: deps.get().images}
