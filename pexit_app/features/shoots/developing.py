"""One frame, from its order to its stored picture.

The frame's row says what is wanted, routing's errand brings it, and the row says when it is stored. Each run enters where
the last one got to, so a run may be cut off anywhere and simply be run again. Nothing here holds a transaction while the
provider or the store works.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, log
from pexit_app.core.errors import NotFound, PexitError, Unavailable
from pexit_app.core.ports import (
    Declined,
    ImageOrder,
    ImageProvider,
    ImageResult,
    InvalidOrder,
    Kind,
    ProviderError,
    ProviderUpdate,
    StoreFull,
)
from pexit_app.features.jobs.service import FailureType
from pexit_app.features.people import faces
from pexit_app.features.people.consent import Use
from pexit_app.features.routing import errands, following
from pexit_app.features.routing import service as routing
from pexit_app.features.routing.errands import Delivery, Errand
from pexit_app.features.routing.service import Choice
from pexit_app.features.shoots import casting, pictures, transitions, worded
from pexit_app.features.shoots.models import OWN, RENTED, Frame, FrameStatus, key_of, prefix_of
from pexit_app.features.shoots.pictures import MEDIA_TYPES, BadPicture
from pexit_app.features.shoots.transitions import Ticket

logger = log.get("shoots")


async def develop_frame(frame_id: UUID, attempt: int) -> None:
    """Ends with the frame done, failed or not wanted any more. Raises only when the database stays away; then the
    watchdog ends it."""
    for turn in range(following.patience.tries):
        try:
            return await _develop_or_fail(frame_id, attempt)
        except OperationalError:
            logger.warning("database away", frame_id=str(frame_id), turn=turn)
            await following.pause(turn)
    return await _develop_or_fail(frame_id, attempt)


async def _develop_or_fail(frame_id: UUID, attempt: int) -> None:
    try:
        await _develop(frame_id, attempt)
    except OperationalError:
        raise
    except InvalidOrder as error:
        await _fail(frame_id, attempt, f"This cannot be rendered: {error.message}.", FailureType.VALIDATION)
    except Declined as error:
        await _fail(frame_id, attempt, error.message, FailureType.VALIDATION)
    except ProviderError as error:
        await _fail(frame_id, attempt, error.message, FailureType.SYSTEM)
    except StoreFull:
        await _fail(frame_id, attempt, "There is no room left to store it.", FailureType.SYSTEM)
    except Unavailable as error:  # the store, for one
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
    async with db.transaction() as session:
        ticket = await transitions.find_ticket(session, frame_id, attempt)
        choices = await _choices(session, ticket) if ticket is not None else []
    if ticket is None:
        return await _discard_if_unwanted(frame_id, attempt)
    if ticket.is_rented:
        await _check_sources(ticket)
        await _check_words(ticket)
    else:
        await casting.prepare(ticket.order.personas)
    delivery = await errands.run(_errand(ticket, choices))
    if delivery is None:
        return await _discard_if_unwanted(frame_id, attempt)
    await _deliver(ticket, delivery)
    await delivery.forget()


async def _check_sources(ticket: Ticket) -> None:
    """What it starts from is still there, and who is in it still agrees: an edit starts from a picture that outlives the
    likeness, and a first attempt may be old. Raises NotFound, ConsentRequired."""
    order = ticket.order
    async with db.transaction() as session:
        frame = await session.get(Frame, ticket.frame_id)
        cast = filter(None, frame.cast.values()) if frame is not None else ()
        await faces.check_faces(session, ticket.user_id, map(UUID, cast), Use.FRAMES, Use.OUTSIDE)
    for key in filter(None, (order.source, order.mask, *(each.key for each in order.weights))):
        try:
            await deps.get().store.stat(key)
        except FileNotFoundError:
            raise NotFound("What this picture starts from was deleted.") from None


async def _check_words(ticket: Ticket) -> None:
    """By the judge of words, where there is one, before the first of them is sent; what was sent is waited for. Raises
    Declined, and ProviderError when the judge cannot be asked."""
    judge = deps.get().word_judge
    async with db.transaction() as session:
        frame = await session.get(Frame, ticket.frame_id)
    if judge is None or frame is None or frame.provider != RENTED:
        return
    if why := await judge.judge(ticket.order.prompt, has_likeness=worded.has_face(frame)):
        raise Declined(f"{why} Nothing was sent.")


async def _choices(session: AsyncSession, ticket: Ticket) -> Sequence[Choice]:
    """Who is asked for it: the GPU services in the operator's order, or our own darkroom."""
    if ticket.is_rented:
        return await routing.choices(session, ticket.order.kind)
    return [Choice(Kind.GENERATE, OWN, "", 0, 0, 0)]


