"""Heads in the frame: inside it, of a seemly size, with a body that reaches the lower edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.providers.darkroom import placing
from pexit_app.providers.darkroom.parameters import FRAMINGS
from pexit_app.providers.darkroom.persona import Facts

SIZES = [(1024, 1024), (1024, 1280), (1024, 1536), (864, 1536), (1536, 864)]
framings = st.sampled_from(FRAMINGS)
sizes = st.sampled_from(SIZES)
seeds = st.integers(0, 10_000)


@st.composite
def views(draw) -> Facts:
    """A source of any crop: tight selfies and half figures."""
    face = draw(st.floats(150, 600))
    above, below, aside = draw(st.floats(0.7, 1.7)), draw(st.floats(0.9, 3.6)), draw(st.floats(0.8, 2.7))
    size = round(face * aside * 2), round(face * (above + below))
    return Facts(*size, (face * aside, face * above), face, 0, 0, 0, 0, 1)


@given(views(), framings, sizes, seeds)
def test_one_face_is_in_the_frame_and_its_body_reaches_down(facts, framing, size, seed) -> None:
    width, height = size
    matrix, face = placing.place_one(facts, framing, width, height, seed)
    assert 0.2 * width < face.x < 0.8 * width
    assert face.height <= 0.45 * height
    assert face.y < height
    assert np.hypot(matrix[0, 0], matrix[1, 0]) == pytest.approx(face.height / facts.face_height, rel=1e-4)
    bottom = (matrix @ np.array([facts.width / 2, facts.height, 1]))[1]
    assert bottom > height


@given(st.tuples(views(), views()), framings, sizes, seeds)
def test_two_faces_stand_apart_inside_the_frame_and_alike_in_size(facts, framing, size, seed) -> None:
    width, height = size
    (one, first), (other, second) = placing.place_two(facts, framing, width, height, seed)
    assert abs(first.x - second.x) > 0.9 * max(first.height, second.height)
    for face in (first, second):
        assert 0.45 * face.height < face.x < width - 0.45 * face.height
    assert 0.9 < first.height / second.height < 1.1
    assert abs(first.y - second.y) < 0.3 * first.height
    assert (first.x < second.x) == (placing.left_role(seed) == 0)
    for matrix, each in ((one, facts[0]), (other, facts[1])):
        assert (matrix @ np.array([each.width / 2, each.height, 1]))[1] > height


def test_two_are_smaller_than_one_and_closer_framings_larger() -> None:
    facts = Facts(1000, 1500, (500, 400), 300, 0, 0, 0, 0, 1)
    alone = [placing.place_one(facts, framing, 1024, 1280, 1)[1].height for framing in FRAMINGS]
    pair = [placing.place_two((facts, facts), framing, 1024, 1280, 1)[0][1].height for framing in FRAMINGS]
    assert alone == sorted(alone, reverse=True)
    assert pair == sorted(pair, reverse=True)
    assert all(two < one for one, two in zip(alone, pair, strict=True))


def test_seeds_change_who_stands_where_and_who_is_in_front() -> None:
    assert {(placing.left_role(seed), placing.behind_role(seed)) for seed in range(4)} == {
        (0, 0), (0, 1), (1, 0), (1, 1),
    }
