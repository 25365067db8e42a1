"""Scenes to start from: those of the house's packs, as they look there, made to fit the knobs of the draft they go into."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.builder import changes
from pexit_app.features.builder.changes import Applied
from pexit_app.features.builder.patch import Json
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.compose import checked, compose, settings_of
from pexit_app.features.packs.definition import Choice, Knob, PackDefinition, PictureChoice, Slider, Toggle
from pexit_app.features.packs.rules import parameters_of
from pexit_app.features.packs.schemas import picture_url

SOURCES: tuple[tuple[str, str], ...] = (
    ("salt-light", "sun-behind"),
    ("salt-light", "grey-water"),
    ("neon-rain", "crossing"),
    ("neon-rain", "wet-glass"),
    ("private-eye", "blinds"),
    ("private-eye", "records-room"),
    ("print-shop", "rising-sun"),
    ("print-shop", "wet-paper"),
    ("pocket-sketchbook", "blank-page"),
    ("pocket-sketchbook", "hillside"),
)
_PLACE = re.compile(r"\{([^{}]*)\}")
_KNOB: TypeAdapter[Any] = TypeAdapter(Knob)


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """`picture_url` is a shop picture of the scene, None where there is none."""

    id: str
    title: str
    pack_title: str
    look: Json
    picture_url: str | None
    definition: PackDefinition


async def list_starting_points(session: AsyncSession, origin: str = "") -> list[StartingPoint]:
    """Those whose pack is live here."""
    found = []
    for slug in dict.fromkeys(slug for slug, _ in SOURCES):
        try:
            pack = await packs.find_pack(session, slug)
        except NotFound:
            continue
        definition, version = pack.definition, pack.version
        shown = {picture.scene: picture.name for picture in reversed(pack.pictures)}
        for scene_id in [scene for of, scene in SOURCES if of == slug]:
            scene = definition.scene(scene_id)
            if scene is None:
                continue
            url = picture_url(slug, version.number, shown[scene_id], origin) if scene_id in shown else None
            look = compose(definition, scene_id, {}).look
            found.append(StartingPoint(scene_id, scene.title, definition.title, look, url, definition))
    return found


async def add_scene(session: AsyncSession, actor: Actor, draft_id: UUID, point_id: str, client: str) -> Applied:
    """The scene, at the end of the draft as it is now, with a sample picture to be taken of it. Raises NotFound, BadInput
    for a draft that is too large."""
    draft = await changes.locked(session, actor, draft_id)
    point = next((each for each in await list_starting_points(session) if each.id == point_id), None)
    if point is None:
        raise NotFound("There is no such scene to start from.", {"scenes": [scene for _, scene in SOURCES]})
    label = f"Scene added: {point.title}"
    return await changes.apply(session, actor, draft_id, draft.revision, ops_for(point, draft.document), label, client)


def ops_for(point: StartingPoint, document: Json) -> list[Json]:
    scene = scene_from(point, document)
    names = {"cover", *_texts(document.get("samples"), "name")}
    sample = {"name": _free(scene["id"], names), "scene": scene["id"], "alt": point.title}
    return [_appended(document, "scenes", scene), _appended(document, "samples", sample)]


def scene_from(point: StartingPoint, document: Json) -> Json:
    """With its own knobs, but those that pull on what a knob of the draft pulls on; opening as it looks in its pack."""
    source = point.definition.scene(point.id)
    assert source is not None, "listed from its definition"
    offered = _knobs_of(document)
    ids = _texts(document.get("knobs"), "id")
    taken = {name for knob in offered for name in parameters_of(knob)}
    own = [knob for knob in source.knobs if _fits(knob, ids, taken)]
    has_two = isinstance(document.get("cast"), list) and len(document["cast"]) > 1
    others = [name for name in ("rosa", "azur") if name not in source.stand_ins]
    return {
        "id": _free(point.id, _texts(document.get("scenes"), "id")),
        "title": point.title,
        "stand_ins": [source.stand_ins[0], others[0]] if has_two else [source.stand_ins[0]],
        "seed": source.seed,
        "look": dict(point.look),
        "prompt": _prompt(source.prompt, [*ids, *(knob.id for knob in own)], has_two),
        "negative": source.negative,
        "defaults": _defaults(offered, point.look),
        "knobs": [knob.model_dump(mode="json", exclude_none=True) for knob in own],
    }


def _fits(knob: Knob, ids: Sequence[str], taken: set[str]) -> bool:
    is_alone = knob.id not in ids and not knob.visible_if and not isinstance(knob, PictureChoice)
    return is_alone and not parameters_of(knob) & taken


def _prompt(template: str, knobs: Sequence[str], has_two: bool) -> str:
    """The scene's own words with every knob of the draft somewhere, and none of those that it does not have."""
    kept = {"person", *knobs}
    text = _PLACE.sub(
        lambda found: found[0] if found[1] in kept else "" if found[1] != "distance" else "portrait", template
    )
    used = set(_PLACE.findall(text))
    text = text.replace("{person}", "{person} with {other}", 1) if has_two else text
    phrases = [" ".join(phrase.split()) for phrase in text.split(",")]
    phrases = [phrase for phrase in phrases if phrase]
    return ", ".join([*phrases, *(f"{{{each}}}" for each in knobs if each not in used)])


def _defaults(offered: Sequence[Knob], look: Mapping[str, Any]) -> Json:
    """Where each pack-wide knob stands for the look to be the same, as far as it can."""
    found: Json = {}
    for knob in offered:
        if isinstance(knob, Slider):
            [name, (low, high)], *_ = knob.sets.items()
            if isinstance(look.get(name), int | float) and low != high:
                share = min(max((float(look[name]) - low) / (high - low), 0), 1)
                found[knob.id] = checked(knob, knob.min + share * (knob.max - knob.min))
        elif isinstance(knob, Choice | PictureChoice | Toggle):
            values = [False, True] if isinstance(knob, Toggle) else [option.value for option in knob.options]
            same = [value for value in values if settings_of(knob, value).items() <= look.items()]
            found |= {knob.id: same[0]} if same else {}
    return {name: value for name, value in found.items() if value != _default_of(offered, name)}


def _default_of(offered: Sequence[Knob], name: str) -> Any:
    return next(knob.default for knob in offered if knob.id == name)


def _knobs_of(document: Json) -> list[Knob]:
    """The pack-wide knobs that are in order by themselves."""
    made = []
    for each in document.get("knobs") if isinstance(document.get("knobs"), list) else []:  # type: ignore[union-attr]
        try:
            made.append(_KNOB.validate_python(each))
        except (ValidationError, BadInput):
            continue
    return made


def _texts(items: Any, name: str) -> list[str]:
    """What the items of a typed list say under `name`."""
    told = [each.get(name) for each in items if isinstance(each, dict)] if isinstance(items, list) else []
    return [each for each in told if isinstance(each, str)]


def _free(name: str, taken: Sequence[str] | set[str]) -> str:
    return next(
        each for each in (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))) if each not in taken
    )


def _appended(document: Json, field: str, item: Json) -> Json:
    if isinstance(document.get(field), list):
        return {"op": "add", "path": f"/{field}/-", "value": item}
    return {"op": "add", "path": f"/{field}", "value": [item]}
