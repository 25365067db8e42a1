"""Saved recipes in the studio's state: one is saved from the opened frame; one in the address is laid on the bench."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import OPEN, WRITES
from pexit_app.features.identity.state import AppState, event
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.shoots import recipes
from pexit_app.features.shoots.cards import OpenFrame
from pexit_app.features.shoots.keeping_cards import apply_words
from pexit_app.features.shoots.models import Recipe
from pexit_app.features.shoots.orders import Order
from pexit_app.features.shoots.recipes import Applied, RecipeAsk
from pexit_app.web.payloads import Form, Id


def recipe_id_of(text: str) -> UUID:
    """Raises NotFound: what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such recipe.") from None


class RecipeActs(AppState, mixin=True):
    """Mixed into the studio's state."""

    recipe_note: str = ""  # what became of the recipe that was applied
    saving: str = ""  # the id of the frame whose recipe is being named
    _version_id: str = ""  # of the pack, when a recipe wants another than the live one

    if TYPE_CHECKING:  # of the studio's state
        opened: OpenFrame
        put_on: dict[str, Any]
        shoot_id: str
        scope: str
        count: int
        has_receipt: bool
        _order: Order
        _grid_id: str

        def _shut_frame(self) -> None: ...

    # ---- saving

    @event(OPEN)
    async def ask_save(self, frame_id: Id) -> None:
        """An empty id: not now."""
        self.saving = frame_id[:40]

    @event(WRITES)
    async def save_recipe(self, form: Form) -> None:
        async with self._acting() as (session, me):
            ask = RecipeAsk(str(form.get("name", "")), str(form.get("notes", "")), frame_id=recipe_id_of(self.saving))
            made = await recipes.save_recipe(session, me, ask)
            self.saving = ""
        self._say(f"Saved as {made.name}.", "ok")

    # ---- applying

    async def _recipe_named(self, session: AsyncSession, me: Actor, slug: str) -> Applied | None:
        """The recipe in the address, for the pack and the scene in it."""
        query = self.router.url.query_parameters
        if not (text := query.get("recipe", "")):
            return None
        try:
            return await recipes.apply_recipe(session, me, recipe_id_of(text), slug, query.get("scene") or None)
        except NotFound as error:
            self._tell(error)
            return None

    async def _lay_on(self, session: AsyncSession, applied: Applied) -> None:
        """Its settings go on the bench, for a new shoot at its version of the pack."""
        self.shoot_id, self._grid_id, self._version_id = "", "", str(applied.version.id)
        self._shut_frame()
        settings = replace(self._order.settings, scene=applied.scene_id)
        self._order, self.scope, self.count, self.has_receipt = Order("scene", 1, "", "", settings), "scene", 1, False
        self.put_on = {
            "token": uuid4().hex,
            "scene": applied.scene_id,
            "knobs": applied.match.knobs,
            "seed": applied.recipe.seed,
        }
        if aspect := await self._aspect_of(session, applied.recipe):
            self.put_on["aspect"] = aspect
        self.recipe_note = apply_words(applied)

    async def _aspect_of(self, session: AsyncSession, recipe: Recipe) -> str:
        """That of the frame it was saved from, while there is one."""
        frame = (await recipes.frames_behind(session, [recipe])).get(recipe.id)
        return ratio_of(frame.width, frame.height) if frame else ""

    @event(OPEN)
    async def close_recipe_note(self) -> None:
        self.recipe_note = ""
