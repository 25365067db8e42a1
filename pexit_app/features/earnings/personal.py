"""What is kept of a creator's money: like the ledger it outlives the account, so that what was earned is still paid,
and adds up. The names of packs are taken out of it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.earnings.models import Earning, Payee, Payout


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    earned = update(Earning).where(col(Earning.user_id) == erasure.user_id)
    await session.exec(earned.values(title="").execution_options(synchronize_session=False))
    told = "What was earned and paid out stays under the number of the account; the names of packs are taken out."
    await erasing.note(session, erasure.id, "earnings", str(erasure.user_id), told=told)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    return [
        Entry(f"earnings/{name}.json", await personal.rows(session, table, table.user_id == user_id))  # type: ignore[attr-defined]
        for name, table in (("account", Payee), ("earned", Earning), ("payouts", Payout))
    ]


TABLES = frozenset(str(table.__tablename__) for table in (Payee, Earning, Payout))
personal.keeps(Keeper("earnings", TABLES, erase, export, keeps=TABLES))
