"""Drafts: begun from nothing, from another's pack, from one's own; and the scenes they can start from."""

from uuid import uuid4

import pytest

from pexit_app.core import deps
from pexit_app.core.errors import BadInput, NotAllowed, NotFound
from pexit_app.features.builder import changes, guard, history, restoring, service, starting_points
from pexit_app.features.builder.errors import TooManyDrafts, TooManyRestorePoints
from pexit_app.features.builder.models import MAX_NAME_CHARS
from pexit_app.features.builder.service import MAX_PACK_TITLE_CHARS, MAX_PICTURES
from pexit_app.features.packs import queries, rules
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import compose
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.errors import SlugTaken
from pexit_app.features.packs.service import Terms
from pexit_app.providers.darkroom import parameters
from pexit_app.providers.darkroom.persona import STANDINS
from tests.features.builder.support import ONE, draft_of, publish, publish_built_in, put
from tests.features.shoots.support import new_user, open_house


@pytest.fixture(autouse=True)
def house():
    yield open_house()
    deps.use(None)


@pytest.fixture
async def me(session):
    return await new_user(session)


def in_order(document: dict) -> PackDefinition:
    pack = PackDefinition.model_validate(document)
    assert rules.check(pack) == []
    assert rules.find_look_problems(pack, parameters.parse, STANDINS) == []
    return pack


async def test_a_new_draft_is_a_small_pack_in_order(session, me):
    draft = await draft_of(session, me)
    pack = in_order(draft.document)
    assert (len(pack.scenes), len(pack.knobs)) == (1, 5)
    assert (draft.revision, draft.title, draft.slug) == (1, "Untitled pack", pack.slug)
    named = await draft_of(session, me, title="  Öpen wáter!  ")
    assert in_order(named.document).title == "Öpen wáter!"
    assert (await draft_of(session, me)).slug != draft.slug


async def test_drafts_are_listed_with_the_last_worked_on_first_in_pages(session, me):
    made = [await draft_of(session, me, title=f"Pack {number}") for number in range(5)]
    await put(session, me, made[1], 1, "/title", "Pack again")
    await draft_of(session, await new_user(session))
    first = await service.list_drafts(session, me, None, 3)
    rest = await service.list_drafts(session, me, first.next_cursor, 3)
    assert [each.title for each in [*first.rows, *rest.rows]] == ["Pack again", "Pack 4", "Pack 3", "Pack 2", "Pack 0"]
    assert rest.next_cursor is None
    found = await service.list_drafts(session, me, q="pack AGAIN")
    assert [each.title for each in found.rows] == ["Pack again"]
    assert [len((await service.list_drafts(session, me, q=q)).rows) for q in ("pack-", "%", "\0")] == [5, 0, 5]


async def test_another_users_draft_is_not_there(session, me):
    draft, other = await draft_of(session, me), await new_user(session)
    point = await restoring.keep(session, me, draft.id, "mine")
    for asked in (
        service.find_draft(session, other, draft.id),
        service.delete_draft(session, other, draft.id),
        service.rename(session, other, draft.id, "x", ONE),
        service.change_terms(session, other, draft.id, may_fork=True),
        changes.undo(session, other, draft.id, 1, ONE),
        changes.redo(session, other, draft.id, 1, ONE),
        changes.travel(session, other, draft.id, 1, 1, ONE),
        put(session, other, draft, 1, "/title", "x"),
        history.list_changes(session, other, draft.id),
        restoring.keep(session, other, draft.id, "x"),
        restoring.list_points(session, other, draft.id),
        restoring.restore(session, other, draft.id, point.id, 1, ONE),
        restoring.delete_point(session, other, draft.id, point.id),
        starting_points.add_scene(session, other, draft.id, "blinds", ONE),
    ):
        with pytest.raises(NotFound):
            await asked


async def test_a_deleted_draft_takes_its_history_along(session, me):
    draft = await draft_of(session, me)
    await put(session, me, draft, 1, "/title", "x")
    await restoring.keep(session, me, draft.id, "before")
    await service.delete_draft(session, me, draft.id)
    with pytest.raises(NotFound):
        await service.find_draft(session, me, draft.id)


async def test_titles_on_both_sides_of_their_limit(session, me):
    draft = await draft_of(session, me, title="x" * MAX_PACK_TITLE_CHARS)
    for bad in ("", "  ", "x" * (MAX_PACK_TITLE_CHARS + 1), "two\nlines"):
        with pytest.raises(BadInput):
            await draft_of(session, me, title=bad)
        with pytest.raises(BadInput):
            await service.rename(session, me, draft.id, bad, ONE)
    renamed = await service.rename(session, me, draft.id, " New ", ONE)
    assert renamed.document["title"] == "New"
    assert (await changes.undo(session, me, draft.id, renamed.revision, ONE)).document["title"][0] == "x"


