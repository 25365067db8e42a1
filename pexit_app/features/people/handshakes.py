"""Asking somebody by a link whether their face may be used. They need no account: they see who asks and what for, prove an
e-mail address by a code, and agree to packs and uses, or to nothing. Whoever agreed takes it back by the same link.

Everything that changes an answer happens in the turn of whoever asked, so that two answers come one after the other.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, events, hooks, security, workflows
from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.core.models import Receipt
from pexit_app.features.identity import service as identity
from pexit_app.features.people import consent, service
from pexit_app.features.people.consent import HANDSHAKE, Use
from pexit_app.features.people.errors import LinkOver
from pexit_app.features.people.models import Handshake, HandshakeStatus, Likeness, PastFace, PersonKind, Photo

LINK_LIFE = timedelta(days=14)
KNOWN_AFTER = timedelta(days=30)
MAX_NOTE_CHARS, MAX_PACKS = 300, 12
NOBODYS_SESSION = UUID(int=0)
SEAL = "handshake"
AT_ONCE = 50
EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: some uses, in some packs (slugs; none: in any), with a few words."""

    uses: Sequence[str] = tuple(Use)
    packs: Sequence[str] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody agreed to who proved `email`, having read the notice."""

    email: str
    uses: Collection[str]
    packs: Collection[str]
    is_adult: bool
    has_read: bool


# ---- who asks


async def ask(session: AsyncSession, actor: Actor, person_id: UUID, asked: Ask) -> tuple[Handshake, str]:
    """The question, and its link's secret, which is not kept. An earlier question about the person that waits for its
    answer is over. Raises NotFound, BadInput."""
    await _check(session, asked)
    person = await service.own_person(session, actor, person_id)
    if person.kind == PersonKind.PET:
        raise BadInput.of("person_id", "A pet needs nobody's word.")
    for row in await _live(session, person.id, HandshakeStatus.ASKED):
        _end(session, row)
    secret = security.secret_token()
    row = Handshake(
        user_id=actor.user_id,
        person_id=person.id,
        token_hash=security.sha256(secret),
        uses=[each for each in Use if each in asked.uses],
        packs=list(dict.fromkeys(asked.packs)),
        note=asked.note.strip(),
        expires_at=now() + LINK_LIFE,
    )
    session.add(row)
    await session.flush()
    await _tell(session, "handshake.asked", row)
    return row, secret


async def _check(session: AsyncSession, asked: Ask) -> None:
    problems = []
    if not asked.uses or set(asked.uses) - set(Use):
        message = f"Ask for at least one of {', '.join(Use)}."
        problems.append(FieldProblem("uses", message, list(asked.uses)[:5], [str(each) for each in Use]))
    if len(asked.packs) > MAX_PACKS:
        problems.append(FieldProblem("packs", f"Name {MAX_PACKS} packs at most, or any.", len(asked.packs), MAX_PACKS))
    elif unknown := set(asked.packs) - set(await hooks.pack_titles(session, asked.packs) if asked.packs else ()):
        problems.append(FieldProblem("packs", "There is no such pack.", sorted(unknown)[0][:60]))
    note = asked.note.strip()
    if len(note) > MAX_NOTE_CHARS or "\0" in note:
        message = f"Say it in at most {MAX_NOTE_CHARS} characters."
        problems.append(FieldProblem("note", message, len(note), MAX_NOTE_CHARS))
    if problems:
        raise BadInput(" ".join(each.message for each in problems), problems)


async def take_question_back(session: AsyncSession, actor: Actor, person_id: UUID) -> None:
    """Its link is over; an answer that was given stands. Raises NotFound."""
    person = await service.own_person(session, actor, person_id)
    found = await _live(session, person.id, HandshakeStatus.ASKED)
    if not found:
        raise NotFound("Nobody is asked about this person.")
    for row in found:
        _end(session, row)
        await _tell(session, "handshake.ended", row)


async def latest(session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, Handshake]:
    """By person, the newest question."""
    query = select(Handshake).where(col(Handshake.person_id).in_(person_ids)).order_by(col(Handshake.created_at))
    rows = await session.exec(query, execution_options={"populate_existing": True})
    return {row.person_id: row for row in rows.all()}


async def _live(session: AsyncSession, person_id: UUID, *statuses: HandshakeStatus) -> Sequence[Handshake]:
    query = select(Handshake).where(Handshake.person_id == person_id, col(Handshake.status).in_(statuses))
    return (await session.exec(query)).all()


def _end(session: AsyncSession, row: Handshake) -> None:
    row.status, row.ended_at, row.note = HandshakeStatus.ENDED, now(), ""
    session.add(row)


# ---- who is asked


async def find(session: AsyncSession, secret: str) -> Handshake:
    """What the link is about, whatever became of it. Raises NotFound."""
    query = select(Handshake).where(Handshake.token_hash == security.sha256(secret))
    row = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if row is None:
        raise NotFound("There is no such link. Was it copied whole?")
    return row


def standing_of(row: Handshake) -> str:
    """Its status, or "expired"."""
    return EXPIRED if row.status == HandshakeStatus.ASKED and row.expires_at <= now() else row.status


def email_of(row: Handshake) -> str:
    """The address that was proven; empty before, and once it is not needed any more."""
    return security.unseal(SEAL, row.sealed_email) or "" if row.sealed_email else ""


def purpose_of(row: Handshake) -> str:
    """Of the codes for this link: one that was sent for another proves nothing here."""
    return f"c:{row.id.hex[:16]}"


async def _in_turn(session: AsyncSession, secret: str, *statuses: str) -> Handshake:
    """Raises NotFound, LinkOver when it stands otherwise."""
    found = await find(session, secret)
    await events.take_turn(session, found.user_id)
    row = await find(session, secret)
    if standing_of(row) not in statuses:
        raise LinkOver("This link is over, or was answered already.", {"status": standing_of(row)})
    return row


async def approve(session: AsyncSession, secret: str, answer: Answer) -> Handshake:
    """Raises NotFound, LinkOver, BadInput naming what is missing."""
    row = await _in_turn(session, secret, HandshakeStatus.ASKED)
    person = await service.find_person(session, owner_of(row), row.person_id)
    await _check_answer(session, row, answer)
    answered_by = security.keyed_hash(SEAL, answer.email)
    await _check_no_other_stands(session, person.id, answered_by)
    for other in await _live(session, person.id, HandshakeStatus.APPROVED):
        _end(session, other)
    row.uses = [each for each in row.uses if each in answer.uses]
    row.packs = [each for each in row.packs if each in answer.packs]
    row.status, row.answered_at = HandshakeStatus.APPROVED, now()
    row.sealed_email = security.seal(SEAL, answer.email)
    session.add(row)
    await consent.withdraw(session, person.id)
    await consent.write(session, person, HANDSHAKE, row, answered_by)
    await _show_again(session, person.id, answer.email)
    await session.flush()
    await _tell(session, "handshake.approved", row)
    return row


async def _check_answer(session: AsyncSession, row: Handshake, answer: Answer) -> None:
    owner = await identity.me(session, owner_of(row))
    problems = []
    if answer.email in (owner.email, owner.phone):
        message = "This is the address of whoever asks. The person in the photos has to answer themselves."
        problems.append(FieldProblem("email", message))
    if not answer.is_adult:
        problems.append(FieldProblem("adult", "Only adults may be photographed here: say that you are 18 or older."))
    if not answer.has_read:
        problems.append(FieldProblem("notice", "Read the notice, and say that you agree to it."))
    if not set(answer.uses) & set(row.uses):
        problems.append(FieldProblem("uses", "Choose what you agree to, or say no to all of it."))
    if row.packs and not set(answer.packs) & set(row.packs):
        problems.append(FieldProblem("packs", "Choose the packs you agree to, or say no to all of it."))
    if problems:
        raise BadInput(" ".join(each.message for each in problems), problems)


async def _check_no_other_stands(session: AsyncSession, person_id: UUID, answered_by: str) -> None:
    """Whoever agreed can take it back, until they have: nobody else's answer takes the place of theirs. Raises BadInput."""
    stands = (await consent.standing(session, [person_id])).get(person_id)
    if stands is not None and stands.answered_by not in ("", answered_by):
        message = (
            "Somebody has agreed for this person with another address, and only they can change that. Answer with that "
            "address, or let whoever asks add you as a person of your own."
        )
        raise BadInput.of("email", message)


