"""The handlers of the pages of what is kept: sheets, recipes, trash; and a recipe in the studio's address."""

from uuid import uuid4

import pytest
import reflex as rx
from reflex.istate.data import RouterData
from sqlmodel import select

from pexit_app.features.shoots import recipes, sheets_state, shoot_list, trash
from pexit_app.features.shoots.models import Frame, Recipe
from pexit_app.features.shoots.recipes import RecipeAsk
from pexit_app.features.shoots.recipes_state import RecipesState
from pexit_app.features.shoots.sheets_state import SheetsState
from pexit_app.features.shoots.state import ShootState
from pexit_app.features.shoots.trash_state import TrashState
from tests.features.shoots.support import PACK, new_user, order, publish
from tests.features.shoots.test_studio_state import Tab, actor_of, cookie, settings_of, starts
from tests.features.shoots.test_trash import delivered

__all__ = ["cookie", "starts"]
pytestmark = pytest.mark.usefixtures("house", "starts")
NOWHERE = str(uuid4())


class KeptTab(Tab):
    """A tab at one of those pages."""

    def __init__(self, cookie: str, cls: type, path: str, query: str = "") -> None:
        root = rx.State(_reflex_internal_init=True)
        data = {"headers": {"cookie": cookie, "origin": "http://here"}, "pathname": path, "asPath": path + query}
        root.router = RouterData.from_router_data(data)
        self.state = root.get_substate(cls.get_full_name().split("."))


async def at_sheets(cookie: str) -> Tab:
    tab = KeptTab(cookie, SheetsState, "/sheets")
    await tab.call("load")
    return tab


async def at_recipes(cookie: str, query: str = "") -> Tab:
    tab = KeptTab(cookie, RecipesState, "/recipes", query)
    await tab.call("load")
    return tab


async def at_trash(cookie: str) -> Tab:
    tab = KeptTab(cookie, TrashState, "/trash")
    await tab.call("load")
    return tab


@pytest.mark.parametrize(
    ("cls", "path", "name", "arguments"),
    [
        (SheetsState, "/sheets", "load", []),
        (SheetsState, "/sheets", "find", [{"q": "x"}]),
        (SheetsState, "/sheets", "choose_which", ["ringed"]),
        (SheetsState, "/sheets", "show_more", []),
        (SheetsState, "/sheets", "rename", [{"title": "x"}]),
        (SheetsState, "/sheets", "delete", [NOWHERE]),
        (SheetsState, "/sheets", "undo_delete", []),
        (TrashState, "/trash", "load", []),
        (TrashState, "/trash", "restore", [NOWHERE]),
        (TrashState, "/trash", "delete", [NOWHERE]),
        (TrashState, "/trash", "empty", []),
        (RecipesState, "/recipes", "load", []),
        (RecipesState, "/recipes", "favour", [NOWHERE, True]),
        (RecipesState, "/recipes", "change", [{"name": "x"}]),
        (RecipesState, "/recipes", "delete", [NOWHERE]),
        (RecipesState, "/recipes", "open_apply", [NOWHERE]),
        (ShootState, f"/studio/{PACK}", "save_recipe", [{"name": "x"}]),
    ],
)
async def test_without_a_session_every_handler_sends_to_sign_in(cookie, cls, path, name, arguments):
    tab = KeptTab("", cls, path)
    await tab.call(name, *arguments)
    assert tab.state.leave_to == "/login?next=" + path.replace("/", "%2F")


# ---- sheets


async def test_sheets_are_listed_page_by_page_found_and_filtered(session, house, cookie, monkeypatch):
    monkeypatch.setattr(sheets_state, "PAGE", 2)
    me = await actor_of(session, cookie)
    await order(session, await new_user(session), 5)
    for title in ("Beach", "Roof", "Yard"):
        frame = (await delivered(session, house, me, 1))[0]
        await shoot_list.rename_shoot(session, me, frame.shoot_id, title)
    tab = await at_sheets(cookie)
    assert [card.title for card in tab.state.shoots] == ["Yard", "Roof"]
    assert (tab.state.total_line, tab.state.has_more) == ("3 sheets, 3 frames", True)
    assert tab.state.shoots[0].zip_href.startswith("/api/v1/shoots/")
    await tab.call("show_more")
    await tab.call("show_more")
    assert [card.title for card in tab.state.shoots] == ["Yard", "Roof", "Beach"]
    assert not tab.state.has_more
    await tab.call("find", {"q": " roo "})
    assert [card.title for card in tab.state.shoots] == ["Roof"]
    await tab.call("choose_which", "ringed")
    assert (tab.state.shoots, tab.state.has_any) == ([], True)
    await tab.call("choose_which", "nonsense")
    assert (tab.state.which, len(tab.said)) == ("ringed", 1)


