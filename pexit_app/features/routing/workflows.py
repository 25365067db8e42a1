"""What routing does by itself."""

from datetime import timedelta

from pexit_app.core import db
from pexit_app.core.clock import now
from pexit_app.core.workflows import sweep
from pexit_app.features.routing import (
    queries,
    withdrawals,  # noqa: F401  (registers its sweep)
)

KEPT = timedelta(days=30)  # long enough to compare with a vendor's monthly bill


@sweep
async def forget_old() -> None:
    async with db.transaction() as session:
        await queries.forget_ended(session, now() - KEPT)
