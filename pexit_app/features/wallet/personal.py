"""The ledger outlives its users: what was moved must add up for ever. Of an erased account it keeps amounts under a number
that nobody is known by any more; the words are taken out.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.wallet.models import Account, Hold, Quote, Transfer
from pexit_app.features.wallet.models import Entry as Posting
from pexit_app.features.wallet.schemas import EntryOut

LEDGER = frozenset({"account", "transfer", "entry", "hold"})


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    await erasing.erase_rows(session, erasure.id, Quote, Quote.user_id == erasure.user_id)
    # The guard of these rows lets this through and nothing else: see the migration that made it so.
    words = update(Transfer).where(col(Transfer.user_id) == erasure.user_id)
    await session.exec(words.values(memo={}, reason="").execution_options(synchronize_session=False))
    told = "Amounts stay in the ledger under the number of the account; what they were for is taken out."
    await erasing.note(session, erasure.id, "ledger", str(erasure.user_id), told=told)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    """The statement, oldest first: its changes, added up, are the balance."""
    mine = select(Transfer).where(Transfer.user_id == user_id).order_by(col(Transfer.created_at), col(Transfer.id))
    lines = [EntryOut.of(row).model_dump(mode="json") for row in (await session.exec(mine)).all()]
    accounts = await personal.rows(session, Account, Account.user_id == user_id)
    return [Entry("ledger/statement.json", lines), Entry("ledger/accounts.json", accounts)]


TABLES = frozenset(str(table.__tablename__) for table in (Account, Transfer, Posting, Hold, Quote))
personal.keeps(Keeper("ledger", TABLES, erase, export, keeps=LEDGER))
