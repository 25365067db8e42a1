"""Which view of a person is shown."""

from dataclasses import replace

import numpy as np

from pexit_app.providers.darkroom import casting
from pexit_app.providers.darkroom.casting import Part
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.persona import Persona, Source

_PLANE = np.ones((1500, 1000), np.float32)
VIEW = Source(
    colour=np.zeros((1500, 1000, 3), np.float32),
    alpha=_PLANE,
    normals=np.zeros((1500, 1000, 3), np.float32),
    depth=_PLANE,
    gloss=_PLANE,
    face_centre=(500, 450),
    face_height=350,
    yaw=0,
    pitch=0,
    roll=0,
    light=0.0,
    sharpness=0.9,
)
HALF = Part(250)


def chosen(*views: Source, look: Look | None = None, part: Part = HALF) -> set[int]:
    """Every view that some seed shows."""
    return {casting.choose(Persona("", views), look or Look(), part, seed) for seed in range(12)}


def test_views_that_are_as_good_take_turns() -> None:
    assert chosen(VIEW, replace(VIEW, yaw=10), replace(VIEW, yaw=-10)) == {0, 1, 2}


def test_the_turn_asked_for_wins_over_everything_else() -> None:
    views = (replace(VIEW, yaw=-25, sharpness=0.3), VIEW, replace(VIEW, yaw=25, light=-1.0))
    assert chosen(*views, look=Look(turn="left")) == {0}
    assert chosen(*views, look=Look(turn="front")) == {1}
    assert chosen(*views, look=Look(turn="right", light_side=1.0)) == {2}


def test_a_profile_is_no_turn_while_there_is_another() -> None:
    assert chosen(VIEW, replace(VIEW, yaw=28), replace(VIEW, yaw=60), look=Look(turn="right")) == {1}


def test_front_is_level_too() -> None:
    assert chosen(replace(VIEW, pitch=-18), replace(VIEW, yaw=3), look=Look(turn="front")) == {1}


def test_light_comes_from_the_side_of_the_scene() -> None:
    views = (replace(VIEW, light=-0.9), replace(VIEW, light=0.9), replace(VIEW, light=-0.9, sharpness=0.3))
    assert chosen(*views, look=Look(light_side=0.8), part=Part(250, 0.0))  == {0, 1}
    dim = (replace(VIEW, light=-1.0, sharpness=0.7), replace(VIEW, light=1.0))
    assert chosen(*dim, look=Look(light_side=0.8)) == {1}


def test_a_large_face_wants_a_large_source_and_a_half_figure_a_body() -> None:
    small = replace(VIEW, face_height=120.0, face_centre=(500, 450))
    tight = replace(VIEW, face_height=700.0, face_centre=(500, 750))
    assert chosen(small, tight, look=Look(framing="close"), part=Part(650)) == {1}
    assert chosen(VIEW, tight, look=Look(framing="half")) == {0}


def test_two_people_look_a_little_towards_each_other() -> None:
    for seed in range(4):
        parts = casting.parts(Look(), 2, 1024, 1280, seed)
        assert sorted(part.yaw for part in parts if part.yaw is not None) == [-12.0, 12.0]
        views = Persona("", (replace(VIEW, yaw=-15), replace(VIEW, yaw=15)))
        shown = [views.facts(casting.choose(views, Look(), part, seed)).yaw for part in parts]
        left, right = shown if seed % 2 == 0 else reversed(shown)
        assert left > 0 > right