def owner_of(row: Handshake) -> Actor:
    return Actor(row.user_id, NOBODYS_SESSION, "starter")


async def decline(session: AsyncSession, secret: str) -> Handshake:
    """Needs no proof: who has the link by mistake does no harm. Raises NotFound, LinkOver."""
    row = await _in_turn(session, secret, HandshakeStatus.ASKED)
    row.status, row.answered_at, row.ended_at, row.note = HandshakeStatus.DECLINED, now(), now(), ""
    session.add(row)
    await session.flush()
    await _tell(session, "handshake.declined", row)
    return row


async def revoke(session: AsyncSession, secret: str, *, is_hiding: bool) -> tuple[Handshake, list[str]]:
    """Work stops, photos and likenesses are deleted. After the commit: objects.discard_now(prefixes), then settle_hiding().
    Raises NotFound, LinkOver, JustStarted."""
    found = await find(session, secret)
    if found.status != HandshakeStatus.APPROVED:
        raise LinkOver("There is no agreement to take back.", {"status": standing_of(found)})
    erasure_id, prefixes = await service.take_back(session, owner_of(found), found.person_id)
    row = await _in_turn(session, secret, HandshakeStatus.APPROVED)
    row.status, row.ended_at, row.note = HandshakeStatus.REVOKED, now(), ""
    row.is_hiding, row.erasure_id = is_hiding, erasure_id
    session.add(row)
    await session.flush()
    await _tell(session, "handshake.revoked", row)
    return row, prefixes


