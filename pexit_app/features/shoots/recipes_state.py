"""Live state of `/recipes`: saved settings, found again, renamed, laid onto other scenes."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.policy import CHANGES, OPEN, READS
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs import service as packs
from pexit_app.features.people import faces
from pexit_app.features.shoots import keeping_cards, recipes
from pexit_app.features.shoots.explore_cards import Choice
from pexit_app.features.shoots.keeping_cards import ApplyCard, RecipeCard
from pexit_app.features.shoots.recipe_state import recipe_id_of
from pexit_app.features.shoots.recipes import MAX_SEARCH_CHARS
from pexit_app.web.payloads import Form, Id, Word

PACKS_OFFERED = 48


class RecipesState(AppState):
    """`/recipes`."""

    recipes: rx.Field[list[RecipeCard]] = rx.field(default_factory=list)
    is_ready: bool = False
    q: str = ""
    editing: str = ""  # the id of the recipe whose name and notes are being changed
    deleting: str = ""  # the id of the one that is asked about
    applying: ApplyCard = ApplyCard()

    @event(READS)
    async def load(self) -> None:
        async with self._acting() as (session, me):
            await self._greet(session)
            self.q = self.router.url.query_parameters.get("q", self.q)[:MAX_SEARCH_CHARS]
            self.editing = self.deleting = ""
            self.applying = ApplyCard()
            await self._list(session, me)
            self.is_ready = True

    async def _list(self, session: AsyncSession, me: Actor) -> None:
        rows = await recipes.list_recipes(session, me, self.q)
        frames = await recipes.frames_behind(session, rows)
        versions = {each: await packs.version_of(session, each) for each in {row.pack_version_id for row in rows}}
        self.recipes = [
            keeping_cards.recipe_card(versions[each.pack_version_id], each, frames.get(each.id)) for each in rows
        ]

    @event(READS)
    async def find(self, form: Form) -> None:
        async with self._acting() as (session, me):
            self.q = str(form.get("q", ""))[:MAX_SEARCH_CHARS].strip()
            await self._list(session, me)

    @event(CHANGES)
    async def favour(self, recipe_id: Id, is_favourite: bool) -> None:
        async with self._acting() as (session, me):
            await recipes.change_recipe(session, me, recipe_id_of(recipe_id), is_favourite=is_favourite)
            await self._list(session, me)

    @event(OPEN)
    async def edit(self, recipe_id: Id) -> None:
        """An empty id: it stays as it is."""
        self.editing = recipe_id[:40]

    @event(CHANGES)
    async def change(self, form: Form) -> None:
        async with self._acting() as (session, me):
            name, notes = str(form.get("name", "")), str(form.get("notes", ""))
            await recipes.change_recipe(session, me, recipe_id_of(self.editing), name=name, notes=notes)
            self.editing = ""
            await self._list(session, me)

    @event(OPEN)
    async def ask_delete(self, recipe_id: Id) -> None:
        """An empty id: it is kept."""
        self.deleting = recipe_id[:40]

    @event(CHANGES)
    async def delete(self, recipe_id: Id) -> None:
        async with self._acting() as (session, me):
            await recipes.delete_recipe(session, me, recipe_id_of(recipe_id))
            self.deleting = ""
            self.applying = ApplyCard() if self.applying.id == recipe_id else self.applying
            await self._list(session, me)

    # ---- onto another scene, with another person

    @event(READS)
    async def open_apply(self, recipe_id: Id) -> None:
        async with self._acting() as (session, me):
            await self._apply(session, me, recipe_id, "", "", "")

    @event(OPEN)
    async def close_apply(self) -> None:
        self.applying = ApplyCard()

    @event(READS)
    async def choose_pack(self, slug: Word) -> None:
        async with self._acting() as (session, me):
            await self._apply(session, me, self.applying.id, slug, "", self.applying.person)

    @event(READS)
    async def choose_scene(self, scene: Word) -> None:
        async with self._acting() as (session, me):
            await self._apply(session, me, self.applying.id, self.applying.pack, scene, self.applying.person)

    @event(READS)
    async def choose_person(self, face_id: Id) -> None:
        async with self._acting() as (session, me):
            applying = self.applying
            await self._apply(session, me, applying.id, applying.pack, applying.scene, face_id)

    async def _apply(
        self, session: AsyncSession, me: Actor, recipe_id: str, pack: str, scene: str, person: str
    ) -> None:
        applied = await recipes.apply_recipe(session, me, recipe_id_of(recipe_id), pack or None, scene or None)
        page = await packs.list_packs(session, limit=PACKS_OFFERED)
        offered = {row.slug: row.title for row in page.rows} | {applied.definition.slug: applied.definition.title}
        listed = [
            Choice(str(face.id), face.label) for face in await faces.list_faces(session, me, applied.definition.slug)
        ]
        known = person if person in [each.value for each in listed] else ""
        self.applying = keeping_cards.apply_card(
            applied,
            [Choice(slug, title) for slug, title in offered.items()],
            [Choice("", "Who was cast when it was saved"), *listed] if listed else [],
            known,
        )
