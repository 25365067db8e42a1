"""What the pages of people read: whole views, as cards. Objects are named by signed URLs, which expire."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Readiness
from pexit_app.features.people import cards, consent, readings, service
from pexit_app.features.people.cards import (
    ConsentCard,
    EraseCard,
    LikenessCard,
    NoticeCard,
    PersonCard,
    PhotoCard,
    ReadyCard,
)
from pexit_app.features.people.models import (
    Likeness,
    LikenessStatus,
    Person,
    PersonKind,
    Photo,
    Verdict,
    likeness_key,
    photo_key,
)
from pexit_app.features.people.photos import JPEG, MIN_ACCEPTED, list_photos
from pexit_app.features.people.proof import MEDIA_TYPE, part_of
from pexit_app.features.people.training import ACTION
from pexit_app.features.wallet import prices
from pexit_app.features.wallet import service as wallet
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.ticket import TicketCard

URL_S = 3600


@dataclass(frozen=True)
class PersonView:
    """Everything the page of one person shows; the names are those of PersonState's vars."""

    name: str
    line: str
    upload_url: str
    photos: list[PhotoCard]
    photo_ids: list[str]
    photo_line: str
    out_count: int
    ready: ReadyCard
    consent: ConsentCard
    notice: NoticeCard
    may_add: bool
    erase: EraseCard
    likenesses: list[LikenessCard]
    likeness_title: str
    has_likeness: bool
    is_training: bool
    is_from_one_photo: bool
    ticket: TicketCard
    can_train: bool
    said: str


@dataclass(frozen=True)
class PeopleView:
    people: list[PersonCard] = field(default_factory=list)
    line: str = ""
    said: str = ""


def _photo_url(photo: Photo, part: str) -> str:
    return deps.get().store.signed_url(photo_key(photo.id, part), JPEG, URL_S)


def _is_good(photo: Photo) -> bool:
    return photo.verdict == Verdict.ACCEPTED


def _readiness(photos: Sequence[Photo]) -> Readiness:
    """A Pexit without a gate keeps its pages: it only cannot tell how ready anybody is."""
    gate = deps.get().gate
    if gate is None:
        return Readiness(0, "", 0)
    return gate.readiness([readings.reading_of(each) for each in photos if _is_good(each)])


# ---- the list


async def read_people(session: AsyncSession, actor: Actor) -> PeopleView:
    """In the order people were added."""
    mine = select(Person).where(Person.user_id == actor.user_id)
    people = (await session.exec(mine.order_by(col(Person.created_at), col(Person.id)))).all()
    ids = [person.id for person in people]
    photos: dict[UUID, list[Photo]] = defaultdict(list)
    query = select(Photo).where(col(Photo.person_id).in_(ids)).order_by(col(Photo.created_at), col(Photo.id))
    for photo in (await session.exec(query)).all():
        photos[photo.person_id].append(photo)
    latest = await _latest_likenesses(session, people)
    shown = [_person_card(person, photos[person.id], latest.get(person.id)) for person in people]
    training = [card.likeness for card in shown if card.state == "training"]
    line = f"{cards.many(len(shown), 'person', 'people')}. Only you see them." if shown else ""
    return PeopleView(shown, line, " ".join(training))


async def _latest_likenesses(session: AsyncSession, people: Sequence[Person]) -> dict[UUID, Likeness]:
    """By person: what trains now, else what was chosen."""
    chosen = {person.likeness_id for person in people}
    query = select(Likeness).where(col(Likeness.person_id).in_([person.id for person in people]))
    found: dict[UUID, Likeness] = {}
    for likeness in (await session.exec(query.order_by(col(Likeness.version)))).all():
        if likeness.status == LikenessStatus.TRAINING or (likeness.id in chosen and likeness.person_id not in found):
            found[likeness.person_id] = likeness
    return found


