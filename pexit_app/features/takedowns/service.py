"""Asking for a picture to be taken down, and what is hidden for it at once.

A frame that was named by its address, or looks like the picture that was sent as only a copy does, is hidden in the
transaction that writes the ticket. What looks very much alike waits an hour for the operator and is hidden then; what only
might be it is shown to the operator and no more. Of what shows nobody's face nothing is hidden unlooked at: stand-ins look
the same in everybody's frames.
"""

import asyncio
import io
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from PIL import Image
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, deps, log, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem, NotFound, Unavailable
from pexit_app.core.ports import BadPhoto, ObjectStore, ProviderError
from pexit_app.features.identity.identifiers import canonical
from pexit_app.features.shoots import looks_alike, shares, taken_down
from pexit_app.features.shoots.taken_down import Sighting
from pexit_app.features.takedowns import addresses
from pexit_app.features.takedowns.addresses import Named
from pexit_app.features.takedowns.models import (
    DECIDED_IN,
    MAX_ADDRESS_CHARS,
    MAX_NAME_CHARS,
    MAX_WORDS_CHARS,
    MOVING,
    REVIEWED_IN,
    MatchState,
    Reason,
    Takedown,
    TakedownEvent,
    TakedownMatch,
    picture_key,
    prefix_of,
)

SURE_BITS, LIKELY_BITS, MAYBE_BITS = 24, 44, 64  # of 256; looks_alike.py says what was measured
MAX_MATCHES = 50
MAX_HIDDEN_AT_ONCE = 20  # unlooked at, by one ticket
PEXIT = "pexit"  # in the audit trail: by itself
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none looks like another
NUMBER_DIGITS = 10
JPEG = "image/jpeg"
logger = log.get("takedowns")


@dataclass(frozen=True, slots=True)
class Report:
    """What the form says. `picture` is a stranger's file; it or an `address` is there."""

    name: str
    email: str
    reason: str
    words: str
    address: str = ""
    picture: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """A picture that was looked at: clean, and what it and its mirror image look like."""

    content: bytes
    hashes: Sequence[str]


async def report(asked: Report) -> Takedown:
    """Opens its own transactions: never call it in one. Raises BadInput, Unavailable, StoreFull."""
    asked = _checked(asked)
    seen = await _look(asked.picture) if asked.picture is not None else None
    ticket = _ticket(asked, seen)
    prefix = prefix_of(ticket.id)
    if seen is None:
        async with db.transaction() as session:
            await _open(session, ticket)
        await move_frames()
        return ticket
    async with db.transaction() as session:
        objects.reserve(session, prefix)
    is_kept = False
    try:
        await deps.get().store.put(picture_key(ticket.id), seen.content, JPEG)
        async with db.transaction() as session:
            await objects.claim(session, prefix)
            await _open(session, ticket)
        is_kept = True
    finally:
        if not is_kept:
            await objects.discard_now([prefix])
    await move_frames()
    return ticket


def _checked(asked: Report) -> Report:
    """Trimmed. Raises BadInput with every problem found."""
    name, words, address = asked.name.strip(), asked.words.strip(), asked.address.strip()
    problems = []
    if not 1 <= len(name) <= MAX_NAME_CHARS or not name.isprintable():
        problems.append(
            FieldProblem("name", f"Say who you are, in 1 to {MAX_NAME_CHARS} characters.", None, MAX_NAME_CHARS)
        )
    email = _email(asked.email)
    if not email:
        problems.append(FieldProblem("email", "Give an e-mail address such as ann@example.com.", asked.email[:254]))
    if asked.reason not in tuple(Reason):
        problems.append(
            FieldProblem("reason", "Choose what it is about.", asked.reason[:20], [str(each) for each in Reason])
        )
    if not 1 <= len(words) <= MAX_WORDS_CHARS or "\0" in words:
        message = f"Say what is wrong with it, in 1 to {MAX_WORDS_CHARS:,} characters."
        problems.append(FieldProblem("words", message, len(words), MAX_WORDS_CHARS))
    if len(address) > MAX_ADDRESS_CHARS or "\0" in address:
        message = f"An address has at most {MAX_ADDRESS_CHARS:,} characters."
        problems.append(FieldProblem("address", message, len(address), MAX_ADDRESS_CHARS))
    if not address and asked.picture is None:
        problems.append(FieldProblem("address", "Give the picture’s address, or send the picture itself."))
    if problems:
        raise BadInput("Mend these fields: " + ", ".join(dict.fromkeys(each.field for each in problems)), problems)
    return Report(name, email, asked.reason, words, address, asked.picture)


