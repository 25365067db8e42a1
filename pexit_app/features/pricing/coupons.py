"""Coupons: made by a creator for a pack, taken by whoever has the code, used by the next order of theirs that pays the
creator anything. An order that delivers nothing gives its coupon back.

Whatever changes a take does so in its user's turn (core.events), so that no coupon is used twice; who gets the last one is
settled by the row of the coupon.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import versions
from pexit_app.features.packs.definition import MAX_DUST
from pexit_app.features.packs.service import OpenPack
from pexit_app.features.pricing.discounts import Discount, discount
from pexit_app.features.pricing.errors import CodeTaken, CouponFull, CouponOver, OwnPack, TooMany
from pexit_app.features.pricing.models import MAX_CODE_CHARS, MAX_TAKERS, Coupon, CouponTake

MAX_RUNNING = 20  # of one pack
LONGEST = timedelta(days=365)
CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9]|-(?=[A-Z0-9])){3,23}")
ANEW = {"populate_existing": True}
Standing = Literal["open", "taken", "used", "own", "full", "expired", "ended"]


@dataclass(frozen=True, slots=True)
class CouponAsk:
    """Exactly one of `percent` and `dust`."""

    code: str
    percent: int | None
    dust: int | None
    takers: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon as whoever has its code sees it."""

    coupon: Coupon
    pack: OpenPack
    standing: Standing


@dataclass(frozen=True, slots=True)
class Used:
    """A coupon of the user's that an order uses."""

    take_id: UUID
    code: str
    says: str
    discount: Discount


def says(coupon: Coupon) -> str:
    """`20 % off` or `50 dust off`."""
    return f"{coupon.percent} % off" if coupon.percent is not None else f"{coupon.dust} dust off"


def _is_running() -> ColumnElement[bool]:
    return col(Coupon.ended_at).is_(None) & (col(Coupon.expires_at) > now())


async def make_coupon(session: AsyncSession, actor: Actor, pack_id: UUID, ask: CouponAsk) -> Coupon:
    """For a pack of one's own. Raises NotFound, BadInput, CodeTaken, TooMany."""
    code = ask.code.strip().upper()
    _check(ask, code)
    await events.take_turn(session, actor.user_id)  # two at once do not become one too many
    pack = await versions.lock_owned(session, actor, pack_id)
    count = select(func.count()).select_from(Coupon).where(Coupon.pack_id == pack.id, _is_running())
    if (await session.exec(count)).one() >= MAX_RUNNING:
        message = f"{MAX_RUNNING} coupons of {pack.title} are running, and that is the most. End one first."
        raise TooMany(message, {"limit": MAX_RUNNING})
    row = Coupon(
        pack_id=pack.id,
        creator_id=actor.user_id,
        code=code,
        percent=ask.percent,
        dust=ask.dust,
        takers=ask.takers,
        expires_at=ask.expires_at,
    )
    new = insert(Coupon).values(**row.model_dump()).on_conflict_do_nothing(index_elements=["code"]).returning(Coupon)
    made: Coupon | None = (await session.exec(new)).scalars().first()
    if made is None:
        raise CodeTaken(f"There is a coupon {code} already. Choose another code.", {"field": "code"})
    return made


def _check(ask: CouponAsk, code: str) -> None:
    problems = []
    if not CODE.fullmatch(code):
        message = f"A code has 4 to {MAX_CODE_CHARS} letters and digits, with single hyphens between them."
        problems.append(FieldProblem("code", message, ask.code[:40], MAX_CODE_CHARS))
    if (ask.percent is None) == (ask.dust is None):
        problems.append(FieldProblem("percent", "A coupon takes off either percent or dust: give one of the two."))
    if ask.percent is not None and not 1 <= ask.percent <= 100:
        problems.append(FieldProblem("percent", "It takes 1 to 100 percent off.", ask.percent, 100))
    if ask.dust is not None and not 1 <= ask.dust <= MAX_DUST:
        problems.append(FieldProblem("dust", f"It takes 1 to {MAX_DUST} dust off.", ask.dust, MAX_DUST))
    if not 1 <= ask.takers <= MAX_TAKERS:
        problems.append(FieldProblem("takers", f"It is for 1 to {MAX_TAKERS} people.", ask.takers, MAX_TAKERS))
    if ask.expires_at.tzinfo is None or not now() < ask.expires_at <= now() + LONGEST:
        message = f"It ends within {LONGEST.days} days from now: give the day and its time zone."
        problems.append(FieldProblem("expires_at", message, ask.expires_at.isoformat()))
    if problems:
        raise BadInput(problems[0].message, problems)


async def list_coupons(
    session: AsyncSession, actor: Actor, pack_id: UUID, cursor: str | None, limit: int
) -> Slice[Coupon]:
    """Of a pack of one's own, newest first. Raises NotFound, BadInput for a bad cursor."""
    pack = (await packs.find_owned(session, actor, pack_id)).pack
    query = select(Coupon).where(Coupon.pack_id == pack.id, Coupon.creator_id == actor.user_id)
    return await newest_first(session, query, Coupon, cursor, limit)


async def end_coupon(session: AsyncSession, actor: Actor, coupon_id: UUID) -> Coupon:
    """Nobody takes it any more. Ended before: it stays so. Raises NotFound, also for another's."""
    query = select(Coupon).where(Coupon.id == coupon_id, Coupon.creator_id == actor.user_id).with_for_update()
    coupon = (await session.exec(query, execution_options=ANEW)).first()
    if coupon is None:
        raise NotFound("There is no such coupon of yours.")
    coupon.ended_at = coupon.ended_at or now()
    session.add(coupon)
    await session.flush()
    return coupon


