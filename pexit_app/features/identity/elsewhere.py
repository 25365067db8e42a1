"""Accounts elsewhere that open an account here, linked by issuer and subject, never by an address alone.

A first sign-in makes an account when the issuer vouches for an address that nobody has here. Where somebody has it, or
nobody vouches, the address is proven by a code once, and the account elsewhere is linked in the same breath: whoever
holds the mailbox decides, not whoever runs the issuer.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, Conflict, NotFound
from pexit_app.core.sign_in_ports import Vouched
from pexit_app.features.identity import entrance, security_log, service, sessions
from pexit_app.features.identity.entrance import Entered, SecondStep
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import LinkedIdentity, User
from pexit_app.features.identity.security_log import Caller

EXTERNAL, ORGANISATION = "external", "Your organisation"  # the operator's own issuer


def label_of(provider: str) -> str:
    """Its name on screen; of one that is set up no more, the nearest to it."""
    known = deps.get().elsewhere.get(provider)
    return known.label if known else ORGANISATION if provider == EXTERNAL else provider.title()


def _words(row: LinkedIdentity) -> str:
    return f"{label_of(row.provider)} {row.shown}".strip()


async def find(session: AsyncSession, vouched: Vouched) -> User | None:
    query = select(User).join(LinkedIdentity, col(LinkedIdentity.user_id) == col(User.id))
    query = query.where(LinkedIdentity.issuer == vouched.issuer, LinkedIdentity.subject == vouched.subject)
    return (await session.exec(query)).first()


def vouched_email(vouched: Vouched) -> str:
    """In our form; empty when there is none, or nobody vouches for it."""
    try:
        return canonical(vouched.email) if vouched.is_email_verified and "@" in vouched.email else ""
    except BadInput:
        return ""


async def enter(session: AsyncSession, provider: str, vouched: Vouched, caller: Caller) -> Entered | SecondStep | None:
    """None: the address must be proven by a code first."""
    user = await find(session, vouched)
    if user is None:
        email = vouched_email(vouched)
        if not email or await service.user_by_identifier(session, email) is not None:
            return None
        user = await service.user_of(session, email, caller)
        await link(session, user.id, provider, vouched, caller)
    return await entrance.enter(session, user, provider, caller)


async def link(session: AsyncSession, user_id: UUID, provider: str, vouched: Vouched, caller: Caller) -> None:
    """Raises Conflict when it opens another account."""
    row = LinkedIdentity(
        user_id=user_id,
        provider=provider,
        issuer=vouched.issuer[:300],
        subject=vouched.subject,
        shown=vouched.email[:254],
    )
    known = await find(session, vouched)
    if known is not None:
        if known.id != user_id:
            raise Conflict("That account elsewhere opens another account here. Unlink it there first.")
        return
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("That account elsewhere was linked just now. Look again.") from None
    await security_log.note(session, user_id, "linked", caller, _words(row))


async def list_linked(session: AsyncSession, user_id: UUID) -> Sequence[LinkedIdentity]:
    query = select(LinkedIdentity).where(LinkedIdentity.user_id == user_id)
    return (await session.exec(query.order_by(col(LinkedIdentity.created_at), col(LinkedIdentity.id)))).all()


async def unlink(session: AsyncSession, actor: Actor, link_id: UUID, caller: Caller) -> str:
    """What was unlinked, in words. Raises NotProven, NotFound, Conflict: an account without an address keeps one."""
    await sessions.check_proven(session, actor)
    row = await session.get(LinkedIdentity, link_id)
    if row is None or row.user_id != actor.user_id:
        raise NotFound("There is no such link.")
    user = await service.me(session, actor)
    if not user.identifier and len(await list_linked(session, user.id)) == 1:
        raise Conflict("This is the only way into your account. Add an address first.")
    await session.delete(row)
    await session.flush()
    await security_log.note(session, actor.user_id, "unlinked", caller, _words(row))
    return _words(row)