def _email(text: str) -> str:
    try:
        found = canonical(text)
    except BadInput:
        return ""
    return found if "@" in found else ""


async def _look(content: bytes) -> _Seen:
    """Decoded where damage does no harm. Raises BadInput, Unavailable."""
    gate = deps.get().gate
    if gate is None:
        raise Unavailable("Pictures cannot be taken in right now. Give its address, or try again in a moment.")
    try:
        photo = (await gate.inspect(content)).photo
    except BadPhoto as error:
        raise BadInput.of("picture", error.message) from None
    except ProviderError as error:
        raise Unavailable(error.message) from None
    return _Seen(photo, await asyncio.to_thread(_hashes, photo))


def _hashes(photo: bytes) -> Sequence[str]:
    with Image.open(io.BytesIO(photo)) as image:
        return looks_alike.phashes(image)


def _ticket(asked: Report, seen: _Seen | None) -> Takedown:
    phash, mirrored = seen.hashes if seen else (None, None)
    digits = "".join(secrets.choice(_DIGITS) for _ in range(NUMBER_DIGITS))
    return Takedown(
        id=uuid4(),
        number=f"T-{digits[:5]}-{digits[5:]}",
        name=asked.name,
        email=asked.email,
        reason=asked.reason,
        words=asked.words,
        address=asked.address,
        pack_slug=addresses.read(asked.address).pack_slug,
        phash=phash,
        phash_mirrored=mirrored,
        due_at=now() + DECIDED_IN,
    )


async def _open(session: AsyncSession, ticket: Takedown) -> None:
    """Writes the ticket with what it matches, and hides what is surely it."""
    session.add(ticket)
    await session.flush()
    note(session, ticket, "received", by=PEXIT)
    found = [*await _named(session, addresses.read(ticket.address)), *await _alike(session, ticket)]
    nearest = {each.frame_id: each for each in reversed(found)}
    sure = []
    judged = await _shown_again(session, list(nearest))
    for seen in reversed(nearest.values()):
        match = TakedownMatch(takedown_id=ticket.id, frame_id=seen.frame_id, bits=seen.bits)
        if seen.frame_id in judged:
            pass  # it waits for a person, or anybody could hide it for ever
        elif seen.bits is None or (seen.has_face and seen.bits <= SURE_BITS):
            sure.append(match)
        elif seen.has_face and seen.bits <= LIKELY_BITS:
            match.hide_at = now() + REVIEWED_IN
        session.add(match)
        note(session, ticket, "matched", about=f"frame {seen.frame_id}", by=PEXIT, words=how_far(seen.bits))
    hidden = await hide(session, ticket, sure[:MAX_HIDDEN_AT_ONCE], by=PEXIT)
    logger.info("takedown", number=ticket.number, matches=len(nearest), hidden=hidden, pack=ticket.pack_slug)


def how_far(bits: int | None) -> str:
    return "named by its address" if bits is None else f"{bits} of 256 bits away"


async def _named(session: AsyncSession, named: Named) -> list[Sighting]:
    ids = [named.frame_id] if named.frame_id else []
    if named.share_token:
        ids = (await shares.frames_behind(session, named.share_token))[:MAX_MATCHES]
    found = [await taken_down.find_frame(session, each) for each in ids]
    return [each for each in found if each is not None]


async def _shown_again(session: AsyncSession, frame_ids: Collection[UUID]) -> set[UUID]:
    """Which of these an operator has looked at and shown again, or spared."""
    spared = col(TakedownMatch.state).in_((MatchState.SPARED, MatchState.SHOWING))
    query = select(TakedownMatch.frame_id).where(col(TakedownMatch.frame_id).in_(frame_ids), spared)
    return set((await session.exec(query)).all())


