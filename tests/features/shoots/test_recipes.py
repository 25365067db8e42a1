"""Saved recipes: kept under a name, opened exactly, carried into other scenes as far as those go."""

from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import document
from pexit_app.features.packs.compose import complete, compose
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.shoots import recipes, service, trash
from pexit_app.features.shoots.errors import NotReady, TooManyRecipes
from pexit_app.features.shoots.models import Recipe
from pexit_app.features.shoots.recipe_matching import match_knobs, match_words
from pexit_app.features.shoots.recipes import MAX_NAME_CHARS, MAX_NOTES_CHARS, MAX_RECIPES, RecipeAsk
from pexit_app.features.shoots.requests import MAX_SEED
from tests.features.packs.samples import GOOD, turned
from tests.features.shoots.support import PACK, new_user, publish
from tests.features.shoots.test_api import app_for
from tests.features.shoots.test_trash import delivered

SHORE = {"pack": PACK, "scene": "shore"}
PACKED = document.parse(GOOD.encode())


@pytest.fixture
async def client(house, me):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(me)), base_url="http://test") as made:
        yield made


@pytest.fixture
async def stranger(house, session, me):
    other = await new_user(session)
    await session.commit()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_for(other)), base_url="http://test") as made:
        yield made


def altered(**changes) -> PackDefinition:
    """The sample pack with some pack-wide knobs changed: by id, the fields that differ, or None for no such knob."""
    content = PACKED.as_json()
    kept = []
    for knob in content["knobs"]:
        change = changes.get(knob["id"], {})
        if change is not None:
            kept.append(change if "id" in change else {**knob, **change})
    return PackDefinition.model_validate({**content, "slug": "other-pack", "knobs": kept})


# ---- matching


@given(st.data(), st.sampled_from(["shore", "night"]))
def test_in_its_own_scene_every_knob_comes_back_exactly(data, scene_id):
    scene = PACKED.scene(scene_id)
    knobs = compose(PACKED, scene_id, data.draw(turned(PACKED, scene))).knobs
    match = match_knobs(PACKED, scene_id, knobs, PACKED, scene_id)
    assert match.left == ()
    assert complete(PACKED.knobs_of(scene), scene, match.knobs) == knobs


@given(st.data(), st.sampled_from(["shore", "night"]), st.floats(16, 21), st.integers(1, 40))
def test_elsewhere_what_carries_is_taken_and_what_does_not_is_named(data, scene_id, latest, longest):
    other = altered(
        hour={"max": max(latest, 17.75), "says": "number"},
        weather={"max_length": longest},
        haze=None,
        tint={"visible_if": None},
    )
    scene = PACKED.scene(scene_id)
    knobs = compose(PACKED, scene_id, data.draw(turned(PACKED, scene))).knobs
    match = match_knobs(PACKED, scene_id, knobs, other, "shore")
    there = other.scene("shore")
    complete(other.knobs_of(there), there, match.knobs)  # raises if one is not taken
    assert {each.id for each in match.carried} == set(match.knobs)
    assert {each.id for each in match.carried} | {each.id for each in match.left} == set(knobs)
    assert set(match.knobs).isdisjoint(each.id for each in match.left)
    assert ("hour" in match.knobs) == (knobs["hour"] <= max(latest, 17.75))
    assert "haze" not in match.knobs


def test_what_is_left_behind_is_said_in_words():
    toggle = next(knob for knob in PACKED.as_json()["knobs"] if knob["id"] == "haze")
    silver = [{"value": "silver", "label": "Silver", "sets": {"grade": "silver"}, "words": "silver"}]
    other = altered(
        hour={"max": 18, "words": [{"to": 17, "say": "day"}, {"to": 18, "say": "dusk"}]},
        film={"default": "silver", "options": [*silver, {**silver[0], "value": "bleach", "label": "Bleach"}]},
        light={**toggle, "id": "light", "label": "Light"},
        tint={"visible_if": None},
        haze=None,
    )
    knobs = compose(PACKED, "shore", {"hour": 20.5, "film": "warm", "light": 0.5, "tint": "#aabbcc"}).knobs
    match = match_knobs(PACKED, "shore", knobs, other, "shore")
    assert {each.id: each.reason for each in match.left} == {
        "hour": "it goes from 16:00 to 18:00 there",
        "film": "it offers Silver, Bleach there",
        "haze": "there is no such knob there",
        "light": "it is a switch there",
    }
    assert next((each.label, each.value) for each in match.carried) == ("Colour of the haze", "#AABBCC")
    assert match_words(match).startswith("2 knobs carried over. Left behind: Later in the day (it goes from 16:00")


# ---- keeping