async def test_a_sheet_is_renamed_deleted_and_brought_back(session, house, cookie):
    me = await actor_of(session, cookie)
    frames = await delivered(session, house, me, 1, 2)
    shoot_id = str(frames[0].shoot_id)
    tab = await at_sheets(cookie)
    await tab.call("ask_rename", shoot_id)
    await tab.call("rename", {"title": ""})
    assert (tab.state.renaming, len(tab.said)) == (shoot_id, 1)
    await tab.call("rename", {"title": "Mum's birthday"})
    assert (tab.state.shoots[0].title, tab.state.renaming) == ("Mum's birthday", "")
    await tab.call("delete", shoot_id)
    assert (tab.state.shoots, tab.state.trash_count) == ([], 2)
    assert tab.state.trashed.line == "Mum's birthday: 2 frames are in the trash for 7 days."
    await tab.call("undo_delete")
    assert [card.title for card in tab.state.shoots] == ["Mum's birthday"]
    assert (tab.state.trash_count, tab.state.trashed.title) == (0, "")


async def test_another_users_sheet_is_neither_renamed_nor_deleted(session, house, cookie):
    theirs = (await delivered(session, house, await new_user(session), 1))[0]
    tab = await at_sheets(cookie)
    await tab.call("ask_rename", str(theirs.shoot_id))
    await tab.call("rename", {"title": "mine"})
    await tab.call("delete", str(theirs.shoot_id))
    await tab.call("delete", "no id")
    assert tab.said == ["There is no such shoot."] * 3
    await session.refresh(theirs)
    assert theirs.trashed_at is None


# ---- trash


async def test_the_trash_is_shown_restored_and_emptied(session, house, cookie):
    me = await actor_of(session, cookie)
    frames = await delivered(session, house, me, 1, 2, 3)
    for frame in frames:
        await trash.trash_frame(session, me, frame.id)
    await session.commit()
    tab = await at_trash(cookie)
    assert [card.number for card in tab.state.frames] == ["2", "1A", "1"]
    assert {card.gone for card in tab.state.frames} == {"gone in 6 days"}
    await tab.call("restore", str(frames[0].id))
    assert (len(tab.state.frames), tab.state.count) == (2, 2)
    await tab.call("delete", str(frames[0].id))  # another tab restored it: it is not deleted
    assert tab.said[-1] == "This frame was just restored."
    await tab.call("delete", str(frames[1].id))
    assert {key.split("/")[1] for key in house.store.objects} == {str(frames[0].id), str(frames[2].id)}
    await tab.call("empty")
    assert (tab.state.frames, tab.state.count) == ([], 0)
    assert {key.split("/")[1] for key in house.store.objects} == {str(frames[0].id)}


# ---- recipes


async def test_a_recipe_is_saved_from_the_opened_frame(session, house, cookie):
    me = await actor_of(session, cookie)
    frame = (await delivered(session, house, me, 42))[0]
    tab = Tab(cookie, f"?shoot={frame.shoot_id}")
    await tab.call("load")
    await tab.call("open_frame", str(frame.id))
    await tab.call("ask_save", str(frame.id))
    await tab.call("save_recipe", {"name": "", "notes": ""})
    assert (tab.state.saving, len(tab.said)) == (str(frame.id), 1)
    await tab.call("save_recipe", {"name": "Dusk", "notes": "for mum"})
    assert (tab.state.saving, tab.said[-1]) == ("", "Saved as Dusk.")
    kept = (await session.exec(select(Recipe).where(Recipe.user_id == me.user_id))).one()
    assert (kept.name, kept.notes, kept.frame_id, kept.seed) == ("Dusk", "for mum", frame.id, 42)


async def test_recipes_are_found_favoured_changed_and_deleted(session, house, cookie):
    me = await actor_of(session, cookie)
    frame = (await delivered(session, house, me, 42))[0]
    first = await recipes.save_recipe(session, me, RecipeAsk("First", frame_id=frame.id))
    await recipes.save_recipe(session, me, RecipeAsk("Second", pack=PACK, scene="night"))
    tab = await at_recipes(cookie)
    assert [(card.name, card.where) for card in tab.state.recipes] == [
        ("Second", "Test pack, Night"),
        ("First", "Test pack, Shore"),
    ]
    assert [card.card.src.split("?")[0].rsplit("/", 1)[1] for card in tab.state.recipes] == ["draft", "image"]
    await tab.call("favour", str(first.id), True)
    assert [card.name for card in tab.state.recipes] == ["First", "Second"]
    await tab.call("edit", str(first.id))
    await tab.call("change", {"name": "x" * 81, "notes": ""})
    assert tab.state.editing == str(first.id)
    await tab.call("change", {"name": "Dusk", "notes": "by the sea"})
    assert (tab.state.recipes[0].name, tab.state.recipes[0].notes, tab.state.editing) == ("Dusk", "by the sea", "")
    assert [card.name for card in (await at_recipes(cookie, "?q=sea")).state.recipes] == ["Dusk"]
    await tab.call("ask_delete", str(first.id))
    await tab.call("delete", str(first.id))
    assert ([card.name for card in tab.state.recipes], tab.state.deleting) == (["Second"], "")


