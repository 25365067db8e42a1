"""What is kept of a user's trials: those they opened for testers of their packs, and those they take part in."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.trials.models import Trial, TrialTester
from pexit_app.features.wallet import service as wallet


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """Whoever paid for a tester's frames is not told any more whose they were. Of a free frame that is under way for
    somebody else the dust stays held until it is there."""
    mine = select(TrialTester.id).where(TrialTester.user_id == erasure.user_id)
    for seat_id in (await session.exec(mine)).all():
        await wallet.take_words_out(session, {"seat_id": str(seat_id)}, ["seat_id", "tester"])
    opened = select(Trial.id).where(Trial.creator_id == erasure.user_id)
    seats = or_(col(TrialTester.user_id) == erasure.user_id, col(TrialTester.trial_id).in_(opened))
    await erasing.erase_rows(session, erasure.id, TrialTester, seats)
    await erasing.erase_rows(session, erasure.id, Trial, Trial.creator_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    """Of one's own trials, how far they came; not who took part."""
    opened = await personal.rows(session, Trial, Trial.creator_id == user_id, but=["token_hash"])
    taken = await personal.rows(session, TrialTester, TrialTester.user_id == user_id)
    return [Entry("packs/trials.json", {"opened": opened, "taken_part_in": taken})]


personal.keeps(Keeper("trials", frozenset({"trial", "trial_tester"}), erase, export))
