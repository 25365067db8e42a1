"""The row of one order: written before the order leaves, named when the provider has answered, ended once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.clock import now
from pexit_app.core.ports import Kind
from pexit_app.features.routing.models import Submission

Outcome = Literal["done", "failed", "canceled", "lost"]


class Offer(Protocol):
    """What of a routing.service.Choice is written down."""

    @property
    def kind(self) -> Kind: ...
    @property
    def provider(self) -> str: ...
    @property
    def model(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Handed:
    """How far an order came, as its row says. `provider` empty: whoever was asked said no. `message` is the last no."""

    provider: str
    model: str
    provider_id: str | None
    intent_at: datetime
    started_at: datetime | None
    outcome: str
    message: str
    kind: Kind


def topic(reference: str) -> str:
    """Woken when a webhook has told of the order."""
    return f"errand:{reference}"


def order_topic(provider: str, provider_id: str) -> str:
    """Woken likewise, for adapters, who know no reference."""
    return f"order:{provider}:{provider_id}"


async def _locked(session: AsyncSession, reference: str) -> Submission | None:
    query = select(Submission).where(Submission.reference == reference).with_for_update()
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def find(session: AsyncSession, reference: str) -> Handed | None:
    query = select(Submission).where(Submission.reference == reference)
    row = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if row is None:
        return None
    message = str(row.refusals[-1]["message"]) if row.refusals else ""
    return Handed(
        row.provider, row.model, row.provider_id, row.intent_at, row.started_at, row.outcome, message, Kind(row.kind)
    )


async def intend(session: AsyncSession, reference: str, choice: Offer) -> None:
    """The order is about to leave for this provider."""
    row = await _locked(session, reference)
    if row is None:
        row = Submission(reference=reference, kind=choice.kind, provider="", intent_at=now())
    assert row.provider_id is None and not row.provider, f"{reference}: handed over already"
    row.provider, row.model, row.intent_at = choice.provider, choice.model, now()
    session.add(row)


async def refuse(session: AsyncSession, reference: str, message: str) -> None:
    """It surely was not taken: somebody else may be asked."""
    row = await _locked(session, reference)
    assert row is not None and row.provider_id is None, f"{reference}: refused after it was taken"
    refusal = {"provider": row.provider, "model": row.model, "message": message[:500]}
    row.refusals, row.provider, row.model = [*row.refusals, refusal], "", ""
    session.add(row)


async def lose(session: AsyncSession, reference: str) -> None:
    """No clear answer came: it may have been taken."""
    lost = update(Submission).where(col(Submission.reference) == reference, col(Submission.provider_id).is_(None))
    await session.exec(lost.values(lost_at=now()))


async def name(session: AsyncSession, reference: str, provider: str, provider_id: str) -> bool:
    """What it is called at the provider: told by return, by a listing or by a webhook. The first word stands; False when
    it was handed to another provider, goes by another name already, is over, or another order goes by this name."""
    row = await _locked(session, reference)
    if row is None or row.provider != provider or row.outcome or row.provider_id not in (None, provider_id):
        return False
    if not await is_free(session, row, provider_id):
        return False
    if row.provider_id is None:
        row.provider_id, row.taken_at = provider_id, now()
        session.add(row)
        await events.notify(session, topic(reference))
    return True


async def is_free(session: AsyncSession, row: Submission, provider_id: str) -> bool:
    """No other order of ours is called that. Those who would take one name take turns until they commit."""
    if row.provider_id is not None:
        return True
    turn = func.hashtextextended(order_topic(row.provider, provider_id), 0)
    await session.scalar(select(func.pg_advisory_xact_lock(turn)))
    taken = select(Submission.id).where(Submission.provider == row.provider, Submission.provider_id == provider_id)
    return (await session.exec(taken.limit(1))).first() is None


async def start(session: AsyncSession, reference: str) -> None:
    """The provider works on it now."""
    query = update(Submission).where(col(Submission.reference) == reference, col(Submission.started_at).is_(None))
    await session.exec(query.values(started_at=now()))


async def end(session: AsyncSession, reference: str, outcome: Outcome, message: str = "") -> bool:
    """Once: what comes later changes nothing, which is False. What has a name is not lost."""
    row = await _locked(session, reference)
    if row is None or row.outcome or (outcome == "lost" and row.provider_id is not None):
        return False
    row.outcome, row.ended_at = outcome, now()
    if message:
        refusal: Mapping[str, str] = {"provider": row.provider, "model": row.model, "message": message[:500]}
        row.refusals = [*row.refusals, dict(refusal)]
    session.add(row)
    return True
