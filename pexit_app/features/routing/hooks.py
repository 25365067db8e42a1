"""What a webhook may change: it names an order whose answer was lost, and wakes whoever waits. What came of the order is
always asked of the provider itself, so a webhook that comes twice, late or never changes nothing."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, log
from pexit_app.features.routing import submissions
from pexit_app.features.routing.models import Submission

logger = log.get("routing")


async def note_hook(session: AsyncSession, provider: str, reference: str, model: str, provider_id: str) -> bool:
    """`provider` has news about its order `provider_id`, said at the address of our `reference`. False: that is none of
    ours, and nothing changes."""
    query = select(Submission).where(Submission.reference == reference).with_for_update()
    row = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if row is None or (row.provider, row.model) != (provider, model):
        return False
    if row.provider_id not in (None, provider_id) or not await submissions.is_free(session, row, provider_id):
        logger.warning("hook of another order", provider=provider, reference=reference, provider_id=provider_id)
        return False
    if row.ended_at is not None:
        logger.info("hook after the end", provider=provider, reference=reference, provider_id=provider_id)
        return True
    await submissions.name(session, reference, provider, provider_id)
    await events.notify(session, submissions.order_topic(provider, provider_id))
    await events.notify(session, submissions.topic(reference))
    return True
