"""What an order of frames costs, and whom: its user by the frame, once for unlocking the pack, less what a coupon takes
off, and nothing for the free frames of a trial, whose rendering the trial's creator pays for. To its own creator a pack
costs the render only. And who earns of it, with each frame that is delivered.

A bill counts as it was drawn up in the turns that take_turns() took. What goes beyond the job's own dust is set aside by
reserve(), and comes to an end with each frame: delivered() or undelivered().
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.features.earnings import sales
from pexit_app.features.packs import asking, unlocks
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.asking import Asking
from pexit_app.features.packs.service import Pack, PackVersion
from pexit_app.features.packs.unlocks import Asked, PackUnlock
from pexit_app.features.pricing import coupons
from pexit_app.features.pricing.coupons import Used
from pexit_app.features.shoots import planning
from pexit_app.features.shoots.models import OPEN, Frame, Shoot
from pexit_app.features.shoots.planning import EDITS, Rendering
from pexit_app.features.trials import seats
from pexit_app.features.trials.seats import Seat
from pexit_app.features.wallet import service as wallet
from pexit_app.features.wallet.quotes import QuoteLine
from pexit_app.features.wallet.service import Transfer

HELD = "trial:"  # begins the key of every hold made here
OWN = Asking(0, 0)


@dataclass(frozen=True)
class Bill:
    """For `renderings`, in the order of the frames. `free` are the places of those that `seat` pays for. `is_dry`: there
    would be more of them, if the trial's creator had the dust. `asks` is the creator's, before the coupon that is `used`;
    `kept` was taken off at an earlier attempt, in dust by place, and is so again."""

    version: PackVersion
    renderings: Sequence[Rendering]
    seat: Seat | None
    free: frozenset[int]
    is_dry: bool
    asked: Asked
    asks: Asking = OWN
    used: Used | None = None
    kept: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def full_fees(self) -> list[int]:
        """What the creator asks for each frame, in dust: nothing for edits and for what a trial pays for."""
        return full_fees(self.renderings, self.free, self.asks.fee_dust)

    @cached_property
    def off(self) -> list[int]:
        """What is taken off each."""
        used = self.used.discount.fees if self.used else [0] * len(self.full_fees)
        return [min(fee, max(used[place], self.kept.get(place, 0))) for place, fee in enumerate(self.full_fees)]

    @cached_property
    def fees(self) -> list[int]:
        """What of each frame's price is the creator's."""
        return [fee - off for fee, off in zip(self.full_fees, self.off, strict=True)]

    @property
    def prices(self) -> list[int]:
        """What each frame costs its user, in dust."""
        return [0 if place in self.free else each.dust + self.fees[place] for place, each in enumerate(self.renderings)]

    @property
    def unlocks(self) -> bool:
        """Whether this order unlocks the pack, be it for nothing."""
        return self.asked.is_due and bool(self.paid)

    @property
    def unlock_dust(self) -> int:
        """To be held once, with this order."""
        return (self.asked.dust if self.unlocks else 0) - self.unlock_off

    @property
    def unlock_off(self) -> int:
        return self.used.discount.unlock if self.used else 0

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
        lines += planning.lines_of(paid, self.asks.fee_dust, is_launch=self.asks.until is not None)
        if self.unlocks and self.asked.dust:
            launch = ", at launch" if self.asks.until else ""
            lines.append(QuoteLine(f"Unlock {self.version.definition['title']}, once{launch}", self.asked.dust))
        if self.used:
            lines.append(QuoteLine(f"Coupon {self.used.code}, {self.used.says}", -self.used.discount.dust))
        if left := self.discount_dust - (self.used.discount.dust if self.used else 0):
            lines.append(QuoteLine("Coupon, as at the first attempt", -left))
        return tuple(lines)

    @property
    def discount_dust(self) -> int:
        """Of the fees and the unlock price together."""
        return sum(self.off) + self.unlock_off

    @property
    def told(self) -> dict[str, Any]:
        """The fields of a QuoteOut that say it to programs."""
        left = self.seat.left if self.seat is not None else None
        return {
            "render_dust": sum(self.prices) - sum(self.fees),
            "creator_dust": sum(self.full_fees) + (self.asked.dust if self.unlocks else 0),
            "discount_dust": self.discount_dust,
            "coupon": self.used.code if self.used else None,
            "unlock_dust": self.unlock_dust,
            "free_frames": len(self.free),
            "trial_left": left,
        }


def full_fees(renderings: Sequence[Rendering], free: frozenset[int], fee_dust: int) -> list[int]:
    """By place, in dust."""
    return [0 if place in free or each.kind in EDITS else fee_dust for place, each in enumerate(renderings)]


async def fee_of(session: AsyncSession, user_id: UUID, version_id: UUID) -> int:
    """What its creator asks this user for a frame now, in dust, before any coupon."""
    version = await packs.version_of(session, version_id)
    pack = await asking.pack_of(session, version)
    return 0 if pack.owner_id == user_id else asking.asking(pack, version).fee_dust


async def take_turns(session: AsyncSession, user_id: UUID, version: PackVersion) -> Seat | None:
    """The user's turn, and that of the creator whose trial of this pack they take part in. The seat as it is then."""
    if (seat := await seats.seat_of(session, user_id, version.pack_id)) is None:
        await events.take_turn(session, user_id)
        return None
    await wallet.lock_wallets(session, [user_id, seat.creator_id])
    return await seats.seat(session, seat.tester_id)


