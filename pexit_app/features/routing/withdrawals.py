"""Models that providers keep of people who do not want that any more: asked to be deleted until they are."""

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, log, workflows
from pexit_app.core.ports import ProviderError
from pexit_app.features.routing.models import Withdrawn

AT_ONCE = 100
logger = log.get("routing")


async def withdraw(session: AsyncSession, provider: str, handle: str) -> None:
    """Call in the transaction that deletes the likeness. Without a handle the provider keeps none."""
    if handle:
        new = insert(Withdrawn).values(id=uuid4(), provider=provider, handle=handle)
        await session.exec(new.on_conflict_do_nothing())


@workflows.sweep
async def delete_withdrawn() -> None:
    """Each minute until the provider has done it; while its key is not set, it stays written down."""
    async with db.transaction() as session:
        rows = (await session.exec(select(Withdrawn).order_by(col(Withdrawn.created_at)).limit(AT_ONCE))).all()
    for row in rows:
        trainer = deps.get().gpu_trainers.get(row.provider)
        if trainer is None:
            continue
        try:
            await trainer.delete_model(row.handle)
        except ProviderError as error:
            logger.warning("model not deleted yet", provider=row.provider, error=error.message)
            continue
        async with db.transaction() as session:
            if (done := await session.get(Withdrawn, row.id)) is not None:
                await session.delete(done)
