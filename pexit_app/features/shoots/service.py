"""What a user may do with shoots and frames. The same verbs behind REST and the pages; after the commit of anything that
asks for work, both call workflows.dispatch(user_id).

Locks in one order: the job, its frames, the user's turn (which the wallet and events take too), the shoot. New rows are
nobody else's yet and need none.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import Kind, OutputFormat, Weights
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import Job
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import Composed
from pexit_app.features.packs.definition import PackDefinition, TextKnob
from pexit_app.features.packs.service import PackVersion
from pexit_app.features.packs.unlocks import PackUnlock
from pexit_app.features.shoots import bills, casting, own_weights, planning, requests, transitions, worded
from pexit_app.features.shoots.bills import Bill
from pexit_app.features.shoots.casting import Cast
from pexit_app.features.shoots.errors import FrameHidden, NotReady, PriceChanged, PromptNeedsGpu, TooManyWaiting
from pexit_app.features.shoots.models import OPEN, OWN, RENTED, Frame, FrameStatus, Mark, Shoot
from pexit_app.features.shoots.planning import Rendering, Tariff
from pexit_app.features.shoots.requests import FREE_PACK, MAX_SEED, MAX_WAITING, FrameAsk, ShootRequest
from pexit_app.features.shoots.schemas import QuoteOut
from pexit_app.features.trials import seats
from pexit_app.features.trials.errors import NoFreeFrame, TrialRunDry
from pexit_app.features.trials.seats import Seat
from pexit_app.features.wallet import quotes
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.quotes import QuoteLine

KIND = "frames"
RENDER_ACTION = planning.RENDER_ACTION
VARIATIONS = 4


@dataclass(frozen=True, slots=True)
class Requested:
    """What was ordered, in the order of numbers, and at what price; `unlock` if that unlocks the pack."""

    job: Job
    shoot: Shoot
    frames: Sequence[Frame]
    quote: QuoteOut
    unlock: PackUnlock | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """A checked request: what each frame is to show and who renders it."""

    version: PackVersion
    definition: PackDefinition
    cast: Cast
    asks: tuple[tuple[FrameAsk, Composed], ...]
    rendering: Rendering
    inputs: dict[str, Any]
    references: Mapping[str, str]

    def source_of(self, scene_id: str) -> str:
        """What a frame starts from: the one photo of a preview, or the picture that its scene goes by, where a GPU makes
        it. The darkroom reads none."""
        is_generated = (self.rendering.kind, self.rendering.renderer) == (Kind.GENERATE, "gpu")
        return self.references.get(scene_id, "") if is_generated else self.rendering.source

    async def bill(self, session: AsyncSession, actor: Actor, seat: Seat | None) -> Bill:
        """What they cost together."""
        renderings = [self.rendering] * self.inputs["frames"]
        return await bills.draw_up(session, actor.user_id, self.version, renderings, seat)


async def open_shoot(
    session: AsyncSession, actor: Actor, pack: str | UUID, cast: Mapping[str, UUID | None] | None = None
) -> Shoot:
    """An empty shoot with the live version of `pack`, or with the version of that id. Raises NotFound, ConsentRequired,
    BadInput for a role the pack does not have, PromptNeedsGpu."""
    version = await packs.version_of(session, pack)
    definition = PackDefinition.model_validate(version.definition)
    if definition.needs_prompt:
        own_weights.demand_gpu(await planning.read_tariff(session), "pack", definition.slug)
    found_cast = await casting.find_cast(session, actor, definition, cast or {})
    shoot = Shoot(
        user_id=actor.user_id,
        pack_version_id=version.id,
        pack_slug=definition.slug,
        title=definition.title,
        cast=found_cast.ids,
    )
    session.add(shoot)
    await session.flush()
    return shoot


async def find_shoot(session: AsyncSession, actor: Actor, shoot_id: UUID) -> Shoot:
    """Raises NotFound, also for another user's."""
    shoot = await session.get(Shoot, shoot_id)
    if shoot is None or shoot.user_id != actor.user_id:
        raise NotFound("There is no such shoot.")
    return shoot


async def find_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    """The frame as it is now, also from the trash. Raises NotFound, also for another user's, FrameHidden."""
    return own_frame(await session.get(Frame, frame_id, populate_existing=True), actor)


def own_frame(frame: Frame | None, actor: Actor) -> Frame:
    """Raises NotFound, FrameHidden."""
    if frame is None or frame.user_id != actor.user_id:
        raise NotFound("There is no such frame.")
    if frame.hidden_at is not None:
        raise FrameHidden("This frame is hidden: somebody in it took their agreement back.")
    return frame


