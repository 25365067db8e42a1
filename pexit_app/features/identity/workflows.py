"""What is tidied each minute: codes nobody can use and replies nobody can ask for any more."""

from pexit_app.core import db, workflows
from pexit_app.features.identity import (
    personal,  # noqa: F401  (registers what is kept of users)
    service,
)
from pexit_app.web import idempotency


@workflows.sweep
async def forget_stale() -> None:
    async with db.transaction() as session:
        await service.remove_stale(session)
    await idempotency.forget_old()
