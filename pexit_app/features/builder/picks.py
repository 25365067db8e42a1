"""The pictures that the shop shows of a pack: frames that were picked, files that came with it, or the house's renders.

A picture of the document is a recipe: a scene, where its knobs stand, a seed. What was picked or kept counts only while
it is of that recipe in the pack as it is now; else the house renders the picture, so that the shop never shows what the
pack no longer makes. A frame with somebody's face in it never counts: whoever it is could not take it back from a version.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import Json, Kind
from pexit_app.features.builder import changes, live, references
from pexit_app.features.builder.changes import Applied
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.sights import View, view_of
from pexit_app.features.packs import versions
from pexit_app.features.shoots import service as shoots
from pexit_app.features.shoots.errors import FrameHidden
from pexit_app.features.shoots.pack_frames import Frame, frames_of_pack, has_face, has_picture

Document = Mapping[str, Any]
Source = Literal["frame", "kept", "house"]
CHANGED = "The pack no longer makes it so."
GONE = "The frame that was picked is gone."
A_FACE = "Somebody's own face is in it; the shop shows stand-ins only."
ALTERED = "It was changed by hand or by words; the pack does not make it so."


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that a picture depends on, but for its shape and, in the darkroom, its words."""

    look: Mapping[str, Json]
    personas: tuple[str, ...]
    seed: int
    words: tuple[str, str]

    def makes(self, other: "Recipe", *, by_words: bool) -> bool:
        is_seen = (self.look, self.personas, self.seed) == (other.look, other.personas, other.seed)
        return is_seen and (not by_words or self.words == other.words)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the document and what it will be. `frame` where one was picked and counts, `key` for a file that was
    kept; `view` is what the house would render, None for what cannot be drawn yet; `said`: why what was picked does not
    count."""

    name: str
    scene: str
    alt: str
    view: View | None
    source: Source
    frame: Frame | None = None
    key: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A frame of one's own. `version` is the pack's version it was made with; `said`: why it cannot be picked."""

    frame: Frame
    version: int
    said: str = ""


def pictures_in(document: Document) -> list[Mapping[str, Any]]:
    """Cover first, as far as they are written."""
    samples = document.get("samples")
    listed = [document.get("cover"), *(samples if isinstance(samples, list) else [])]
    return [each for each in listed if isinstance(each, Mapping) and isinstance(each.get("name"), str)]


def recipe_of(document: Document, picture: Mapping[str, Any]) -> Recipe | None:
    """None for what cannot be drawn yet."""
    view = view_of(picture)
    try:
        made = live.compose_scene(document, view.scene, view.knobs) if view else None
    except (BadInput, NotFound):
        made = None
    if view is None or made is None:
        return None
    personas = tuple(f"standin:{each}" for each in view.stand_ins or made.stand_ins)
    seed = made.seed if view.seed is None else view.seed
    return Recipe(made.look, personas, seed, (made.prompt, made.negative))


def recipe_in(frame: Frame) -> Recipe:
    return Recipe(frame.look, tuple(frame.personas), frame.seed, (frame.prompt, frame.negative))


async def shown(session: AsyncSession, actor: Actor, draft: PackDraft, document: Document) -> list[Shown]:
    """Every picture of the document, cover first."""
    first: Document | None = None
    found = []
    for picture in pictures_in(document):
        recipe, source = recipe_of(document, picture), draft.pictures.get(picture["name"], "")
        told: dict[str, Any] = {name: str(picture.get(name, "")) for name in ("name", "scene", "alt")}
        told["view"] = view_of(picture) if recipe else None
        if "/" in source:
            first = first or await changes.first_document(session, draft.id)
            is_same = _is_still(first, recipe, picture["name"])
            found.append(Shown(**told, source="kept", key=source) if is_same else _anew(told, CHANGED))
        elif source:
            frame = await _picked(session, actor, source)
            said = GONE if frame is None else trouble_of(frame, recipe)
            found.append(_anew(told, said) if said else Shown(**told, source="frame", frame=frame))
        else:
            found.append(_anew(told, ""))
    return found


def trouble_of(frame: Frame, recipe: Recipe | None) -> str:
    """Why a frame is no picture of this recipe; empty: it is."""
    if frame.kind != Kind.GENERATE:
        return ALTERED
    if has_face(frame):
        return A_FACE
    is_same = recipe is not None and recipe.makes(recipe_in(frame), by_words=frame.is_rented)
    return "" if is_same else CHANGED


async def offers(session: AsyncSession, actor: Actor, draft: PackDraft) -> list[Offer]:
    """Frames of one's own with the published pack, of scenes that the draft still has."""
    if draft.pack_id is None:
        return []
    rows = await versions.list_versions(session, actor, draft.pack_id)
    numbers = {row.id: row.number for row in rows}
    document = draft.document
    scenes = {str(each.get("id")) for each in _dicts(document.get("scenes"))}
    made = await frames_of_pack(session, actor, rows[0].definition["slug"])
    frames = [(frame, version) for frame, version in made if frame.scene_id in scenes and version in numbers]

    def judged() -> list[Offer]:
        recipes = [recipe_of(document, picture_of(document, frame)) for frame, _ in frames]
        said = [trouble_of(frame, recipe) for (frame, _), recipe in zip(frames, recipes, strict=True)]
        return [Offer(frame, numbers[version], each) for (frame, version), each in zip(frames, said, strict=True)]

    return await asyncio.to_thread(judged)