async def test_a_user_has_200_drafts(session, me, monkeypatch):
    monkeypatch.setattr(service, "MAX_DRAFTS", 2)
    for _ in range(2):
        await draft_of(session, me)
    with pytest.raises(TooManyDrafts) as refused:
        await draft_of(session, me)
    assert refused.value.details == {"limit": 2}


async def test_any_document_that_can_be_kept_is_a_draft(session, me):
    draft = await draft_of(session, me, document={"title": 7, "scenes": None}, pictures={"cover": "packs/x/cover.jpg"})
    assert (draft.title, draft.slug, draft.pictures) == ("Untitled pack", "", {"cover": "packs/x/cover.jpg"})
    room = guard.MAX_DOCUMENT_BYTES - guard.size_of({"a": ""})
    await draft_of(session, me, document={"a": "x" * room})
    for bad in ({"a": "x" * (room + 1)}, {"a": "\0"}):
        with pytest.raises(BadInput):
            await draft_of(session, me, document=bad)
    with pytest.raises(BadInput):
        await draft_of(session, me, document={}, fork="test-pack")


async def test_a_remix_names_what_it_came_from_and_is_its_makers(session, me):
    version = await publish(session, "to-remix")
    draft = await draft_of(session, me, fork="to-remix")
    source = PackDefinition.model_validate(version.definition)
    assert draft.document["scenes"] == version.definition["scenes"]
    assert draft.document["title"] == f"{source.title} remix"
    assert draft.document["slug"] != source.slug
    assert draft.document["creator"] != source.creator
    assert draft.pack_id is None
    lineage = await service.lineage_of(session, draft)
    assert (lineage.slug, lineage.number, lineage.version_id) == ("to-remix", 1, version.id)
    assert await service.lineage_of(session, await draft_of(session, me)) is None
    by_version = await draft_of(session, me, fork=version.id, title="Mine")
    assert by_version.title == "Mine"
    for unknown in ("nothing", uuid4()):
        with pytest.raises(NotFound):
            await draft_of(session, me, fork=unknown)


async def test_only_its_owner_starts_from_a_pack_that_may_not_be_remixed(session, me):
    other = await new_user(session)
    await publish(session, "kept", Terms(other.user_id))
    await publish(session, "shared", Terms(other.user_id, may_fork=True))
    with pytest.raises(NotAllowed):
        await draft_of(session, me, fork="kept")
    assert (await draft_of(session, me, fork="shared")).forked_from_version_id
    assert (await draft_of(session, other, fork="kept")).forked_from_version_id


async def test_ones_own_pack_is_opened_for_its_next_version(session, me):
    version = await publish(session, "own", Terms(me.user_id, is_unlisted=True, changelog="First"))
    draft = await draft_of(session, me, pack="own")
    assert (draft.pack_id, draft.slug, draft.is_unlisted) == (version.pack_id, "own", True)
    assert draft.document == version.definition
    with pytest.raises(NotFound):
        await draft_of(session, await new_user(session), pack="own")
    assert (version.changelog, version.published_by) == ("First", me.user_id)


async def test_an_unlisted_pack_is_found_by_its_address_alone(session, me):
    await publish(session, "hidden", Terms(me.user_id, is_unlisted=True))
    await publish(session, "shown", Terms(me.user_id))
    listed = [pack.slug for pack in (await queries.list_packs(session, limit=100)).rows]
    assert "shown" in listed
    assert "hidden" not in listed
    assert (await packs.find_pack(session, "hidden")).pack.owner_id == me.user_id


async def test_an_address_belongs_to_who_took_it_first(session, me):
    await publish(session, "taken", Terms(me.user_id))
    for terms in (Terms((await new_user(session)).user_id), Terms()):
        with pytest.raises(SlugTaken):
            await publish(session, "taken", terms)