async def draw_up(
    session: AsyncSession,
    user_id: UUID,
    version: PackVersion,
    renderings: Sequence[Rendering],
    seat: Seat | None,
    kept: Mapping[int, int] | None = None,
) -> Bill:
    """`renderings`: one a frame; the first of them are free, as far as the seat goes and its creator's dust. `kept` as the
    bill has it."""
    free: frozenset[int] = frozenset()
    is_dry = False
    if seat is not None:
        wanted = [place for place, each in enumerate(renderings) if each.kind not in EDITS][: seat.left]
        dust = [renderings[place].dust for place in wanted]
        count = seats.paid_for(await wallet.can_spend(session, seat.creator_id), dust)
        free, is_dry = frozenset(wanted[:count]), count < len(wanted)
    pack = await asking.pack_of(session, version)
    asks = OWN if pack.owner_id == user_id else asking.asking(pack, version)
    bill = Bill(version, renderings, seat, free, is_dry, await unlocks.asked(session, user_id, version, pack), asks)
    used = None
    if not kept and pack.owner_id is not None:
        unlock = bill.asked.dust if bill.unlocks else 0
        used = await coupons.best(session, user_id, pack.id, bill.full_fees, unlock)
    return replace(bill, used=used, kept=kept or {})


async def kept_of(session: AsyncSession, frames: Sequence[Frame]) -> dict[int, int]:
    """What a coupon took off these frames, by their place: it is taken off again when they are tried again, as long as the
    coupon was used up by the very order they were first of."""
    taken = {frame.coupon_take_id for frame in frames if frame.coupon_take_id is not None}
    orders = await coupons.spent_in(session, taken)
    return {
        place: frame.discount_dust
        for place, frame in enumerate(frames)
        if frame.coupon_take_id in orders and orders[frame.coupon_take_id] in (frame.first_job_id, frame.job_id)
    }


async def reserve(
    session: AsyncSession, bill: Bill, user_id: UUID, job_id: UUID, frames: Sequence[Frame]
) -> PackUnlock | None:
    """After the job's own dust is held: what unlocks the pack, the coupon, and the creator's dust for free frames. The
    frames stand in the bill's order and are not written yet, or locked. Raises NotEnoughDust."""
    unlock = None
    if bill.unlocks:
        unlock = await unlocks.hold(session, user_id, bill.version, bill.unlock_dust, job_id)
    if bill.used:
        await coupons.use(session, bill.used.take_id, job_id)
    held: dict[str, int] = {}
    for place, (frame, rendering, dust) in enumerate(zip(frames, bill.renderings, bill.prices, strict=True)):
        frame.price_dust, frame.fee_dust, frame.unlock_id = dust, bill.fees[place], None
        frame.discount_dust = bill.off[place]
        if place not in bill.kept:
            frame.coupon_take_id = bill.used.take_id if bill.used else None
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


async def delivered(session: AsyncSession, frame: Frame, paid: Transfer) -> None:
    """With its own dust settled by `paid`. What is the creator's of it, they earn now."""
    unlock = None
    if frame.unlock_id is not None:
        unlock = await unlocks.pending(session, frame.user_id, frame.unlock_id)
    if frame.fee_dust or unlock is not None:
        version_id, pack = await _sold(session, frame)
        about = {"frame_id": str(frame.id), "version_id": str(version_id)}
        await sales.earn(session, pack, frame.user_id, frame.fee_dust, paid, what="frame", memo=about)
        if unlock is not None:
            unlocked = await unlocks.pay(session, unlock)
            await sales.earn(session, pack, frame.user_id, unlock.dust, unlocked, what="unlock", memo=about)
    if frame.coupon_take_id is not None:
        await coupons.spend(session, frame.coupon_take_id)
    if frame.tester_id is not None and frame.payer_id is not None:
        await seats.deliver(session, frame.tester_id, frame.payer_id, frame.payer_key, frame.payer_dust)


async def _sold(session: AsyncSession, frame: Frame) -> tuple[UUID, Pack]:
    """The version that was shot with, and its pack as it is now."""
    shoot = await session.get(Shoot, frame.shoot_id)
    assert shoot is not None
    return shoot.pack_version_id, await asking.pack_by_version(session, shoot.pack_version_id)


async def undelivered(session: AsyncSession, frame: Frame) -> None:
    """It is over without a picture. The last of an unlock's frames gives that back too, the last of an order its coupon."""
    if frame.tester_id is not None and frame.payer_id is not None:
        await seats.give_back(session, frame.tester_id, frame.payer_id, frame.payer_key)
    if frame.unlock_id is None and frame.coupon_take_id is None:
        return
    await events.take_turn(session, frame.user_id)  # so that of two that end at once, one sees the other
    if frame.unlock_id is not None and not await _others(session, Frame.unlock_id == frame.unlock_id):
        await unlocks.give_back(session, frame.user_id, frame.unlock_id)
    if frame.coupon_take_id is not None and not await _others(session, Frame.coupon_take_id == frame.coupon_take_id):
        await coupons.give_back(session, frame.coupon_take_id)


async def _others(session: AsyncSession, share_it: Any) -> bool:
    """Whether an open frame is left of those."""
    query = select(Frame.id).where(share_it, col(Frame.status).in_(OPEN)).limit(1)
    return (await session.exec(query)).first() is not None


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
