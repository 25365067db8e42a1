"""What every way in ends with: a session, a line in the security log, a word to the owner about a new device."""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.identity import notices, security_log, sessions
from pexit_app.features.identity.models import User, UserSession
from pexit_app.features.identity.security_log import Caller


@dataclass(frozen=True, slots=True)
class Entered:
    """`secret` is the new session's cookie. `is_told`: their owner wants to hear of this device."""

    user: User
    row: UserSession
    secret: str
    is_told: bool


async def let_in(session: AsyncSession, user: User, way: str, caller: Caller) -> Entered:
    """Call after_entering() once it is committed."""
    is_told = user.tells_sign_ins and await _is_new_device(session, user, caller)
    row, secret = await sessions.open_session(session, user, caller.agent, caller.address, way)
    await security_log.note(session, user.id, "signed_in", caller, way)
    return Entered(user, row, secret, is_told)


async def _is_new_device(session: AsyncSession, user: User, caller: Caller) -> bool:
    """Unlike all of the last month's, of which there was one at least."""
    query = select(UserSession.agent).where(col(UserSession.user_id) == user.id).distinct()
    agents = (await session.exec(query)).all()
    return bool(agents) and caller.agent[:200] not in agents


async def after_entering(entered: Entered) -> None:
    if entered.is_told:
        await notices.tell_sign_in(entered.user, entered.row)