async def test_of_a_frame_it_is_the_frames_own(session, house, me):
    frame = (await delivered(session, house, me, 42))[0]
    made = await recipes.save_recipe(session, me, RecipeAsk("  Dusk  ", " for mum ", True, frame_id=frame.id))
    assert (made.name, made.notes, made.is_favourite) == ("Dusk", "for mum", True)
    assert (made.knobs, made.seed, made.scene_id, made.cast) == (frame.knobs, 42, "shore", {"you": None})
    assert set(await recipes.frames_behind(session, [made])) == {made.id}
    for _ in range(2):
        await trash.delete_frame(session, me, frame.id)
        assert await recipes.frames_behind(session, [made]) == {}
    assert (await recipes.apply_recipe(session, me, made.id)).is_exact


async def test_of_a_scene_every_knob_is_kept_and_bad_ones_are_refused(session, me):
    made = await recipes.save_recipe(session, me, RecipeAsk("x", pack=PACK, scene="night", knobs={"hour": 19}))
    assert (made.knobs["hour"], made.knobs["film"], made.seed) == (19, "silver", 8)
    for change, error in (
        ({"knobs": {"hour": 99}}, BadInput),
        ({"seed": -1}, BadInput),
        ({"seed": MAX_SEED + 1}, BadInput),
        ({"scene": None}, BadInput),
        ({"pack": None}, BadInput),
        ({"cast": {"villain": None}}, BadInput),
        ({"pack": "no-such-pack"}, NotFound),
        ({"scene": "nowhere"}, NotFound),
        ({"frame_id": uuid4()}, NotFound),
    ):
        with pytest.raises(error):
            await recipes.save_recipe(session, me, RecipeAsk("x", **{**SHORE, **change}))
    assert len(await recipes.list_recipes(session, me)) == 1


async def test_a_frame_in_the_trash_is_not_saved(session, house, me):
    frame = (await delivered(session, house, me, 1))[0]
    await trash.trash_frame(session, me, frame.id)
    with pytest.raises(NotReady):
        await recipes.save_recipe(session, me, RecipeAsk("x", frame_id=frame.id))


@pytest.mark.parametrize(
    ("name", "notes", "is_taken"),
    [
        ("x" * MAX_NAME_CHARS, "y" * MAX_NOTES_CHARS, True),
        ("Ünï · 日本", "two\nlines", True),
        ("x" * (MAX_NAME_CHARS + 1), "", False),
        ("x", "y" * (MAX_NOTES_CHARS + 1), False),
        ("", "", False),
        ("   ", "", False),
        ("two\nlines", "", False),
        ("nul\0", "", False),
        ("x", "nul\0", False),
    ],
)
async def test_names_and_notes(session, me, name, notes, is_taken):
    made = await recipes.save_recipe(session, me, RecipeAsk("before", **SHORE))
    for attempt in (
        recipes.save_recipe(session, me, RecipeAsk(name, notes, **SHORE)),
        recipes.change_recipe(session, me, made.id, name=name, notes=notes),
    ):
        if is_taken:
            assert ((found := await attempt).name, found.notes) == (name, notes)
        else:
            with pytest.raises(BadInput):
                await attempt


async def test_two_hundred_and_no_more(session, me):
    first = await recipes.save_recipe(session, me, RecipeAsk("1", **SHORE))
    fields = first.model_dump(exclude={"id", "created_at", "updated_at"})
    session.add_all([Recipe(**fields) for _ in range(MAX_RECIPES - 2)])
    await session.flush()
    await recipes.save_recipe(session, me, RecipeAsk("the 200th", **SHORE))
    with pytest.raises(TooManyRecipes):
        await recipes.save_recipe(session, me, RecipeAsk("the 201st", **SHORE))
    await recipes.save_recipe(session, await new_user(session), RecipeAsk("somebody else's", **SHORE))
    await recipes.delete_recipe(session, me, first.id)
    await recipes.save_recipe(session, me, RecipeAsk("the 200th again", **SHORE))


async def test_favourites_come_first_and_each_word_is_looked_for(session, me):
    for name, notes, is_favourite in (("Old 100%", "", False), ("Mum", "at the sea", True), ("New", "sea_side", False)):
        await recipes.save_recipe(session, me, RecipeAsk(name, notes, is_favourite, **SHORE))

    async def found(q: str) -> list[str]:
        return [each.name for each in await recipes.list_recipes(session, me, q)]

    assert await found("") == ["Mum", "New", "Old 100%"]
    assert await found("SEA") == ["Mum", "New"]
    assert await found("sea mum") == ["Mum"]
    assert await found("100%") == ["Old 100%"]
    assert await found("a_s") == ["New"]
    assert await found("shoot test shore") == ["Mum", "New", "Old 100%"]
    assert await found("nothing") == []


# ---- applying


