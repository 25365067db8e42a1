"""The handlers of people's pages: each asks the database who is calling, says in words what goes wrong, and shows what is
true."""

from uuid import UUID, uuid4

import pytest
import reflex as rx
from reflex.istate.data import RouterData

from pexit_app.core import settings
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.identity import service as identity
from pexit_app.features.people import consent, learning, photos, service, workflows
from pexit_app.features.people.models import Person
from pexit_app.features.people.state import PeopleState, PersonState
from pexit_app.features.wallet import service as wallet
from tests.features.people.support import (
    PROOFS,
    add_photos,
    fresh,
    new_person,
    person_with_photos,
    photo,
)
from tests.features.people.test_learning_rented import rent

pytestmark = pytest.mark.usefixtures("house")
AGREED = {"name": "Mara", "kind": "person", "relationship": "Myself", "basis": "own", "adult": "on"}


class Tab:
    """A browser tab: its state, and the cookie its connection was made with."""

    def __init__(self, cookie: str, path: str = "/people", cls: type = PeopleState) -> None:
        root = rx.State(_reflex_internal_init=True)
        root.router = RouterData.from_router_data(
            {"headers": {"cookie": cookie, "origin": "http://here"}, "pathname": path, "asPath": path}
        )
        self.state = root.get_substate(cls.get_full_name().split("."))

    async def call(self, name: str, *arguments):
        return await type(self.state).event_handlers[name].fn(self.state, *arguments)

    @property
    def said(self) -> list[str]:
        return [each.text for each in self.state.messages]


@pytest.fixture
def starts(monkeypatch) -> list:
    """Work is handed over, and not done."""
    handed = []

    async def start(likeness):
        handed.append(likeness.id)

    monkeypatch.setattr(workflows, "start_training", start)
    return handed


async def signed_in(session):
    user = await identity.user_of(session, f"{uuid4().hex}@example.com")
    _, secret = await identity.open_session(session, user, "test")
    await wallet.open_wallet(session, user.id, 25)
    cookie = f"{settings.load().cookie_name}={secret}"
    return cookie, await identity.find_by_cookie(session, cookie)


@pytest.fixture
async def visitor(session, house):
    return await signed_in(session)


async def at(monkeypatch, cookie: str, person_id) -> Tab:
    """The page of a person, loaded."""
    monkeypatch.setattr(PersonState, "person_id", str(person_id), raising=False)
    tab = Tab(cookie, f"/people/{person_id}", PersonState)
    await tab.call("load")
    return tab


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("delete_photo", [str(uuid4())]),
        ("delete_crossed_out", []),
        ("train", []),
        ("stop_training", [str(uuid4())]),
        ("choose_likeness", [str(uuid4())]),
        ("delete_likeness", [str(uuid4())]),
        ("agree", [AGREED]),
        ("withdraw", []),
        ("delete_person", []),
        ("load", []),
    ],
)
async def test_without_a_session_every_handler_sends_to_sign_in_and_back_here(session, starts, name, arguments):
    tab = Tab("", "/people/x", PersonState)
    await tab.call(name, *arguments)
    assert tab.state.leave_to == "/login?next=%2Fpeople%2Fx"
    assert starts == []
    crowd = Tab("")
    await crowd.call("add_person", AGREED)
    assert crowd.state.leave_to == "/login?next=%2Fpeople"


async def test_nobody_yet_shows_the_words_to_agree_to(visitor):
    tab = Tab(visitor[0])
    await tab.call("load")
    assert tab.state.is_ready
    assert tab.state.people == []
    assert tab.state.notice.version == consent.CURRENT.version
    assert "\n\n".join([tab.state.notice.title, *tab.state.notice.paragraphs]) == consent.CURRENT.text.strip()


async def test_a_person_is_added_with_consent_and_the_page_goes_there(session, visitor):
    tab = Tab(visitor[0])
    await tab.call("load")
    await tab.call("add_person", AGREED)
    await tab.call("load")
    (card,) = tab.state.people
    assert (card.name, card.line, card.state) == ("Mara", "Myself. No photo yet.", "none")
    stands = await consent.standing(session, [(await fresh_person(session, card.id)).id])
    assert [each.basis for each in stands.values()] == ["own"]