async def _alike(session: AsyncSession, ticket: Takedown) -> list[Sighting]:
    return await taken_down.find_alike(session, ticket.hashes, MAYBE_BITS, MAX_MATCHES) if ticket.hashes else []


def note(session: AsyncSession, ticket: Takedown, kind: str, *, by: str, about: str = "", words: str = "") -> None:
    """One line of the audit trail."""
    session.add(TakedownEvent(takedown_id=ticket.id, kind=kind, about=about[:80], by=by[:80], words=words))


async def hide(session: AsyncSession, ticket: Takedown, matches: Sequence[TakedownMatch], *, by: str) -> int:
    """Their owners are told why. How many were in sight until now. Call move_frames() after the commit."""
    reason = (
        f"Taken down on {now():%d %b %Y}: somebody asked for it ({ticket.number}). It is decided within 48 hours; if it "
        "may be shown, it comes back as it was."
    )
    hidden = await taken_down.hide_frames(session, [match.frame_id for match in matches], reason)
    for match in matches:
        if match.frame_id in hidden or match.state == MatchState.SHOWING:
            match.state = MatchState.HIDING
            note(session, ticket, "hidden", about=f"frame {match.frame_id}", by=by)
        elif match.state in (MatchState.PENDING, MatchState.SPARED):
            match.state = MatchState.HIDDEN  # by another ticket, or it has no picture any more
        session.add(match)
    await session.flush()
    return len(hidden)


async def move_frames(store: ObjectStore | None = None) -> None:
    """After every commit that hides or shows frames; the sweep does the same if this is never reached. `store` where no
    Deps were made."""
    async with db.transaction() as session:
        query = select(TakedownMatch).where(col(TakedownMatch.state).in_(MOVING)).order_by(col(TakedownMatch.id))
        moving = (await session.exec(query)).all()
    for match in moving:
        if match.state == MatchState.SHOWING:
            await taken_down.copy_back(match.frame_id, store)
            async with db.transaction() as session:
                await _show(session, match)
        await taken_down.move(match.frame_id, store)
        async with db.transaction() as session:
            await _settle(session, match)


async def _show(session: AsyncSession, moved: TakedownMatch) -> None:
    """Unless it was hidden again meanwhile, for this ticket or another."""
    await session.exec(select(Takedown.id).where(Takedown.id == moved.takedown_id).with_for_update())
    match = await session.get(TakedownMatch, moved.id, populate_existing=True)
    kept = await hidden_for_others(session, moved.takedown_id, [moved.frame_id])
    if match is not None and match.state == MatchState.SHOWING and not kept:
        await taken_down.show_frames(session, [moved.frame_id])


async def hidden_for_others(session: AsyncSession, takedown_id: UUID, frame_ids: Collection[UUID]) -> set[UUID]:
    """Which of these another ticket hides."""
    hidden = col(TakedownMatch.state).in_((MatchState.HIDING, MatchState.HIDDEN))
    others = col(TakedownMatch.frame_id).in_(frame_ids), TakedownMatch.takedown_id != takedown_id, hidden
    return set((await session.exec(select(TakedownMatch.frame_id).where(*others))).all())


async def _settle(session: AsyncSession, moved: TakedownMatch) -> None:
    query = select(TakedownMatch).where(TakedownMatch.id == moved.id).with_for_update()
    match = (await session.exec(query, execution_options={"populate_existing": True})).one()
    if match.state == moved.state:  # not turned round meanwhile
        match.state = MatchState.HIDDEN if match.state == MatchState.HIDING else MatchState.SPARED
        session.add(match)


async def find_ticket(session: AsyncSession, number: str) -> Takedown:
    """By the number that its sender was told. Raises NotFound."""
    query = select(Takedown).where(Takedown.number == number.strip().upper()[:16])
    ticket = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if ticket is None:
        raise NotFound("There is no such ticket.")
    return ticket


async def matches_of(session: AsyncSession, takedown_id: UUID) -> Sequence[TakedownMatch]:
    """The nearest first."""
    query = select(TakedownMatch).where(TakedownMatch.takedown_id == takedown_id)
    return (
        await session.exec(query.order_by(col(TakedownMatch.bits).asc().nulls_first(), col(TakedownMatch.id)))
    ).all()
