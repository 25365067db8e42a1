"""What is kept, as plain values for its pages: recipes, the trash. Texts are ready to read; empty means there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pexit_app.features.packs import spoken
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.service import PackVersion
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.shoots import cards, trash
from pexit_app.features.shoots.cards import Roll, Wait
from pexit_app.features.shoots.explore_cards import Choice
from pexit_app.features.shoots.models import Frame, Recipe, Shoot
from pexit_app.features.shoots.recipe_matching import match_words
from pexit_app.features.shoots.recipe_schemas import studio_href
from pexit_app.features.shoots.recipes import Applied
from pexit_app.ui.parts.frame import FrameCard


@dataclass(frozen=True)
class TrashCard:
    """A frame in the trash; `gone` is its countdown."""

    id: str = ""
    card: FrameCard = field(default_factory=FrameCard)
    title: str = ""
    number: str = ""
    gone: str = ""


@dataclass(frozen=True)
class RecipeCard:
    id: str = ""
    name: str = ""
    notes: str = ""
    where: str = ""
    card: FrameCard = field(default_factory=FrameCard)
    is_favourite: bool = False
    href: str = ""


@dataclass(frozen=True)
class ApplyCard:
    """A recipe that is laid onto another scene: what can be chosen, what was, and what that comes to in words."""

    id: str = ""
    name: str = ""
    packs: list[Choice] = field(default_factory=list)
    pack: str = ""
    scenes: list[Choice] = field(default_factory=list)
    scene: str = ""
    people: list[Choice] = field(default_factory=list)
    person: str = ""
    words: str = ""
    carried: list[cards.Fact] = field(default_factory=list)
    left: list[cards.Fact] = field(default_factory=list)
    has_people: bool = False
    has_left: bool = False
    href: str = ""


def trash_card(roll: Roll, shoot: Shoot, frame: Frame) -> TrashCard:
    assert frame.purge_at is not None
    return TrashCard(
        id=str(frame.id),
        card=cards.frame_card(roll, frame, Wait()),
        title=shoot.title,
        number=frame.number,
        gone=trash.gone_words(frame.purge_at),
    )


def recipe_card(version: PackVersion, recipe: Recipe, frame: Frame | None) -> RecipeCard:
    """With the picture of the frame it was saved from, or else a draft."""
    definition = PackDefinition.model_validate(version.definition)
    scene = definition.scene(recipe.scene_id)
    title = scene.title if scene else recipe.scene_id
    said = [f"{label}: {value}" for label, value in spoken.recipe(definition, recipe.scene_id, recipe.knobs)]
    source = cards.image_href(frame, "thumb") if frame else cards.draft_href(definition.slug, version.number, recipe)
    picture = FrameCard(
        id=str(recipe.id),
        number=frame.number if frame else "draft",
        code=definition.code,
        seed=str(recipe.seed),
        src=source,
        width=frame.width if frame else 4,
        height=frame.height if frame else 5,
        alt=", ".join([title, *said]),
        ratio=ratio_of(frame.width, frame.height) if frame else "4:5",
        mark="ring" if recipe.is_favourite else "none",
        variant=recipe.seed % 7,
        href=studio_href(recipe),
    )
    return RecipeCard(
        id=str(recipe.id),
        name=recipe.name,
        notes=recipe.notes,
        where=f"{definition.title}, {title}",
        card=picture,
        is_favourite=recipe.is_favourite,
        href=studio_href(recipe),
    )


def apply_card(applied: Applied, packs: Sequence[Choice], people: Sequence[Choice], person: str) -> ApplyCard:
    recipe, definition = applied.recipe, applied.definition
    href = studio_href(recipe, definition.slug, applied.scene_id)
    return ApplyCard(
        id=str(recipe.id),
        name=recipe.name,
        packs=list(packs),
        pack=definition.slug,
        scenes=[Choice(scene.id, scene.title) for scene in definition.scenes],
        scene=applied.scene_id,
        people=list(people),
        person=person,
        has_people=len(people) > 0,
        has_left=len(applied.match.left) > 0,
        words=apply_summary(applied),
        carried=[cards.Fact(each.label, each.value) for each in applied.match.carried],
        left=[cards.Fact(each.label, each.reason) for each in applied.match.left],
        href=f"{href}&cast={person}" if person else href,
    )


def apply_summary(applied: Applied) -> str:
    """What would become of it; the knobs stand beside it one by one."""
    match = applied.match
    said = f"{len(match.carried)} of {len(match.carried) + len(match.left)} knobs carry over."
    return " ".join(["Exactly as it was saved." if applied.is_exact else said, *_missing(applied)])


def _missing(applied: Applied) -> list[str]:
    who = ", ".join(applied.missing)
    return [f"Played by a stand-in: {who}; who was cast is not there any more."] if who else []


def apply_words(applied: Applied) -> str:
    """What became of a recipe that was applied."""
    said = f"Recipe {applied.recipe.name}: exactly as it was saved."
    if not applied.is_exact:
        said = f"Recipe {applied.recipe.name}: {match_words(applied.match)}"
    return " ".join([said, *_missing(applied)])
