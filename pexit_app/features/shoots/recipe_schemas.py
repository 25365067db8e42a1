"""What the routes of saved recipes take and answer."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, Field, Strict

from pexit_app.features.shoots.models import Frame, Recipe
from pexit_app.features.shoots.recipes import MAX_NAME_CHARS, MAX_NOTES_CHARS, Applied, RecipeAsk
from pexit_app.features.shoots.schemas import Out, Seed, Slug, image_url

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]
Notes = Annotated[str, Field(max_length=MAX_NOTES_CHARS)]
Flag = Annotated[bool, Strict()]


class SaveRecipeIn(BaseModel):
    """`frame_id`; or `pack`, `scene` and the rest."""

    name: Name
    notes: Notes = ""
    favourite: Flag = False
    frame_id: UUID | None = None
    pack: Slug | None = None
    scene: Slug | None = None
    knobs: dict[str, Any] = {}
    seed: Seed | None = Field(None, description="none: the scene's own")
    cast: dict[str, UUID | None] = {}

    def asked(self) -> RecipeAsk:
        return RecipeAsk(
            self.name,
            self.notes,
            self.favourite,
            self.frame_id,
            self.pack,
            self.scene,
            self.knobs,
            self.seed,
            self.cast,
        )


class ChangeRecipeIn(BaseModel):
    """What is left out stays."""

    name: Name | None = None
    notes: Notes | None = None
    favourite: Flag | None = None


class ApplyRecipeIn(BaseModel):
    """Without a pack: its own. Without a scene: the one of the same id, or else the first."""

    pack: Slug | None = None
    scene: Slug | None = None
    cast: dict[str, UUID | None] = {}


class SavedRecipeOut(Out):
    """`thumb_url` is null when the frame it was saved from is gone."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    name: str
    notes: str
    favourite: bool
    pack: str
    pack_version_id: UUID
    scene: str
    knobs: dict[str, Any]
    seed: int
    cast: dict[str, str | None]
    frame_id: UUID | None
    thumb_url: str | None
    studio_url: str

    @classmethod
    def of(cls, recipe: Recipe, frame: Frame | None, origin: str) -> "SavedRecipeOut":
        return cls(
            **recipe.model_dump(include=set(cls.model_fields)),
            favourite=recipe.is_favourite,
            pack=recipe.pack_slug,
            scene=recipe.scene_id,
            thumb_url=image_url(frame.id, "thumb", origin) if frame else None,
            studio_url=origin + studio_href(recipe),
        )


class CarriedOut(Out):
    id: str
    label: str
    value: str


class LeftOut(Out):
    id: str
    label: str
    reason: str


class AppliedRecipeOut(Out):
    """Send `scene`, `knobs`, `seed` and `cast` on to order frames. `carried` and `left`: which settings the scene took."""

    pack: str
    pack_version_id: UUID
    scene: str
    knobs: dict[str, Any]
    seed: int
    cast: dict[str, str | None]
    carried: list[CarriedOut]
    left: list[LeftOut]
    missing_people: list[str]
    studio_url: str

    @classmethod
    def of(cls, applied: Applied, origin: str) -> "AppliedRecipeOut":
        return cls(
            pack=applied.definition.slug,
            pack_version_id=applied.version.id,
            scene=applied.scene_id,
            knobs=applied.match.knobs,
            seed=applied.recipe.seed,
            cast=applied.cast,
            carried=[CarriedOut.model_validate(each) for each in applied.match.carried],
            left=[LeftOut.model_validate(each) for each in applied.match.left],
            missing_people=list(applied.missing),
            studio_url=origin + studio_href(applied.recipe, applied.definition.slug, applied.scene_id),
        )


def studio_href(recipe: Recipe, slug: str = "", scene_id: str = "") -> str:
    """Opens the recipe on its own scene, or on another."""
    query = {"recipe": str(recipe.id)}
    if scene_id and (slug, scene_id) != (recipe.pack_slug, recipe.scene_id):
        query["scene"] = scene_id
    return f"/studio/{slug or recipe.pack_slug}?{urlencode(query)}"
