"""Saved recipes: settings under a name, to be opened again, in another scene, with another person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, FieldProblem, NotFound, PexitError
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import compose
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.service import PackVersion
from pexit_app.features.shoots import casting, service
from pexit_app.features.shoots.errors import TooManyRecipes
from pexit_app.features.shoots.models import Frame, FrameStatus, Recipe, on_sheet
from pexit_app.features.shoots.recipe_matching import Match, match_knobs
from pexit_app.features.shoots.requests import MAX_SEED

MAX_RECIPES = 200  # of one user
MAX_NAME_CHARS, MAX_NOTES_CHARS, MAX_SEARCH_CHARS = 80, 2000, 200
Cast = Mapping[str, UUID | str | None]


@dataclass(frozen=True, slots=True)
class RecipeAsk:
    """From a frame (`frame_id`), or from a pack's scene with its knobs; then `seed` None is the scene's own."""

    name: str
    notes: str = ""
    is_favourite: bool = False
    frame_id: UUID | None = None
    pack: str | None = None
    scene: str | None = None
    knobs: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    cast: Cast = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Applied:
    """A recipe, laid onto a scene. `missing` are the roles whose person is not there any more, played by the stand-in."""

    recipe: Recipe
    version: PackVersion
    definition: PackDefinition
    scene_id: str
    match: Match
    cast: dict[str, str | None]
    missing: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        recipe = self.recipe
        return (self.version.id, self.scene_id) == (recipe.pack_version_id, recipe.scene_id) and not self.match.left


async def save_recipe(session: AsyncSession, actor: Actor, ask: RecipeAsk) -> Recipe:
    """Raises BadInput, NotFound, NotReady for a frame in the trash, TooManyRecipes."""
    _check(name=ask.name, notes=ask.notes)
    recipe = await (_of_frame(session, actor, ask.frame_id) if ask.frame_id else _of_scene(session, actor, ask))
    recipe.name, recipe.notes, recipe.is_favourite = ask.name.strip(), ask.notes.strip(), ask.is_favourite
    await events.take_turn(session, actor.user_id)  # two at once do not become the 201st
    count = select(func.count()).select_from(Recipe).where(Recipe.user_id == actor.user_id)
    if (await session.exec(count)).one() >= MAX_RECIPES:
        message = f"You have {MAX_RECIPES} recipes, and that is the most. Delete one you do not need."
        raise TooManyRecipes(message, {"limit": MAX_RECIPES})
    session.add(recipe)
    await session.flush()
    return recipe


async def _of_frame(session: AsyncSession, actor: Actor, frame_id: UUID) -> Recipe:
    frame = service.check_on_sheet(await service.find_frame(session, actor, frame_id))
    shoot = await service.find_shoot(session, actor, frame.shoot_id)
    return Recipe(
        user_id=actor.user_id,
        name="",
        pack_version_id=shoot.pack_version_id,
        pack_slug=shoot.pack_slug,
        scene_id=frame.scene_id,
        knobs=frame.knobs,
        seed=frame.seed,
        cast=frame.cast,
        frame_id=frame.id,
    )


async def _of_scene(session: AsyncSession, actor: Actor, ask: RecipeAsk) -> Recipe:
    if not ask.pack or not ask.scene:
        raise BadInput.of("pack" if not ask.pack else "scene", "Name a frame, or a pack and a scene.")
    if ask.seed is not None and not 0 <= ask.seed <= MAX_SEED:
        raise BadInput.of("seed", f"Seeds go from 0 to {MAX_SEED}.", ask.seed, MAX_SEED)
    version = await packs.version_of(session, ask.pack)
    definition = PackDefinition.model_validate(version.definition)
    composed = compose(definition, ask.scene, ask.knobs)
    cast = await casting.find_cast(session, actor, definition, ask.cast)
    return Recipe(
        user_id=actor.user_id,
        name="",
        pack_version_id=version.id,
        pack_slug=definition.slug,
        scene_id=composed.scene_id,
        knobs=composed.knobs,
        seed=composed.seed if ask.seed is None else ask.seed,
        cast=cast.ids,
    )


async def find_recipe(session: AsyncSession, actor: Actor, recipe_id: UUID) -> Recipe:
    """Raises NotFound, also for another user's."""
    recipe = await session.get(Recipe, recipe_id, populate_existing=True)
    if recipe is None or recipe.user_id != actor.user_id:
        raise NotFound("There is no such recipe.")
    return recipe


