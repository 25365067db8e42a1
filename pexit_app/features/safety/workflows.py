"""What safety does by itself."""

from pexit_app.core import db
from pexit_app.core.workflows import sweep
from pexit_app.features.safety import appeals


@sweep
async def forget_old() -> None:
    async with db.transaction() as session:
        await appeals.forget_old(session)
