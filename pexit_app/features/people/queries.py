"""What is read about people: their cards, photos, versions, and how long a training will take.

The pages read the same shapes as the API, with path-absolute URLs (`origin` empty).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.core.ports import Readiness
from pexit_app.features.jobs import service as jobs
from pexit_app.features.jobs.service import Job
from pexit_app.features.people import consent, photos, readings, retention, service, transitions
from pexit_app.features.people.models import Consent, Likeness, LikenessStatus, Person, Photo, Verdict
from pexit_app.features.people.schemas import (
    LikenessOut,
    PersonDetailOut,
    PersonOut,
    PhotoOut,
    ReadinessOut,
    TrainingOut,
)

RUNS_KNOWN = 5  # before an ETA is told
RUNS_READ = 50
NO_GATE = Readiness(0, "", 0)


@dataclass(frozen=True, slots=True)
class Pace:
    """`photo_s`: the median seconds a training took for each of its photos; None while fewer than five are known."""

    photo_s: float | None

    def eta_s(self, likeness: Likeness) -> int | None:
        """Seconds until a training is over, if the trainer keeps its pace."""
        if self.photo_s is None or likeness.status != LikenessStatus.TRAINING:
            return None
        return math.ceil(self.photo_s * len(likeness.photo_ids) * (1 - likeness.progress / 100))


async def pace(session: AsyncSession) -> Pace:
    """From the last 50 trainings that ended well."""
    took = select(Likeness.started_at, Likeness.finished_at, Likeness.photo_ids).where(
        Likeness.status == LikenessStatus.READY, col(Likeness.started_at).is_not(None)
    )
    rows = (await session.exec(took.order_by(col(Likeness.finished_at).desc()).limit(RUNS_READ))).all()
    each_s = [
        (finished - started).total_seconds() / len(photo_ids)
        for started, finished, photo_ids in rows
        if started and finished and photo_ids
    ]
    return Pace(median(each_s) if len(each_s) >= RUNS_KNOWN else None)


def readiness_of(accepted: Sequence[Photo]) -> ReadinessOut:
    """How good a likeness these photos (oldest first) will make, and which to add next."""
    gate = deps.get().gate
    found = NO_GATE if gate is None else gate.readiness([readings.reading_of(each) for each in accepted])
    return ReadinessOut.model_validate(found)


async def read_readiness(session: AsyncSession, person_id: UUID) -> ReadinessOut:
    return readiness_of(_accepted(await photos.list_photos(session, person_id)))


def _accepted(found: Sequence[Photo]) -> list[Photo]:
    return [each for each in found if each.verdict == Verdict.ACCEPTED]


async def list_people(session: AsyncSession, actor: Actor, cursor: str | None = None, limit: int = 50) -> Slice[Person]:
    """Newest first."""
    query = select(Person).where(Person.user_id == actor.user_id)
    return await newest_first(session, query, Person, cursor, limit)


@dataclass(frozen=True, slots=True)
class Album:
    """Everything there is about some people, by person id; photos and versions oldest first."""

    consents: dict[UUID, Consent]
    photos: dict[UUID, list[Photo]]
    likenesses: dict[UUID, list[Likeness]]
    pace: Pace

    def chosen(self, person: Person) -> Likeness | None:
        """The version pictures are made with: the chosen one, or else the newest that is ready."""
        ready = [each for each in self.likenesses[person.id] if each.status == LikenessStatus.READY]
        return next((each for each in ready if each.id == person.likeness_id), ready[-1] if ready else None)

    def photos_due_at(self, person: Person) -> datetime | None:
        return retention.due_at(person, self.photos[person.id], self.likenesses[person.id])

    def versions(self, person: Person, origin: str) -> list[LikenessOut]:
        """Newest first."""
        chosen = self.chosen(person)
        return [
            LikenessOut.of(
                each, origin, is_chosen=chosen is not None and each.id == chosen.id, eta_s=self.pace.eta_s(each)
            )
            for each in reversed(self.likenesses[person.id])
        ]

    def card(self, person: Person, origin: str) -> PersonOut:
        own, versions = self.photos[person.id], self.versions(person, origin)
        accepted = _accepted(own)
        best = max(accepted, key=readings.rank, default=None)
        return PersonOut.of(
            person,
            self.consents.get(person.id),
            photo_count=len(own),
            accepted_count=len(accepted),
            photos_due_at=self.photos_due_at(person),
            readiness=readiness_of(accepted),
            likeness=next((each for each in versions if each.is_chosen), None),
            training=next((each for each in versions if each.status == LikenessStatus.TRAINING), None),
            cover=None if best is None else PhotoOut.of(best, origin),
        )

    def detail(self, person: Person, origin: str) -> PersonDetailOut:
        return PersonDetailOut(
            **dict(self.card(person, origin)),
            photos=[PhotoOut.of(each, origin) for each in self.photos[person.id]],
            likenesses=self.versions(person, origin),
        )


async def album_of(session: AsyncSession, people: Sequence[Person]) -> Album:
    """Four queries, however many people."""
    ids = [person.id for person in people]
    fresh = {"populate_existing": True}
    photo_rows = select(Photo).where(col(Photo.person_id).in_(ids)).order_by(col(Photo.created_at), col(Photo.id))
    likeness_rows = select(Likeness).where(col(Likeness.person_id).in_(ids)).order_by(col(Likeness.version))
    by_photo: dict[UUID, list[Photo]] = {each: [] for each in ids}
    by_likeness: dict[UUID, list[Likeness]] = {each: [] for each in ids}
    for photo in (await session.exec(photo_rows, execution_options=fresh)).all():
        by_photo[photo.person_id].append(photo)
    for likeness in (await session.exec(likeness_rows, execution_options=fresh)).all():
        by_likeness[likeness.person_id].append(likeness)
    return Album(await consent.standing(session, ids), by_photo, by_likeness, await pace(session))


async def person_card(session: AsyncSession, person: Person, origin: str = "") -> PersonOut:
    return (await album_of(session, [person])).card(person, origin)


async def person_detail(session: AsyncSession, actor: Actor, person_id: UUID, origin: str = "") -> PersonDetailOut:
    """The card with all photos and versions. Raises NotFound."""
    person = await service.find_person(session, actor, person_id)
    return (await album_of(session, [person])).detail(person, origin)


async def likeness_card(session: AsyncSession, likeness: Likeness, origin: str = "") -> LikenessOut:
    person = await session.get(Person, likeness.person_id)
    assert person is not None, "a likeness without its person"
    versions = (await album_of(session, [person])).versions(person, origin)
    return next(each for each in versions if each.id == likeness.id)


async def find_training(session: AsyncSession, actor: Actor, job_id: UUID, origin: str = "") -> TrainingOut:
    """A job that trains or trained a likeness. Raises NotFound."""
    job = await jobs.find_job(session, actor, job_id)
    if job.kind != transitions.KIND:
        raise NotFound("There is no such training.")
    likeness = (await session.exec(select(Likeness).where(Likeness.job_id == job_id))).first()
    return TrainingOut.of(job, likeness, origin, await _eta_s(session, likeness))


async def _eta_s(session: AsyncSession, likeness: Likeness | None) -> int | None:
    return None if likeness is None else (await pace(session)).eta_s(likeness)


async def list_trainings(
    session: AsyncSession, actor: Actor, cursor: str | None, limit: int, origin: str = ""
) -> tuple[list[TrainingOut], Slice[Job]]:
    """Newest first, those whose likeness was deleted too."""
    query = select(Job).where(Job.user_id == actor.user_id, Job.kind == transitions.KIND)
    page = await newest_first(session, query, Job, cursor, limit)
    rows = await session.exec(select(Likeness).where(col(Likeness.job_id).in_([job.id for job in page.rows])))
    likenesses = {each.job_id: each for each in rows.all()}
    known = await pace(session)
    outs = []
    for job in page.rows:
        likeness = likenesses.get(job.id)
        outs.append(TrainingOut.of(job, likeness, origin, known.eta_s(likeness) if likeness else None))
    return outs, page
