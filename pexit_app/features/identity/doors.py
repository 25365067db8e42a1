"""What REST and the pages do alike at the door: send a code, take a code or a link, let in.

Each step is a transaction of its own, and what leaves the machine leaves after its commit.
"""

from typing import Any
from urllib.parse import quote

from pexit_app.core import db, deps, log, settings
from pexit_app.core.sign_in_ports import Vouched
from pexit_app.features.identity import elsewhere, entrance, guesses, notices, passkeys, passwords, service, slips
from pexit_app.features.identity.entrance import Entered
from pexit_app.features.identity.errors import WrongCode, WrongPassword
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.linking import Linking
from pexit_app.features.identity.models import SIGN_IN, Slip
from pexit_app.features.identity.security_log import Caller
from pexit_app.web import rates

logger = log.get("identity")


async def send_code(identifier: str, caller: Caller, next_path: str = "") -> None:
    """A code and a link to sign in by; the link alone when too many codes were guessed at today. Nothing is sent when there
    were too many for this identifier or in all, and nobody learns of it. Raises BadInput, TooMany."""
    identifier = canonical(identifier)
    await rates.count_letter(caller.address)
    if not await may_send(identifier):
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


async def may_send(identifier: str) -> bool:
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
    """Whoever proved `identifier`. Raises SecondStepNeeded."""
    async with db.transaction() as session:
        user = await service.user_of(session, identifier, caller)
        entered = await entrance.enter(session, user, way, caller)
    return await entrance.after_entering(entered)


async def enter_by_password(identifier: str, password: str, caller: Caller) -> Entered:
    """Takes as long whatever is wrong. Raises BadInput, WrongPassword, SecondStepNeeded."""
    identifier = canonical(identifier)
    async with db.transaction() as session:
        user, kept = await passwords.kept_for(session, identifier)
    is_right = await passwords.is_right(password, kept)
    if user is None or not is_right:
        raise WrongPassword("That is not right, or it was tried too often today. A code always lets you in.")
    async with db.transaction() as session:
        await guesses.give_back(session, passwords.guessed_at(identifier))
        entered = await entrance.enter(session, user, "password", caller)
    return await entrance.after_entering(entered)


async def take_second_step(slip: str, code: str, caller: Caller) -> Entered:
    """Raises WrongCode, SecondStepOver."""
    async with db.transaction() as session:
        entered = await entrance.take_second_step(session, slip, code, caller)
    if entered is None:
        raise WrongCode.of("code", "That code is wrong, or was used before. The app shows a new one every 30 seconds.")
    return await entrance.after_entering(entered)


async def ask_passkey() -> dict[str, Any]:
    """What the browser is asked for."""
    async with db.transaction() as session:
        return await passkeys.request_options(session)


async def enter_by_passkey(credential: passkeys.Credential, caller: Caller) -> Entered:
    """It is both steps in one. Raises WrongPasskey."""
    async with db.transaction() as session:
        slip = await passkeys.take_challenge(session, credential)
    async with db.transaction() as session:
        user = await passkeys.find_user(session, slip, credential)
        entered = await entrance.let_in(session, user, "passkey", caller)
    return await entrance.after_entering(entered)


async def link_proven(identifier: str, linking: Linking, caller: Caller) -> None:
    """Whoever proved `identifier` has its account opened by the one elsewhere, too. Raises Conflict."""
    async with db.transaction() as session:
        user = await service.user_of(session, identifier, caller)
        await elsewhere.link(session, user.id, linking.provider, linking.vouched, caller)
    await notices.tell_change([user.identifier], f"{linking.words} opens it from now on.")


async def enter_elsewhere(provider: str, vouched: Vouched, caller: Caller) -> Entered | None:
    """None: an address must be proven by a code first. Raises SecondStepNeeded."""
    async with db.transaction() as session:
        entered = await elsewhere.enter(session, provider, vouched, caller)
    return None if entered is None else await entrance.after_entering(entered)
