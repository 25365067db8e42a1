"""Changing a finished frame: by words, a painted part of it, or twice as large. What comes of it is a frame of its own, a
child of the one it starts from, which stays as it is.

Locks as in service.py.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, events, objects
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.ports import Kind, Weights
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.people import faces
from pexit_app.features.people.consent import Use
from pexit_app.features.shoots import casting, masks, planning, service, worded
from pexit_app.features.shoots.casting import Cast
from pexit_app.features.shoots.errors import NotReady, PriceChanged
from pexit_app.features.shoots.models import RENTED, Frame, FrameStatus, key_of, prefix_of
from pexit_app.features.shoots.planning import EDITS, Rendering
from pexit_app.features.shoots.requests import MAX_PROMPT_CHARS, MAX_SEED
from pexit_app.features.shoots.schemas import QuoteOut
from pexit_app.features.shoots.service import Requested
from pexit_app.features.wallet import quotes
from pexit_app.features.wallet.quotes import QuoteLine

FACTOR = 2
MAX_SIDE_PX = 3072  # of an enlarged picture
IN_WORDS = (Kind.EDIT, Kind.FILL)  # these are told what to do


@dataclass(frozen=True, slots=True)
class EditAsk:
    """`prompt` says what shall be different or there (an enlargement has none), `mask` is a PNG of the picture's size,
    white where a `fill` shall mend. `total_dust` is the price that was read before ordering; None takes any."""

    kind: Kind
    prompt: str = ""
    mask: bytes | None = None
    seed: int | None = None
    total_dust: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    kind: Kind
    dust: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """A checked edit of `parent`."""

    parent: Frame
    cast: Cast
    rendering: Rendering
    lines: tuple[QuoteLine, ...]

    @property
    def inputs(self) -> dict[str, Any]:
        return {"edit_of": str(self.parent.id), "kind": str(self.rendering.kind)}


async def offers(session: AsyncSession) -> Sequence[Offer]:
    """What can be done to a finished frame here, each for its price; empty without a GPU."""
    tariff = await planning.read_tariff(session)
    return [Offer(kind, tariff.gpu[kind]) for kind in EDITS if kind in tariff.gpu]


async def quote_edit(session: AsyncSession, actor: Actor, frame_id: UUID, kind: Kind) -> QuoteOut:
    """What it would cost, whatever the words and the mask. Raises NotFound, NotReady, NeedsGpu, ConsentRequired, BadInput
    for a frame that is too large to be enlarged."""
    plan = await _plan(session, actor, frame_id, kind)
    return QuoteOut.of(await quotes.make_quote(session, actor.user_id, plan.lines, plan.inputs), "gpu")


async def request_edit(actor: Actor, frame_id: UUID, ask: EditAsk, quote_id: UUID | None = None) -> Requested:
    """Orders it, and holds its dust. Opens its own transactions: never call it in one. Raises BadInput, NotFound, NotReady,
    NeedsGpu, ConsentRequired, NotEnoughDust, TooManyWaiting, PriceChanged, QuoteExpired, QuoteChanged, Unavailable."""
    _check(ask)
    async with db.transaction() as session:
        parent = await check_edit(session, actor, frame_id, ask)
    child_id = uuid4()
    prefix = prefix_of(child_id)
    if ask.mask is None:
        async with db.transaction() as session:
            return await _order(session, actor, frame_id, child_id, ask, quote_id)
    mask = await asyncio.to_thread(masks.checked_mask, ask.mask, parent.width, parent.height)
    with db.before_commit(_nothing_yet):
        async with db.transaction() as session:
            objects.reserve(session, prefix)
    is_ordered = False
    try:
        await deps.get().store.put(mask_key(child_id), mask, "image/png")
        async with db.transaction() as session:
            requested = await _order(session, actor, frame_id, child_id, ask, quote_id)
            await objects.claim(session, prefix)
        is_ordered = True
    finally:
        if not is_ordered:
            await objects.discard_now([prefix])
    return requested


async def check_edit(session: AsyncSession, actor: Actor, frame_id: UUID, ask: EditAsk) -> Frame:
    """The frame to be changed, if it could be. Raises like request_edit(), but for dust and the mask."""
    plan = await _plan(session, actor, frame_id, ask.kind)
    await worded.check_edit(session, actor, plan.parent, ask.prompt, plan.cast)
    return plan.parent


async def _nothing_yet(session: AsyncSession) -> None:
    """A reservation alone is nothing that was carried out: the same request may be sent again."""


def mask_key(frame_id: UUID) -> str:
    return f"{prefix_of(frame_id)}mask.png"


async def _plan(session: AsyncSession, actor: Actor, frame_id: UUID, kind: Kind) -> _Plan:
    if kind not in EDITS:
        raise BadInput.of("kind", f"Ask for {', '.join(EDITS)}.", str(kind)[:20], [str(each) for each in EDITS])
    parent = service.check_on_sheet(await service.find_frame(session, actor, frame_id))
    if parent.status != FrameStatus.DONE:
        raise NotReady(f"This frame is {parent.status}: only a finished one can be changed.", {"status": parent.status})
    tariff = await planning.read_tariff(session)
    if kind not in tariff.gpu:
        raise planning.needs_gpu(kind)
    longer = max(parent.width, parent.height)
    if kind == Kind.UPSCALE and longer * FACTOR > MAX_SIDE_PX:
        message = f"Enlarged it would have {longer * FACTOR} pixels on its longer side, and {MAX_SIDE_PX} is the most."
        raise BadInput.of("kind", message, str(kind), MAX_SIDE_PX)
    shoot = await service.find_shoot(session, actor, parent.shoot_id)
    version = await packs.version_of(session, shoot.pack_version_id)
    cast = await _cast_of(session, actor, parent, PackDefinition.model_validate(version.definition))
    weights = _weights_of(parent, cast) if kind == Kind.FILL else ()
    source = key_of(parent.id, "full", parent.output_format)
    rendering = Rendering(kind, "gpu", tariff.gpu[kind], weights, source)
    return _Plan(parent, cast, rendering, planning.lines_of([rendering], 0))


async def _cast_of(session: AsyncSession, actor: Actor, parent: Frame, definition: PackDefinition) -> Cast:
    """Who is in the picture may still be shown to a GPU service. Raises NotReady, ConsentRequired, UseNotAgreed."""
    chosen: Mapping[str, str | None] = parent.cast
    try:
        cast = await casting.find_cast(session, actor, definition, chosen)
        await faces.check_faces(session, actor.user_id, [face.id for face in cast.own], Use.OUTSIDE)
        return cast
    except NotFound:
        message = "The likeness or photo that is in this frame was deleted, so the frame is not changed any more."
        raise NotReady(message) from None


def _weights_of(parent: Frame, cast: Cast) -> tuple[Weights, ...]:
    """What mends a part of somebody knows them."""
    own = [Weights(**each) for each in parent.weights if each["url"]]
    return tuple(dict.fromkeys([*(face.weights for face in cast.own if face.weights), *own]))


def _check(ask: EditAsk) -> None:
    """Raises BadInput with every problem that shows without the frame."""
    problems = []
    if len(ask.prompt) > MAX_PROMPT_CHARS or "\0" in ask.prompt:
        problems.append(
            FieldProblem("prompt", f"At most {MAX_PROMPT_CHARS} characters of text.", None, MAX_PROMPT_CHARS)
        )
    if ask.kind in IN_WORDS and not ask.prompt.strip():
        problems.append(FieldProblem("prompt", "Say in words what shall be different.", ""))
    if ask.kind == Kind.FILL and not ask.mask:
        message = "Send a mask: a PNG of the picture's size, white where it shall be new, as multipart/form-data."
        problems.append(FieldProblem("mask", message))
    if ask.kind != Kind.FILL and ask.mask is not None:
        problems.append(FieldProblem("mask", "Only a fill takes a mask."))
    if ask.seed is not None and not 0 <= ask.seed <= MAX_SEED:
        problems.append(FieldProblem("seed", f"Seeds go from 0 to {MAX_SEED}.", ask.seed, MAX_SEED))
    if problems:
        raise BadInput("Mend these fields: " + ", ".join(each.field for each in problems), problems)


async def _order(
    session: AsyncSession, actor: Actor, frame_id: UUID, child_id: UUID, ask: EditAsk, quote_id: UUID | None
) -> Requested:
    await events.take_turn(session, actor.user_id)
    plan = await _plan(session, actor, frame_id, ask.kind)
    await worded.check_edit(session, actor, plan.parent, ask.prompt, plan.cast)
    if ask.total_dust not in (None, plan.rendering.dust):
        raise PriceChanged(f"This costs {plan.rendering.dust} dust by now. Look at it and order again.")
    await service.check_waiting(session, actor, 1)
    quote = await service.agreed_quote(session, actor, quote_id, plan.lines, plan.inputs, "gpu")
    shoot = await service.lock_shoot(session, plan.parent.shoot_id)
    memo = {**service.memo_of(shoot, plan.lines), "frame_id": str(child_id)}
    job = await jobs.open_job(
        session, actor.user_id, service.KIND, subject_id=shoot.id, total=1, dust=quote.total_dust, memo=memo
    )
    child = _child(plan, child_id, job.id, ask)
    child.position = shoot.next_position
    shoot.next_position += 1
    session.add_all([shoot, child])
    await session.flush()
    return Requested(job, shoot, [child], quote)


def _child(plan: _Plan, child_id: UUID, job_id: UUID, ask: EditAsk) -> Frame:
    parent, rendering = plan.parent, plan.rendering
    factor = FACTOR if ask.kind == Kind.UPSCALE else 1
    return Frame(
        id=child_id,
        shoot_id=parent.shoot_id,
        job_id=job_id,
        first_job_id=job_id,
        user_id=parent.user_id,
        position=0,
        scene_id=parent.scene_id,
        scene_title=parent.scene_title,
        knobs=parent.knobs,
        seed=secrets.randbelow(MAX_SEED + 1) if ask.seed is None else ask.seed,
        width=parent.width * factor,
        height=parent.height * factor,
        output_format=parent.output_format,
        parent_frame_id=parent.id,
        cast=plan.cast.ids,
        personas=parent.personas,
        look=parent.look,
        prompt=ask.prompt.strip() if ask.kind in IN_WORDS else "",
        kind=ask.kind,
        weights=[asdict(each) for each in rendering.weights],
        source=rendering.source,
        mask=mask_key(child_id) if ask.mask is not None else "",
        provider=RENTED,
        price_dust=rendering.dust,
    )
