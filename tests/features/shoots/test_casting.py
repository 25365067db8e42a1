"""Who plays whom: own likenesses and photos, stand-ins for the rest, nobody else's, and nobody who does not agree."""

from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from pexit_app.core import deps
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import document
from pexit_app.features.packs import service as packs
from pexit_app.features.people import consent
from pexit_app.features.people import service as people
from pexit_app.features.people.errors import ConsentRequired
from pexit_app.features.people.models import LikenessStatus, Verdict, likeness_key, photo_key
from pexit_app.features.shoots import service
from pexit_app.features.shoots import workflows as _work  # noqa: F401  (hears when a face is gone)
from pexit_app.features.shoots.models import Frame, FrameStatus
from pexit_app.features.shoots.requests import ShootRequest
from tests.features.packs.samples import GOOD
from tests.features.shoots.friends import befriend
from tests.features.shoots.support import PACK, asks, new_user, open_house, order, publish

DUO = "duo-pack"


@pytest.fixture
def house():
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session, house) -> Actor:
    await publish(session)
    return await new_user(session)


async def publish_duo(session) -> None:
    text = GOOD.replace("slug: test-pack", f"slug: {DUO}").replace(
        "- {id: you, label: You}", "- {id: you, label: You}\n  - {id: other, label: Your friend}"
    )
    text = (
        text.replace("{person} on", "{person} and {other} on")
        .replace("stand_ins: [onyx]", "stand_ins: [onyx, rosa]")
        .replace("stand_ins: [alba]", "stand_ins: [alba, terra]")
    )
    await packs.publish(session, document.parse(text.encode()), uuid4().hex, [])


async def frames_of(session, me: Actor, **more) -> list[Frame]:
    return list((await order(session, me, 1, **more)).frames)


async def test_a_likeness_a_photo_and_a_stand_in_each_play_as_themselves(session, me):
    ada = await befriend(session, me)
    for face, persona in (
        (ada.likeness.id, likeness_key(ada.likeness.id)),
        (ada.photo.id, photo_key(ada.photo.id, "persona.npz")),
        (None, "standin:onyx"),
    ):
        (frame,) = await frames_of(session, me, cast={"you": face})
        assert frame.personas == [persona]
        assert frame.cast == {"you": str(face) if face else None}


async def test_the_prompt_calls_a_likeness_by_its_trigger_word(session, me):
    ada = await befriend(session, me)
    (frame,) = await frames_of(session, me, cast={"you": ada.likeness.id})
    assert frame.prompt.startswith("TOK ")


async def test_a_shoot_keeps_its_cast_until_it_is_changed(session, me):
    ada, bea = await befriend(session, me), await befriend(session, me, "Bea")
    first = await order(session, me, 1, cast={"you": ada.likeness.id})
    (same,) = await frames_of(session, me, shoot_id=first.shoot.id)
    (other,) = await frames_of(session, me, shoot_id=first.shoot.id, cast={"you": bea.likeness.id})
    (then,) = await frames_of(session, me, shoot_id=first.shoot.id)
    varied = await service.vary_frame(session, me, first.frames[0].id)
    faces = [frame.cast["you"] for frame in (same, other, then, varied.frames[0])]
    assert faces == [str(each.likeness.id) for each in (ada, bea, bea, ada)]


async def test_two_roles_are_two_people(session, me):
    await publish_duo(session)
    ada, bea = await befriend(session, me), await befriend(session, me, "Bea")
    both = ShootRequest(asks(1), pack=DUO, cast={"you": ada.likeness.id, "other": bea.photo.id})
    (frame,) = (await service.request_frames(session, me, both)).frames
    assert frame.personas == [likeness_key(ada.likeness.id), photo_key(bea.photo.id, "persona.npz")]
    alone = ShootRequest(asks(1), pack=DUO, cast={"other": bea.likeness.id})
    (frame,) = (await service.request_frames(session, me, alone)).frames
    assert frame.personas == ["standin:onyx", likeness_key(bea.likeness.id)]
    assert frame.cast == {"you": None, "other": str(bea.likeness.id)}


async def test_a_role_the_pack_does_not_have_is_named(session, me):
    with pytest.raises(BadInput) as raised:
        await order(session, me, 1, cast={"villain": None})
    assert raised.value.problems[0].field == "cast.villain"


async def test_nobody_elses_face_and_none_that_is_not_usable(session, me):
    ada = await befriend(session, await new_user(session))
    mine = await befriend(session, me)
    mine.likeness.status, mine.likeness.finished_at = LikenessStatus.TRAINING, None
    mine.photo.verdict = Verdict.REJECTED
    await session.flush()
    for face in (ada.likeness.id, ada.photo.id, mine.likeness.id, mine.photo.id, uuid4()):
        with pytest.raises(NotFound):
            await order(session, me, 1, cast={"you": face})
        with pytest.raises(NotFound):
            await service.quote_frames(session, me, ShootRequest(asks(1), pack=PACK, cast={"you": face}))
        with pytest.raises(NotFound):
            await service.open_shoot(session, me, PACK, {"you": face})
    assert (await session.exec(select(Frame).where(Frame.user_id == me.user_id))).all() == []


async def test_without_consent_nothing_is_done_with_a_face(session, me):
    ada = await befriend(session, me)
    await consent.withdraw(session, ada.person.id)
    await session.flush()
    for face in (ada.likeness.id, ada.photo.id):
        with pytest.raises(ConsentRequired) as raised:
            await order(session, me, 1, cast={"you": face})
        assert raised.value.status == 409


@pytest.mark.parametrize("how", ["likeness", "photo", "person", "consent"])
async def test_frames_under_way_stop_when_their_face_is_gone(session, me, how):
    ada, bea = await befriend(session, me), await befriend(session, me, "Bea")
    face: UUID = ada.photo.id if how == "photo" else ada.likeness.id
    (hers,) = await frames_of(session, me, cast={"you": face})
    (others,) = await frames_of(session, me, cast={"you": bea.likeness.id})
    verbs = {
        "likeness": (people.delete_likeness, ada.likeness.id),
        "photo": (people.delete_photo, ada.photo.id),
        "person": (people.delete_person, ada.person.id),
        "consent": (people.withdraw_consent, ada.person.id),
    }
    verb, subject = verbs[how]
    await verb(session, me, subject)
    for frame in (hers, others):
        await session.refresh(frame)
    assert (hers.status, hers.charge_dust, others.status) == (FrameStatus.CANCELED, 0, FrameStatus.WAITING)
