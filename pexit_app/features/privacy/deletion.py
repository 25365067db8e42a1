"""An account goes: asked for by whoever has just proven who they are, taken back for seven days, then carried out.

What is erased is decided by the slices (core/personal.py), all of them in one transaction: whoever dies in the middle has
done nothing, and the sweep begins again. Bytes and providers' copies follow (core/objects.py), then the receipt is signed
and sent. From the commit on nobody can sign in; until it everything works as ever.
"""

from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, erasing, events, hooks, log, objects, personal, security, settings, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.core.models import Discarded, Erasure, Receipt
from pexit_app.features.identity import service as identity
from pexit_app.features.identity import sessions
from pexit_app.features.jobs import service as jobs
from pexit_app.features.privacy.errors import AlreadyAsked
from pexit_app.features.privacy.models import Deletion

GRACE = timedelta(days=7)
SEAL = "erasure"
AT_ONCE = 20
APART = "\n"
NOBODYS_SESSION = UUID(int=0)
logger = log.get("privacy")


async def find(session: AsyncSession, actor: Actor) -> Deletion | None:
    return (await session.exec(select(Deletion).where(Deletion.user_id == actor.user_id))).first()


@hooks.on_leaving
async def due_at(session: AsyncSession, user_id: UUID) -> datetime | None:
    return (await session.exec(select(Deletion.due_at).where(Deletion.user_id == user_id))).first()


async def ask(session: AsyncSession, actor: Actor) -> Deletion:
    """Raises NotProven, AlreadyAsked."""
    await sessions.check_proven(session, actor)
    await events.take_turn(session, actor.user_id)
    if (asked := await find(session, actor)) is not None:
        details = {"due_at": asked.due_at.isoformat()}
        raise AlreadyAsked("This account is to be deleted already. You may still keep it.", details)
    row = Deletion(user_id=actor.user_id, due_at=now() + GRACE)
    session.add(row)
    await session.flush()
    return row


async def take_back(session: AsyncSession, actor: Actor) -> None:
    """Raises NotFound."""
    await events.take_turn(session, actor.user_id)
    if (row := await find(session, actor)) is None:
        raise NotFound("This account is not to be deleted.")
    await session.delete(row)
    await session.flush()


async def tell_asked(actor: Actor) -> None:
    """To every address of the account: it may not have been its owner who asked."""
    async with db.transaction() as session:
        user, row = await identity.me(session, actor), await find(session, actor)
    if row is None:
        return
    where = f"{settings.load().origin}/account/data"
    text = f"On {row.due_at:%-d %B %Y} everything in it is deleted for good. To keep it, sign in and say so: {where}"
    for address in filter(None, (user.email, user.phone)):
        await deps.get().sender.send_notice(address, "Your account is to be deleted", text)


@workflows.sweep
async def erase_all_due() -> None:
    """Accounts whose seven days are over, and letters that were not sent."""
    async with db.transaction() as session:
        due = select(Deletion.user_id).where(col(Deletion.due_at) <= now()).order_by(col(Deletion.due_at))
        user_ids = (await session.exec(due.limit(AT_ONCE))).all()
    for user_id in user_ids:
        try:
            await erase(user_id)
        except Exception:
            logger.exception("account not erased yet; the next sweep goes on", user_id=str(user_id))
    await tell_erased()


async def erase(user_id: UUID) -> None:
    """Everything of an account whose time is over; before that, nothing."""
    await _stop_work(user_id)
    async with db.transaction() as session:
        erasure_id = await _erase_rows(session, user_id)
    if erasure_id is None:
        return
    async with db.transaction() as session:
        query = select(Discarded.prefix).where(Discarded.erasure_id == erasure_id)
        prefixes = (await session.exec(query)).all()
    await objects.discard_now(prefixes)
    await erasing.sign_if_gone(erasure_id)
    await tell_erased()


async def _stop_work(user_id: UUID) -> None:
    """Sessions end, so that nothing new is ordered; what is open is stopped, job by job, and its dust given back."""
    actor = Actor(user_id, NOBODYS_SESSION, "starter")
    async with db.transaction() as session:
        if not await _is_due(session, user_id):
            return
        await sessions.end_sessions(session, actor, is_own_kept=False)
        job_ids = await jobs.open_jobs(session, user_id)
    for job_id in job_ids:
        async with db.transaction() as session:
            stopped = await jobs.cancel_jobs(session, actor, [job_id])
        for job in stopped:
            await jobs.after_cancel(job)


async def _is_due(session: AsyncSession, user_id: UUID) -> bool:
    query = select(Deletion.id).where(Deletion.user_id == user_id, col(Deletion.due_at) <= now())
    return (await session.exec(query)).first() is not None


async def _erase_rows(session: AsyncSession, user_id: UUID) -> UUID | None:
    """Every slice's, in one transaction and in the user's turn. None: it is not due (any more), or work has begun in the
    meantime, which the next sweep stops."""
    await events.take_turn(session, user_id)
    if not await _is_due(session, user_id) or await jobs.open_jobs(session, user_id):
        return None
    user = await identity.me(session, Actor(user_id, NOBODYS_SESSION, "starter"))
    addresses = APART.join(filter(None, (user.email, user.phone)))
    erasure = await erasing.begin(session, user_id, "account", user_id)
    erasure.sealed_address = security.seal(SEAL, addresses) if addresses else ""
    for keeper in personal.keepers():
        await keeper.erase(session, erasure)
        await session.flush()
    erasing.close(session, erasure)
    return erasure.id


# ---- the letter


async def tell_erased() -> None:
    """Whoever asked is told when all is gone, and where the receipt is; then their address is forgotten as well."""
    async with db.transaction() as session:
        is_told = col(Erasure.signed_at).is_not(None), Erasure.kind == "account", Erasure.sealed_address != ""
        waiting = (await session.exec(select(Erasure).where(*is_told).limit(AT_ONCE))).all()
    for erasure in waiting:
        secret = security.secret_token()
        async with db.transaction() as session:
            receipt = (await session.exec(select(Receipt).where(Receipt.erasure_id == erasure.id))).one()
            receipt.token_hash = security.sha256(secret)
            session.add(receipt)
        where = f"{settings.load().origin}/receipts/{quote(secret)}"
        text = f"Everything in it is gone. The signed receipt lists what it was, by number and hash: {where}"
        for address in (security.unseal(SEAL, erasure.sealed_address) or "").split(APART):
            if address:
                await deps.get().sender.send_notice(address, "Your account was deleted", text)
        async with db.transaction() as session:
            if (done := await session.get(Erasure, erasure.id)) is not None:
                done.sealed_address = ""
                session.add(done)