async def fresh_person(session, person_id: str) -> Person:
    return await session.get(Person, UUID(person_id), populate_existing=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"adult": ""}, "adult"), ({"basis": ""}, "basis"), ({"name": "  "}, "name"), ({"name": "x" * 101}, "name"),
     ({"relationship": "x" * 101}, "relationship"), ({"basis": 7}, "basis"), ({"name": None}, "name")],
)  # fmt: skip
async def test_a_form_with_a_fault_adds_nobody_and_says_which_field(visitor, change, field):
    tab = Tab(visitor[0])
    await tab.call("load")
    await tab.call("add_person", AGREED | change)
    assert getattr(tab.state.errors, field) != ""
    await tab.call("load")
    assert tab.state.people == []


async def test_words_that_changed_meanwhile_are_not_agreed_to(visitor):
    tab = Tab(visitor[0])  # never loaded: it showed no words
    await tab.call("add_person", AGREED)
    assert "notice" in tab.state.errors.basis
    await tab.call("load")
    assert tab.state.people == []


async def test_a_pet_needs_nobodys_word(visitor, monkeypatch):
    tab = Tab(visitor[0])
    await tab.call("load")
    await tab.call("add_person", {"name": "Miso", "kind": "pet"})
    await tab.call("load")
    assert [card.line for card in tab.state.people] == ["Pet. No photo yet."]
    page = await at(monkeypatch, visitor[0], tab.state.people[0].id)
    assert page.state.may_add
    assert not page.state.consent.is_standing


async def test_verdicts_land_on_the_photos(visitor, monkeypatch):
    cookie, me = visitor
    person = await new_person(me, "Mara")
    await add_photos(me, person.id, photo(1), photo(2, refuse=["blurred"]), photo(3, who="somebody else"))
    tab = await at(monkeypatch, cookie, person.id)
    good, out, hint = tab.state.photos
    assert (good.state, good.word, good.text) == ("good", "Good", "Sharp, facing you.")
    assert (out.state, out.text, out.frame.mark) == ("out", "It is blurred: take another.", "reject")
    assert (hint.state, hint.hints, hint.frame.mark) == ("hint", ["Is this the same person?"], "none")
    assert tab.state.out_count == 1
    assert tab.state.ready.score == 20
    assert tab.state.ready.text == "3 more good photos and it can train."
    assert not tab.state.can_train
    assert tab.state.photo_ids == [card.id for card in tab.state.photos]


