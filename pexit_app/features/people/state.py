"""The live state of people's pages. Every handler asks the database who is calling, parses, calls one service verb in one
transaction and assigns cards. Photos never come this way: the browser sends them to the REST door."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal
from uuid import UUID

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, hooks, objects
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import CHANGES, OPEN, READS, WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.jobs import service as jobs
from pexit_app.features.people import cards, consent, following, handshakes, service, shown, training, workflows
from pexit_app.features.people.cards import (
    ConsentCard,
    EraseCard,
    LikenessCard,
    NoticeCard,
    PersonCard,
    PhotoCard,
    ReadyCard,
)
from pexit_app.features.people.consent import Attestation, Use
from pexit_app.features.people.handshake_cards import AskCard, Choice
from pexit_app.features.people.handshake_doors import link_of
from pexit_app.features.people.handshakes import Ask
from pexit_app.features.people.models import OWN, PersonKind
from pexit_app.features.people.training import TrainingAsk
from pexit_app.ui.parts.sheet import StripCard
from pexit_app.ui.parts.ticket import TicketCard
from pexit_app.web.payloads import Form, Id

MAX_ASKED_CHARS = 40


@dataclass(frozen=True)
class FormErrors:
    """What is wrong with which field, in words; empty: nothing."""

    name: str = ""
    relationship: str = ""
    adult: str = ""
    basis: str = ""
    uses: str = ""
    packs: str = ""
    note: str = ""


FORM_FIELDS = {
    "uses": "uses",
    "packs": "packs",
    "note": "note",
    "name": "name",
    "relationship": "relationship",
    "consent.adult": "adult",
    "consent.own_likeness": "basis",
    "consent.notice_version": "basis",
}


def form_errors(error: BadInput) -> FormErrors:
    found = {FORM_FIELDS[each.field]: each.message for each in error.problems if each.field in FORM_FIELDS}
    return FormErrors(**found)


def as_id(text: object) -> UUID:
    """Raises NotFound: what is no id names nobody. Anybody may call a handler with anything."""
    try:
        return UUID(str(text)[:MAX_ASKED_CHARS])
    except ValueError:
        raise NotFound("There is no such thing here.") from None


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def question_of(form: Mapping[str, Any]) -> Ask:
    """Checkboxes are `use-<use>` and `pack-<slug>`; packs count where `packs` is "these"."""
    uses = [each for each in Use if form.get(f"use-{each}")]
    chosen = [name.removeprefix("pack-") for name, value in form.items() if name.startswith("pack-") and value]
    if _text(form, "packs") != "these":
        return Ask(uses, (), _text(form, "note"))
    if not chosen:
        raise BadInput.of("packs", "Choose at least one pack, or ask for any.")
    return Ask(uses, chosen, _text(form, "note"))


def attestation_of(form: Mapping[str, Any], notice_version: str) -> Attestation:
    """`notice_version` is that of the words which the page showed."""
    basis = _text(form, "basis")
    return Attestation(
        is_adult=bool(form.get("adult")),
        own_likeness=basis == "own",
        notice_version=notice_version,
        release=basis == "release",
    )


class PeopleState(AppState):
    """`/people`: everybody, and the form for one more."""

    is_ready: bool = False
    people: rx.Field[list[PersonCard]] = rx.field(default_factory=list)
    open_for_photos: rx.Field[list[dict[str, str]]] = rx.field(default_factory=list)
    line: str = ""
    said: str = ""
    example: StripCard = StripCard()
    notice: NoticeCard = NoticeCard()
    errors: FormErrors = FormErrors()
    _follow: int = 0

    @event(READS)
    async def load(self) -> Any:
        """Also runs after every reconnect: whatever the page showed, this is the truth."""
        async with self._acting() as (session, me):
            await self._refresh(session, me)
            if not self.people:
                strips = await hooks.showcase(session)
                self.example = strips[0] if strips else StripCard()
            self.notice, self.errors = cards.notice_card(consent.CURRENT), FormErrors()
            self.is_ready = True
        return PeopleState.follow if self.is_ready else None

    async def _refresh(self, session: AsyncSession, me: Actor) -> None:
        await self._greet(session)
        _show(self, await shown.read_people(session, me))

    @event(READS, is_background=True)
    async def follow(self) -> None:
        """Reads the list again whenever something happened to this user, until the tab is gone, a newer follow took over,
        or the session is over."""
        async with self:
            self._follow += 1
            mine, token = self._follow, self.router.session.client_token
            async with db.transaction() as session:
                me = await self._me(session)
        if me is None:
            return
        async for _ in following.moments(token, me.user_id):
            async with self:
                if self._follow != mine or not await _catch_up(self, me):
                    return

    @event(WRITES)
    async def add_person(self, form: Form) -> Any:
        """Goes on to the new person's page."""
        async with self._acting() as (session, me):
            is_pet = _text(form, "kind") == PersonKind.PET
            says_nothing = is_pet or _text(form, "basis") == "ask"  # they will say it themselves
            try:
                person = await service.add_person(
                    session,
                    me,
                    name=_text(form, "name"),
                    kind=PersonKind.PET if is_pet else PersonKind.PERSON,
                    relationship=_text(form, "relationship"),
                    attestation=None if says_nothing else _checked(attestation_of(form, self.notice.version)),
                )
            except BadInput as error:
                self.errors = form_errors(error)
                return None
        self.errors = FormErrors()
        return rx.redirect(f"/people/{person.id}")


