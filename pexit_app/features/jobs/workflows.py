"""What is tidied each minute, whatever the kind of job."""

from pexit_app.core import db, workflows
from pexit_app.features.jobs import (
    personal,  # noqa: F401  (registers what is kept of users)
    streams,
)


@workflows.sweep
async def forget_old_events() -> None:
    """Listeners may go on from an event for seven days."""
    async with db.transaction() as session:
        await streams.forget_old_events(session)
