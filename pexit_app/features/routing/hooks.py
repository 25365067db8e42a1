"""What a webhook may change: it names an order whose answer was lost, and wakes whoever waits. What came of the order is
always asked of the provider itself, so a webhook that comes twice, late or never changes nothing."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, log
from pexit_app.core.clock import now
from pexit_app.features.routing.addresses import errand_topic, order_topic
from pexit_app.features.routing.models import Submission

logger = log.get("routing")


async def note_hook(session: AsyncSession, provider: str, reference: str, model: str, provider_id: str) -> bool:
    """`provider` has news about its order `provider_id`, said at the address of our `reference`. False: that is none of
    ours, and nothing changes."""
    query = select(Submission).where(Submission.reference == reference).with_for_update()
    submission = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if submission is None or (submission.provider, submission.model) != (provider, model):
        return False
    if submission.provider_id is None and submission.ended_at is None:
        if not await _is_free(session, provider, provider_id):
            logger.warning("hook of another order", provider=provider, reference=reference)
            return False
        submission.provider_id = provider_id
        submission.taken_at = submission.taken_at or now()
        session.add(submission)
        await session.flush()
    elif submission.provider_id not in (None, provider_id):
        logger.warning("hook of another order", provider=provider, reference=reference)
        return False
    if submission.ended_at is not None:
        logger.info("hook after the end", provider=provider, reference=reference, provider_id=provider_id)
        return True
    await events.notify(session, order_topic(provider, provider_id))
    await events.notify(session, errand_topic(reference))
    return True


async def _is_free(session: AsyncSession, provider: str, provider_id: str) -> bool:
    """No other order of ours is called that. Those who ask about one id take turns until they commit."""
    turn = func.pg_advisory_xact_lock(func.hashtextextended(order_topic(provider, provider_id), 0))
    await session.scalar(select(turn))
    taken = select(Submission.id).where(Submission.provider == provider, col(Submission.provider_id) == provider_id)
    return (await session.exec(taken.limit(1))).first() is None
