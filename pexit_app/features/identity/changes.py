"""What somebody changes of how they sign in, as REST and the page do it: decide, commit, tell the owner, and go on under
another session id.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import Conflict
from pexit_app.features.identity import (
    addresses,
    elsewhere,
    notices,
    passkeys,
    passwords,
    second,
    security_log,
    service,
    sessions,
)
from pexit_app.features.identity.doors import may_send, prove
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import WrongCode, WrongPasskey
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.linking import Linking
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import rates

CONFIRM = "confirm"


async def _renew(session: AsyncSession, actor: Actor) -> Entered:
    """In the same transaction: another session id, as the actor may do more than before, or others less."""
    row, secret = await sessions.renew(session, actor)
    return Entered(await service.me(session, actor), row, secret, is_told=False)


async def _proven(session: AsyncSession, actor: Actor, caller: Caller) -> Entered:
    await security_log.note(session, actor.user_id, "proven", caller)
    return await _renew(session, actor)


async def _told(entered: Entered, what: str) -> Entered:
    await notices.tell_change([entered.user.identifier], what)
    return entered


async def send_confirmation(actor: Actor, caller: Caller) -> str:
    """A code by which somebody who is signed in proves once more who they are. Where it goes. Raises TooMany, Conflict."""
    await rates.count_letter(caller.address)
    async with db.transaction() as session:
        identifier = (await service.me(session, actor)).identifier
        if not identifier:
            raise Conflict("This account has no address to send a code to.")
        is_sent = await may_send(identifier)
        code = await service.request_code(session, identifier, CONFIRM) if is_sent else None
    if code is not None:
        await rates.code_sent(identifier)
        await deps.get().sender.send_code(identifier, code, use="confirm that it is you")
    return identifier


async def confirm(actor: Actor, code: str, caller: Caller) -> Entered:
    """A new session in place of the actor's, just proven: by a code of the second step where there is one, else by the code
    that was sent. Raises WrongCode."""
    async with db.transaction() as session:
        user = await service.me(session, actor)
        is_second = await second.is_on(session, user)
        is_right = is_second and await second.check(session, user.id, code, caller)
    if not is_second:
        await prove(user.identifier, code, CONFIRM)
    elif not is_right:
        raise WrongCode.of("code", "That code is wrong, or was used before.")
    async with db.transaction() as session:
        return await _proven(session, actor, caller)


async def confirm_by_passkey(actor: Actor, credential: passkeys.Credential, caller: Caller) -> Entered:
    """Raises WrongPasskey."""
    async with db.transaction() as session:
        slip = await passkeys.take_challenge(session, credential)
    async with db.transaction() as session:
        if (await passkeys.find_user(session, slip, credential)).id != actor.user_id:
            raise WrongPasskey.of("credential", "This passkey belongs to another account.")
        return await _proven(session, actor, caller)


async def send_address_codes(actor: Actor, identifier: str, caller: Caller) -> addresses.Letters:
    """Raises BadInput, Conflict, TooMany."""
    await rates.count_letter(caller.address)
    async with db.transaction() as session:
        letters = await addresses.request_change(session, actor, identifier)
    sender = deps.get().sender
    if letters.code_new is not None and await may_send(letters.new):
        await rates.code_sent(letters.new)
        await sender.send_code(letters.new, letters.code_new, use="make this the address of a Pexit account")
    if letters.code_old is not None and await may_send(letters.old):
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
        entered = await _renew(session, actor)
    new = canonical(identifier)
    await rates.code_used(new)
    await notices.tell_change([*filter(None, told), new], f"Its address is now {new}.")
    return entered


async def remove_address(actor: Actor, kind: str, caller: Caller) -> Entered:
    """Raises NotProven, NotFound, Conflict."""
    async with db.transaction() as session:
        gone = await addresses.remove(session, actor, kind, caller)
        entered = await _renew(session, actor)
    await notices.tell_change([gone, entered.user.identifier], f"The address {gone} was removed from it.")
    return entered


async def set_password(actor: Actor, password: str, caller: Caller) -> Entered:
    """Ends all other sessions. Raises NotProven, BadInput."""
    async with db.transaction() as session:
        await passwords.check_change(session, actor, password)
    made = await passwords.hashed(password)
    async with db.transaction() as session:
        await passwords.change(session, actor, made, caller)
        entered = await _renew(session, actor)
    return await _told(entered, "Its password was set.")


async def remove_password(actor: Actor, caller: Caller) -> Entered:
    """Raises NotProven, NotFound."""
    async with db.transaction() as session:
        await passwords.remove(session, actor, caller)
        entered = await _renew(session, actor)
    return await _told(entered, "Its password was removed.")


async def confirm_authenticator(actor: Actor, code: str, caller: Caller) -> tuple[Entered, Sequence[str]]:
    """And the recovery codes, which are shown once. Ends all other sessions. Raises NotProven, NotFound, WrongCode."""
    async with db.transaction() as session:
        codes = await second.confirm(session, actor, code, caller)
        if codes is None:
            raise WrongCode.of("code", "That is not what the app shows now. Is the clock of your phone right?")
        entered = await _renew(session, actor)
    return await _told(entered, "An authenticator app is asked for from now on."), codes


async def turn_off_authenticator(actor: Actor, caller: Caller) -> Entered:
    """Raises NotProven, NotFound."""
    async with db.transaction() as session:
        await second.turn_off(session, actor, caller)
        entered = await _renew(session, actor)
    return await _told(entered, "The authenticator app was turned off.")


async def ask_for_passkey(actor: Actor, is_asked: bool, caller: Caller) -> tuple[Entered, Sequence[str]]:
    """And new recovery codes, if there were none. Raises NotProven, Conflict."""
    async with db.transaction() as session:
        codes = await second.ask_passkey(session, actor, is_asked, caller)
        entered = await _renew(session, actor)
    what = "A passkey is demanded as a second step." if is_asked else "A passkey is not demanded any more."
    return await _told(entered, what), codes


async def add_passkey(actor: Actor, credential: passkeys.Credential, name: str, caller: Caller) -> Entered:
    """Raises NotProven, WrongPasskey."""
    async with db.transaction() as session:
        slip = await passkeys.take_challenge(session, credential)
    async with db.transaction() as session:
        row = await passkeys.add(session, actor, slip, credential, name, caller)
        entered = await _renew(session, actor)
    return await _told(entered, f"A passkey was added: {row.name}.")


async def remove_passkey(actor: Actor, passkey_id: UUID, caller: Caller) -> Entered:
    """Raises NotProven, NotFound."""
    async with db.transaction() as session:
        await passkeys.remove(session, actor, passkey_id, caller)
        entered = await _renew(session, actor)
    return await _told(entered, "A passkey was removed.")


async def link(actor: Actor, linking: Linking, caller: Caller) -> Entered:
    """Raises NotProven, Conflict."""
    async with db.transaction() as session:
        await sessions.check_proven(session, actor)
        await elsewhere.link(session, actor.user_id, linking.provider, linking.vouched, caller)
        entered = await _renew(session, actor)
    return await _told(entered, f"{linking.words} opens it from now on.")


async def unlink(actor: Actor, link_id: UUID, caller: Caller) -> Entered:
    """Raises NotProven, NotFound, Conflict."""
    async with db.transaction() as session:
        what = await elsewhere.unlink(session, actor, link_id, caller)
        entered = await _renew(session, actor)
    return await _told(entered, f"{what} does not open it any more.")