def check_on_sheet(frame: Frame) -> Frame:
    """Nothing is made of a frame in the trash. Raises NotReady."""
    if frame.trashed_at is not None:
        raise NotReady("This frame is in the trash. Restore it first.")
    return frame


async def _plan(session: AsyncSession, actor: Actor, request: ShootRequest) -> _Plan:
    requests.check(request)
    tariff = await planning.read_tariff(session)
    if request.lora_url is not None:
        own_weights.demand_gpu(tariff, "lora_url", request.lora_url)
    if request.pack == FREE_PACK:  # it may not even be published
        own_weights.demand_gpu(tariff, "prompt", FREE_PACK)
    chosen: Mapping[str, UUID | str | None] = request.cast or {}
    if request.shoot_id is not None:
        shoot = await find_shoot(session, actor, request.shoot_id)
        version = await packs.version_of(session, shoot.pack_version_id)
        chosen = shoot.cast if request.cast is None else request.cast
    else:
        if not request.pack:
            raise BadInput.of("pack", "Name a pack and a scene.")
        version = await packs.version_of(session, request.pack)
    definition = PackDefinition.model_validate(version.definition)
    cast = await casting.find_cast(session, actor, definition, chosen)
    rendering = planning.of_size(_rendering(definition, cast, tariff, request.lora_url), request.width, request.height)
    is_preview = rendering.kind == Kind.PREVIEW
    asks = tuple((ask, cast.compose(definition, ask.scene, ask.knobs, is_preview=is_preview)) for ask in request.asks)
    if not request.prompt.strip():
        _demand_words(definition, [composed for _, composed in asks])
    is_somebody = worded.shows_somebody(cast, [{"url": request.lora_url}])
    words = [composed for _, composed in asks]
    added = request.prompt, request.negative
    await worded.check_request(session, actor, definition, words, added, has_likeness=is_somebody)
    # What sets the price, and no more: turning a knob does not void a quote.
    made = {"kind": str(rendering.kind), "renders_on": rendering.renderer}
    inputs = {"pack_version_id": str(version.id), "frames": request.total, **made}
    references = packs.references_of(version, definition)
    return _Plan(version, definition, cast, asks, rendering, inputs, references)


def _rendering(definition: PackDefinition, cast: Cast, tariff: Tariff, lora_url: str | None) -> Rendering:
    """Raises PromptNeedsGpu, and BadInput where a GPU does not know who is cast."""
    own = Weights(url=lora_url) if lora_url is not None else None
    rendering = planning.plan(list(cast.faces.values()), tariff, own)
    if own is not None and own not in rendering.weights:
        message = "A model of your own goes with stand-ins or with likenesses that a GPU has trained. Cast those."
        raise BadInput.of("lora_url", message, lora_url)
    if definition.needs_prompt:
        own_weights.demand_gpu(tariff, "pack", definition.slug)
        if rendering.renderer == "darkroom":
            message = f"Words alone are rendered by a GPU, which does not know who is cast: {rendering.remark}."
            raise PromptNeedsGpu.of("cast", message)
    return rendering


def _demand_words(definition: PackDefinition, composed: Sequence[Composed]) -> None:
    """Where words are all there is, there are some. Raises BadInput."""
    for each in composed if definition.needs_prompt else ():
        scene = definition.scene(each.scene_id)
        assert scene is not None
        typed = [knob.id for knob in definition.knobs_of(scene) if isinstance(knob, TextKnob) and knob.verbatim]
        if typed and not any(each.knobs[name] for name in typed):
            raise BadInput.of(f"knobs.{typed[0]}", "Say in words what the picture shall show.", "")


async def check_request(session: AsyncSession, actor: Actor, request: ShootRequest) -> None:
    """Whether it could be ordered, but for dust. Raises like quote_frames()."""
    await _plan(session, actor, request)
    await _check_parents(session, actor, request)


async def quote_frames(session: AsyncSession, actor: Actor, request: ShootRequest) -> QuoteOut:
    """What `request` would cost, line by line. Everything that would refuse it refuses here too, but for dust."""
    plan = await _plan(session, actor, request)
    await _check_parents(session, actor, request)
    seat = await seats.seat_of(session, actor.user_id, plan.version.pack_id)
    bill = await plan.bill(session, actor, seat)
    if seat is not None and bill.is_dry:
        await seats.note_dry(session, seat)
    made = await quotes.make_quote(session, actor.user_id, bill.lines, plan.inputs)
    return QuoteOut.of(made, plan.rendering.renderer).model_copy(update=bill.told)