async def test_terms_are_kept_beside_the_document(session, me):
    draft = await draft_of(session, me, document={}, pictures={"cover": "packs/a/cover.jpg"})
    frame = str(uuid4())
    changed = await service.change_terms(
        session, me, draft.id, is_unlisted=True, may_fork=True, pictures={"cover": frame, "one": "packs/a/cover.jpg"}
    )
    assert (changed.is_unlisted, changed.may_fork, changed.revision) == (True, True, 1)
    assert changed.pictures["cover"] == frame
    for bad in ({"cover": "likenesses/somebody/persona.npz"}, {f"p{n}": frame for n in range(MAX_PICTURES + 1)}):
        with pytest.raises(BadInput):
            await service.change_terms(session, me, draft.id, pictures=bad)
    for bad_name in ("x" * 61, "a\nb"):
        with pytest.raises(BadInput):
            await service.change_terms(session, me, draft.id, pictures={bad_name: frame})


async def test_restore_points(session, me, monkeypatch):
    draft = await draft_of(session, me, title="First")
    point = await restoring.keep(session, me, draft.id, " Before ")
    moved = await put(session, me, draft, 1, "/title", "Second")
    await restoring.keep(session, me, draft.id, "x" * MAX_NAME_CHARS)
    back = await restoring.restore(session, me, draft.id, point.id, moved.revision, ONE)
    assert (back.document["title"], back.revision, back.change.label) == ("First", 3, "Restored: Before")
    assert (await changes.undo(session, me, draft.id, 3, ONE)).document["title"] == "Second"
    assert [each.name for each in await restoring.list_points(session, me, draft.id)] == [
        "x" * MAX_NAME_CHARS,
        "Before",
    ]
    for bad in ("", "x" * (MAX_NAME_CHARS + 1), "a\tb"):
        with pytest.raises(BadInput):
            await restoring.keep(session, me, draft.id, bad)
    monkeypatch.setattr(restoring, "MAX_RESTORE_POINTS", 2)
    with pytest.raises(TooManyRestorePoints):
        await restoring.keep(session, me, draft.id, "third")
    await restoring.delete_point(session, me, draft.id, point.id)
    await restoring.keep(session, me, draft.id, "third")
    with pytest.raises(NotFound):
        await restoring.restore(session, me, draft.id, point.id, 4, ONE)
    kept = await restoring.keep(session, me, (await draft_of(session, me)).id, "in another draft")
    with pytest.raises(NotFound):
        await restoring.restore(session, me, draft.id, kept.id, 4, ONE)


@pytest.fixture
async def house_packs(session):
    for slug in dict.fromkeys(slug for slug, _ in starting_points.SOURCES):
        await publish_built_in(session, slug)


async def test_a_draft_takes_scenes_as_they_look_in_the_houses_packs(session, me, house_packs):
    points = await starting_points.list_starting_points(session)
    assert [each.id for each in points] == [scene for _, scene in starting_points.SOURCES]
    draft = await draft_of(session, me)
    for point in points:
        added = await starting_points.add_scene(session, me, draft.id, point.id, ONE)
        assert added.change.label == f"Scene added: {point.title}"
    pack = in_order(added.document)
    assert len(pack.scenes) == len(points) + 1
    for point in points:
        made = compose(pack, point.id, {}).look
        own = {name for knob in pack.scene(point.id).knobs for name in rules.parameters_of(knob)}
        told = {name: value for name, value in point.look.items() if name not in own}
        told.pop("light_strength", None)  # may begin below what the draft's knob offers
        assert made.items() >= told.items() - {("turn", "auto")}


async def test_a_scene_fits_a_cast_of_two_other_knobs_and_a_second_of_its_kind(session, me, house_packs):
    version = await publish(session, "other-knobs")
    document = version.definition | {"cast": [{"id": "you", "label": "You"}, {"id": "other", "label": "Friend"}]}
    draft = await draft_of(session, me, document={**document, "samples": None})
    for _ in range(2):
        added = await starting_points.add_scene(session, me, draft.id, "crossing", ONE)
    one, two = added.document["scenes"][-2:]
    assert (one["id"], two["id"]) == ("crossing", "crossing-2")
    assert [each["name"] for each in added.document["samples"]] == ["crossing", "crossing-2"]
    assert len(one["stand_ins"]) == 2
    assert "{other}" in one["prompt"]
    assert all(f"{{{knob['id']}}}" in one["prompt"] for knob in document["knobs"])
    bare = await draft_of(session, me, document={"knobs": [{"id": "odd"}, 7], "scenes": "none"})
    scene = (await starting_points.add_scene(session, me, bare.id, "blinds", ONE)).document["scenes"][0]
    assert scene["prompt"].endswith("{odd}")
    with pytest.raises(NotFound):
        await starting_points.add_scene(session, me, bare.id, "nowhere", ONE)


async def test_where_a_pack_is_not_live_its_scenes_are_not_offered(session):
    assert await starting_points.list_starting_points(session) == []
