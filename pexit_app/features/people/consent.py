"""Consent: to which words, by whom, when. A row for every attestation, kept as proof after it was withdrawn and after
the person is gone; it carries no name.

Pets need none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import security
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.features.people.errors import ConsentRequired, NoticeOutdated
from pexit_app.features.people.models import Consent, Person, PersonKind


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


async def record(session: AsyncSession, person: Person, attestation: Attestation) -> Consent:
    """The attestation as a row; one that stands already to the same words and on the same basis is kept. Raises BadInput,
    NoticeOutdated."""
    basis = attestation.basis()
    stands = (await standing(session, [person.id])).get(person.id)
    if stands is not None and (stands.notice_version, stands.basis) == (CURRENT.version, basis):
        return stands
    row = Consent(
        user_id=person.user_id,
        person_id=person.id,
        is_adult=True,
        basis=basis,
        notice_version=CURRENT.version,
        text_sha256=CURRENT.sha256,
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


async def demand(session: AsyncSession, person: Person) -> None:
    """Raises ConsentRequired when nothing may be done with this person's face."""
    if person.kind == PersonKind.PET or person.id in await standing(session, [person.id]):
        return
    details = {"person_id": str(person.id), "notice_version": CURRENT.version}
    raise ConsentRequired("Nothing is done with a face before its owner agrees. Read the notice and agree.", details)
