"""What was delivered and is paid back after all, by the operator: a frame, and the unlock that it paid. The picture stays
with its user; who earned of it does so no more."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.earnings import sales
from pexit_app.features.jobs import service as jobs
from pexit_app.features.packs import unlocks
from pexit_app.features.shoots import transitions
from pexit_app.features.shoots.errors import NotReady
from pexit_app.features.shoots.models import Frame, FrameStatus
from pexit_app.features.wallet import service as wallet

MAX_REASON_CHARS = 200


async def refund_frame(session: AsyncSession, frame_id: UUID, reason: str, *, with_unlock: bool = False) -> int:
    """The dust that went back; 0 for what was refunded before. Raises NotFound, BadInput, NotReady."""
    if not 1 <= len(reason.strip()) <= MAX_REASON_CHARS:
        message = f"Give a reason of 1 to {MAX_REASON_CHARS} characters: the user reads it, and the creator."
        raise BadInput.of("reason", message, reason[:80], MAX_REASON_CHARS)
    job = await jobs.lock_job_of(session, transitions.job_of(frame_id))
    frame = await transitions.lock_frame(session, frame_id)
    if job is None or frame is None:
        raise NotFound("There is no such frame.")
    if frame.status != FrameStatus.DONE:
        raise NotReady("Only what was delivered is refunded: the dust of all else is back already.")
    await wallet.lock_wallets(session, [frame.user_id])
    back = 0
    if frame.charge_dust:
        back = frame.charge_dust
        await _give_back(session, f"frame:{frame.id}", job.hold_key, back, reason.strip())
        frame.charge_dust = 0
        await jobs.uncharge(session, job, back)
        session.add(frame)
        await session.flush()
    return back + (await _refund_unlock(session, frame, reason.strip()) if with_unlock else 0)


async def _refund_unlock(session: AsyncSession, frame: Frame, reason: str) -> int:
    """The pack is locked again."""
    row = await unlocks.paid_by(session, frame.user_id, frame.unlock_id) if frame.unlock_id else None
    if row is None:
        return 0
    await _give_back(session, unlocks.paid_key(row), row.hold_key, row.dust, reason)
    await unlocks.lock_again(session, row)
    return row.dust


async def _give_back(session: AsyncSession, source: str, hold_key: str, dust: int, reason: str) -> None:
    """`source` is the key of the payment."""
    await sales.lock_source(session, source)
    await wallet.refund(session, hold_key, dust, key=f"{source}:refund", reason=reason, payment=source)
    await sales.take_back(session, source, reason)
