"""Ordering a training. After the commit: `await workflows.start_training(likeness)`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import Kind
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import consent, service
from pexit_app.features.people.consent import Scope, Use
from pexit_app.features.people.errors import AlreadyTraining, TooFewPhotos, TooManyTrainings
from pexit_app.features.people.models import OWN, RENTED, Likeness, LikenessStatus, Person, Photo, Verdict
from pexit_app.features.people.photos import MIN_ACCEPTED
from pexit_app.features.people.transitions import KIND, trainings_of
from pexit_app.features.routing import service as routing
from pexit_app.features.wallet import prices

ACTION = "darkroom_training"
MAX_TRAININGS = 3  # of one user at once
TRIGGER_WORD = re.compile(r"[A-Za-z0-9_]{2,20}")
MIN_STEPS, MAX_STEPS = 100, 4000
DEFAULT_TRIGGER, DEFAULT_STEPS = "TOK", 1000


@dataclass(frozen=True, slots=True)
class TrainingAsk:
    """Of all accepted photos of a person, or of the accepted ones among `photo_ids` (of one person; `person_id`, if given
    too, must be theirs). `trigger_word` and `steps` are for diffusion models. `trainer` is OWN or RENTED; None takes a
    GPU service where there is one."""

    person_id: UUID | None = None
    photo_ids: tuple[UUID, ...] | None = None
    trigger_word: str = DEFAULT_TRIGGER
    steps: int = DEFAULT_STEPS
    trainer: str | None = None


async def request_training(session: AsyncSession, actor: Actor, ask: TrainingAsk) -> Likeness:
    """A new version that trains, under a job of its own (`job_id`). Raises NotFound, BadInput, ConsentRequired,
    UseNotAgreed, TooFewPhotos, AlreadyTraining, TooManyTrainings, NotEnoughDust."""
    check_config(ask.trigger_word, ask.steps)
    await events.take_turn(session, actor.user_id)
    person = await service.find_person(session, actor, await person_of(session, actor, ask.person_id, ask.photo_ids))
    scope = await consent.demand(session, person, Use.LIKENESS, *([Use.OUTSIDE] if ask.trainer == RENTED else []))
    learned = await _learned(session, person, ask.photo_ids)
    await _check_others(session, person)
    trainer, dust = await priced(session, trainer_for(ask.trainer, scope), ask.steps)
    likeness_id, version = uuid4(), person.next_version
    memo = {"likeness_id": str(likeness_id), "title": f"Likeness, version {version}"}
    job = await jobs.open_job(session, actor.user_id, KIND, subject_id=likeness_id, total=1, dust=dust, memo=memo)
    likeness = Likeness(
        id=likeness_id,
        person_id=person.id,
        user_id=person.user_id,
        job_id=job.id,
        version=version,
        photo_ids=[str(each) for each in learned],
        trigger_word=ask.trigger_word,
        steps=ask.steps,
        provider=trainer,
    )
    person.next_version += 1
    session.add_all([person, likeness])
    await session.flush()
    return likeness


def trainer_for(wanted: str | None, scope: Scope) -> str | None:
    """Whoever does not want their photos to leave this machine is trained here."""
    return OWN if wanted is None and Use.OUTSIDE not in scope.uses else wanted


async def priced(session: AsyncSession, trainer: str | None = None, steps: int = DEFAULT_STEPS) -> tuple[str, int]:
    """Who trains, OWN or RENTED, and for how much dust: a GPU is paid by the step, so more of them than usual cost more.
    Raises BadInput where that one cannot be had."""
    rented_dust = await routing.price(session, Kind.TRAIN)
    if trainer not in (None, OWN, RENTED) or (trainer == RENTED and rented_dust is None):
        can = [OWN] if rented_dust is None else [OWN, RENTED]
        raise BadInput.of(
            "config.trainer", f"Likenesses are trained here by: {', '.join(can)}.", str(trainer)[:20], can
        )
    if rented_dust is None or trainer == OWN:
        return OWN, await prices.price(session, ACTION)
    return RENTED, -(-rented_dust * max(steps, DEFAULT_STEPS) // DEFAULT_STEPS)


def check_config(trigger_word: str, steps: int) -> None:
    """Raises BadInput."""
    if not TRIGGER_WORD.fullmatch(trigger_word):
        message = "Use 2 to 20 letters, digits or underscores."
        raise BadInput.of("config.trigger_word", message, trigger_word[:40], TRIGGER_WORD.pattern)
    if not MIN_STEPS <= steps <= MAX_STEPS:
        limit = MAX_STEPS if steps > MAX_STEPS else MIN_STEPS
        raise BadInput.of("config.steps", f"Take {MIN_STEPS} to {MAX_STEPS} steps.", steps, limit)


async def person_of(
    session: AsyncSession, actor: Actor, person_id: UUID | None, photo_ids: Sequence[UUID] | None
) -> UUID:
    """Whose likeness it is to be. Raises NotFound, BadInput."""
    if not photo_ids:
        if person_id is None:
            raise BadInput.of("person_id", "Name a person, or photos of one person.")
        return person_id
    query = select(Photo.id, Photo.person_id).where(col(Photo.id).in_(photo_ids), Photo.user_id == actor.user_id)
    found = dict((await session.exec(query)).all())
    if set(photo_ids) - found.keys():
        raise NotFound("There is no such photo.")
    owners = set(found.values()) | ({person_id} if person_id is not None else set())
    if len(owners) > 1:
        raise BadInput.of("images", "These are photos of several people: a likeness is of one.", len(owners), 1)
    return owners.pop()


async def _learned(session: AsyncSession, person: Person, photo_ids: Sequence[UUID] | None) -> list[UUID]:
    """The accepted photos it learns from, oldest first."""
    query = select(Photo.id).where(Photo.person_id == person.id, Photo.verdict == Verdict.ACCEPTED)
    if photo_ids is not None:
        query = query.where(col(Photo.id).in_(photo_ids))
    found = list((await session.exec(query.order_by(col(Photo.created_at), col(Photo.id)))).all())
    if len(found) < MIN_ACCEPTED:
        message = f"A likeness needs {MIN_ACCEPTED} accepted photos, and here are {len(found)}. Add some more."
        raise TooFewPhotos.of("images" if photo_ids is not None else "person_id", message, len(found), MIN_ACCEPTED)
    return found


async def _check_others(session: AsyncSession, person: Person) -> None:
    for other in await trainings_of(session, person.id):
        message = "This person's likeness is being trained already. Let it finish, or stop it."
        raise AlreadyTraining(message, {"job_id": str(other.job_id), "likeness_id": str(other.id)})
    trains = Likeness.user_id == person.user_id, Likeness.status == LikenessStatus.TRAINING
    count = (await session.exec(select(func.count()).select_from(Likeness).where(*trains))).one()
    if count >= MAX_TRAININGS:
        message = f"{count} likenesses are being trained, and {MAX_TRAININGS} at once is the most. Let one finish."
        raise TooManyTrainings(message, {"training": count, "limit": MAX_TRAININGS}, {"Retry-After": "30"})
