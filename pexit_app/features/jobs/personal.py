"""What is kept of a user's work."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.jobs.models import Job


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    await erasing.erase_rows(session, erasure.id, Job, Job.user_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    return [Entry("account/jobs.json", await personal.rows(session, Job, Job.user_id == user_id))]


personal.keeps(Keeper("jobs", frozenset({"job"}), erase, export))