class PersonState(AppState):
    """`/people/[person_id]`: one person's photos, likenesses and agreement."""

    is_ready: bool = False
    is_missing: bool = False
    name: str = ""
    line: str = ""
    upload_url: str = ""
    photos: rx.Field[list[PhotoCard]] = rx.field(default_factory=list)
    photo_ids: rx.Field[list[str]] = rx.field(default_factory=list)
    next_number: str = "1"
    photo_line: str = ""
    out_count: int = 0
    ready: ReadyCard = ReadyCard()
    consent: ConsentCard = ConsentCard()
    question: AskCard = AskCard()
    made_link: str = ""  # to be sent; shown until the page is left
    offered: rx.Field[list[Choice]] = rx.field(default_factory=list)
    notice: NoticeCard = NoticeCard()
    may_add: bool = False
    retention: str = ""
    timer: str = ""
    erase: EraseCard = EraseCard()
    likenesses: rx.Field[list[LikenessCard]] = rx.field(default_factory=list)
    training_line: str = ""
    has_likeness: bool = False
    is_training: bool = False
    is_from_one_photo: bool = False
    ticket: TicketCard = TicketCard()
    press: str = ""  # the red button's words
    can_train: bool = False
    press_here: str = ""
    said: str = ""
    asked: str = ""  # what the page asks about before it does it: a photo's or likeness's id, out, withdraw, person
    opened_id: str = ""  # the photo that is looked at
    errors: FormErrors = FormErrors()
    _whom: str = ""
    _follow: int = 0

    # ---- opening

    @event(READS)
    async def load(self) -> Any:
        """Also runs after every reconnect: whatever the page showed, this is the truth."""
        whom = str(getattr(self, "person_id", ""))[:40]  # of the route
        if whom != self._whom:
            self._whom, self.asked, self.opened_id, self.errors = whom, "", "", FormErrors()
            self.made_link = ""
            self.is_ready = False
        async with self._acting() as (session, me):
            await self._refresh(session, me)
            self.is_ready = True
        return PersonState.follow if self.is_ready and not self.is_missing else None

    async def _refresh(self, session: AsyncSession, me: Actor) -> None:
        """Reads the person and the balance again."""
        await self._greet(session)
        try:
            _show(self, await shown.read_person(session, me, as_id(self._whom)))
            self.is_missing = False
        except NotFound:
            self.is_missing = True

    @event(READS, is_background=True)
    async def follow(self) -> None:
        """Reads the page again whenever something happened to this user, until the tab is gone, a newer follow took over,
        or the session is over."""
        async with self:
            self._follow += 1
            mine, token = self._follow, self.router.session.client_token
            async with db.transaction() as session:
                me = await self._me(session)
        if me is None:
            return
        async for _ in following.moments(token, me.user_id):
            async with self:
                if self._follow != mine or not await _catch_up(self, me):
                    return

    @event(OPEN)
    async def ask(self, what: Id) -> None:
        self.asked = str(what)[:MAX_ASKED_CHARS]

    # ---- photos

    @event(OPEN)
    async def open_photo(self, photo_id: Id) -> None:
        """Pressed again, it closes."""
        photo_id = str(photo_id)[:MAX_ASKED_CHARS]
        self.opened_id, self.asked = "" if photo_id == self.opened_id else photo_id, ""

    @event(CHANGES)
    async def delete_photo(self, photo_id: Id) -> None:
        async with self._acting() as (session, me):
            prefixes = await service.delete_photo(session, me, as_id(photo_id))
            self.asked, self.opened_id = "", ""
            await self._refresh(session, me)
        await objects.discard_now(prefixes)

    @event(CHANGES)
    async def delete_crossed_out(self) -> None:
        """All that the gate left out."""
        prefixes: list[str] = []
        async with self._acting() as (session, me):
            for photo_id in await shown.crossed_out(session, me, as_id(self._whom)):
                prefixes += await service.delete_photo(session, me, photo_id)
            self.asked, self.opened_id = "", ""
            await self._refresh(session, me)
        await objects.discard_now(prefixes)

    # ---- the likeness

    @event(WRITES)
    async def train(self) -> Any:
        """The red button."""
        return await self._train(None)

    @event(WRITES)
    async def train_here(self) -> Any:
        """By the darkroom alone, where a GPU service trains as well."""
        return await self._train(OWN)

    async def _train(self, trainer: str | None) -> Any:
        async with self._acting() as (session, me):
            ask = TrainingAsk(as_id(self._whom), trainer=trainer)
            likeness = await training.request_training(session, me, ask)
            await self._refresh(session, me)
        await workflows.start_training(likeness)
        return PersonState.follow

    @event(CHANGES)
    async def stop_training(self, likeness_id: Id) -> None:
        """It costs nothing; what is stored of it goes."""
        async with self._acting() as (session, me):
            likeness = await service.find_likeness(session, me, as_id(likeness_id))
            job = await jobs.cancel_job(session, me, likeness.job_id)
            await self._refresh(session, me)
        await jobs.after_cancel(job)

    @event(CHANGES)
    async def choose_likeness(self, likeness_id: Id) -> None:
        async with self._acting() as (session, me):
            await service.choose_likeness(session, me, as_id(likeness_id))
            await self._refresh(session, me)

    @event(CHANGES)
    async def delete_likeness(self, likeness_id: Id) -> None:
        async with self._acting() as (session, me):
            prefixes = await service.delete_likeness(session, me, as_id(likeness_id))
            self.asked = ""
            await self._refresh(session, me)
        await objects.discard_now(prefixes)

    # ---- the agreement, and the end

    @event(CHANGES)
    async def agree(self, form: Form) -> None:
        async with self._acting() as (session, me):
            try:
                said = attestation_of(form, self.notice.version)
                await service.give_consent(session, me, as_id(self._whom), said)
            except BadInput as error:
                self.errors = form_errors(error)
                return
            self.errors = FormErrors()
            await self._refresh(session, me)

    @event(WRITES)
    async def ask_by_link(self, form: Form) -> None:
        """The person in the photos is asked; the link is shown, to be sent to them."""
        async with self._acting() as (session, me):
            try:
                _, secret = await handshakes.ask(session, me, as_id(self._whom), question_of(form))
            except BadInput as error:
                self.errors = form_errors(error)
                return
            self.errors, self.made_link, self.asked = FormErrors(), link_of(secret), ""
            await self._refresh(session, me)

    @event(CHANGES)
    async def take_question_back(self) -> None:
        async with self._acting() as (session, me):
            await handshakes.take_question_back(session, me, as_id(self._whom))
            self.made_link, self.asked = "", ""
            await self._refresh(session, me)

    @event(CHANGES)
    async def keep_photos(self, retention: Literal["after_training", "days_30", "keep"]) -> None:
        """How long, from now on."""
        async with self._acting() as (session, me):
            await service.change_person(session, me, as_id(self._whom), retention=retention)
            await self._refresh(session, me)

    @event(CHANGES)
    async def withdraw(self) -> None:
        async with self._acting() as (session, me):
            prefixes = await service.withdraw_consent(session, me, as_id(self._whom))
            self.asked, self.opened_id = "", ""
            await self._refresh(session, me)
        await objects.discard_now(prefixes)

    @event(CHANGES)
    async def delete_person(self) -> Any:
        """Goes back to the list."""
        async with self._acting() as (session, me):
            prefixes = await service.delete_person(session, me, as_id(self._whom))
            self.asked = ""
        await objects.discard_now(prefixes)
        return rx.redirect("/people")


def _checked(said: Attestation) -> Attestation:
    """Raises BadInput with every problem of it before anything is written."""
    said.basis()
    return said


def _show(state: AppState, view: shown.PersonView | shown.PeopleView) -> None:
    """Only what changed travels to the browser."""
    for each in fields(view):
        new = getattr(view, each.name)
        if getattr(state, each.name) != new:
            setattr(state, each.name, new)


async def _catch_up(state: PeopleState | PersonState, follower: Actor) -> bool:
    """False: there is nothing more to follow."""
    try:
        async with state._acting() as (session, me):
            if me.session_id != follower.session_id:
                return False
            await state._refresh(session, me)
    except Exception as error:
        state._tell(error)
        return False
    return True
