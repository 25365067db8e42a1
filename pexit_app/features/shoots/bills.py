"""What an order of frames costs, and whom: its user by the frame, once for unlocking the pack, and nothing for the free
frames of a trial, whose rendering the trial's creator pays for.

A bill counts as it was drawn up in the turns that take_turns() took. What goes beyond the job's own dust is set aside by
reserve(), and comes to an end with each frame: delivered() or undelivered().
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.features.packs import unlocks
from pexit_app.features.packs.service import PackVersion
from pexit_app.features.packs.unlocks import Asked, PackUnlock
from pexit_app.features.shoots import planning
from pexit_app.features.shoots.models import OPEN, Frame
from pexit_app.features.shoots.planning import EDITS, Rendering
from pexit_app.features.trials import seats
from pexit_app.features.trials.seats import Seat
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.quotes import QuoteLine

HELD = "trial:"  # begins the key of every hold made here


@dataclass(frozen=True, slots=True)
class Bill:
    """For `renderings`, in the order of the frames. `free` are the places of those that `seat` pays for. `is_dry`: there
    would be more of them, if the trial's creator had the dust."""

    version: PackVersion
    renderings: Sequence[Rendering]
    seat: Seat | None
    free: frozenset[int]
    is_dry: bool
    asked: Asked

    @property
    def fee_dust(self) -> int:
        return int(self.version.definition["price_dust"])

    @property
    def prices(self) -> list[int]:
        """What each frame costs its user, in dust."""
        return [
            0 if place in self.free else planning.price_of(each, self.fee_dust)
            for place, each in enumerate(self.renderings)
        ]

    @property
    def unlock_dust(self) -> int:
        """To be held once, with this order."""
        return self.asked.dust if self.paid else 0

    @property
    def paid(self) -> set[int]:
        """The places of frames that need an unlocked pack: edits do not, as what they change was delivered before."""
        return {place for place, each in enumerate(self.renderings) if each.kind not in EDITS} - self.free

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        lines = []
        if self.seat is not None and self.free:
            count = len(self.free)
            frames = "1 frame" if count == 1 else f"{count} frames"
            lines.append(QuoteLine(f"Trial, {self.seat.left} left: {frames} free", 0))
        if self.is_dry:
            lines.append(QuoteLine("Trial, run dry: its creator has no dust left for more", 0))
        paid = [each for place, each in enumerate(self.renderings) if place not in self.free]
        lines += planning.lines_of(paid, self.fee_dust)
        if self.unlock_dust:
            lines.append(QuoteLine(f"Unlock {self.version.definition['title']}, once", self.unlock_dust))
        return tuple(lines)

    @property
    def told(self) -> dict[str, Any]:
        """The fields of a QuoteOut that say it to programs."""
        left = self.seat.left if self.seat is not None else None
        return {"unlock_dust": self.unlock_dust, "free_frames": len(self.free), "trial_left": left}


async def take_turns(session: AsyncSession, user_id: UUID, version: PackVersion) -> Seat | None:
    """The user's turn, and that of the creator whose trial of this pack they take part in. The seat as it is then."""
    if (seat := await seats.seat_of(session, user_id, version.pack_id)) is None:
        await events.take_turn(session, user_id)
        return None
    await wallet.lock_wallets(session, [user_id, seat.creator_id])
    return await seats.seat(session, seat.tester_id)


async def draw_up(
    session: AsyncSession, user_id: UUID, version: PackVersion, renderings: Sequence[Rendering], seat: Seat | None
) -> Bill:
    """`renderings`: one a frame; the first of them are free, as far as the seat goes and its creator's dust."""
    free: frozenset[int] = frozenset()
    is_dry = False
    if seat is not None:
        wanted = [place for place, each in enumerate(renderings) if each.kind not in EDITS][: seat.left]
        dust = [renderings[place].dust for place in wanted]
        count = seats.paid_for(await wallet.can_spend(session, seat.creator_id), dust)
        free, is_dry = frozenset(wanted[:count]), count < len(wanted)
    asked = await unlocks.asked(session, user_id, version)
    return Bill(version, renderings, seat, free, is_dry, asked)


async def reserve(
    session: AsyncSession, bill: Bill, user_id: UUID, job_id: UUID, frames: Sequence[Frame]
) -> PackUnlock | None:
    """After the job's own dust is held: what unlocks the pack, and the creator's dust for free frames. The frames stand in
    the bill's order and are not written yet, or locked. Raises NotEnoughDust."""
    unlock = None
    if bill.unlock_dust:
        unlock = await unlocks.hold(session, user_id, bill.version, bill.unlock_dust, job_id)
    held: dict[str, int] = {}
    for place, (frame, rendering, dust) in enumerate(zip(frames, bill.renderings, bill.prices, strict=True)):
        frame.price_dust, frame.unlock_id = dust, None
        frame.tester_id, frame.payer_id, frame.payer_dust = None, None, 0
        if place in bill.paid:
            frame.unlock_id = unlock.id if unlock else bill.asked.pending_id
        elif bill.seat is not None and place in bill.free:
            frame.tester_id, frame.payer_id = bill.seat.tester_id, bill.seat.creator_id
            frame.payer_dust = held[frame.payer_key] = rendering.dust
    if bill.seat is not None and held:
        await seats.reserve(session, bill.seat, held, bill.version.definition["title"])
    return unlock


async def take_turns_of(session: AsyncSession, user_id: UUID, frames: Iterable[Frame]) -> None:
    """Before the dust of these frames moves: of those of a trial it moves two users'. Call it once in a transaction, for
    all of its frames."""
    if payers := {frame.payer_id for frame in frames if frame.payer_id is not None}:
        await wallet.lock_wallets(session, [user_id, *payers])


async def delivered(session: AsyncSession, frame: Frame) -> None:
    """With its own dust settled."""
    if frame.unlock_id is not None:
        await unlocks.pay(session, frame.user_id, frame.unlock_id)
    if frame.tester_id is not None and frame.payer_id is not None:
        await seats.deliver(session, frame.tester_id, frame.payer_id, frame.payer_key, frame.payer_dust)


async def undelivered(session: AsyncSession, frame: Frame) -> None:
    """It is over without a picture. The last of an unlock's frames gives that back too."""
    if frame.tester_id is not None and frame.payer_id is not None:
        await seats.give_back(session, frame.tester_id, frame.payer_id, frame.payer_key)
    if frame.unlock_id is None:
        return
    await events.take_turn(session, frame.user_id)  # so that of two that end at once, one sees the other
    others = select(Frame.id).where(Frame.unlock_id == frame.unlock_id, col(Frame.status).in_(OPEN)).limit(1)
    if (await session.exec(others)).first() is None:
        await unlocks.give_back(session, frame.user_id, frame.unlock_id)


async def reconcile(session: AsyncSession) -> list[str]:
    """Dust held for the frames of trials is open frames, to the dust: problems as sentences."""
    open_frames = select(Frame).where(col(Frame.status).in_(OPEN), Frame.payer_dust > 0)
    wanted = {frame.payer_key: frame.payer_dust for frame in (await session.exec(open_frames)).all()}
    held = {key: dust for key, dust in await wallet.open_holds(session) if key.startswith(HELD)}
    return [
        f"{key}: {held.get(key, 0)} dust is held in the ledger, {wanted.get(key, 0)} for a tester's open frame."
        for key in sorted(held.keys() | wanted.keys())
        if held.get(key, 0) != wanted.get(key, 0)
    ]
