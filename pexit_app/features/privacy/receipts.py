"""Reading receipts: one's own, and by a link where no account is left."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.models import Receipt

MOST_SHOWN = 50


async def list_receipts(session: AsyncSession, actor: Actor) -> Sequence[Receipt]:
    """The newest, newest first."""
    query = select(Receipt).where(Receipt.user_id == actor.user_id)
    order = col(Receipt.created_at).desc(), col(Receipt.id).desc()
    return (await session.exec(query.order_by(*order).limit(MOST_SHOWN))).all()


async def find(session: AsyncSession, actor: Actor, receipt_id: UUID) -> Receipt:
    """Raises NotFound, also for another user's."""
    row = await session.get(Receipt, receipt_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound("There is no such receipt.")
    return row


async def find_by_secret(session: AsyncSession, secret: str) -> Receipt:
    """Raises NotFound."""
    query = select(Receipt).where(Receipt.token_hash == security.sha256(secret))
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound("There is no such receipt.")
    return row
