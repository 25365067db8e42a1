"""What changed from one frame to another, in words; and a frame's family, with gaps where frames are gone."""

from uuid import uuid4

import pytest

from pexit_app.core.clock import now
from pexit_app.core.errors import NotFound
from pexit_app.features.packs import document
from pexit_app.features.shoots import lineage, service, transitions
from pexit_app.features.shoots.models import Frame
from pexit_app.features.shoots.requests import ShootRequest
from tests.features.packs.samples import GOOD
from tests.features.shoots.support import SIDE, asks, new_user, order

pytestmark = pytest.mark.usefixtures("house")
DEFINITION = document.parse(GOOD.encode())
KNOBS = {"hour": 17.5, "film": "warm", "haze": False, "tint": "#0e5f63", "weather": "", "light": 0}


def frame(**change) -> Frame:
    given = {
        "scene_id": "shore", "scene_title": "Shore", "knobs": KNOBS, "seed": 7, "width": 1024, "height": 1280,
        "cast": {"you": None}, **change,
    }  # fmt: skip
    return Frame(**given)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"seed": 8}, ["other seed"]),
        ({"knobs": {**KNOBS, "hour": 19}}, ["Later in the day: 17:30 → 19:00"]),
        ({"knobs": {**KNOBS, "hour": 19}, "seed": 8}, ["Later in the day: 17:30 → 19:00", "other seed"]),
        ({"knobs": {**KNOBS, "tint": "#ffffff"}}, []),  # hidden while the haze is off
        ({"knobs": {**KNOBS, "haze": True}}, ["Haze: Off → On", "Colour of the haze: Off → #0E5F63"]),
        ({"knobs": {**KNOBS, "weather": "storm"}}, ["Weather: Off → storm"]),
        ({"width": 1024, "height": 1024}, ["Shape: 4:5 → 1:1"]),
        ({"width": 512, "height": 640}, ["Size: 1024 × 1280 → 512 × 640"]),
        ({"cast": {"you": "5e2c"}}, ["other people"]),
        ({"cast": {}}, []),
        (
            {"scene_id": "night", "scene_title": "Night", "knobs": {**KNOBS, "near": "close"}},
            ["Scene: Shore → Night", "How close: Off → Close"],
        ),
    ],
)
def test_what_changed_is_said_in_words(change, said):
    assert lineage.changes(DEFINITION, frame(), frame(**change)) == said


def test_one_line_of_words():
    assert lineage.in_words(["Film: Warm → Silver", "other seed"]) == "Film: Warm → Silver; other seed"
    assert lineage.in_words([]) == "nothing but chance"


async def child_of(session, me, parent: Frame, seed: int) -> Frame:
    child = asks(seed, parent_frame_id=parent.id)
    request = ShootRequest(child, shoot_id=parent.shoot_id, width=SIDE, height=SIDE)
    return (await service.request_frames(session, me, request)).frames[0]


async def test_a_family_is_told_from_every_place_in_it(session, me):
    root = (await order(session, me, 1)).frames[0]
    one = await child_of(session, me, root, 2)
    other = await child_of(session, me, root, 3)
    grandchild = await child_of(session, me, one, 4)
    told = await lineage.family_of(session, me, one.id)
    assert [each.id for each in told.ancestors] == [root.id]
    assert [each.id for each in told.siblings] == [other.id]
    assert [each.id for each in told.children] == [grandchild.id]
    told = await lineage.family_of(session, me, grandchild.id)
    assert [each.id for each in told.ancestors] == [root.id, one.id]
    assert (told.siblings, told.children) == ([], [])
    told = await lineage.family_of(session, me, root.id)
    assert (told.ancestors, told.is_alone) == ([], False)
    alone = (await order(session, me, 9)).frames[0]
    assert (await lineage.family_of(session, me, alone.id)).is_alone


async def test_deleted_and_trashed_frames_leave_a_gap(session, me):
    root = (await order(session, me, 1)).frames[0]
    parent = await child_of(session, me, root, 2)
    child = await child_of(session, me, parent, 3)
    await transitions.stop_frame(session, parent.id)
    await session.refresh(parent)
    parent.trashed_at = now()
    await session.flush()
    told = await lineage.family_of(session, me, child.id)
    assert [each and each.id for each in told.ancestors] == [root.id, None]
    assert (await lineage.family_of(session, me, root.id)).children == []
    await session.delete(parent)
    await session.flush()
    told = await lineage.family_of(session, me, child.id)
    assert told.ancestors == [None]


async def test_anothers_family_is_not_told(session, me):
    root = (await order(session, me, 1)).frames[0]
    for actor, frame_id in [(await new_user(session), root.id), (me, uuid4())]:
        with pytest.raises(NotFound):
            await lineage.family_of(session, actor, frame_id)
