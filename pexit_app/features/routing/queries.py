"""What operators ask about the orders handed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.routing.models import Submission


@dataclass(frozen=True, slots=True)
class Count:
    """`outcome` empty: under way. `provider` empty: whoever was asked said no."""

    provider: str
    model: str
    outcome: str
    count: int


async def counts(session: AsyncSession) -> list[Count]:
    """How many orders of each model ended how, of those that are kept."""
    key = col(Submission.provider), col(Submission.model), col(Submission.outcome)
    query = select(*key, func.count()).group_by(*key).order_by(*key)
    return [Count(*row) for row in (await session.exec(query)).all()]


async def lost_submissions(session: AsyncSession) -> Sequence[Submission]:
    """Orders of which no answer came and whose name at the provider was never learnt: each may have been taken and paid
    without our knowing, and none was billed to the user. Newest first."""
    lost = col(Submission.lost_at).is_not(None), col(Submission.provider_id).is_(None)
    query = select(Submission).where(*lost).order_by(col(Submission.lost_at).desc())
    return (await session.exec(query)).all()


def report(counted: Sequence[Count], lost: Sequence[Submission]) -> list[str]:
    """Lines for the operator."""
    if not counted:
        return ["Nothing was ordered of anybody."]
    lines = [f"{each.count:>7} {each.outcome or 'under way':<9} {_whom(each)}" for each in counted]
    lines += [f"answer lost {each.lost_at:%Y-%m-%d %H:%M} UTC: {each.reference} at {_whom(each)}" for each in lost]
    told = "perhaps taken and paid without our knowing, never billed" if lost else "every order is accounted for"
    return [*lines, f"{len(lost)} lost: {told}."]


def _whom(one: Count | Submission) -> str:
    return f"{one.provider} {one.model}".rstrip() or "nobody: all said no"


async def forget_ended(session: AsyncSession, before: datetime) -> None:
    """Deletes the record of what ended before then."""
    await session.exec(delete(Submission).where(col(Submission.ended_at) < before))