async def look(session: AsyncSession, code: str, user_id: UUID | None) -> Offer:
    """What a code is good for, for this user (None: for anybody). Raises NotFound."""
    coupon = await _by_code(session, code)
    pack = await packs.find_by_id(session, coupon.pack_id)
    return Offer(coupon, pack, await _standing(session, coupon, user_id))


async def take(session: AsyncSession, actor: Actor, code: str) -> CouponTake:
    """Who has it keeps it. Raises NotFound, OwnPack, CouponOver, CouponFull."""
    coupon = await _by_code(session, code)
    await events.take_turn(session, actor.user_id)
    if (mine := await _mine(session, coupon, actor.user_id)) is not None:
        return mine
    match await _standing(session, coupon, actor.user_id):
        case "own":
            raise OwnPack("This is your own pack: it costs you the render only. Give the code to somebody else.")
        case "expired":
            raise CouponOver("This coupon has expired.")
        case "ended":
            raise CouponOver("Its creator has ended this coupon.")
    one_more = update(Coupon).where(col(Coupon.id) == coupon.id, col(Coupon.taken) < col(Coupon.takers), _is_running())
    counted = await session.exec(
        one_more.values(taken=col(Coupon.taken) + 1), execution_options={"synchronize_session": False}
    )
    if counted.rowcount == 0:
        raise CouponFull(f"All {coupon.takers} of this coupon are taken.", {"limit": coupon.takers})
    made = CouponTake(coupon_id=coupon.id, user_id=actor.user_id)
    session.add(made)
    await session.flush()
    return made


async def _by_code(session: AsyncSession, code: str) -> Coupon:
    coupon = None
    if CODE.fullmatch(plain := code.strip().upper()):
        coupon = (await session.exec(select(Coupon).where(Coupon.code == plain), execution_options=ANEW)).first()
    if coupon is None:
        raise NotFound("There is no such coupon.")
    return coupon


async def _mine(session: AsyncSession, coupon: Coupon, user_id: UUID | None) -> CouponTake | None:
    query = select(CouponTake).where(CouponTake.coupon_id == coupon.id, CouponTake.user_id == user_id)
    return (await session.exec(query, execution_options=ANEW)).first()


async def _standing(session: AsyncSession, coupon: Coupon, user_id: UUID | None) -> Standing:
    mine = await _mine(session, coupon, user_id) if user_id is not None else None
    if mine is not None and mine.job_id is not None:
        return "used"
    if coupon.expires_at <= now():
        return "expired"
    if mine is not None:
        return "taken"
    if user_id == coupon.creator_id:
        return "own"
    if coupon.ended_at is not None:
        return "ended"
    return "full" if coupon.taken >= coupon.takers else "open"


# ---- of an order, in its user's turn


async def best(session: AsyncSession, user_id: UUID, pack_id: UUID, fees: Sequence[int], unlock: int) -> Used | None:
    """The coupon of theirs that takes most off what an order pays its creator; of equal ones that which ends first."""
    if not any(fees) and not unlock:
        return None
    query = select(CouponTake, Coupon).join(Coupon, col(Coupon.id) == col(CouponTake.coupon_id))
    mine = CouponTake.user_id == user_id, Coupon.pack_id == pack_id, col(CouponTake.job_id).is_(None)
    query = query.where(*mine, col(Coupon.expires_at) > now()).order_by(col(Coupon.expires_at), col(Coupon.id))
    found = [
        Used(row.id, coupon.code, says(coupon), discount(fees, unlock, percent=coupon.percent, dust=coupon.dust))
        for row, coupon in (await session.exec(query, execution_options=ANEW)).all()
    ]
    most = max(found, key=lambda each: each.discount.dust, default=None)
    return most if most is not None and most.discount.dust else None


async def use(session: AsyncSession, take_id: UUID, job_id: UUID) -> None:
    """By this order, as best() told."""
    row = await session.get(CouponTake, take_id, populate_existing=True)
    assert row is not None and row.job_id is None
    await _keep(session, row, job_id, None)


async def spend(session: AsyncSession, take_id: UUID) -> None:
    """Something of the order was delivered."""
    row = await session.get(CouponTake, take_id, populate_existing=True)
    if row is not None and row.job_id is not None and row.spent_at is None:
        await _keep(session, row, row.job_id, now())


async def give_back(session: AsyncSession, take_id: UUID) -> None:
    """Nothing of the order was delivered: it is as good as before."""
    row = await session.get(CouponTake, take_id, populate_existing=True)
    if row is not None and row.spent_at is None:
        await _keep(session, row, None, None)


async def _keep(session: AsyncSession, row: CouponTake, job_id: UUID | None, spent_at: datetime | None) -> None:
    row.job_id, row.spent_at = job_id, spent_at
    session.add(row)
    await session.flush()


async def spent_in(session: AsyncSession, take_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The orders in which these were used up, by take."""
    if not take_ids:
        return {}
    query = select(CouponTake).where(col(CouponTake.id).in_(take_ids), col(CouponTake.spent_at).is_not(None))
    return {row.id: row.job_id for row in (await session.exec(query)).all() if row.job_id is not None}