def _person_card(person: Person, photos: Sequence[Photo], latest: Likeness | None) -> PersonCard:
    accepted = [photo for photo in photos if _is_good(photo)]
    frames = [
        cards.photo_frame(photo, str(number), _photo_url(photo, "thumb.jpg"))
        for number, photo in enumerate(photos, 1)
        if _is_good(photo) or not accepted
    ][: cards.STRIP_SHOWN]
    score = _readiness(photos).score
    return cards.person_card(person, frames, len(photos), len(accepted), score, latest)


# ---- one person


async def read_person(session: AsyncSession, actor: Actor, person_id: UUID) -> PersonView:
    """Raises NotFound, also for another user's."""
    person = await service.find_person(session, actor, person_id)
    photos = await list_photos(session, person.id)
    versions = select(Likeness).where(Likeness.person_id == person.id).order_by(col(Likeness.version).desc())
    likenesses = (await session.exec(versions, execution_options={"populate_existing": True})).all()
    agreed = (await consent.standing(session, [person.id])).get(person.id)
    good = [photo for photo in photos if _is_good(photo)]
    is_training = any(each.status == LikenessStatus.TRAINING for each in likenesses)
    is_ready = any(each.status == LikenessStatus.READY for each in likenesses)
    dust = await prices.price(session, ACTION)
    balance = (await wallet.card(session, actor.user_id)).balance
    shown = [_likeness_card(person, each) for each in likenesses]
    return PersonView(
        name=person.name,
        line=cards.people_line(person, len(photos), len(good)),
        upload_url=f"/api/v1/people/{person.id}/photos",
        photos=[_photo_card(photo, number) for number, photo in enumerate(photos, 1)],
        photo_ids=[str(photo.id) for photo in photos],
        photo_line=_photo_line(photos),
        out_count=len(photos) - len(good),
        ready=cards.ready_card(_readiness(photos), len(good), MIN_ACCEPTED),
        consent=cards.consent_card(agreed),
        notice=cards.notice_card(consent.CURRENT),
        may_add=agreed is not None or person.kind == PersonKind.PET,
        erase=cards.erase_card(len(photos), len(likenesses), is_training=is_training),
        likenesses=shown,
        likeness_title="Training" if is_training and not is_ready else "Likenesses",
        has_likeness=is_ready,
        is_training=is_training,
        is_from_one_photo=bool(good) and not is_ready,
        ticket=cards.training_ticket(person.name, len(good), MIN_ACCEPTED, dust, balance, is_again=is_ready),
        can_train=len(good) >= MIN_ACCEPTED and not is_training and balance >= dust,
        said=cards.training_words(shown[0]) if shown else "",
    )


def _photo_card(photo: Photo, number: int) -> PhotoCard:
    return cards.photo_card(photo, number, _photo_url(photo, "thumb.jpg"), _photo_url(photo, "photo.jpg"))


def _photo_line(photos: Sequence[Photo]) -> str:
    return "Judged on this machine as you add them." if photos else ""


def _likeness_card(person: Person, likeness: Likeness) -> LikenessCard:
    store = deps.get().store
    proofs: list[FrameCard] = []
    is_shown = likeness.status in (LikenessStatus.READY, LikenessStatus.TRAINING)
    for number in range(1, cards.PROOFS + 1) if is_shown else ():
        key = likeness_key(likeness.id, part_of(number))
        src = store.signed_url(key, MEDIA_TYPE, URL_S) if number <= likeness.proof_count else ""
        proofs.append(cards.proof_frame(likeness, number, src, person.name))
    return cards.likeness_card(likeness, proofs, is_chosen=likeness.id == person.likeness_id)


async def crossed_out(session: AsyncSession, actor: Actor, person_id: UUID) -> list[UUID]:
    """The photos that the gate left out. Raises NotFound."""
    person = await service.find_person(session, actor, person_id)
    return [photo.id for photo in await list_photos(session, person.id) if not _is_good(photo)]
