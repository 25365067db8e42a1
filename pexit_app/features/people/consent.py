"""Consent: to which words, by whom, when, and to what. A row for every attestation, kept as proof after it was withdrawn
and after the person is gone; it carries no name.

Whoever is in the photos attests for themselves (own, or by a link: handshakes.py), or their release is recorded. What was
agreed to by a link goes no further than its uses and packs, and nobody else's word stands in for it. Pets need none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.features.people.errors import AnsweredByLink, ConsentRequired, NoticeOutdated, UseNotAgreed
from pexit_app.features.people.models import Consent, Handshake, HandshakeStatus, Person, PersonKind

HANDSHAKE = "handshake"


class Use(StrEnum):
    """What may be done with somebody's face. `outside`: it may leave this machine, to a GPU service."""

    LIKENESS = "likeness"
    FRAMES = "frames"
    OUTSIDE = "outside"


USE_WORDS = {
    Use.LIKENESS: "training a likeness",
    Use.FRAMES: "drafts and frames",
    Use.OUTSIDE: "sending photos or the likeness to a GPU service",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of the words. A published text never changes: its hash stands in consent rows."""

    version: str
    text: str

    @property
    def sha256(self) -> str:
        return security.sha256(self.text)


NOTICES = (
    Notice(
        "2026-11",
        """\
What we do with a face

You are about to give us photos of a person. From them we measure the face: where its points lie, its shape, its \
colours. Such measurements can identify a person, and many laws call them biometric data. So we ask first.

What for. We check each photo, we make one likeness of this one person, and with it the drafts and pictures that you \
ask for. Nothing else: no recognition of strangers, no advertising, no training of models for others, no sale.

What we keep. The photos as a smaller copy without place, time or camera, the measurements, and the likeness. They are \
stored privately under your account and are never shown to other users.

Who else sees them. Nobody while Pexit works with its own darkroom. If this Pexit is set up with an outside renderer, \
photos and likeness are sent there for your own pictures only.

How long. Until you delete a photo, a likeness or the person, or take this agreement back. Then the bytes are deleted \
at once and cannot be brought back. Pictures you have already made stay yours until you delete them too.

Taking it back. At any time, on the page of the person: running training stops, the photos and likenesses of this \
person are deleted. A note that you had agreed, to which words and when, stays as proof, without name or picture.

By agreeing you say that the person in the photos is an adult of 18 years or more, and that this person is you, or has \
read this and released the photos to you for this use.
""",
    ),
    Notice(
        "2026-12",
        """\
What we do with a face

Photos of a person are about to be added to an account at Pexit. From them we measure the face: where its points lie, its \
shape, its colours. Such measurements can identify a person, and many laws call them biometric data. So we ask first.

What for. We check each photo, we make one likeness of this one person, and with it the drafts and pictures that the owner \
of the account asks for. Nothing else: no recognition of strangers, no advertising, no training of models for others, no \
sale.

What we keep. The photos as a smaller copy without place, time or camera, the measurements, and the likeness. They are \
stored privately under that account and are never shown to other users.

Who else sees them. Nobody while Pexit works with its own darkroom. If this Pexit is set up with an outside renderer, \
photos and likeness are sent there for the owner's own pictures only.

How long. Photos are deleted 30 days after the last one was added or the last training ended, unless the owner chooses to \
delete them right after a training, or to keep them; the date is always in sight. A likeness stays until it or the person \
is deleted, or this agreement is taken back.

Taking it back. At any time, on the page of the person, or by the link for whoever answered by one. Work under way stops, \
photos and likenesses are deleted at once and cannot be brought back, copies at an outside renderer are gone within 24 \
hours, and a signed receipt lists what was deleted. Pictures already made stay the owner's; whoever answered by a link may \
have them hidden. A note that there was an agreement, to which words and when, stays as proof, without name or picture.

By agreeing you say that the person in the photos is an adult of 18 years or more, and that this person is you, or has \
read this and released the photos for this use.
""",
    ),
)
CURRENT = NOTICES[-1]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What somebody says about the person in the photos, having read the notice of that version."""

    is_adult: bool
    own_likeness: bool
    notice_version: str
    release: bool = False

    def basis(self) -> str:
        """ "own" or "release". Raises BadInput, NoticeOutdated naming the field."""
        problems = []
        if not self.is_adult:
            message = "Only adults may be photographed here: say that this person is 18 or older."
            problems.append(FieldProblem("consent.adult", message, self.is_adult, True))
        if not (self.own_likeness or self.release):
            message = "Say that this is you, or that the person has released the photos to you."
            problems.append(FieldProblem("consent.own_likeness", message, False, True))
        if problems:
            raise BadInput(" ".join(each.message for each in problems), problems)
        if self.notice_version != CURRENT.version:
            message = f"The notice has changed to version {CURRENT.version}. Read it, then agree again."
            raise NoticeOutdated.of("consent.notice_version", message, self.notice_version[:40], CURRENT.version)
        return "own" if self.own_likeness else "release"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an agreement is to. `packs` None: any."""

    uses: frozenset[str]
    packs: frozenset[str] | None = None

    @classmethod
    def of(cls, row: Consent) -> "Scope":
        if row.basis != HANDSHAKE:
            return EVERYTHING
        return cls(frozenset(row.uses), frozenset(row.packs) or None)

    def has(self, pack: str) -> bool:
        return self.packs is None or pack in self.packs


EVERYTHING = Scope(frozenset(Use))


async def record(session: AsyncSession, person: Person, attestation: Attestation) -> Consent:
    """The attestation as a row; one that stands already to the same words and on the same basis is kept. Raises BadInput,
    NoticeOutdated; AnsweredByLink where the person has answered themselves."""
    basis = attestation.basis()
    stands = (await standing(session, [person.id])).get(person.id)
    if stands is not None and (stands.notice_version, stands.basis) == (CURRENT.version, basis):
        return stands
    if (stands is not None and stands.basis == HANDSHAKE) or await _said_no(session, person.id):
        message = "This person has answered by a link, so that only they can say more. Ask them by another link."
        raise AnsweredByLink(message, {"person_id": str(person.id)})
    return await write(session, person, basis)


async def _said_no(session: AsyncSession, person_id: UUID) -> bool:
    """Whether the last answer by a link was one, or became one."""
    answered = (HandshakeStatus.APPROVED, HandshakeStatus.DECLINED, HandshakeStatus.REVOKED)
    query = select(Handshake.status).where(Handshake.person_id == person_id, col(Handshake.status).in_(answered))
    last = (await session.exec(query.order_by(col(Handshake.answered_at).desc()).limit(1))).first()
    return last in (HandshakeStatus.DECLINED, HandshakeStatus.REVOKED)


async def write(
    session: AsyncSession, person: Person, basis: str, answer: Handshake | None = None, answered_by: str = ""
) -> Consent:
    """The row, to the present words. `answer`: given by a link, and to no more than it says."""
    row = Consent(
        user_id=person.user_id,
        person_id=person.id,
        is_adult=True,
        basis=basis,
        notice_version=CURRENT.version,
        text_sha256=CURRENT.sha256,
        handshake_id=answer.id if answer else None,
        answered_by=answered_by,
        uses=list(answer.uses) if answer else [],
        packs=list(answer.packs) if answer else [],
    )
    session.add(row)
    await session.flush()
    return row


async def withdraw(session: AsyncSession, person_id: UUID) -> None:
    """No attestation about the person stands any more."""
    query = select(Consent).where(Consent.person_id == person_id, col(Consent.withdrawn_at).is_(None))
    for row in (await session.exec(query)).all():
        row.withdrawn_at = now()
        session.add(row)


async def standing(session: AsyncSession, person_ids: Sequence[UUID]) -> dict[UUID, Consent]:
    """By person, the newest attestation that was not withdrawn."""
    query = select(Consent).where(col(Consent.person_id).in_(person_ids), col(Consent.withdrawn_at).is_(None))
    rows = await session.exec(query.order_by(col(Consent.created_at)))
    return {row.person_id: row for row in rows.all()}


async def demand(session: AsyncSession, person: Person, *uses: Use) -> Scope:
    """What was agreed to. Raises ConsentRequired when nothing may be done with this person's face, UseNotAgreed when one
    of `uses` was not agreed to."""
    if person.kind == PersonKind.PET:
        return EVERYTHING
    stands = (await standing(session, [person.id])).get(person.id)
    if stands is None:
        details = {"person_id": str(person.id), "notice_version": CURRENT.version}
        raise ConsentRequired(
            "Nothing is done with a face before its owner agrees. Read the notice and agree.", details
        )
    scope = Scope.of(stands)
    for use in uses:
        if use not in scope.uses:
            raise not_agreed(person, USE_WORDS[use], str(use))
    return scope


def not_agreed(person: Person, what: str, use: str) -> UseNotAgreed:
    """To be raised."""
    message = f"{person.name} has not agreed to {what}. Ask for it by a new link."
    return UseNotAgreed(message, {"person_id": str(person.id), "use": use})