async def test_what_would_carry_over_is_said_before_it_is_opened(session, cookie):
    me = await actor_of(session, cookie)
    slug = await publish(session, "other-pack")
    made = await recipes.save_recipe(session, me, RecipeAsk("Close", pack=PACK, scene="night", knobs={"near": "close"}))
    tab = await at_recipes(cookie)
    await tab.call("open_apply", str(made.id))
    assert tab.state.applying.words == "Exactly as it was saved."
    await tab.call("choose_scene", "shore")
    assert tab.state.applying.words == "6 of 7 knobs carry over."
    assert [(fact.label, fact.value) for fact in tab.state.applying.left] == [("How close", "there is no such knob there")]
    assert tab.state.applying.href == f"/studio/{PACK}?recipe={made.id}&scene=shore"
    await tab.call("choose_pack", slug)
    assert (tab.state.applying.scene, tab.state.applying.left) == ("night", [])
    assert tab.state.applying.href == f"/studio/{slug}?recipe={made.id}&scene=night"
    await tab.call("choose_scene", "nowhere")
    assert (tab.state.applying.scene, len(tab.said)) == ("night", 1)


async def test_another_users_recipe_is_not_there(session, cookie):
    theirs = await recipes.save_recipe(session, await new_user(session), RecipeAsk("x", pack=PACK, scene="shore"))
    tab = await at_recipes(cookie)
    assert tab.state.recipes == []
    await tab.call("favour", str(theirs.id), True)
    await tab.call("open_apply", str(theirs.id))
    await tab.call("edit", str(theirs.id))
    await tab.call("change", {"name": "mine", "notes": ""})
    await tab.call("delete", str(theirs.id))
    assert set(tab.said) == {"There is no such recipe."}
    studio = Tab(cookie, f"?recipe={theirs.id}")
    await studio.call("load")
    assert (studio.said, studio.state.recipe_note, studio.state.is_ready) == (["There is no such recipe."], "", True)


async def test_a_recipe_in_the_address_is_opened_exactly_at_its_own_version(session, cookie):
    me = await actor_of(session, cookie)
    made = await recipes.save_recipe(session, me, RecipeAsk("Late", pack=PACK, scene="shore", knobs={"hour": 20}, seed=5))
    await publish(session, fee_dust=2)  # another version is live now
    tab = Tab(cookie, f"?recipe={made.id}")
    await tab.call("load")
    assert tab.state.bench["version"] == 1
    assert (tab.state.put_on["scene"], tab.state.put_on["knobs"], tab.state.put_on["seed"]) == ("shore", made.knobs, 5)
    assert tab.state.recipe_note == "Recipe Late: exactly as it was saved."
    await tab.call("settle", settings_of(version=1, seed=5, scenes=[{"id": "shore", "knobs": {"hour": 20}}], turned=1))
    assert (tab.state.press, tab.state.ticket.total) == ("Render 1 frame", "1 dust")
    await tab.call("request_frames")
    frame = (await session.exec(select(Frame).where(Frame.user_id == me.user_id))).one()
    again = await recipes.save_recipe(session, me, RecipeAsk("Again", frame_id=frame.id))
    assert (again.pack_version_id, again.knobs, again.seed) == (made.pack_version_id, made.knobs, 5)


async def test_a_recipe_of_another_pack_says_what_stayed_behind(session, cookie):
    me = await actor_of(session, cookie)
    slug = await publish(session, "other-pack")
    made = await recipes.save_recipe(session, me, RecipeAsk("Close", pack=slug, scene="night", knobs={"near": "close"}))
    tab = Tab(cookie, f"?recipe={made.id}&scene=shore")
    await tab.call("load")
    assert (tab.state.put_on["scene"], "near" in tab.state.put_on["knobs"]) == ("shore", False)
    assert "Left behind: How close (there is no such knob there)." in tab.state.recipe_note
    await tab.call("close_recipe_note")
    assert tab.state.recipe_note == ""


async def test_when_the_last_frame_went_for_good_the_studio_starts_afresh(session, house, cookie):
    me = await actor_of(session, cookie)
    frame = (await delivered(session, house, me, 1))[0]
    tab = Tab(cookie, f"?shoot={frame.shoot_id}")
    await tab.call("load")
    await tab.call("settle", settings_of())
    await tab.call("delete", str(frame.id))
    await trash.purge(me.user_id, is_all=True)
    await tab.call("mark", str(frame.id), "ring")
    await tab.call("show_earlier")
    assert (tab.state.shoot_id, tab.state.frames) == ("", [])
    await tab.call("request_frames")
    assert tab.state.has_receipt