async def list_recipes(session: AsyncSession, actor: Actor, q: str = "") -> Sequence[Recipe]:
    """All of them (at most 200), favourites first, then the newest. `q`: each of its words is in the name, the notes, the
    pack or the scene."""
    query = select(Recipe).where(Recipe.user_id == actor.user_id)
    for word in q[:MAX_SEARCH_CHARS].replace("\0", "").split():
        places = (
            col(Recipe.name),
            col(Recipe.notes),
            func.replace(Recipe.pack_slug, "-", " "),
            func.replace(Recipe.scene_id, "-", " "),
        )
        query = query.where(or_(*(place.icontains(word, autoescape=True) for place in places)))
    order = col(Recipe.is_favourite).desc(), col(Recipe.created_at).desc(), col(Recipe.id).desc()
    return (await session.exec(query.order_by(*order))).all()


async def change_recipe(
    session: AsyncSession,
    actor: Actor,
    recipe_id: UUID,
    *,
    name: str | None = None,
    notes: str | None = None,
    is_favourite: bool | None = None,
) -> Recipe:
    """What is None stays. Raises NotFound, BadInput."""
    recipe = await find_recipe(session, actor, recipe_id)
    _check(name=name, notes=notes)
    recipe.name = recipe.name if name is None else name.strip()
    recipe.notes = recipe.notes if notes is None else notes.strip()
    recipe.is_favourite = recipe.is_favourite if is_favourite is None else is_favourite
    session.add(recipe)
    await session.flush()
    return recipe


async def delete_recipe(session: AsyncSession, actor: Actor, recipe_id: UUID) -> None:
    """Raises NotFound."""
    await session.delete(await find_recipe(session, actor, recipe_id))
    await session.flush()


async def apply_recipe(
    session: AsyncSession,
    actor: Actor,
    recipe_id: UUID,
    pack: str | None = None,
    scene: str | None = None,
    cast: Cast | None = None,
) -> Applied:
    """Without a pack its own, at the version it was made with; in another pack, the scene of the same id or else the first.
    `cast` names other people by role. Raises NotFound, BadInput, ConsentRequired for a person in `cast`."""
    recipe = await find_recipe(session, actor, recipe_id)
    source = await packs.version_of(session, recipe.pack_version_id)
    is_same_pack = pack is None or pack == recipe.pack_slug
    version = source if is_same_pack else await packs.version_of(session, str(pack))
    before, after = (PackDefinition.model_validate(each.definition) for each in (source, version))
    target = scene or (recipe.scene_id if after.scene(recipe.scene_id) else after.scenes[0].id)
    if after.scene(target) is None:
        raise NotFound("There is no such scene in this pack.", {"scenes": [each.id for each in after.scenes]})
    match = match_knobs(before, recipe.scene_id, recipe.knobs, after, target)
    found, missing = await _cast(session, actor, recipe, after, cast or {})
    return Applied(recipe, version, after, target, match, found, missing)


async def _cast(
    session: AsyncSession, actor: Actor, recipe: Recipe, definition: PackDefinition, given: Cast
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    found = dict((await casting.find_cast(session, actor, definition, given)).ids)
    missing: list[str] = []
    for role in definition.cast:
        kept = recipe.cast.get(role.id)
        if role.id in given or kept is None:
            continue
        try:
            found[role.id] = (await casting.find_cast(session, actor, definition, {role.id: kept})).ids[role.id]
        except PexitError:
            missing.append(role.label)
    return found, tuple(missing)


async def frames_behind(session: AsyncSession, recipes: Sequence[Recipe]) -> dict[UUID, Frame]:
    """The frames that recipes were saved from, by recipe id, where there is still a picture of it."""
    wanted = {recipe.frame_id: recipe.id for recipe in recipes if recipe.frame_id}
    query = select(Frame).where(col(Frame.id).in_(wanted), Frame.status == FrameStatus.DONE, on_sheet())
    by_id = {frame.id: frame for frame in (await session.exec(query)).all()}
    return {recipe.id: by_id[recipe.frame_id] for recipe in recipes if recipe.frame_id in by_id}


def _check(name: str | None, notes: str | None) -> None:
    """Raises BadInput."""
    problems = []
    if name is not None and (not 1 <= len(name.strip()) <= MAX_NAME_CHARS or not name.strip().isprintable()):
        message = f"A name has 1 to {MAX_NAME_CHARS} characters, on one line."
        problems.append(FieldProblem("name", message, name[: MAX_NAME_CHARS + 1], MAX_NAME_CHARS))
    if notes is not None and (len(notes) > MAX_NOTES_CHARS or "\0" in notes):
        problems.append(FieldProblem("notes", f"At most {MAX_NOTES_CHARS} characters.", None, MAX_NOTES_CHARS))
    if problems:
        raise BadInput("Mend these fields: " + ", ".join(each.field for each in problems), problems)