async def hide(session: AsyncSession, secret: str) -> Handshake:
    """Whoever had agreed has the frames hidden, after the agreement was ended. Then settle_hiding(). Raises NotFound,
    LinkOver."""
    row = await _in_turn(session, secret, HandshakeStatus.ENDED, HandshakeStatus.REVOKED)
    if row.answered_at is None or not row.sealed_email:
        raise LinkOver("This link is over.", {"status": standing_of(row)})
    row.is_hiding = True
    session.add(row)
    await session.flush()
    await _tell(session, "handshake.hiding", row)
    return row


async def receipt_of(session: AsyncSession, row: Handshake) -> Receipt | None:
    """Of what was deleted when it ended; None while that is still under way."""
    if row.erasure_id is None:
        return None
    return (await session.exec(select(Receipt).where(Receipt.erasure_id == row.erasure_id))).first()


# ---- frames out of sight


async def _show_again(session: AsyncSession, person_id: UUID, email: str) -> None:
    """What the same address had hidden, and nobody else."""
    query = select(Handshake).where(Handshake.person_id == person_id, col(Handshake.is_hiding))
    for row in (await session.exec(query)).all():
        if email_of(row) == email:
            row.is_hiding = False
            session.add(row)


async def _faces_of(session: AsyncSession, person_id: UUID) -> list[UUID]:
    """Photos and likenesses of this person, there and deleted since."""
    found: list[UUID] = []
    for table in (PastFace, Photo, Likeness):
        found += (await session.exec(select(table.id).where(table.person_id == person_id))).all()
    return found


async def settle_hiding(handshake_id: UUID) -> None:
    """Frames with this face are hidden, or shown, as its owner wants it. In a transaction of its own: frames are locked
    before the user's turn. It notes what it did; if something else is wanted by then, the sweep does that."""
    async with db.transaction() as session:
        row = await session.get(Handshake, handshake_id)
        if row is None or row.is_hiding == (row.hidden_at is not None):
            return
        is_hidden = row.is_hiding
        others = Handshake.person_id == row.person_id, Handshake.id != row.id, col(Handshake.is_hiding)
        if is_hidden or (await session.exec(select(Handshake.id).where(*others).limit(1))).first() is None:
            faces = await _faces_of(session, row.person_id)
            await hooks.run_faces_hidden(session, row.user_id, faces, is_hidden)
        await events.take_turn(session, row.user_id)
        done = update(Handshake).where(col(Handshake.id) == handshake_id)
        await session.exec(done.values(hidden_at=now() if is_hidden else None))


@workflows.sweep
async def settle_all_hiding() -> None:
    """What a crash left between an answer and its frames."""
    async with db.transaction() as session:
        is_hidden = col(Handshake.hidden_at).is_not(None)
        unsettled = select(Handshake.id).where(col(Handshake.is_hiding) != is_hidden).limit(AT_ONCE)
        found = (await session.exec(unsettled)).all()
    for handshake_id in found:
        await settle_hiding(handshake_id)


@workflows.sweep
async def forget_addresses() -> None:
    """Who answered is known for as long as the answer stands, and a while after it, to have frames hidden; what was
    written to them no longer than the link is good."""
    async with db.transaction() as session:
        ended = col(Handshake.ended_at) < now() - KNOWN_AFTER
        expired = and_(col(Handshake.status) == HandshakeStatus.ASKED, col(Handshake.expires_at) < now())
        holds = or_(col(Handshake.sealed_email) != "", col(Handshake.note) != "")
        query = select(Handshake).where(or_(ended, expired), holds).limit(AT_ONCE)
        for row in (await session.exec(query)).all():
            row.sealed_email, row.note = "", ""
            session.add(row)


async def _tell(session: AsyncSession, kind: str, row: Handshake) -> None:
    await events.emit(session, row.user_id, kind, {"person_id": str(row.person_id), "status": standing_of(row)})
