"""A picture in another shape is the same picture: the face keeps its place in the frame, the place behind its horizon."""

import numpy as np
import pytest

from pexit_app.features.shoots.requests import SIZES_PX
from pexit_app.providers.darkroom import placing, sources
from tests.providers.darkroom.pictures import empty_place, level, standin

FACE_WIDTH = 0.78  # of its height, ears left out
SHAPES = {name: size for name, size in SIZES_PX.items() if name != "3:2"}
NAMES = ("alba", "onyx", "rosa", "verde", "azur", "terra")


@pytest.mark.parametrize("framing", ["close", "half", "wide"])
def test_the_face_is_whole_and_keeps_its_place_in_every_shape(framing):
    lines = []
    for name in NAMES:
        for facts in sources.facts(standin(name)):
            for seed in range(12):
                for width, height in SHAPES.values():
                    _, face = placing.place_one(facts, framing, width, height, seed)
                    assert face.height / 2 <= face.y <= height - face.height / 2
                    assert face.height * FACE_WIDTH / 2 <= face.x <= width - face.height * FACE_WIDTH / 2
                    lines.append((seed, face.x / width, face.y / height))
    for seed in range(12):
        across = [x for each, x, _ in lines if each == seed]
        down = [y for each, _, y in lines if each == seed]
        assert max(across) - min(across) < 0.11, "the side of the frame a face stands on changes with the shape"
        assert max(down) - min(down) < 0.12, "the height of a face in the frame changes with the shape"


@pytest.mark.parametrize(("backdrop", "hour"), [("beach", 18), ("mountains", 12), ("meadow", 17), ("rooftop", 21)])
def test_the_place_keeps_its_horizon(backdrop, hour):
    """Brightness down the middle of the empty place, in shares of the height, is alike in every shape."""
    look = {"backdrop": backdrop, "hour": hour, "lens": 0.6, "clouds": 0.0}
    profiles = []
    for width, height in SHAPES.values():
        size = (round(width / 4 / 8) * 8, round(height / 4 / 8) * 8)
        light = level(empty_place(look, 4, size))
        third = size[0] // 3
        column = light[:, third : 2 * third].mean(1)
        profiles.append(np.interp(np.linspace(0, 1, 64), np.linspace(0, 1, len(column)), column))
    own = profiles[1]
    for profile in profiles:
        assert np.corrcoef(profile, own)[0, 1] > 0.7  # waves and lit windows fall differently
