"""Changing the address of an account: proven on both sides, by a code to the new address and one to the present."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.actor import Actor
from pexit_app.core.errors import Conflict, NotFound
from pexit_app.features.identity import security_log, service, sessions
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import User
from pexit_app.features.identity.security_log import Caller

TO = "address-to"


@dataclass(frozen=True, slots=True)
class Letters:
    """Two codes to send after the commit; None: nothing is sent there."""

    new: str
    old: str
    code_new: str | None
    code_old: str | None


def kind_of(identifier: str) -> str:
    return "email" if "@" in identifier else "phone"


def _old(user: User, new: str) -> str:
    """Whose owner must agree: of the address that is replaced, or else of the one the account has."""
    return getattr(user, kind_of(new)) or user.identifier


async def old_side(session: AsyncSession, actor: Actor, new: str) -> str:
    """Where the second code of this change goes."""
    return _old(await service.me(session, actor), new)


def _from(new: str) -> str:
    """A code that agrees to one new address agrees to no other."""
    return f"from-{security.sha256(new)[:12]}"


async def request_change(session: AsyncSession, actor: Actor, identifier: str) -> Letters:
    """Nothing is sent to an address that another account has: what is answered does not tell. Raises BadInput, Conflict."""
    new = canonical(identifier)
    user = await service.me(session, actor)
    if new in (user.email, user.phone):
        raise Conflict("This is your address already.")
    is_free = await service.user_by_identifier(session, new) is None
    code_new = await service.request_code(session, new, TO) if is_free else None
    old = _old(user, new)
    code_old = await service.request_code(session, old, _from(new)) if old else None
    return Letters(new, old, code_new, code_old)


async def check_codes(
    session: AsyncSession, actor: Actor, identifier: str, code_new: str, code_old: str
) -> tuple[bool, bool]:
    """Whether each is right; both count as tries and neither is used up. Commit whatever the answer is."""
    new = canonical(identifier)
    user = await service.me(session, actor)
    old = _old(user, new)
    is_new_right = await service.check_code(session, new, code_new, TO, is_kept=True)
    is_old_right = not old or await service.check_code(session, old, code_old, _from(new), is_kept=True)
    return is_new_right, is_old_right


async def change(session: AsyncSession, actor: Actor, identifier: str, caller: Caller = Caller()) -> None:
    """After check_codes() said yes twice. Raises WrongCode when somebody else took the address meanwhile."""
    new = canonical(identifier)
    user = await service.me(session, actor)
    await service.forget_code(session, new, TO)
    await service.forget_code(session, _old(user, new), _from(new))
    replaced = getattr(user, kind_of(new)) or ""
    try:
        async with session.begin_nested():
            setattr(user, kind_of(new), new)
            session.add(user)
    except IntegrityError:
        raise WrongCode.of("code_new", "That code is wrong or too old. Ask for new ones.") from None
    await security_log.note(session, actor.user_id, "address_changed", caller, f"{replaced or 'none'} to {new}")


async def remove(session: AsyncSession, actor: Actor, kind: str, caller: Caller = Caller()) -> str:
    """`kind` is email or phone. The address that was. Raises NotProven, NotFound, Conflict: one address stays."""
    await sessions.check_proven(session, actor)
    user = await service.me(session, actor)
    address = getattr(user, kind) if kind in ("email", "phone") else None
    if not address:
        raise NotFound("There is no such address.")
    if not (user.email and user.phone):
        raise Conflict("This is your only address. Add another one first.")
    setattr(user, kind, None)
    session.add(user)
    await security_log.note(session, actor.user_id, "address_removed", caller, str(address))
    return str(address)
