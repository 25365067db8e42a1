"""The studio's casting row: own people first, a choice that every draft and frame follows, nobody else's face."""

import pytest
from sqlmodel import select

from pexit_app.features.people import service as people
from pexit_app.features.shoots.models import Frame
from tests.features.shoots.friends import befriend
from tests.features.shoots.support import new_user
from tests.features.shoots.test_studio_state import (  # noqa: F401  (fixtures)
    Tab,
    actor_of,
    cookie,
    opened,
    settings_of,
    starts,
)

pytestmark = pytest.mark.usefixtures("house")


async def test_a_new_studio_shows_the_users_own_face(session, cookie):  # noqa: F811
    ada = await befriend(session, await actor_of(session, cookie))
    tab = await opened(cookie)
    assert tab.state.cast == {"you": str(ada.likeness.id)}
    (role,) = tab.state.roles
    assert [(face.name, face.is_chosen) for face in role.faces] == [("Stand-in", False), ("Ada", True)]


async def test_nobody_to_cast_is_said_with_the_next_step(cookie):  # noqa: F811
    tab = await opened(cookie)
    assert tab.state.cast == {"you": ""}
    assert "Add photos of yourself" in tab.state.roles[0].hint


async def test_what_is_chosen_is_what_is_rendered(session, cookie, starts):  # noqa: F811
    me = await actor_of(session, cookie)
    ada, bea = await befriend(session, me), await befriend(session, me, "Bea")
    tab = await opened(cookie)
    await tab.call("choose_face", "you", str(bea.likeness.id))
    await tab.call("request_frames")
    frames = (await session.exec(select(Frame).where(Frame.user_id == me.user_id))).all()
    assert {frame.cast["you"] for frame in frames} == {str(bea.likeness.id)}
    await tab.call("choose_face", "you", "")
    await tab.call("reopen", str(frames[0].id))
    assert tab.state.cast == {"you": str(bea.likeness.id)}
    assert ada.likeness.id != bea.likeness.id


async def test_the_address_keeps_the_cast_and_a_photo_says_what_it_is(session, cookie):  # noqa: F811
    ada = await befriend(session, await actor_of(session, cookie))
    tab = await opened(cookie, f"?cast={ada.photo.id}")
    assert tab.state.cast == {"you": str(ada.photo.id)}
    assert tab.state.kept["cast"] == str(ada.photo.id)
    assert "From one photo" in tab.state.roles[0].hint


async def test_anothers_face_is_refused_and_nothing_changes(session, cookie):  # noqa: F811
    theirs = await befriend(session, await new_user(session), "Theirs")
    tab = await opened(cookie)
    await tab.call("choose_face", "you", str(theirs.likeness.id))
    assert tab.said == ["There is no such likeness or photo."]
    await tab.call("choose_face", "villain", "")
    assert tab.state.cast == {"you": ""}
    tab = await opened(cookie, f"?cast={theirs.likeness.id}")
    assert tab.state.cast == {"you": ""}


async def test_a_face_that_is_gone_leaves_its_role_to_the_stand_in(session, cookie):  # noqa: F811
    me = await actor_of(session, cookie)
    ada = await befriend(session, me)
    tab = await opened(cookie)
    await people.delete_person(session, me, ada.person.id)
    await tab.call("load")
    await tab.call("settle", settings_of(turned=1))
    assert tab.state.cast == {"you": ""}
