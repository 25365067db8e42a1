"""Saved recipes over REST."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots import recipes
from pexit_app.features.shoots.models import Recipe
from pexit_app.features.shoots.origin import origin_of
from pexit_app.features.shoots.recipe_schemas import (
    AppliedRecipeOut,
    ApplyRecipeIn,
    ChangeRecipeIn,
    SavedRecipeOut,
    SaveRecipeIn,
)
from pexit_app.features.shoots.recipes import MAX_RECIPES, MAX_SEARCH_CHARS
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, tags=["recipes"])


async def _out(session: AsyncSession, request: Request, rows: Sequence[Recipe]) -> list[SavedRecipeOut]:
    frames = await recipes.frames_behind(session, rows)
    return [SavedRecipeOut.of(each, frames.get(each.id), origin_of(request)) for each in rows]


@router.post("/recipes", status_code=201, response_model=SavedRecipeOut)
@allow(WRITES)
async def save_recipe(request: Request, me: Me, body: SaveRecipeIn) -> Response:
    """At most 200 of a user, then 409 `too_many_recipes`."""
    async with db.transaction() as session:
        [saved] = await _out(session, request, [await recipes.save_recipe(session, me, body.asked())])
    return ok(request, saved, 201)


@router.get("/recipes", response_model=list[SavedRecipeOut])
@allow(READS)
async def list_recipes(request: Request, me: Me, q: str = Query("", max_length=MAX_SEARCH_CHARS)) -> Response:
    """All of them: favourites first, then the newest."""
    async with db.transaction() as session:
        rows = await _out(session, request, await recipes.list_recipes(session, me, q))
    return ok(request, rows, limit=MAX_RECIPES)


@router.get("/recipes/{recipe_id}", response_model=SavedRecipeOut)
@allow(READS)
async def read_recipe(request: Request, me: Me, recipe_id: UUID) -> Response:
    async with db.transaction() as session:
        [found] = await _out(session, request, [await recipes.find_recipe(session, me, recipe_id)])
    return ok(request, found)


@router.patch("/recipes/{recipe_id}", response_model=SavedRecipeOut)
@allow(CHANGES)
async def change_recipe(request: Request, me: Me, recipe_id: UUID, body: ChangeRecipeIn) -> Response:
    async with db.transaction() as session:
        recipe = await recipes.change_recipe(
            session, me, recipe_id, name=body.name, notes=body.notes, is_favourite=body.favourite
        )
        [changed] = await _out(session, request, [recipe])
    return ok(request, changed)


@router.delete("/recipes/{recipe_id}", status_code=204)
@allow(CHANGES)
async def delete_recipe(me: Me, recipe_id: UUID) -> Response:
    async with db.transaction() as session:
        await recipes.delete_recipe(session, me, recipe_id)
    return Response(status_code=204)


@router.post("/recipes/{recipe_id}/apply", response_model=AppliedRecipeOut)
@allow(READS)
async def apply_recipe(request: Request, me: Me, recipe_id: UUID, body: ApplyRecipeIn) -> Response:
    """Writes nothing: tells what the recipe comes to in that scene, with those people."""
    async with db.transaction() as session:
        applied = await recipes.apply_recipe(session, me, recipe_id, body.pack, body.scene, body.cast)
    return ok(request, AppliedRecipeOut.of(applied, origin_of(request)))