def _errand(ticket: Ticket, choices: Sequence[Choice]) -> Errand[ImageOrder, ImageResult]:
    frame_id, attempt = ticket.frame_id, ticket.attempt

    async def begin(session: AsyncSession, choice: Choice) -> bool:
        return await transitions.begin_frame(session, frame_id, attempt, choice.provider, choice.model)

    async def note(session: AsyncSession, update: ProviderUpdate) -> bool:
        return await transitions.note_update(session, frame_id, attempt, update)

    async def is_wanted(session: AsyncSession) -> bool:
        return await transitions.is_wanted(session, frame_id, attempt)

    return Errand(
        reference=ticket.reference,
        user_id=ticket.user_id,
        order=ticket.order,
        choices=choices,
        providers=_providers(ticket),
        begin=begin,
        note=note,
        is_wanted=is_wanted,
        topic=transitions.frame_topic(frame_id),
    )


def _providers(ticket: Ticket) -> Mapping[str, ImageProvider]:
    return deps.get().gpu_images if ticket.is_rented else {OWN: deps.get().images}


async def _deliver(ticket: Ticket, delivery: Delivery[ImageResult]) -> None:
    """Objects first, then the row that says they are there. Raises BadPicture, StoreFull, Unavailable."""
    order, result = ticket.order, delivery.product
    size = order.width, order.height
    # A GPU's model may know other sizes, and what is paid is not thrown away for that; the darkroom knows all.
    prints = await asyncio.to_thread(
        pictures.make_prints, result, *size, order.output_format, is_bound=not ticket.is_rented
    )
    store, full_type = deps.get().store, MEDIA_TYPES[order.output_format]
    jpeg = MEDIA_TYPES["jpeg"]
    for variant, content, media_type in (
        ("full", prints.full, full_type),
        ("view", prints.view, jpeg),
        ("thumb", prints.thumb, jpeg),
    ):
        await store.put(key_of(ticket.frame_id, variant, order.output_format), content, media_type)
    async with db.transaction() as session:
        await delivery.end(session)
        size = prints.width, prints.height
        is_done = await transitions.finish_frame(session, ticket.frame_id, ticket.attempt, size, prints.phash)
    if not is_done:
        await _discard_if_unwanted(ticket.frame_id, ticket.attempt)


async def _discard_if_unwanted(frame_id: UUID, attempt: int) -> None:
    """The frame was stopped or deleted, maybe while it was stored, maybe while we were not there; or it has failed. What
    is to be mended of its source stays, for another attempt."""
    await errands.abandon(transitions.reference_of(frame_id, attempt), deps.get().gpu_images)
    async with db.transaction() as session:
        frame = await session.get(Frame, frame_id)
    if frame is not None and (
        frame.attempt != attempt or frame.status not in (FrameStatus.CANCELED, FrameStatus.FAILED)
    ):
        return
    store, kept = deps.get().store, frame.mask if frame is not None else ""
    with contextlib.suppress(Unavailable):  # the store is away: what is left there is swept
        for key in [each async for each in store.list(prefix_of(frame_id)) if each != kept]:
            await store.delete(key)


async def _fail(frame_id: UUID, attempt: int, error: str, failure_type: FailureType) -> None:
    """Also what was delivered, and cannot be used or stored."""
    async with db.transaction() as session:
        await transitions.fail_frame(session, frame_id, attempt, error, failure_type)
    await errands.abandon(transitions.reference_of(frame_id, attempt), deps.get().gpu_images, "failed", error)
    await _discard_if_unwanted(frame_id, attempt)
