"""Promo codes: made by the operator, entered once a user, as often and as long as they are good for."""

import re
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, Conflict
from pexit_app.features.wallet import service
from pexit_app.features.wallet.errors import PromoOver, PromoUnknown, PromoUsed
from pexit_app.features.wallet.models import PromoCode, PromoUse, Transfer

CODE = re.compile(r"[A-Z0-9-]{6,40}")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
MAX_USES, MAX_PROMO_DUST = 1_000_000, 100_000


def canonical(code: str) -> str:
    return "".join(code.split()).upper()


def make_code() -> str:
    """50 random bits, in two halves that can be read out."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(10))
    return f"{drawn[:5]}-{drawn[5:]}"


async def make_promo(
    session: AsyncSession, dust: int, max_uses: int, expires_at: datetime | None, code: str = ""
) -> PromoCode:
    """By the operator; an empty code is drawn. Raises BadInput, Conflict."""
    code = canonical(code) or make_code()
    if not CODE.fullmatch(code):
        raise BadInput.of("code", "A code is 6 to 40 letters, digits and hyphens.", code[:60], 40)
    for name, value, most in (("dust", dust, MAX_PROMO_DUST), ("max_uses", max_uses, MAX_USES)):
        if not 1 <= value <= most:
            raise BadInput.of(name, f"Give 1 to {most:,}.", value, most)
    if expires_at is not None and expires_at <= clock.now():
        raise BadInput.of("expires_at", "This day is past.", expires_at.isoformat())
    if (await session.exec(select(PromoCode.id).where(PromoCode.code == code))).first() is not None:
        raise Conflict(f"There is a code {code} already.")
    row = PromoCode(code=code, dust=dust, max_uses=max_uses, expires_at=expires_at)
    session.add(row)
    await session.flush()
    return row


async def list_promos(session: AsyncSession) -> list[PromoCode]:
    return list((await session.exec(select(PromoCode).order_by(col(PromoCode.created_at).desc()))).all())


async def redeem(session: AsyncSession, actor: Actor, code: str) -> Transfer:
    """Its dust is the actor's. Raises PromoUnknown, PromoOver, PromoUsed."""
    await events.take_turn(session, actor.user_id)
    query = select(PromoCode).where(PromoCode.code == canonical(code)[:40])
    promo = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if promo is None:
        message = "There is no such code. Look at each letter, or ask whoever gave it to you."
        raise PromoUnknown.of("code", message, code[:60])
    if await _has_used(session, promo.id, actor.user_id):
        raise PromoUsed("You have had this code's dust: each code is good once.")
    if promo.expires_at is not None and promo.expires_at <= clock.now():
        raise PromoOver("This code has expired.")
    taken = update(PromoCode).where(col(PromoCode.id) == promo.id, col(PromoCode.used) < col(PromoCode.max_uses))
    taken = taken.values(used=col(PromoCode.used) + 1).execution_options(synchronize_session=False)
    if (await session.exec(taken.returning(col(PromoCode.id)))).first() is None:
        raise PromoOver("This code was used as often as it is good for.")
    session.add(PromoUse(promo_id=promo.id, user_id=actor.user_id))
    await session.flush()
    key, memo = f"promo:{promo.id}:{actor.user_id}", {"promo": promo.code}
    return await service.grant_promo(
        session, actor.user_id, promo.dust, key=key, reason=f"Code {promo.code}", memo=memo
    )


async def _has_used(session: AsyncSession, promo_id: UUID, user_id: UUID) -> bool:
    used = select(PromoUse.id).where(PromoUse.promo_id == promo_id, PromoUse.user_id == user_id)
    return (await session.exec(used)).first() is not None
