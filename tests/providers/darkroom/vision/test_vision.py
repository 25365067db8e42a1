"""Faces are found near and far, their pose has the right sign, and people are cut out cleanly before any place."""

import cv2
import numpy as np
import pytest

from pexit_app.providers.darkroom.vision.faces import find_faces
from pexit_app.providers.darkroom.vision.matte import foreground, matte
from tests.support import faces
from tests.support.faces import Shot, photo


@pytest.mark.parametrize("share", [0.6, 0.36, 0.2])
def test_a_portrait_has_one_face_where_it_is(share) -> None:
    found = find_faces(photo(Shot(share=share)))
    assert len(found) == 1
    assert found[0].confidence > 0.9
    assert found[0].height == pytest.approx(share * 1200, rel=0.2)


@pytest.mark.parametrize("face_px", [110, 55, 32])
def test_a_small_far_face_is_found_too(face_px) -> None:
    """So that the gate can say that it is too small, and not that there is none."""
    scene = np.full((1200, 1600, 3), (120, 140, 110), np.uint8)
    scene[::7] = 90
    side = round(face_px / 110 * 480)
    scene[300 : 300 + side, 900 : 900 + side] = cv2.resize(faces.portrait(), (side, side), interpolation=cv2.INTER_AREA)
    (found,) = find_faces(scene)
    x, y = found.centre
    assert abs(x - (900 + side * 0.44)) < side * 0.1
    assert abs(y - (300 + side * 0.23)) < side * 0.1


def test_no_face_is_seen_where_there_is_none() -> None:
    assert find_faces(faces.no_face()) == ()
    for name in faces.PLACES:
        empty = (np.clip(faces.place(name, 640, 800), 0, 1) ** (1 / 2.2) * 255).astype(np.uint8)
        assert find_faces(empty) == (), name


def test_several_faces_come_with_the_largest_first() -> None:
    found = find_faces(faces.crowd(0.7))
    assert len(found) == 2
    assert found[0].height > found[1].height


def test_yaw_and_pitch_have_the_sign_and_order_of_the_turn() -> None:
    yaws = [find_faces(photo(Shot(yaw=yaw)))[0].yaw for yaw in (-26, -12, 0, 12, 26)]
    pitches = [find_faces(photo(Shot(pitch=pitch)))[0].pitch for pitch in (-18, 0, 18)]
    assert yaws == sorted(yaws)
    assert yaws[0] < -8 < 8 < yaws[-1]
    assert pitches == sorted(pitches)
    assert abs(yaws[2]) < 5
    assert abs(pitches[1]) < 8


@pytest.mark.parametrize("degrees", [-30, 20])
def test_a_tilted_head_is_level_in_its_own_mesh(degrees) -> None:
    picture = photo(Shot(share=0.3))
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    (found,) = find_faces(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE))
    assert found.roll == pytest.approx(-degrees, abs=6)
    assert abs(found.yaw) < 8


@pytest.fixture(scope="module")
def mattes() -> dict[str, np.ndarray]:
    cut = {}
    for name in ("wall", "brick", "leaves", "evening"):
        picture = photo(Shot(place=name))
        cut[name] = matte(picture, find_faces(picture)[0].box)
    return cut


def test_the_cut_out_does_not_depend_on_the_place(mattes) -> None:
    """The same person before four places: where one matte is sure, the others are not far from it."""
    for name, alpha in mattes.items():
        assert np.abs(alpha - mattes["wall"]).mean() < 0.03, name


def test_the_face_is_solid_and_the_corners_are_empty(mattes) -> None:
    (found,) = find_faces(photo(Shot()))
    x, y = (round(part) for part in found.centre)
    reach = round(found.height * 0.3)
    for alpha in mattes.values():
        assert alpha.dtype == np.float32
        assert alpha.min() >= 0
        assert alpha.max() <= 1
        assert alpha[y - reach : y + reach, x - reach : x + reach].min() > 0.98
        assert alpha[:100, :100].max() < 0.02
        assert alpha[:100, -100:].max() < 0.02


def test_a_part_of_the_edge_is_soft_so_that_hair_is_kept(mattes) -> None:
    for alpha in mattes.values():
        soft = (alpha > 0.05) & (alpha < 0.95)
        assert 0.001 < soft.mean() < 0.06


def test_the_edge_carries_nothing_of_the_old_place(mattes) -> None:
    """Before green leaves the photo's edge is tinged with green; the cut-out's is as brown as the hair beside it."""
    picture, alpha = photo(Shot(place="leaves")) / np.float32(255), mattes["leaves"]
    own = foreground(photo(Shot(place="leaves")), alpha)
    hair = np.zeros_like(alpha, bool)
    hair[60:420, 180:780] = True
    edge, inner = hair & (alpha > 0.1) & (alpha < 0.6), hair & (alpha == 1)

    def green(image: np.ndarray, where: np.ndarray) -> float:
        return float((image[..., 1] - image[..., 0])[where].mean())

    assert green(picture, edge) > green(own, inner) + 0.04, "or this test shows nothing"
    assert green(own, edge) < green(own, inner) + 0.015
