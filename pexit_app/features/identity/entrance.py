"""What every way in ends with: perhaps a second step; then a session, a line in the security log, a word to the owner about
a new device."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.identity import notices, second, security_log, sessions, slips
from pexit_app.features.identity.errors import SecondStepNeeded, SecondStepOver
from pexit_app.features.identity.models import User, UserSession
from pexit_app.features.identity.security_log import Caller


@dataclass(frozen=True, slots=True)
class Entered:
    """`secret` is the new session's cookie. `is_told`: their owner wants to hear of this device."""

    user: User
    row: UserSession
    secret: str
    is_told: bool


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The first step was right; whoever brings `slip` may take the second."""

    slip: str


async def enter(session: AsyncSession, user: User, way: str, caller: Caller) -> Entered | SecondStep:
    """After the first step. Call after_entering() once it is committed."""
    if await second.is_on(session, user):
        data = {"user_id": str(user.id), "way": way}
        return SecondStep(await slips.hand_out(session, slips.SECOND_STEP, str(user.id), data))
    return await let_in(session, user, way, caller)


async def take_second_step(session: AsyncSession, secret: str, code: str, caller: Caller) -> Entered | None:
    """None: the code is wrong; commit that, for it counts. Raises SecondStepOver."""
    slip = await slips.look_at(session, slips.SECOND_STEP, secret)
    user = await session.get(User, UUID(slip.data["user_id"])) if slip is not None else None
    if slip is None or user is None:
        raise SecondStepOver("This took longer than 10 minutes, or was tried too often. Sign in again.")
    if not await second.check(session, user.id, code, caller):
        slip.tries += 1
        session.add(slip)
        return None
    await session.delete(slip)
    return await let_in(session, user, slip.data["way"], caller)


async def let_in(session: AsyncSession, user: User, way: str, caller: Caller) -> Entered:
    """Whoever took every step that is asked of them."""
    is_told = user.tells_sign_ins and await _is_new_device(session, user, caller)
    row, secret = await sessions.open_session(session, user, caller.agent, caller.address, way)
    await security_log.note(session, user.id, "signed_in", caller, way)
    return Entered(user, row, secret, is_told)


async def _is_new_device(session: AsyncSession, user: User, caller: Caller) -> bool:
    """Unlike all of the last month's, of which there was one at least."""
    query = select(UserSession.agent).where(col(UserSession.user_id) == user.id).distinct()
    agents = (await session.exec(query)).all()
    return bool(agents) and caller.agent[:200] not in agents


async def after_entering(entered: Entered | SecondStep) -> Entered:
    """Raises SecondStepNeeded."""
    if isinstance(entered, SecondStep):
        message = "Now a code of your authenticator app, a recovery code, or a passkey."
        raise SecondStepNeeded(message, {"slip": entered.slip})
    if entered.is_told:
        await notices.tell_sign_in(entered.user, entered.row)
    return entered
