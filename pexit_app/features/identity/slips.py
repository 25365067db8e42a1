"""Slips: secrets that are good once, for one purpose, for a short time."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.clock import after, now
from pexit_app.features.identity.models import Slip

LINK = "link"
SECOND_STEP = "second-step"
PASSKEY = "passkey"
LIFE = timedelta(minutes=10)
MAX_TRIES = 5


async def hand_out(session: AsyncSession, purpose: str, subject: str, data: dict[str, Any]) -> str:
    """The secret, which is not kept."""
    secret = security.secret_token()
    row = Slip(
        purpose=purpose,
        secret_hash=security.sha256(secret),
        subject=subject,
        data=data,
        expires_at=now() + LIFE,
    )
    session.add(row)
    await session.flush()
    return secret


async def look_at(session: AsyncSession, purpose: str, secret: str) -> Slip | None:
    """The slip while it is good; nobody else takes it meanwhile."""
    query = select(Slip).where(Slip.secret_hash == security.sha256(secret), Slip.purpose == purpose)
    query = query.where(col(Slip.expires_at) > now(), col(Slip.tries) < MAX_TRIES).with_for_update()
    return (await session.exec(query)).first()


async def take(session: AsyncSession, purpose: str, secret: str) -> Slip | None:
    """And it is used up."""
    slip = await look_at(session, purpose, secret)
    if slip is not None:
        await session.delete(slip)
        await session.flush()
    return slip


async def tear_up(session: AsyncSession, purpose: str, subject: str) -> None:
    """All of this purpose that concern `subject`."""
    await session.exec(delete(Slip).where(col(Slip.purpose) == purpose, col(Slip.subject) == subject))


async def forget_old(session: AsyncSession) -> None:
    await session.exec(delete(Slip).where(col(Slip.expires_at) < after(hours=-1)))