async def test_only_what_changed_travels(visitor, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    tab.state.dirty_vars.clear()
    await tab.call("load")
    assert tab.state.dirty_vars & {"photos", "likenesses", "notice", "consent", "ready"} == set()


async def test_photos_are_deleted_when_asked_twice(visitor, house, monkeypatch):
    cookie, me = visitor
    person, taken = await person_with_photos(me, 2)
    await add_photos(me, person.id, photo(8, refuse=["blurred"]), photo(9, refuse=["too_dark"]))
    tab = await at(monkeypatch, cookie, person.id)
    await tab.call("open_photo", str(taken[0].id))
    await tab.call("ask", str(taken[0].id))
    assert (tab.state.opened_id, tab.state.asked) == (str(taken[0].id), str(taken[0].id))
    await tab.call("delete_photo", str(taken[0].id))
    assert len(tab.state.photos) == 3
    assert house.store.of(taken[0]) == set()
    assert (tab.state.opened_id, tab.state.asked) == ("", "")
    await tab.call("delete_crossed_out")
    assert tab.state.photo_ids == [str(taken[1].id)]


async def test_a_training_is_followed_from_its_ticket_to_the_proof_sheet(visitor, starts, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    assert tab.state.can_train
    assert tab.state.is_from_one_photo
    assert [line.amount for line in tab.state.ticket.lines] == ["0 dust", "0 dust"]
    await tab.call("train")
    (card,) = tab.state.likenesses
    assert starts == [UUID(card.id)]
    assert (card.state, card.stage, card.eta, tab.state.can_train) == ("training", "waiting for its turn", "", False)
    assert {proof.state for proof in card.proofs} == {"empty"}
    await learning.learn(UUID(card.id))
    await tab.call("load")
    (card,) = tab.state.likenesses
    assert (card.state, card.is_chosen, len(card.proofs)) == ("ready", True, PROOFS)
    assert all(proof.src for proof in card.proofs)
    assert tab.state.has_likeness
    assert not tab.state.is_from_one_photo
    assert tab.state.said == "Likeness 1 is ready"


@pytest.mark.parametrize("is_rented", [False, True])
async def test_where_a_gpu_trains_sketches_may_still_be_learnt_here_for_nothing(
    visitor, house, starts, monkeypatch, tmp_path, is_rented
):
    cookie, me = visitor
    gpu = rent(tmp_path) if is_rented else None
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    assert tab.state.press_here == ("Train on this machine only: for sketches, free" if is_rented else "")
    await tab.call("train_here")
    (card,) = tab.state.likenesses
    await learning.learn(UUID(card.id))
    await tab.call("load")
    assert tab.state.likenesses[0].state == "ready"
    assert gpu is None or gpu.submitted == []


async def test_too_early_and_twice_is_said_in_words(visitor, starts, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me, 4)
    tab = await at(monkeypatch, cookie, person.id)
    await tab.call("train")
    assert len(tab.said) == 1
    assert "needs 5 accepted photos" in tab.said[0]
    await add_photos(me, person.id, photo(9))
    await tab.call("train")
    await tab.call("train")
    assert len(starts) == 1
    assert "being trained already" in tab.said[-1]


async def test_a_stopped_training_costs_nothing_and_makes_room(visitor, starts, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    await tab.call("train")
    await tab.call("stop_training", tab.state.likenesses[0].id)
    assert tab.state.likenesses[0].state == "canceled"
    assert tab.state.can_train


async def test_a_failure_has_its_reason_and_the_next_one_takes_its_place(visitor, house, starts, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    house.trainer.course.last = ProviderUpdate(ProviderState.FAILED, error="The faces do not agree.")
    await tab.call("train")
    await learning.learn(starts[-1])
    await tab.call("load")
    assert (tab.state.likenesses[0].state, tab.state.likenesses[0].error) == ("failed", "The faces do not agree.")
    house.trainer.course.last = ProviderUpdate(ProviderState.DONE, 100)
    await tab.call("train")
    assert [card.title for card in tab.state.likenesses] == ["Likeness 2"]


async def test_versions_are_chosen_compared_and_deleted(visitor, starts, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    for _ in range(2):
        await tab.call("train")
        await learning.learn(starts[-1])
        await tab.call("load")
    newer, older = tab.state.likenesses
    assert (newer.is_chosen, older.is_chosen) == (True, False)
    await tab.call("choose_likeness", older.id)
    assert [card.is_chosen for card in tab.state.likenesses] == [False, True]
    await tab.call("delete_likeness", older.id)
    assert [(card.title, card.is_chosen) for card in tab.state.likenesses] == [("Likeness 2", True)]


async def test_taking_consent_back_empties_the_sheet_until_somebody_agrees_again(visitor, house, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    assert tab.state.consent.is_standing
    await tab.call("withdraw")
    assert (tab.state.photos, tab.state.may_add, tab.state.consent.is_standing) == ([], False, False)
    assert house.store.objects == {}
    await tab.call("agree", {"basis": "own"})
    assert tab.state.errors.adult != ""
    await tab.call("agree", AGREED)
    assert tab.state.may_add


async def test_a_person_is_deleted_after_saying_what_goes(visitor, house, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    assert tab.state.erase.goes[0].startswith("5 photos")
    await tab.call("delete_person")
    assert await fresh(person) is None
    assert house.store.objects == {}
    await tab.call("load")
    assert tab.state.is_missing


@pytest.mark.parametrize("verb", ["delete_photo", "choose_likeness", "delete_likeness", "stop_training"])
async def test_another_users_things_are_not_there(session, visitor, verb, starts, monkeypatch):
    _, me = visitor
    person, taken = await person_with_photos(me)
    mine = await at(monkeypatch, visitor[0], person.id)
    await mine.call("train")
    stranger, _ = await signed_in(session)
    tab = await at(monkeypatch, stranger, person.id)
    assert tab.state.is_missing
    assert tab.state.name == ""
    what = taken[0].id if verb == "delete_photo" else starts[0]
    await tab.call(verb, str(what))
    assert len(tab.said) == 1
    assert tab.said[0].startswith("There is no such")
    assert (await service.find_person(session, me, person.id)).name == "Ann"
    assert len(await album_ids(session, me, person.id)) == 5


async def album_ids(session, me, person_id):
    return [each.id for each in await photos.list_photos(session, person_id)]


@pytest.mark.parametrize("junk", ["", "no id", None, 7, ["x"], {"a": 1}, "x" * 10_000])
async def test_junk_is_answered_in_words(visitor, junk, monkeypatch):
    cookie, me = visitor
    person, _ = await person_with_photos(me)
    tab = await at(monkeypatch, cookie, person.id)
    for verb in ("open_photo", "ask"):
        await tab.call(verb, junk)
    for verb in ("delete_photo", "choose_likeness", "delete_likeness", "stop_training"):
        await tab.call(verb, junk)
        assert tab.said[-1].startswith("There is no such")
    assert len(tab.state.photos) == 5
