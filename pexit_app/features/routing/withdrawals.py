"""Models that providers keep of people who do not want that any more: asked to be deleted until they are."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, erasing, log, workflows
from pexit_app.core.ports import ProviderError
from pexit_app.features.routing.models import Submission, Withdrawn

AT_ONCE = 100
logger = log.get("routing")


async def withdraw(session: AsyncSession, provider: str, handle: str, erasure_id: UUID | None = None) -> None:
    """Call in the transaction that deletes the likeness. Without a handle the provider keeps none. `erasure_id`: whose
    receipt waits until it is deleted there."""
    if handle:
        new = insert(Withdrawn).values(id=uuid4(), provider=provider, handle=handle, erasure_id=erasure_id)
        known = func.coalesce(new.excluded.erasure_id, col(Withdrawn.erasure_id))
        both = ["provider", "handle"]
        await session.exec(new.on_conflict_do_update(index_elements=both, set_={"erasure_id": known}))


async def forget_orders(session: AsyncSession, erasure_id: UUID, what: str, ids: Sequence[UUID]) -> None:
    """The record of what was ordered for these (`frame:<id>:1`): it names them, and may repeat what was asked for."""
    which = func.split_part(Submission.reference, ":", 1) == what
    whose = func.split_part(Submission.reference, ":", 2).in_([str(each) for each in ids])
    await erasing.erase_rows(session, erasure_id, Submission, which, whose)


@erasing.waits_for
async def is_kept_elsewhere(session: AsyncSession, erasure_id: UUID) -> bool:
    return (await session.exec(select(Withdrawn.id).where(Withdrawn.erasure_id == erasure_id))).first() is not None


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