def picture_of(document: Document, frame: Frame) -> dict[str, Any]:
    """The frame's recipe as a picture of the document says it: knobs that the scene no longer has are left out."""
    scene = next((each for each in _dicts(document.get("scenes")) if each.get("id") == frame.scene_id), {})
    known = {str(each.get("id")) for each in [*_dicts(document.get("knobs")), *_dicts(scene.get("knobs"))]}
    played = [each.removeprefix("standin:") for each in frame.personas]
    knobs = {name: value for name, value in frame.knobs.items() if name in known}
    own = {} if played == scene.get("stand_ins") else {"stand_ins": played}
    return {"scene": frame.scene_id, "knobs": knobs, "seed": frame.seed, **own}


async def pick(session: AsyncSession, actor: Actor, draft_id: UUID, name: str, frame_id: UUID, client: str) -> Applied:
    """The frame becomes the picture `name` of the draft as it is now, and the document says its recipe. Raises NotFound,
    BadInput for a frame that the pack does not make."""
    draft = await changes.locked(session, actor, draft_id)
    frame = await shoots.find_frame(session, actor, frame_id)
    document = draft.document
    recipe = picture_of(document, frame)
    said = GONE if not has_picture(frame) else trouble_of(frame, recipe_of(document, recipe))
    if said:
        raise BadInput.of("frame_id", said, str(frame_id))
    place, before = _place_of(document, name)
    after = {key: value for key, value in before.items() if key not in ("knobs", "seed", "stand_ins")} | recipe
    ops = [{"op": "replace", "path": place, "value": after}]
    if place == "/cover" and before.get("scene") != frame.scene_id:
        ops += _still_shown(document, before)
    applied = await changes.apply(session, actor, draft_id, draft.revision, ops, f"Frame {frame.number} picked", client)
    draft.pictures = {**draft.pictures, name: str(frame.id)}
    session.add(draft)
    await session.flush()
    return applied


async def release(session: AsyncSession, actor: Actor, draft_id: UUID, name: str) -> None:
    """Of what was picked or kept for `name`: the house renders it. Raises NotFound."""
    draft = await changes.locked(session, actor, draft_id)
    _place_of(draft.document, name)
    draft.pictures = {each: source for each, source in draft.pictures.items() if each != name}
    session.add(draft)
    await session.flush()


def _anew(told: Mapping[str, Any], said: str) -> Shown:
    return Shown(**told, source="house", said=said)


def _is_still(first: Document, recipe: Recipe | None, name: str) -> bool:
    """Whether the picture came with a pack that made it as this one does."""
    before = next((each for each in pictures_in(first) if each["name"] == name), None)
    was = recipe_of(first, before) if before else None
    return bool(was and recipe and recipe.makes(was, by_words=False))


async def _picked(session: AsyncSession, actor: Actor, source: str) -> Frame | None:
    try:
        frame = await shoots.find_frame(session, actor, UUID(source))
    except (FrameHidden, NotFound, ValueError):
        return None
    return frame if has_picture(frame) else None


def _still_shown(document: Document, cover: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every scene is shown somewhere: the one that was on the cover gets a sample of its own, if it has none."""
    samples = [each for each in pictures_in(document) if each is not cover]
    scene = next((each for each in _dicts(document.get("scenes")) if each.get("id") == cover.get("scene")), None)
    if scene is None or any(each.get("scene") == scene["id"] for each in samples):
        return []
    names = {"cover", *(each["name"] for each in samples)}
    name = next(each for each in (scene["id"], *(f"{scene['id']}-{at}" for at in range(2, 99))) if each not in names)
    sample = {"name": name, "scene": scene["id"], "alt": str(scene.get("title") or scene["id"])}
    has_list = isinstance(document.get("samples"), list)
    return [{"op": "add", "path": "/samples/-" if has_list else "/samples", "value": sample if has_list else [sample]}]


def _place_of(document: Document, name: str) -> tuple[str, Mapping[str, Any]]:
    samples = document.get("samples")
    placed = [("/cover", document.get("cover"))]
    placed += [(f"/samples/{at}", each) for at, each in enumerate(samples if isinstance(samples, list) else [])]
    for place, picture in placed:
        if isinstance(picture, Mapping) and picture.get("name") == name and name not in references.names_in(document):
            return place, picture
    raise NotFound(f"The pack has no picture {name[:60]!r}.")


def _dicts(items: Any) -> Sequence[Mapping[str, Any]]:
    return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []
