"""What the pages of people read: whole views, as cards. Objects are named by signed URLs, which expire."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps, hooks
from pexit_app.core.actor import Actor
from pexit_app.core.ports import Kind
from pexit_app.features.people import cards, consent, handshakes, queries, service
from pexit_app.features.people.cards import (
    ConsentCard,
    EraseCard,
    LikenessCard,
    NoticeCard,
    PersonCard,
    PhotoCard,
    ReadyCard,
)
from pexit_app.features.people.handshake_cards import AskCard, Choice, ask_card, scope_lines
from pexit_app.features.people.models import (
    Consent,
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
from pexit_app.features.people.queries import Album
from pexit_app.features.people.training import ACTION
from pexit_app.features.routing import service as routing
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
    next_number: str
    photo_line: str
    out_count: int
    ready: ReadyCard
    consent: ConsentCard
    question: AskCard
    offered: list[Choice]
    notice: NoticeCard
    may_add: bool
    retention: str
    timer: str
    erase: EraseCard
    likenesses: list[LikenessCard]
    training_line: str
    has_likeness: bool
    is_training: bool
    is_from_one_photo: bool
    ticket: TicketCard
    press: str
    can_train: bool
    press_here: str
    said: str


@dataclass(frozen=True)
class PeopleView:
    people: list[PersonCard] = field(default_factory=list)
    open_for_photos: list[dict[str, str]] = field(default_factory=list)  # {id, name} of those who agreed
    line: str = ""
    said: str = ""


def _photo_url(photo: Photo, part: str) -> str:
    return deps.get().store.signed_url(photo_key(photo.id, part), JPEG, URL_S)


def _is_good(photo: Photo) -> bool:
    return photo.verdict == Verdict.ACCEPTED


# ---- the list


async def read_people(session: AsyncSession, actor: Actor) -> PeopleView:
    """In the order people were added."""
    people = (await queries.list_people(session, actor, limit=service.MAX_PEOPLE)).rows[::-1]
    album = await queries.album_of(session, people)
    shown = [_person_card(person, album) for person in people]
    training = [f"{card.name}: {card.likeness}." for card in shown if card.state == "training"]
    line = f"{cards.many(len(shown), 'person', 'people')}. Only you see them." if shown else ""
    may_add = [
        {"id": str(person.id), "name": person.name}
        for person in people
        if person.kind == PersonKind.PET or person.id in album.consents
    ]
    return PeopleView(shown, may_add, line, " ".join(training))


def _at_work(person: Person, album: Album) -> Likeness | None:
    """What trains now, else what pictures are made with."""
    trains = [each for each in album.likenesses[person.id] if each.status == LikenessStatus.TRAINING]
    return trains[-1] if trains else album.chosen(person)


def _person_card(person: Person, album: Album) -> PersonCard:
    photos = album.photos[person.id]
    accepted = [photo for photo in photos if _is_good(photo)]
    frames = [
        cards.photo_frame(photo, str(number), _photo_url(photo, "thumb.jpg"))
        for number, photo in enumerate(photos, 1)
        if _is_good(photo) or not accepted
    ][: cards.STRIP_SHOWN]
    score = queries.readiness_of(accepted).score
    return cards.person_card(person, frames, len(photos), len(accepted), score, _at_work(person, album))


# ---- one person


async def read_person(session: AsyncSession, actor: Actor, person_id: UUID) -> PersonView:
    """Raises NotFound, also for another user's."""
    person = await service.find_person(session, actor, person_id)
    album = await queries.album_of(session, [person])
    photos, likenesses = album.photos[person.id], album.likenesses[person.id][::-1]
    agreed, chosen = album.consents.get(person.id), album.chosen(person)
    good = [photo for photo in photos if _is_good(photo)]
    is_training = any(each.status == LikenessStatus.TRAINING for each in likenesses)
    is_ready, is_enough = chosen is not None, len(good) >= MIN_ACCEPTED and not is_training
    rented_dust = await routing.price(session, Kind.TRAIN)
    own_dust = await prices.price(session, ACTION)
    dust = own_dust if rented_dust is None else rented_dust
    balance = (await wallet.card(session, actor.user_id)).balance
    shown = [
        _likeness_card(person, each, is_chosen=each is chosen, eta_s=album.pace.eta_s(each), is_first=not is_ready)
        for each in _told(likenesses)
    ]
    timer = cards.timer_line(person.retention, album.photos_due_at(person), is_training=is_training)
    ticket = cards.training_ticket(
        person.name, len(good), MIN_ACCEPTED, dust, balance, is_again=is_ready, is_rented=rented_dust is not None
    )
    return PersonView(
        name=person.name,
        line=cards.people_line(person, len(photos), len(good)),
        upload_url=f"/api/v1/people/{person.id}/photos",
        photos=[_photo_card(photo, number) for number, photo in enumerate(photos, 1)],
        photo_ids=[str(photo.id) for photo in photos],
        next_number=str(len(photos) + 1),
        photo_line=_photo_line(photos, timer),
        out_count=len(photos) - len(good),
        ready=cards.ready_card(queries.readiness_of(good), len(good), MIN_ACCEPTED),
        consent=cards.consent_card(agreed, await _scope(session, agreed)),
        question=await _question(session, person),
        offered=[Choice(slug, title) for slug, title in (await hooks.pack_titles(session, None)).items()],
        notice=cards.notice_card(consent.CURRENT),
        may_add=agreed is not None or person.kind == PersonKind.PET,
        retention=person.retention,
        timer=timer,
        erase=cards.erase_card(len(photos), len(likenesses), is_training=is_training),
        likenesses=shown,
        training_line=cards.training_line(shown[0]) if is_training else "",
        has_likeness=is_ready,
        is_training=is_training,
        is_from_one_photo=bool(good) and not is_ready,
        ticket=ticket,
        press="Train this likeness" + (f", {dust:,} dust" if dust else ""),
        can_train=is_enough and balance >= dust,
        press_here=cards.press_here(own_dust) if is_enough and rented_dust is not None and balance >= own_dust else "",
        said=cards.training_words(shown[0]) if shown else "",
    )


async def _scope(session: AsyncSession, agreed: Consent | None) -> list[str]:
    """What was agreed to by a link; to everything where it was not by one."""
    if agreed is None or agreed.basis != consent.HANDSHAKE:
        return []
    titles = await hooks.pack_titles(session, agreed.packs) if agreed.packs else {}
    return scope_lines(agreed.uses, agreed.packs, titles)


async def _question(session: AsyncSession, person: Person) -> AskCard:
    row = (await handshakes.latest(session, [person.id])).get(person.id)
    return ask_card(row, await hooks.pack_titles(session, row.packs) if row and row.packs else {})


def _told(newest_first: Sequence[Likeness]) -> list[Likeness]:
    """Those that can be used or compared; one that came to nothing only while nothing newer did."""
    useful = (LikenessStatus.READY, LikenessStatus.TRAINING)
    return [each for place, each in enumerate(newest_first) if place == 0 or each.status in useful]


def _photo_card(photo: Photo, number: int) -> PhotoCard:
    return cards.photo_card(photo, number, _photo_url(photo, "thumb.jpg"), _photo_url(photo, "photo.jpg"))


def _photo_line(photos: Sequence[Photo], timer: str) -> str:
    return f"Judged on this machine as you add them. {timer}" if photos else ""


def _likeness_card(
    person: Person, likeness: Likeness, *, is_chosen: bool, eta_s: int | None, is_first: bool
) -> LikenessCard:
    store = deps.get().store
    proofs: list[FrameCard] = []
    is_shown = likeness.status in (LikenessStatus.READY, LikenessStatus.TRAINING)
    for number in range(1, cards.PROOFS + 1) if is_shown else ():
        key = likeness_key(likeness.id, part_of(number))
        src = store.signed_url(key, MEDIA_TYPE, URL_S) if number <= likeness.proof_count else ""
        proofs.append(cards.proof_frame(likeness, number, src, person.name))
    return cards.likeness_card(likeness, proofs, is_chosen=is_chosen, eta_s=eta_s, is_first=is_first)


async def crossed_out(session: AsyncSession, actor: Actor, person_id: UUID) -> list[UUID]:
    """The photos that the gate left out. Raises NotFound."""
    person = await service.find_person(session, actor, person_id)
    return [photo.id for photo in await list_photos(session, person.id) if not _is_good(photo)]
