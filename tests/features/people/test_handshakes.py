"""Somebody is asked by a link: nothing is done with their face before they agree, no more than they agreed to, and nothing
any more when they take it back. Only whoever proves the address that answered answers again."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from sqlmodel import col, select

from pexit_app.core import clock, db, deps, hooks, objects, receipts, security
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.identity import service as identity
from pexit_app.features.people import consent, faces, handshake_doors, handshakes, service, training
from pexit_app.features.people.errors import AnsweredByLink, ConsentRequired, LinkOver, UseNotAgreed
from pexit_app.features.people.handshakes import Answer, Ask
from pexit_app.features.people.models import Consent, Handshake, Photo
from pexit_app.features.people.training import TrainingAsk
from pexit_app.web import rates
from tests.features.people.support import (
    AGREED,
    add_photos,
    fresh,
    new_person,
    new_user,
    order_training,
    photo,
)

EMAIL = "ann@example.org"
TITLES = {"salt-light": "Salt & Light", "open-water": "Open Water"}
YES = Answer(EMAIL, ("likeness", "frames", "outside"), tuple(TITLES), is_adult=True, has_read=True)


@pytest.fixture(autouse=True)
def packs(monkeypatch):
    async def titles(session, slugs):
        return {slug: title for slug, title in TITLES.items() if slugs is None or slug in slugs}

    monkeypatch.setattr(hooks, "_pack_titles", [titles])
    monkeypatch.setattr(rates, "_limiter", MovingWindowRateLimiter(MemoryStorage()))


async def tell(verb, *args, **named):
    async with db.transaction() as session:
        return await verb(session, *args, **named)


async def asked(me, **what):
    person = await new_person(me, agreed=False)
    row, secret = await tell(handshakes.ask, me, person.id, Ask(**what))
    return person, row, secret


async def agreed(me, answer=YES, **what):
    person, row, secret = await asked(me, **what)
    await tell(handshakes.approve, secret, answer)
    return person, row, secret


async def test_until_they_agree_nothing_is_kept_or_trained(me, house):
    person, _, secret = await asked(me)
    with pytest.raises(ConsentRequired):
        await add_photos(me, person.id, photo(1))
    with pytest.raises(ConsentRequired):
        await tell(training.request_training, me, TrainingAsk(person.id))
    await tell(handshakes.approve, secret, YES)
    added = await add_photos(me, person.id, *(photo(n) for n in range(5)))
    assert len(added.photos) == 5
    assert (await order_training(me, person.id)).status == "training"
    stands = (await tell(consent.standing, [person.id]))[person.id]
    assert (stands.basis, stands.notice_version) == ("handshake", consent.CURRENT.version)
    assert stands.answered_by == security.keyed_hash(handshakes.SEAL, EMAIL) and EMAIL not in str(stands.model_dump())


async def test_a_recorded_release_needs_no_link_and_ends_one_that_waits(me, house):
    person, row, secret = await asked(me)
    await tell(service.give_consent, me, person.id, AGREED)
    assert (await fresh(row)).status == "ended"
    with pytest.raises(LinkOver):
        await tell(handshakes.approve, secret, YES)


async def test_no_more_than_was_agreed_to(me, house):
    person, _, _ = await agreed(me, Answer(EMAIL, ("frames",), ("salt-light",), True, True), packs=tuple(TITLES))
    [kept] = (await add_photos(me, person.id, photo(1))).photos
    face = await tell(faces.find_face, me, kept.id, "salt-light")
    assert not face.may_leave and face.weights is None
    with pytest.raises(UseNotAgreed) as refused:
        await tell(faces.find_face, me, kept.id, "open-water")
    assert refused.value.details["use"] == "pack"
    assert [each.id for each in await tell(faces.list_faces, me, "salt-light")] == [kept.id]
    assert await tell(faces.list_faces, me, "open-water") == []
    await add_photos(me, person.id, *(photo(n) for n in range(2, 7)))
    with pytest.raises(UseNotAgreed) as refused:
        await order_training(me, person.id)
    assert refused.value.details["use"] == "likeness"
    with pytest.raises(UseNotAgreed):
        await tell(faces.check_faces, me.user_id, [kept.id], consent.Use.OUTSIDE)
    await tell(service.delete_photo, me, kept.id)
    with pytest.raises(UseNotAgreed):  # what was made with it is still of them
        await tell(faces.check_shown, [kept.id])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"is_adult": False}, "adult"),
        ({"has_read": False}, "notice"),
        ({"uses": ()}, "uses"),
        ({"uses": ("everything",)}, "uses"),
        ({"packs": ()}, "packs"),
        ({"packs": ("another-pack",)}, "packs"),
    ],
)
async def test_an_answer_is_whole_or_refused(me, house, change, field):
    person, row, secret = await asked(me, packs=tuple(TITLES))
    given = {name: getattr(YES, name) for name in YES.__dataclass_fields__} | change
    with pytest.raises(BadInput) as refused:
        await tell(handshakes.approve, secret, Answer(**given))
    assert [each.field for each in refused.value.problems] == [field]
    assert (await fresh(row)).status == "asked" and await tell(consent.standing, [person.id]) == {}


async def test_whoever_asks_cannot_answer_themselves(me, house):
    _, _, secret = await asked(me)
    own = (await tell(identity.me, me)).email
    with pytest.raises(BadInput) as refused:
        await tell(handshakes.approve, secret, Answer(own, YES.uses, YES.packs, True, True))
    assert [each.field for each in refused.value.problems] == ["email"]


@pytest.mark.parametrize("answer", ["no", "taken back"])
async def test_nobody_elses_word_stands_in_for_theirs(me, house, answer):
    """Whoever asked cannot attest what was refused, or widen what was granted."""
    person, _, secret = await asked(me)
    if answer == "no":
        await tell(handshakes.decline, secret)
    else:
        await tell(handshakes.approve, secret, YES)
        with pytest.raises(AnsweredByLink):
            await tell(service.give_consent, me, person.id, AGREED)
        await tell(handshakes.revoke, secret, is_hiding=False)
    with pytest.raises(AnsweredByLink):
        await tell(service.give_consent, me, person.id, AGREED)
    _, again = await tell(handshakes.ask, me, person.id, Ask())
    await tell(handshakes.approve, again, YES)
    assert (await tell(consent.standing, [person.id]))[person.id].basis == "handshake"


async def test_taking_it_back_stops_work_deletes_everything_and_signs_for_it(me, house):
    person, row, secret = await agreed(me)
    await add_photos(me, person.id, *(photo(n) for n in range(5)))
    likeness = await order_training(me, person.id)
    _, prefixes = await tell(handshakes.revoke, secret, is_hiding=True)
    await objects.discard_now(prefixes)
    assert not house.store.objects and await fresh(likeness) is None
    assert await tell(consent.standing, [person.id]) == {}
    async with db.transaction() as session:
        assert (await session.exec(select(Photo).where(Photo.person_id == person.id))).all() == []
        receipt = await handshakes.receipt_of(session, await fresh(row))
    body = receipts.verified(receipt.document, [receipts.public_key()])
    assert body["subject"] == {"kind": "consent", "id": str(person.id)}
    kinds = [each["kind"] for each in body["erased"]]
    assert (kinds.count("photo"), kinds.count("likeness"), kinds.count("object")) == (5, 1, 10)
    with pytest.raises(LinkOver):
        await tell(handshakes.revoke, secret, is_hiding=False)


async def test_frames_are_hidden_and_come_back_by_another_answer(me, house, monkeypatch):
    told = []

    async def hidden(session, user_id, ids, is_hidden):
        told.append((user_id, set(ids), is_hidden))

    monkeypatch.setattr(hooks, "_faces_hidden", [hidden])
    person, _, secret = await agreed(me)
    early, late = [(await add_photos(me, person.id, photo(n))).photos[0] for n in (1, 2)]
    await tell(service.delete_photo, me, early.id)  # frames made with it are still theirs
    await tell(handshakes.revoke, secret, is_hiding=True)
    await handshakes.settle_all_hiding()  # whoever revoked may have died before
    await handshakes.settle_all_hiding()
    assert told == [(me.user_id, {early.id, late.id}, True)]
    _, again = await tell(handshakes.ask, me, person.id, Ask())
    await tell(handshakes.approve, again, YES)
    await handshakes.settle_all_hiding()
    assert told[1:] == [(me.user_id, {early.id, late.id}, False)]


@pytest.fixture
def told(monkeypatch):
    """(faces, whether they are hidden), as slices above hear it."""
    heard = []

    async def hidden(session, user_id, ids, is_hidden):
        heard.append((set(ids), is_hidden))

    monkeypatch.setattr(hooks, "_faces_hidden", [hidden])
    return heard


async def test_nobody_answers_in_the_place_of_whoever_agreed(me, house):
    """The owner asks again and answers from another mailbox: the first answer stands, and can be taken back."""
    person, row, secret = await agreed(me)
    _, again = await tell(handshakes.ask, me, person.id, Ask())
    other = Answer("second@example.org", YES.uses, (), True, True)
    with pytest.raises(BadInput) as refused:
        await tell(handshakes.approve, again, other)
    assert [each.field for each in refused.value.problems] == ["email"]
    assert (await fresh(row)).status == "approved"
    await tell(handshakes.revoke, secret, is_hiding=False)
    await tell(handshakes.approve, again, other)  # with nobody's agreement standing, anybody may answer
    assert (await tell(consent.standing, [person.id]))[person.id].basis == "handshake"


async def test_what_one_has_hidden_nobody_else_shows(me, house, told):
    person, row, secret = await agreed(me)
    made = (await add_photos(me, person.id, photo(1))).photos[0]
    await tell(handshakes.revoke, secret, is_hiding=True)
    await handshakes.settle_all_hiding()
    _, again = await tell(handshakes.ask, me, person.id, Ask())
    await tell(handshakes.approve, again, Answer("second@example.org", YES.uses, (), True, True))
    await handshakes.settle_all_hiding()
    assert told == [({made.id}, True)]
    assert (await fresh(row)).is_hiding


async def test_an_answer_that_was_renewed_still_hides_what_is_there(me, house, told):
    person, row, secret = await agreed(me)
    made = (await add_photos(me, person.id, photo(1))).photos[0]
    _, again = await tell(handshakes.ask, me, person.id, Ask())
    await tell(handshakes.approve, again, YES)
    assert (await fresh(row)).status == "ended"
    await tell(handshakes.hide, secret)
    await handshakes.settle_hiding(row.id)
    assert told == [({made.id}, True)]


async def test_the_owner_ends_it_and_what_was_made_may_still_be_hidden(me, house):
    person, row, secret = await agreed(me)
    await tell(service.withdraw_consent, me, person.id)
    assert (await fresh(row)).status == "ended"
    await tell(handshakes.hide, secret)
    assert (await fresh(row)).is_hiding
    with clock.moved(days=31):
        await handshakes.forget_addresses()
    assert (await fresh(row)).sealed_email == ""


async def test_a_link_that_waits_is_good_for_fourteen_days_and_its_words_no_longer(me, house):
    _, row, secret = await asked(me, note="For the poster of our trip.")
    with clock.moved(days=14, minutes=1):
        with pytest.raises(LinkOver):
            await tell(handshakes.approve, secret, YES)
        await handshakes.forget_addresses()
    assert (await fresh(row)).note == ""
    assert secret not in str((await fresh(row)).model_dump())


async def test_a_new_question_ends_the_one_before_and_the_owner_takes_it_back(me, house):
    person, _, secret = await asked(me)
    _, newer = await tell(handshakes.ask, me, person.id, Ask())
    with pytest.raises(LinkOver):
        await tell(handshakes.approve, secret, YES)
    await tell(handshakes.take_question_back, me, person.id)
    with pytest.raises(LinkOver):
        await tell(handshakes.decline, newer)
    with pytest.raises(NotFound):
        await tell(handshakes.take_question_back, me, person.id)


async def test_another_user_and_a_pet(me, other, house):
    person, _, _ = await asked(me)
    with pytest.raises(NotFound):
        await tell(handshakes.ask, other, person.id, Ask())
    with pytest.raises(NotFound):
        await tell(handshakes.take_question_back, other, person.id)
    pet = await new_person(me, agreed=False, kind="pet")
    with pytest.raises(BadInput):
        await tell(handshakes.ask, me, pet.id, Ask())


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"uses": ()}, "uses"),
        ({"uses": ("all",)}, "uses"),
        ({"packs": ("nowhere",)}, "packs"),
        ({"packs": tuple(f"p{n}" for n in range(13))}, "packs"),
        ({"note": "x" * 301}, "note"),
        ({"note": "a\0b"}, "note"),
    ],
)
async def test_a_question_is_checked(me, house, what, field):
    person = await new_person(me, agreed=False)
    with pytest.raises(BadInput) as refused:
        await tell(handshakes.ask, me, person.id, Ask(**what))
    assert [each.field for each in refused.value.problems] == [field]


async def test_two_answers_at_once_are_one(live_db, house):
    async with db.transaction() as session:
        me = await new_user(session)
    person, row, secret = await asked(me)

    async def answer(n):
        email = f"{n}.{uuid4().hex}@example.org"
        return await tell(handshakes.approve, secret, Answer(email, YES.uses, YES.packs, True, True))

    came = await asyncio.gather(
        *(answer(n) for n in range(4)), tell(handshakes.decline, secret), return_exceptions=True
    )
    assert sum(isinstance(each, LinkOver) for each in came) == 4, came
    async with db.transaction() as session:
        query = select(Consent).where(Consent.person_id == person.id, col(Consent.withdrawn_at).is_(None))
        rows = (await session.exec(query)).all()
    assert len(rows) == (1 if (await fresh(row)).status == "approved" else 0)


# ---- the page behind the link


class Letters:
    def __init__(self) -> None:
        self.codes: list[tuple[str, str]] = []
        self.notices: list[tuple[str, str]] = []

    def where(self, identifier: str) -> str:
        return ""

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "") -> None:
        self.codes.append((identifier, code))

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        self.notices.append((identifier, subject))


@pytest.fixture
def letters(house):
    sent = Letters()
    object.__setattr__(deps.get(), "sender", sent)
    return sent


@pytest.fixture(scope="module")
def app() -> FastAPI:
    from pexit_app.pexit_app import api

    return api()


@pytest.fixture
async def browser(app):
    headers = {"Origin": "http://pexit.test"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://pexit.test", headers=headers, follow_redirects=True
    ) as made:
        yield made


FORM = {"uses": ["likeness", "frames"], "adult": "on", "notice": "on"}


async def test_from_the_link_to_an_answer_and_back(me, letters, browser):
    person, row, secret = await asked(me, note="Hi <b>Ann</b>, for our trip.")
    at = f"/c/{secret}"
    page = await browser.get(at)
    assert (
        page.status_code == 200 and "Hi &lt;b&gt;Ann&lt;/b&gt;" in page.text and "What we do with a face" in page.text
    )
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "same-origin")
    page = await browser.post(f"{at}/code", data={"email": "Ann@Example.org"})
    assert "Six digits were sent to" in page.text and letters.codes[-1][0] == EMAIL
    code = letters.codes[-1][1]

    # What is missing is said at its field, and the code is not used up by it.
    page = await browser.post(f"{at}/answer", data={"code": code, "uses": ["frames"], "adult": "on"})
    assert page.status_code == 422 and "Read the notice" in page.text
    page = await browser.post(f"{at}/answer", data={**FORM, "code": "000000" if code != "000000" else "111111"})
    assert page.status_code == 422 and "wrong or too old" in page.text
    page = await browser.post(f"{at}/answer", data={**FORM, "code": code})
    assert page.status_code == 200 and "You agreed." in page.text and "a…@example.org" in page.text
    assert EMAIL not in page.text and (await fresh(row)).uses == ["likeness", "frames"]
    assert {each[0] for each in letters.notices} == {EMAIL, (await tell(identity.me, me)).email}

    # Taken back, by a code to the address that answered, whatever is asked for.
    await add_photos(me, person.id, photo(1))
    with clock.moved(minutes=1):
        await browser.post(f"{at}/code", data={"email": "thief@example.org"})
        assert letters.codes[-1][0] == EMAIL
        page = await browser.post(f"{at}/back", data={"hide": "on", "code": letters.codes[-1][1]})
    assert page.status_code == 200 and "You took it back." in page.text and "Read the signed receipt" in page.text
    told = (await browser.get(f"{at}/receipt")).json()
    assert receipts.verified(told, [receipts.public_key()])["subject"]["kind"] == "consent"
    assert await tell(consent.standing, [person.id]) == {}


async def test_nobody_answers_for_another(me, letters, browser):
    """A code proves its own address for its own link, once, from the browser that asked for it."""
    _, _, first = await asked(me)
    _, _, second = await asked(me)
    await browser.post(f"/c/{first}/code", data={"email": EMAIL})
    code = letters.codes[-1][1]
    assert (await browser.post(f"/c/{second}/answer", data={**FORM, "code": code})).status_code == 422
    browser.cookies.clear()
    assert (await browser.post(f"/c/{first}/answer", data={**FORM, "code": code})).status_code == 422
    forged = security.sign("pexit_link", f"{security.sha256(second)}\n{EMAIL}")
    browser.cookies.set("pexit_link", forged[:-1] + ("A" if forged[-1] != "A" else "B"))
    assert (await browser.post(f"/c/{second}/answer", data={**FORM, "code": code})).status_code == 422
    async with db.transaction() as session:
        assert set((await session.exec(select(Handshake.status))).all()) == {"asked"}


async def test_a_code_is_not_guessed(me, letters, browser):
    _, row, secret = await asked(me)
    await browser.post(f"/c/{secret}/code", data={"email": EMAIL})
    code = letters.codes[-1][1]
    wrong = [f"{n:06d}" for n in range(8) if f"{n:06d}" != code][:5]
    for each in wrong:
        await browser.post(f"/c/{secret}/answer", data={**FORM, "code": each})
    page = await browser.post(f"/c/{secret}/answer", data={**FORM, "code": code})
    assert page.status_code == 422 and (await fresh(row)).status == "asked"


async def test_what_is_no_link_leads_nowhere(me, letters, browser):
    _, _, secret = await asked(me)
    for each in ("x", "a" * 43, secret[:-1], secret.swapcase(), "a" * 5000, "%00", "..%2f..%2fetc"):
        assert (await browser.get(f"/c/{each}")).status_code == 404, each
        for verb in ("code", "answer", "no", "back"):
            answer = await browser.post(f"/c/{each}/{verb}", data={"email": EMAIL, "code": "123456"})
            assert answer.status_code in (404, 422), each
    assert letters.codes == []


async def test_another_sites_form_answers_nothing(me, letters, browser):
    _, row, secret = await asked(me)
    for verb in ("code", "answer", "no", "back"):
        answer = await browser.post(f"/c/{secret}/{verb}", headers={"Origin": "http://evil.test"})
        assert answer.status_code == 403
    assert (await fresh(row)).status == "asked"


async def test_a_letter_goes_to_an_address_and_to_no_phone(me, letters, browser):
    _, _, secret = await asked(me)
    for text in ("", "nobody", "+46701234567", "a@b@c"):
        page = await browser.post(f"/c/{secret}/code", data={"email": text})
        assert page.status_code == 422 and "e-mail address" in page.text
    assert letters.codes == []


async def test_the_link_is_told_once(me, house):
    _, row, secret = await asked(me)
    assert handshake_doors.link_of(secret).endswith(f"/c/{secret}")
    assert row.token_hash == security.sha256(secret)
