"""How an order of frames is answered over REST, whatever asked for them."""

from fastapi import Request

from pexit_app.core import db
from pexit_app.features.shoots import queries, workflows
from pexit_app.features.shoots.origin import origin_of
from pexit_app.features.shoots.schemas import OrderedOut
from pexit_app.features.shoots.service import Requested


async def started(request: Request, requested: Requested) -> OrderedOut:
    """After the commit: the work starts, and this tells what it is."""
    await workflows.dispatch(requested.shoot.user_id)
    origin = origin_of(request)
    async with db.transaction() as session:
        queue = await queries.queue_of(session, requested.frames)
    return OrderedOut(
        id=requested.job.id,
        status=requested.job.status,
        shoot_id=requested.shoot.id,
        quote=requested.quote,
        frames=[queue.out(frame, origin) for frame in requested.frames],
    )