async def test_a_recipe_stays_with_the_version_it_was_made_with(session, me):
    made = await recipes.save_recipe(session, me, RecipeAsk("x", **SHORE, knobs={"hour": 20}))
    await publish(session, fee_dust=2)  # another version is live now
    applied = await recipes.apply_recipe(session, me, made.id)
    assert (applied.version.id, applied.match.knobs, applied.is_exact) == (made.pack_version_id, made.knobs, True)


async def test_to_another_scene_and_another_pack(session, me):
    slug = await publish(session, "other-pack")
    made = await recipes.save_recipe(session, me, RecipeAsk("x", pack=PACK, scene="night", knobs={"near": "close"}))
    to_shore = await recipes.apply_recipe(session, me, made.id, scene="shore")
    assert ([each.id for each in to_shore.match.left], to_shore.scene_id) == (["near"], "shore")
    assert not to_shore.is_exact
    elsewhere = await recipes.apply_recipe(session, me, made.id, pack=slug)
    assert (elsewhere.scene_id, elsewhere.match.left) == ("night", ())
    for change in ({"pack": "no-such-pack"}, {"scene": "nowhere"}):
        with pytest.raises(NotFound):
            await recipes.apply_recipe(session, me, made.id, **change)
    with pytest.raises(BadInput):
        await recipes.apply_recipe(session, me, made.id, cast={"villain": None})


async def test_somebody_who_is_gone_is_played_by_the_stand_in_and_said(session, me):
    made = await recipes.save_recipe(session, me, RecipeAsk("x", **SHORE))
    made.cast = {"you": str(uuid4())}
    applied = await recipes.apply_recipe(session, me, made.id)
    assert (applied.cast, applied.missing) == ({"you": None}, ("You",))
    assert (await recipes.apply_recipe(session, me, made.id, cast={"you": None})).missing == ()
    with pytest.raises((NotFound, BadInput)):
        await recipes.apply_recipe(session, me, made.id, cast={"you": uuid4()})


# ---- over REST


async def test_over_rest_from_saving_to_deleting(client, session, house, me):
    frame = (await delivered(session, house, me, 42))[0]
    answer = await client.post("/api/v1/recipes", json={"name": "Dusk", "frame_id": str(frame.id)})
    made = answer.json()["data"]
    assert (answer.status_code, made["seed"], made["pack"], made["favourite"]) == (201, 42, PACK, False)
    assert made["thumb_url"] == f"http://test/api/v1/frames/{frame.id}/image?variant=thumb"
    assert made["studio_url"] == f"http://test/studio/{PACK}?recipe={made['id']}"
    path = f"/api/v1/recipes/{made['id']}"
    changed = (await client.patch(path, json={"favourite": True, "notes": "for mum"})).json()["data"]
    assert (changed["name"], changed["notes"], changed["favourite"]) == ("Dusk", "for mum", True)
    assert (await client.get(path)).json()["data"] == changed
    assert [each["id"] for each in (await client.get("/api/v1/recipes?q=mum")).json()["data"]] == [made["id"]]
    applied = (await client.post(f"{path}/apply", json={"scene": "night"})).json()["data"]
    assert (applied["knobs"]["hour"], applied["left"], applied["cast"]) == (17.5, [], {"you": None})
    assert applied["studio_url"] == f"{made['studio_url']}&scene=night"
    for body in ({"name": ""}, {"name": "x" * 81}, {"favourite": "yes"}, {"notes": "y" * 2001}):
        assert (await client.patch(path, json=body)).status_code == 422
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.post("/api/v1/recipes", json={"name": "x"})).status_code == 422


async def test_another_users_recipes_and_frames_are_not_there(client, stranger, session, house, me):
    frame = (await delivered(session, house, me, 42))[0]
    made = (await client.post("/api/v1/recipes", json={"name": "Dusk", "frame_id": str(frame.id)})).json()["data"]
    path = f"/api/v1/recipes/{made['id']}"
    for answer in (
        await stranger.get(path),
        await stranger.patch(path, json={"name": "mine"}),
        await stranger.delete(path),
        await stranger.post(f"{path}/apply", json={}),
        await stranger.post("/api/v1/recipes", json={"name": "x", "frame_id": str(frame.id)}),
    ):
        assert answer.status_code == 404
    assert (await stranger.get("/api/v1/recipes")).json()["data"] == []
    assert (await session.exec(select(Recipe.name).where(Recipe.user_id == me.user_id))).all() == ["Dusk"]


async def test_what_is_applied_can_be_ordered(session, me):
    made = await recipes.save_recipe(session, me, RecipeAsk("x", **SHORE, knobs={"hour": 20}, seed=5))
    applied = await recipes.apply_recipe(session, me, made.id, scene="night")
    ask = service.FrameAsk(applied.scene_id, applied.match.knobs, made.seed)
    frame = (await service.request_frames(session, me, service.ShootRequest((ask,), pack=PACK))).frames[0]
    assert (frame.scene_id, frame.knobs["hour"], frame.seed) == ("night", 20, 5)
