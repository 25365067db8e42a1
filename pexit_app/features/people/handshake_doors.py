"""What the page behind a link does: send a code to whoever answers, take it, answer or take back, tell both by letter.

Each step is a transaction of its own, and what leaves the machine leaves after its commit.
"""

from dataclasses import dataclass, replace
from urllib.parse import quote

from pexit_app.core import db, deps, objects, settings
from pexit_app.core.errors import BadInput
from pexit_app.features.identity import doors
from pexit_app.features.identity import service as identity
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.identity.security_log import Caller
from pexit_app.features.people import handshakes
from pexit_app.features.people.handshakes import Answer
from pexit_app.features.people.models import Handshake, HandshakeStatus
from pexit_app.web import rates

USE = "answer about photos of you at Pexit"


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that came to `email`; empty for whoever answered before, as we know where it went."""

    code: str
    email: str = ""


def link_of(secret: str) -> str:
    return f"{settings.load().origin}/c/{quote(secret)}"


def checked_email(text: str) -> str:
    """Raises BadInput."""
    try:
        email = canonical(text)
    except BadInput:
        email = ""
    if "@" not in email:
        raise BadInput.of("email", "Write your e-mail address, such as you@example.org.", text[:254])
    return email


async def send_code(secret: str, email: str, caller: Caller) -> str:
    """To whoever answers; after an answer, to the address that gave it. Where it goes. Raises NotFound, BadInput,
    TooMany."""
    await rates.count_letter(caller.address)
    async with db.transaction() as session:
        row = await handshakes.find(session, secret)
        known = handshakes.email_of(row)
    email = known or checked_email(email)
    if not await doors.may_send(email):
        return email
    async with db.transaction() as session:
        code = await identity.request_code(session, email, handshakes.purpose_of(row))
    if code is not None:
        await rates.code_sent(email)
        await deps.get().sender.send_code(email, code, use=USE)
    return email


async def _prove(secret: str, proof: Proof) -> tuple[Handshake, str]:
    """Whose link it is, and the address that was proven. A wrong try counts whatever happens after. Raises NotFound,
    WrongCode, BadInput."""
    async with db.transaction() as session:
        row = await handshakes.find(session, secret)
    email = handshakes.email_of(row) or checked_email(proof.email)
    await doors.prove(email, proof.code, handshakes.purpose_of(row))
    return row, email


async def approve(secret: str, proof: Proof, answer: Answer) -> None:
    """What is missing is told before the code is looked at, which works once. Raises NotFound, LinkOver, BadInput,
    WrongCode."""
    answer = replace(answer, email=checked_email(proof.email))
    await _rehearse(secret, answer)
    await _prove(secret, proof)
    async with db.transaction() as session:
        row = await handshakes.approve(session, secret, answer)
        owner = (await identity.me(session, handshakes.owner_of(row))).identifier
    await handshakes.settle_all_hiding()
    text = f"You agreed to photos of you at Pexit. To see what to, or to take it back at any time: {link_of(secret)}"
    await deps.get().sender.send_notice(answer.email, "What you agreed to at Pexit", text)
    await _tell_owner(owner, "They agreed", "Whoever you asked by a link has agreed. You may add photos now.")


class _Rehearsed(Exception):
    """Rolls back what was only tried."""


async def _rehearse(secret: str, answer: Answer) -> None:
    try:
        async with db.transaction() as session:
            await handshakes.approve(session, secret, answer)
            raise _Rehearsed
    except _Rehearsed:
        return


async def decline(secret: str) -> None:
    """Raises NotFound, LinkOver."""
    async with db.transaction() as session:
        row = await handshakes.decline(session, secret)
        owner = (await identity.me(session, handshakes.owner_of(row))).identifier
    await _tell_owner(owner, "They said no", "Whoever you asked by a link does not agree. No photo of them is kept.")


async def take_back(secret: str, proof: Proof, *, is_hiding: bool) -> None:
    """What was agreed to ends; where the owner has ended it before, what was made may still be hidden. Raises NotFound,
    LinkOver, WrongCode, JustStarted."""
    row, email = await _prove(secret, proof)
    if row.status == HandshakeStatus.APPROVED:
        async with db.transaction() as session:
            row, prefixes = await handshakes.revoke(session, secret, is_hiding=is_hiding)
            owner = (await identity.me(session, handshakes.owner_of(row))).identifier
        await objects.discard_now(prefixes)
        gone = f"Photos and likenesses are deleted. The signed receipt is at {link_of(secret)} for you."
        await deps.get().sender.send_notice(email, "You took it back", gone)
        await _tell_owner(
            owner, "They took it back", "Photos and likenesses of them are deleted, and work was stopped."
        )
    else:
        async with db.transaction() as session:
            await handshakes.hide(session, secret)
    await handshakes.settle_hiding(row.id)


async def _tell_owner(identifier: str, subject: str, text: str) -> None:
    """By letter as well as on the page; an account without an address reads it there."""
    if identifier:
        await deps.get().sender.send_notice(identifier, subject, text)
