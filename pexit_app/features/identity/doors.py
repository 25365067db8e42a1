"""What REST and the pages do alike at the door: send a code, take a code or a link, let in.

Each step is a transaction of its own, and what leaves the machine leaves after its commit.
"""

from urllib.parse import quote

from pexit_app.core import db, deps, log, settings
from pexit_app.core.actor import Actor
from pexit_app.core.errors import Conflict
from pexit_app.features.identity import (
    addresses,
    entrance,
    guesses,
    notices,
    security_log,
    service,
    sessions,
    slips,
)
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import WrongCode
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.models import SIGN_IN, Slip
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import rates

CONFIRM = "confirm"

logger = log.get("identity")


async def send_code(identifier: str, caller: Caller, next_path: str = "") -> None:
    """A code and a link to sign in by; the link alone when too many codes were guessed at today. Nothing is sent when there
    were too many for this identifier or in all, and nobody learns of it. Raises BadInput, TooMany."""
    identifier = canonical(identifier)
    await rates.count_letter(caller.address)
    if not await _may_send(identifier):
        return
    async with db.transaction() as session:
        code = await service.request_code(session, identifier)
        if code is None:
            return
        secret = await slips.hand_out(session, slips.LINK, identifier, {"next": next_path})
        may_guess = await guesses.are_left(session, service.guessed_at(identifier))
    link = f"{settings.load().origin}/login/link?token={quote(secret)}"
    await rates.code_sent(identifier)
    await deps.get().sender.send_code(identifier, code if may_guess else "", link)


async def _may_send(identifier: str) -> bool:
    is_within = await rates.may_send_code(identifier)
    if not is_within:
        logger.warning("too many codes for one identifier, or in all")
    return is_within


async def prove(identifier: str, code: str, purpose: str = SIGN_IN) -> None:
    """In a transaction of its own: a wrong try counts whatever happens after. Raises WrongCode."""
    async with db.transaction() as session:
        is_right = await service.check_code(session, identifier, code, purpose)
        if is_right:
            await slips.tear_up(session, slips.LINK, canonical(identifier))
    service.refuse(is_right)
    await rates.code_used(canonical(identifier))


async def look_at_link(token: str) -> Slip | None:
    """Without using it up: programs that read mail follow links too."""
    async with db.transaction() as session:
        return await slips.look_at(session, slips.LINK, token)


async def take_link(token: str) -> tuple[str, str]:
    """(identifier, where to go next). Raises WrongCode. The code that came with it is used up as well."""
    async with db.transaction() as session:
        slip = await slips.take(session, slips.LINK, token)
        if slip is not None:
            await service.forget_code(session, slip.subject)
            await slips.tear_up(session, slips.LINK, slip.subject)
    if slip is None:
        raise WrongCode.of("token", "This link was used, or is older than 10 minutes. Ask for a new one.")
    await rates.code_used(slip.subject)
    return slip.subject, str(slip.data["next"])


async def enter_by(identifier: str, way: str, caller: Caller) -> Entered:
    """Whoever proved `identifier`."""
    async with db.transaction() as session:
        user = await service.user_of(session, identifier, caller)
        entered = await entrance.let_in(session, user, way, caller)
    await entrance.after_entering(entered)
    return entered


async def send_confirmation(actor: Actor, caller: Caller) -> str:
    """A code by which somebody who is signed in proves once more who they are. Where it goes. Raises TooMany, Conflict."""
    await rates.count_letter(caller.address)
    async with db.transaction() as session:
        identifier = (await service.me(session, actor)).identifier
        if not identifier:
            raise Conflict("This account has no address to send a code to.")
        is_sent = await _may_send(identifier)
        code = await service.request_code(session, identifier, CONFIRM) if is_sent else None
    if code is not None:
        await rates.code_sent(identifier)
        await deps.get().sender.send_code(identifier, code, use="confirm that it is you")
    return identifier


async def confirm(actor: Actor, code: str, caller: Caller) -> Entered:
    """A new session in place of the actor's, just proven. Raises WrongCode."""
    async with db.transaction() as session:
        identifier = (await service.me(session, actor)).identifier
    await prove(identifier, code, CONFIRM)
    return await renewed(actor, caller, "proven")


async def renewed(actor: Actor, caller: Caller, kind: str = "") -> Entered:
    """Another session id, as the actor may do more than before, or others less. `kind` is noted in the security log."""
    async with db.transaction() as session:
        if kind:
            await security_log.note(session, actor.user_id, kind, caller)
        row, secret = await sessions.renew(session, actor)
        return Entered(await service.me(session, actor), row, secret, is_told=False)


async def send_address_codes(actor: Actor, identifier: str, caller: Caller) -> addresses.Letters:
    """Raises BadInput, Conflict, TooMany."""
    await rates.count_letter(caller.address)
    async with db.transaction() as session:
        letters = await addresses.request_change(session, actor, identifier)
    sender = deps.get().sender
    if letters.code_new is not None and await _may_send(letters.new):
        await rates.code_sent(letters.new)
        await sender.send_code(letters.new, letters.code_new, use="make this the address of a Pexit account")
    if letters.code_old is not None and await _may_send(letters.old):
        await rates.code_sent(letters.old)
        await sender.send_code(
            letters.old, letters.code_old, use=f"change the address of your account to {letters.new}"
        )
    return letters


async def change_address(actor: Actor, identifier: str, code_new: str, code_old: str, caller: Caller) -> Entered:
    """Raises WrongCode, BadInput."""
    async with db.transaction() as session:
        is_new_right, is_old_right = await addresses.check_codes(session, actor, identifier, code_new, code_old)
    if not (is_new_right and is_old_right):
        field = "code_old" if is_new_right else "code_new"
        raise WrongCode.of(field, "That code is wrong or too old. Ask for new ones if it keeps failing.")
    async with db.transaction() as session:
        before = await service.me(session, actor)
        told = [before.email, before.phone]
        await addresses.change(session, actor, identifier, caller)
    entered = await renewed(actor, caller)
    new = canonical(identifier)
    await rates.code_used(new)
    await notices.tell_change([*filter(None, told), new], f"Its address is now {new}.")
    return entered


async def remove_address(actor: Actor, kind: str, caller: Caller) -> Entered:
    """Raises NotProven, NotFound, Conflict."""
    async with db.transaction() as session:
        gone = await addresses.remove(session, actor, kind, caller)
    entered = await renewed(actor, caller)
    await notices.tell_change([gone, entered.user.identifier], f"The address {gone} was removed from it.")
    return entered
