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
    """A picture on one side: a scene, the knobs that are turned in it, its seed and its stand-ins where they are not the
    scene's."""

    scene: str
    knobs: Mapping[str, Json] = field(default_factory=dict)
    seed: int | None = None
    stand_ins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """Something on both sides, None for one on which there is nothing: it is new, or gone, or cannot be drawn there.
    `turned` says which knob is turned in it; empty: as it opens. `ratio` is the shape of the newer picture."""

    title: str
    before: View | None
    after: View | None
    ratio: str
    turned: str = ""


def sights(before: Document, after: Document) -> list[Sight]:
    """Scenes that open differently, at most MOST_SIGHTS, in the order of the scenes after; and the cover first."""
    titles = _titles(before) | _titles(after)
    order = [*_titles(after), *(scene for scene in _titles(before) if scene not in _titles(after))]
    covers = _cover(before), _cover(after)
    # That the scene on it looks different is seen at the scene.
    places = [("Cover", *covers)] if all(covers) and covers[0] != covers[1] else []
    places += [(titles[each], View(each), View(each)) for each in order]
    found = []
    for title, first, second in places:
        was, now = _made(before, first), _made(after, second)
        if (made := now or was) and _looks(was, first) != _looks(now, second):
            found.append(Sight(title, first if was else None, second if now else None, made.aspect))
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


def _titles(document: Document) -> dict[str, str]:
    scenes = document.get("scenes")
    found = {}
    for scene in scenes if isinstance(scenes, list) else []:
        if isinstance(scene, Mapping) and isinstance(scene.get("id"), str):
            title = scene.get("title")
            found[scene["id"]] = title if isinstance(title, str) and title.strip() else "Untitled"
    return found


def _made(document: Document, view: View | None) -> Composed | None:
    """None for what cannot be drawn."""
    try:
        return live.compose_scene(document, view.scene, view.knobs) if view else None
    except (BadInput, NotFound):
        return None


def _looks(made: Composed | None, view: View | None) -> str:
    """All that the darkroom's picture depends on; empty where there is none."""
    if made is None or view is None:
        return ""
    seed = made.seed if view.seed is None else view.seed
    return json.dumps([made.look, view.stand_ins or made.stand_ins, made.aspect, seed], sort_keys=True)


def _cover(document: Document) -> View | None:
    cover = document.get("cover")
    return view_of(cover) if isinstance(cover, Mapping) else None


def view_of(picture: Mapping[str, Any]) -> View | None:
    """A picture of the document, as far as it is written in order; None without a scene."""
    scene, knobs, seed, played = (picture.get(name) for name in ("scene", "knobs", "seed", "stand_ins"))
    if not isinstance(scene, str):
        return None
    faces = tuple(str(each) for each in played) if isinstance(played, list) else ()
    used = seed if isinstance(seed, int) and not isinstance(seed, bool) else None
    return View(scene, knobs if isinstance(knobs, Mapping) else {}, used, faces)


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
        was_made, made = _composed(old, before), _composed(new, after)
        is_turned = before.knobs or after.knobs
        if made and is_turned and _looks(was_made, before) != _looks(made, after):
            said = spoken.said(knob, value)
            title = (new.scene(scene) or new.scenes[0]).title
            return Sight(title, before, after, made.aspect, f"{knob.label}: {said}" if said else knob.label)
    return None


def _taken(pack: PackDefinition, scene: str, knob: Knob | None, value: Json) -> View | None:
    """The scene with the knob there; as it opens where there is no such knob, it goes less far, or it is hidden. None
    where the scene cannot be drawn."""
    opened = _composed(pack, View(scene))
    if opened is None:
        return None
    if knob is None or not is_visible(knob, opened.knobs):
        return View(scene)
    turned = [View(scene, {knob.id: each}) for each in (value, *_nearest(extremes(knob), value))]
    return next((view for view in turned if _composed(pack, view)), View(scene))


def _composed(pack: PackDefinition, view: View) -> Composed | None:
    """None for what is in the shape of a pack and yet not in order."""
    try:
        return compose(pack, view.scene, view.knobs)
    except (BadInput, KeyError, words.BadTemplate):
        return None


def _nearest(ends: Sequence[Json], value: Json) -> list[Json]:
    """For a slider that reached less far: its end on that side."""
    numbers = [each for each in ends if isinstance(each, int | float) and not isinstance(each, bool)]
    if not numbers or isinstance(value, bool) or not isinstance(value, int | float):
        return []
    return [min(numbers, key=lambda each: abs(each - value))]
