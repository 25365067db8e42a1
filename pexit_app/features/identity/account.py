"""What somebody may change of their own account: name, fairyname, what they are told."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput
from pexit_app.features.identity import fairynames, security_log, service
from pexit_app.features.identity.models import User
from pexit_app.features.identity.security_log import Caller

MAX_NAME_CHARS = 100
CREATOR = "creator"


async def change_me(
    session: AsyncSession, actor: Actor, name: str | None = None, tells_sign_ins: bool | None = None
) -> User:
    """None: stays as it is. Raises BadInput."""
    user = await service.me(session, actor)
    if name is not None:
        user.name = _checked_name(name)
    if tells_sign_ins is not None:
        user.tells_sign_ins = tells_sign_ins
    session.add(user)
    await session.flush()
    return user


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > MAX_NAME_CHARS or not name.isprintable():
        message = f"Write the name in {MAX_NAME_CHARS} printable characters at most, or leave it empty."
        raise BadInput.of("name", message, name[:200], MAX_NAME_CHARS)
    return name


async def draw_fairyname(session: AsyncSession, actor: Actor, caller: Caller = Caller()) -> str:
    """Another one, by chance. The one before is free again."""
    for _ in range(20):
        fairyname = fairynames.make()
        try:
            async with session.begin_nested():
                change = update(User).where(col(User.id) == actor.user_id).values(fairyname=fairyname)
                await session.exec(change)
        except IntegrityError:
            continue  # taken
        await security_log.note(session, actor.user_id, "fairyname_drawn", caller, fairyname)
        return fairyname
    raise RuntimeError("no free fairyname found")  # 20 collisions in 10^8 names: the generator is broken


async def become_creator(session: AsyncSession, actor: Actor, caller: Caller = Caller()) -> User:
    """From starter to creator, with all that comes with it, in this one transaction; there is no way back. Again:
    nothing. Raises NotFound."""
    await events.take_turn(session, actor.user_id)
    query = select(User).where(User.id == actor.user_id).with_for_update()
    user = (await session.exec(query, execution_options={"populate_existing": True})).one()
    if user.tier == CREATOR:
        return user
    user.tier = CREATOR
    session.add(user)
    await session.flush()
    await hooks.run_creator_made(session, user.id)
    await security_log.note(session, user.id, "became_creator", caller)
    await events.emit(session, user.id, "creator.made", {})
    return user


async def is_creator(session: AsyncSession, user_id: UUID) -> bool:
    return await session.scalar(select(User.tier).where(User.id == user_id)) == CREATOR
