"""All packs together: each its own place and light, every kind of knob, no knob that does nothing in the picture."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pexit_app.features.packs.compose import compose, extremes
from pexit_app.features.packs.definition import Knob, PackDefinition, Scene
from pexit_app.features.packs.document import picture_path
from pexit_app.providers.darkroom import parameters, persona_store, render
from tests.features.packs.test_builtin import BUILT_IN, PACKS, WORDS_ALONE

DRAFT = (160, 200)
LEAST_CHANGE = 3  # steps of 255 that the most changed twentieth of the picture moves at least
TURNS = [
    pytest.param(pack, scene, knob, id=f"{pack.slug}-{scene.id}-{knob.id}")
    for pack in BUILT_IN
    for scene, knob in [
        *((pack.scenes[i % len(pack.scenes)], knob) for i, knob in enumerate(pack.knobs)),
        *((scene, knob) for scene in pack.scenes for knob in scene.knobs),
    ]
]


def test_there_are_seven_and_none_is_taken_for_another() -> None:
    assert (len(BUILT_IN), len(WORDS_ALONE)) == (7, 1)
    for name in ("slug", "title", "code", "ink", "tagline"):
        assert len({getattr(pack, name) for pack in BUILT_IN}) == 7, name


def test_every_kind_of_knob_occurs() -> None:
    kinds = {knob.type for pack in BUILT_IN for scene in pack.scenes for knob in pack.knobs_of(scene)}
    assert kinds == {"slider", "choice", "toggle", "colour", "text", "picture"}


def test_one_pack_is_for_two() -> None:
    [two] = [pack for pack in BUILT_IN if len(pack.cast) == 2]
    assert [role.id for role in two.cast] == ["you", "other"]
    for scene in two.scenes:
        made = compose(two, scene.id, {}, ["TOK person", "SKS person"])
        assert len(set(made.stand_ins)) == 2
        assert "TOK person" in made.prompt
        assert "SKS person" in made.prompt


def test_no_scene_is_shared_between_packs() -> None:
    """The same place in the same colours on the same film in the same light would be the same scene."""
    seen: dict[tuple[object, ...], str] = {}
    for pack in BUILT_IN:
        for scene in pack.scenes:
            look = parameters.parse(compose(pack, scene.id, {}).look)
            key = (look.backdrop, look.palette, look.grade, look.style)
            assert seen.setdefault(key, pack.slug) == pack.slug, (
                f"{pack.slug}: {scene.id} looks like one of {seen[key]}"
            )


@pytest.mark.parametrize(("one", "other"), list(combinations(BUILT_IN, 2)), ids=lambda pack: pack.slug)
def test_covers_lie_far_apart(one: PackDefinition, other: PackDefinition) -> None:
    """At least two fifths of the pixels would have to change colour, even of 64 coarse ones."""
    assert distance(cover(one), cover(other)) > 0.40


def cover(pack: PackDefinition) -> NDArray[np.floating]:
    """The cover's histogram over 4 x 4 x 4 colours, as a share of its pixels."""
    with Image.open(picture_path(PACKS / pack.slug, "cover")) as image:
        pixels = np.asarray(image.convert("RGB").resize((80, 100), Image.Resampling.BOX)).reshape(-1, 3)
    return np.histogramdd(pixels, bins=4, range=[(0, 256)] * 3)[0] / len(pixels)


def distance(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    return float(np.abs(one - other).sum() / 2)


@pytest.mark.parametrize(("pack", "scene", "knob"), TURNS)
def test_every_knob_changes_the_picture(pack: PackDefinition, scene: Scene, knob: Knob) -> None:
    shown_by = {name: values[0] for name, values in (knob.visible_if or {}).items()}
    values = extremes(knob)
    shown = [draft(pack, scene, {**shown_by, knob.id: value}) for value in (values if len(values) < 4 else values[:3])]
    for one, other in combinations(shown, 2):
        assert np.percentile(np.abs(one - other).max(-1), 95) >= LEAST_CHANGE


def draft(pack: PackDefinition, scene: Scene, knobs: dict[str, object]) -> NDArray[np.floating]:
    made = compose(pack, scene.id, knobs)
    first, *others = (persona_store.load(name) for name in made.standin_personas)
    other = others[0] if others else None
    return render.draft(first, parameters.parse(made.look), DRAFT, made.seed, other).astype(np.float32)
