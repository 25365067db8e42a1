"""Where two states of a pack look different, as pairs of pictures worth drawing. Pure: works on documents, however broken.

A scene is drawn as it opens. A knob that has changed without showing there is drawn where it shows most: at an end of
its way."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.ports import Json
from pexit_app.features.builder import live
from pexit_app.features.builder.diffs import effect_of
from pexit_app.features.packs import spoken, words
from pexit_app.features.packs.compose import Composed, compose, extremes, is_visible
from pexit_app.features.packs.definition import Knob, PackDefinition

MOST_SIGHTS = 24
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """A picture on one side: a scene, the knobs that are turned in it, and its seed where that is not the scene's."""

    scene: str
    knobs: Mapping[str, Json] = field(default_factory=dict)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """Something on both sides, None for one on which there is nothing: it is new, or gone, or cannot be drawn there.
    `turned` says which knob is turned in it; empty: as it opens."""

    title: str
    before: View | None
    after: View | None
    turned: str = ""


def sights(before: Document, after: Document) -> list[Sight]:
    """Scenes that open differently, at most MOST_SIGHTS, in the order of the scenes after; and the cover first."""
    titles = _titles(before) | _titles(after)
    order = [*_titles(after), *(scene for scene in _titles(before) if scene not in _titles(after))]
    found = _covers(before, after)
    for scene in order:
        was, now = _drawn(before, View(scene)), _drawn(after, View(scene))
        if was != now:
            found.append(Sight(titles[scene], View(scene) if was else None, View(scene) if now else None))
    return found[:MOST_SIGHTS]


def knob_sights(old: PackDefinition, new: PackDefinition) -> list[Sight]:
    """Of knobs that came, went, or do something else now, each in the first scene that has it."""
    found: dict[str, Sight] = {}
    for scene in new.scenes:
        before = old.scene(scene.id)
        if before is None:
            continue
        was = {knob.id: knob for knob in old.knobs_of(before)}
        now = {knob.id: knob for knob in new.knobs_of(scene)}
        for name in [*now, *(each for each in was if each not in now)]:
            is_same = name in found or _is_alike(was.get(name), now.get(name))
            if not is_same and (sight := _turned(old, new, scene.id, was.get(name), now.get(name))):
                found[name] = sight
    return list(found.values())[:MOST_SIGHTS]


def looks_of(composed: Composed, seed: int | None = None) -> str:
    """All that the darkroom's picture depends on."""
    used = composed.seed if seed is None else seed
    return json.dumps([composed.look, composed.stand_ins, composed.aspect, used], sort_keys=True)


def _titles(document: Document) -> dict[str, str]:
    scenes = document.get("scenes")
    found = {}
    for scene in scenes if isinstance(scenes, list) else []:
        if isinstance(scene, Mapping) and isinstance(scene.get("id"), str):
            title = scene.get("title")
            found[scene["id"]] = title if isinstance(title, str) and title.strip() else "Untitled"
    return found


def _drawn(document: Document, view: View) -> str:
    """looks_of the picture; empty where it cannot be drawn."""
    try:
        return looks_of(live.compose_scene(document, view.scene, view.knobs), view.seed)
    except (BadInput, NotFound):
        return ""


def _covers(before: Document, after: Document) -> list[Sight]:
    """Where another picture was chosen; that its scene looks different is seen at the scene."""
    was, now = _cover(before), _cover(after)
    if was is None or now is None or was == now:
        return []
    return [Sight("Cover", was if _drawn(before, was) else None, now if _drawn(after, now) else None)]


def _cover(document: Document) -> View | None:
    cover = document.get("cover")
    if not isinstance(cover, Mapping) or not isinstance(cover.get("scene"), str):
        return None
    knobs, seed = cover.get("knobs"), cover.get("seed")
    given = knobs if isinstance(knobs, Mapping) else {}
    return View(cover["scene"], given, seed if isinstance(seed, int) and not isinstance(seed, bool) else None)


def _is_alike(was: Knob | None, now: Knob | None) -> bool:
    if was is None or now is None or was.type != now.type:
        return False
    return effect_of(was) == effect_of(now) and extremes(was) == extremes(now) and was.visible_if == now.visible_if


def _turned(old: PackDefinition, new: PackDefinition, scene: str, was: Knob | None, now: Knob | None) -> Sight | None:
    """The end of the knob's way at which both sides differ, if there is one."""
    ends = [(knob, end) for knob in (was, now) if knob is not None for end in extremes(knob)]
    for knob, value in reversed(ends):
        before, after = _taken(old, scene, was, value), _taken(new, scene, now, value)
        if before is None or after is None:
            return None
        is_turned = before.knobs or after.knobs
        if is_turned and _seen(old, before) != _seen(new, after):
            said = spoken.said(knob, value)
            title = (new.scene(scene) or new.scenes[0]).title
            return Sight(title, before, after, f"{knob.label}: {said}" if said else knob.label)
    return None


def _taken(pack: PackDefinition, scene: str, knob: Knob | None, value: Json) -> View | None:
    """The scene with the knob there; as it opens where there is no such knob, it goes less far, or it is hidden. None
    where the scene cannot be drawn."""
    opened = _composed(pack, scene, {})
    if opened is None:
        return None
    if knob is None or not is_visible(knob, opened.knobs):
        return View(scene)
    for tried in (value, *_nearest(extremes(knob), value)):
        if _composed(pack, scene, {knob.id: tried}):
            return View(scene, {knob.id: tried})
    return View(scene)


def _seen(pack: PackDefinition, view: View) -> str:
    composed = _composed(pack, view.scene, view.knobs)
    return looks_of(composed, view.seed) if composed else ""


def _composed(pack: PackDefinition, scene: str, knobs: Mapping[str, Json]) -> Composed | None:
    """None for what is in the shape of a pack and yet not in order."""
    try:
        return compose(pack, scene, knobs)
    except (BadInput, KeyError, words.BadTemplate):
        return None


def _nearest(ends: Sequence[Json], value: Json) -> list[Json]:
    """For a slider that reached less far: its end on that side."""
    numbers = [each for each in ends if isinstance(each, int | float) and not isinstance(each, bool)]
    if not numbers or isinstance(value, bool) or not isinstance(value, int | float):
        return []
    return [min(numbers, key=lambda each: abs(each - value))]