async def request_frames(session: AsyncSession, actor: Actor, request: ShootRequest) -> Requested:
    """Orders frames: holds their dust and writes the job and its frames. Raises BadInput, NotFound, NotEnoughDust,
    TooManyWaiting, PriceChanged, TrialRunDry, QuoteExpired, QuoteChanged."""
    plan = await _plan(session, actor, request)
    await _check_parents(session, actor, request)
    seat = await bills.take_turns(session, actor.user_id, plan.version)
    await check_waiting(session, actor, request.total)
    bill = await plan.bill(session, actor, seat)
    quote = await _agreed(session, actor, request.quote_id, bill, plan)
    if request.shoot_id is None:
        shoot = await open_shoot(session, actor, plan.version.id, request.cast)
    else:
        shoot = await lock_shoot(session, request.shoot_id)
        shoot.cast = plan.cast.ids
    job = await _open_job(session, actor, shoot, bill, memo_of(shoot, bill.lines))
    frames = [frame for ask, composed in plan.asks for frame in _frames(request, plan, shoot, job, ask, composed)]
    unlock = await bills.reserve(session, bill, actor.user_id, job.id, frames)
    for position, frame in enumerate(frames, shoot.next_position):
        frame.position = position
    shoot.next_position += len(frames)
    session.add_all([shoot, *frames])
    await session.flush()
    return Requested(job, shoot, frames, quote, unlock)


async def _agreed(session: AsyncSession, actor: Actor, quote_id: UUID | None, bill: Bill, plan: _Plan) -> QuoteOut:
    """A tester whose free frames cannot be paid for is told so, and pays only what a quote has said since. Raises
    TrialRunDry, and like agreed_quote()."""
    dry = TrialRunDry("The trial has run dry: its creator has no dust left for more free frames. Ask for a new quote.")
    if bill.is_dry and quote_id is None:
        raise dry
    try:
        quote = await agreed_quote(session, actor, quote_id, bill.lines, plan.inputs, plan.rendering.renderer)
    except PriceChanged:
        if bill.is_dry:
            raise dry from None
        raise
    return quote.model_copy(update=bill.told)


async def _open_job(session: AsyncSession, actor: Actor, shoot: Shoot, bill: Bill, memo: dict[str, Any]) -> Job:
    """With the dust of its frames held; what else is on the bill, bills.reserve() holds. Raises NotEnoughDust."""
    dust = sum(bill.prices)
    if bill.unlock_dust:
        await wallet.check_affordable(session, actor.user_id, dust + bill.unlock_dust)
    total = len(bill.renderings)
    return await jobs.open_job(session, actor.user_id, KIND, subject_id=shoot.id, total=total, dust=dust, memo=memo)


async def _check_parents(session: AsyncSession, actor: Actor, request: ShootRequest) -> None:
    for ask in request.asks:
        if ask.parent_frame_id is not None:
            parent = check_on_sheet(await find_frame(session, actor, ask.parent_frame_id))
            if parent.shoot_id != request.shoot_id:
                message = "A tweak stays in the shoot of the frame it comes from."
                raise BadInput.of("parent_frame_id", message, str(parent.id))


async def check_waiting(session: AsyncSession, actor: Actor, count: int) -> None:
    """Whether `count` more may wait; in the user's turn. Raises TooManyWaiting."""
    query = select(func.count()).select_from(Frame).where(Frame.user_id == actor.user_id, col(Frame.status).in_(OPEN))
    waiting = (await session.exec(query)).one()
    if waiting + count > MAX_WAITING:
        message = f"You have {waiting} frames waiting, and {MAX_WAITING} is the most. Let some finish first."
        details = {"waiting": waiting, "limit": MAX_WAITING}
        raise TooManyWaiting(message, details, {"Retry-After": "30"})


async def agreed_quote(
    session: AsyncSession,
    actor: Actor,
    quote_id: UUID | None,
    lines: Sequence[QuoteLine],
    inputs: dict[str, Any],
    renders_on: planning.Renderer,
) -> QuoteOut:
    """The quote that was agreed to, if it still stands at today's price; a new one where none was asked for. Raises
    NotFound, QuoteExpired, QuoteChanged, QuoteUsed, PriceChanged."""
    if quote_id is None:
        return QuoteOut.of(await quotes.make_quote(session, actor.user_id, lines, inputs), renders_on)
    quote = await quotes.check_quote(session, actor.user_id, quote_id, inputs)
    if quote.total_dust != sum(line.dust for line in lines):
        raise PriceChanged("The price has changed since. Ask for a new quote.")
    return QuoteOut.of(quote, renders_on)


def memo_of(shoot: Shoot, lines: Sequence[QuoteLine]) -> dict[str, Any]:
    """What the ledger remembers of an order."""
    return {"shoot_id": str(shoot.id), "title": shoot.title, "lines": [asdict(line) for line in lines]}


async def lock_shoot(session: AsyncSession, shoot_id: UUID) -> Shoot:
    """Raises NotFound."""
    query = select(Shoot).where(Shoot.id == shoot_id).with_for_update(key_share=True)
    shoot = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if shoot is None:  # its last frame went for good meanwhile
        raise NotFound("There is no such shoot.")
    return shoot


def _frames(
    request: ShootRequest, plan: _Plan, shoot: Shoot, job: Job, ask: FrameAsk, composed: Composed
) -> list[Frame]:
    first = secrets.randbelow(MAX_SEED - ask.count + 2) if ask.seed is None else ask.seed
    width, height = requests.SIZES_PX[composed.aspect]
    scene = plan.definition.scene(composed.scene_id)
    assert scene is not None
    return [
        Frame(
            shoot_id=shoot.id,
            job_id=job.id,
            first_job_id=job.id,
            user_id=shoot.user_id,
            position=0,
            scene_id=composed.scene_id,
            scene_title=scene.title,
            knobs=composed.knobs,
            seed=first + offset,
            width=request.width or width,
            height=request.height or height,
            output_format=request.output_format,
            parent_frame_id=ask.parent_frame_id,
            cast=plan.cast.ids,
            personas=list(plan.cast.personas(composed)),
            look=composed.look,
            prompt=_joined(composed.prompt, request.prompt),
            negative=_joined(composed.negative, request.negative),
            kind=plan.rendering.kind,
            weights=[asdict(each) for each in plan.rendering.weights],
            source=plan.source_of(scene.id),
            provider=RENTED if plan.rendering.renderer == "gpu" else OWN,
            price_dust=0,  # of the bill
        )
        for offset in range(ask.count)
    ]


def _joined(*texts: str) -> str:
    return ", ".join(text.strip() for text in texts if text.strip())


async def vary_frame(session: AsyncSession, actor: Actor, frame_id: UUID, quote_id: UUID | None = None) -> Requested:
    """Four more of the same scene and knobs with other seeds, as its children. Raises like request_frames()."""
    return await request_frames(session, actor, await variations(session, actor, frame_id, quote_id))


async def variations(session: AsyncSession, actor: Actor, frame_id: UUID, quote_id: UUID | None = None) -> ShootRequest:
    """The request that vary_frame() makes: for its quote. Of an edited frame it varies the scene, without the edit."""
    frame = check_on_sheet(await find_frame(session, actor, frame_id))
    ask = FrameAsk(frame.scene_id, frame.knobs, None, 1, frame.id)
    seeds = {frame.seed}
    while len(seeds) <= VARIATIONS:
        seeds.add(secrets.randbelow(MAX_SEED + 1))
    asks = tuple(replace(ask, seed=seed) for seed in sorted(seeds - {frame.seed}))
    output_format: OutputFormat = "jpeg" if frame.output_format == "jpeg" else "png"
    width, height = requests.sides_of(frame.width, frame.height)
    prompt, negative = await _added_words(session, actor, frame)
    return ShootRequest(
        asks,
        shoot_id=frame.shoot_id,
        width=width,
        height=height,
        prompt=prompt,
        negative=negative,
        lora_url=next((each["url"] for each in frame.weights if each["url"]), None),
        cast={role: UUID(face_id) if face_id else None for role, face_id in frame.cast.items()},
        output_format=output_format,
        quote_id=quote_id,
    )


async def _added_words(session: AsyncSession, actor: Actor, frame: Frame) -> tuple[str, str]:
    """The prompt and negative that were given beside the scene's own. Raises ConsentRequired, NotFound."""
    if frame.kind in planning.EDITS:
        return "", ""
    shoot = await find_shoot(session, actor, frame.shoot_id)
    definition = PackDefinition.model_validate((await packs.version_of(session, shoot.pack_version_id)).definition)
    cast = await casting.find_cast(session, actor, definition, frame.cast)
    own = cast.compose(definition, frame.scene_id, frame.knobs, is_preview=frame.kind == Kind.PREVIEW)
    pairs = (frame.prompt, own.prompt), (frame.negative, own.negative)
    prompt, negative = (
        whole.removeprefix(part).removeprefix(", ") if whole.startswith(part) else "" for whole, part in pairs
    )
    return prompt, negative


async def retry_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> Requested:
    """Another attempt at a failed or canceled frame, under a job of its own. It keeps its number and its recipe, at
    today's price; one that was free stays so, or is not tried again. Raises NotFound, NotReady, NotEnoughDust,
    TooManyWaiting, NoFreeFrame."""
    return await retry_frames(session, actor, [frame_id])


async def retry_frames(session: AsyncSession, actor: Actor, frame_ids: Sequence[UUID]) -> Requested:
    """The same for several frames of one shoot, under one job. Raises like retry_frame()."""
    frames = [await _lock_retried(session, actor, frame_id) for frame_id in sorted(frame_ids)]
    assert frames, "nothing to try again"
    shoot = await find_shoot(session, actor, frames[0].shoot_id)
    version = await packs.version_of(session, shoot.pack_version_id)
    seat = await bills.take_turns(session, actor.user_id, version)
    await check_waiting(session, actor, len(frames))
    frames.sort(key=lambda frame: (frame.tester_id is None, frame.position))  # what was free is free first
    definition = PackDefinition.model_validate(version.definition)
    tariff = await planning.read_tariff(session)
    renderings = [_rendering_again(frame, definition, tariff) for frame in frames]
    for frame in frames:
        await worded.check_again(session, actor, frame)
    bill = await bills.draw_up(session, actor.user_id, version, renderings, seat)
    if any(frame.tester_id is not None and place not in bill.free for place, frame in enumerate(frames)):
        raise NoFreeFrame(
            "This frame was free, and its trial pays for none now. Order it anew: the ticket says the price."
        )
    inputs = {"pack_version_id": str(version.id), "again": [str(frame.id) for frame in frames]}
    quote = await agreed_quote(session, actor, None, bill.lines, inputs, planning.renders_on(renderings))
    memo = {**memo_of(shoot, bill.lines), "frame_id": str(frames[0].id)}
    job = await _open_job(session, actor, shoot, bill, memo)
    for frame, rendering in zip(frames, renderings, strict=True):
        frame.provider = RENTED if rendering.renderer == "gpu" else OWN
        frame.kind, frame.source = rendering.kind, rendering.source
        transitions.reopen(frame, job.id)
    unlock = await bills.reserve(session, bill, actor.user_id, job.id, frames)
    session.add_all(frames)
    await session.flush()
    frames.sort(key=lambda frame: frame.position)
    return Requested(job, shoot, frames, quote.model_copy(update=bill.told), unlock)


def _rendering_again(frame: Frame, definition: PackDefinition, tariff: Tariff) -> Rendering:
    """Raises NeedsGpu, PromptNeedsGpu."""
    rendering = planning.plan_again(frame, tariff)
    is_own = any(each.url for each in rendering.weights)
    if rendering.renderer == "darkroom" and (definition.needs_prompt or is_own):
        own_weights.demand_gpu(tariff, "prompt", frame.prompt)
    return rendering


async def _lock_retried(session: AsyncSession, actor: Actor, frame_id: UUID) -> Frame:
    frame = check_on_sheet(own_frame(await transitions.lock_frame(session, frame_id), actor))
    if frame.status not in (FrameStatus.FAILED, FrameStatus.CANCELED):
        raise NotReady(f"This frame is {frame.status}: only a failed or stopped one is tried again.")
    return frame


async def mark_frame(session: AsyncSession, actor: Actor, frame_id: UUID, mark: str) -> Frame:
    """Rings or rejects it, or takes the mark away. Raises NotFound, BadInput."""
    if mark not in tuple(Mark):
        raise BadInput.of("mark", "Mark it ring, reject or none.", str(mark)[:20], [str(each) for each in Mark])
    frame = own_frame(await transitions.lock_frame(session, frame_id), actor)  # it may be on its way out
    check_on_sheet(frame).mark = mark
    session.add(frame)
    data = {"frame_id": str(frame.id), "shoot_id": str(frame.shoot_id), "mark": mark}
    await session.flush()
    await events.emit(session, actor.user_id, "frame.marked", data)
    return frame
