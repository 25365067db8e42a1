"""People who can be cast, without the work of photographing them."""

from dataclasses import dataclass
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import service as people
from pexit_app.features.people.consent import CURRENT, Attestation
from pexit_app.features.people.models import Likeness, LikenessStatus, Person, Photo, Verdict

AGREED = Attestation(is_adult=True, own_likeness=True, notice_version=CURRENT.version)


@dataclass
class Friend:
    """A person with one likeness that is ready and one accepted photo."""

    person: Person
    likeness: Likeness
    photo: Photo


async def befriend(session: AsyncSession, me: Actor, name: str = "Ada") -> Friend:
    person = await people.add_person(session, me, name=name, attestation=AGREED)
    job = await jobs.open_job(session, me.user_id, "training", subject_id=person.id, total=1, dust=0, memo={})
    likeness = Likeness(
        person_id=person.id,
        user_id=me.user_id,
        job_id=job.id,
        version=1,
        status=LikenessStatus.READY,
        photo_ids=[],
        finished_at=now(),
    )
    photo = Photo(
        person_id=person.id,
        user_id=me.user_id,
        verdict=Verdict.ACCEPTED,
        width=900,
        height=1200,
        content_sha256=uuid4().hex,
        persona_at=now(),
    )
    session.add_all([likeness, photo])
    await session.flush()
    return Friend(person, likeness, photo)
