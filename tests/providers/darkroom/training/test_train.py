"""Photos become a persona: which are chosen, what is told on the way, and that skin stays what it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pexit_app.providers.darkroom import persona, subject
from pexit_app.providers.darkroom.colour import to_srgb
from pexit_app.providers.darkroom.persona import Persona
from pexit_app.providers.darkroom.training import choose, train
from pexit_app.providers.darkroom.training.photo import sit
from pexit_app.providers.darkroom.vision.faces import find_faces
from tests.providers.darkroom.pictures import mean_lab, shot
from tests.support import encoders, faces
from tests.support.faces import SKINS, Shot, photo
from tests.support.thinned import thinned

Made = Callable[[Shot], Persona]


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Made:
    """A persona of one photo."""
    folder = tmp_path_factory.mktemp("portraits")
    known: dict[Shot, Persona] = {}

    def make(one: Shot) -> Persona:
        if one not in known:
            path = folder / f"{len(known)}.npz"
            path.write_bytes(train.from_one_photo(encoders.jpeg(photo(one))))
            known[one] = persona.load(path)
        return known[one]

    return make


@pytest.fixture(scope="module")
def batch(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("photos")
    paths = [folder / f"{i}.jpg" for i in range(12)]
    for path, content in zip(paths, faces.good_batch(), strict=True):
        path.write_bytes(content)
    return paths


def ignore(stage: str, progress: int) -> None:
    """Nobody follows."""


def test_twelve_photos_become_eight_views_and_every_stage_is_told(batch, tmp_path) -> None:
    heard: list[tuple[str, int]] = []
    content = train.from_photos(batch, lambda stage, progress: heard.append((stage, progress)))
    (tmp_path / "likeness.npz").write_bytes(content)
    likeness = persona.load(tmp_path / "likeness.npz")
    assert len(likeness.sources) == choose.SOURCES_MAX
    progress = [percent for _, percent in heard]
    assert progress == sorted(progress)
    assert progress[0] == 0
    assert progress[-1] < 100
    stages = [stage for stage, _ in heard]
    for number in range(1, 13):
        mine = [stage.split(": ")[1] for stage in stages if stage.startswith(f"photo {number} of 12: ")]
        assert mine in (["look", "cut out", "relief"], ["look", "set aside"])
    yaws = [likeness.facts(i).yaw for i in range(8)]
    assert min(yaws) < -10
    assert max(yaws) > 10
    assert min(map(abs, yaws)) < 6


def test_the_same_photos_give_the_same_bytes(batch) -> None:
    assert train.from_photos(batch[:2], ignore) == train.from_photos(batch[:2], ignore)


def test_what_the_follower_raises_ends_the_training(batch) -> None:
    heard: list[str] = []

    def stop(stage: str, progress: int) -> None:
        heard.append(stage)
        if "cut out" in stage:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        train.from_photos(batch[:3], stop)
    assert "cut out" in heard[-1]


def test_photos_that_cannot_be_used_are_set_aside(batch, tmp_path) -> None:
    broken, empty, gone = tmp_path / "broken.jpg", tmp_path / "wall.jpg", tmp_path / "gone.jpg"
    broken.write_bytes(b"no picture")
    empty.write_bytes(encoders.jpeg(faces.no_face()))
    (tmp_path / "one.npz").write_bytes(train.from_photos([broken, batch[0], empty, gone], ignore))
    assert len(persona.load(tmp_path / "one.npz").sources) == 1
    with pytest.raises(train.NothingToLearn, match="face"):
        train.from_photos([broken, empty], ignore)
    with pytest.raises(train.NothingToLearn):
        train.from_one_photo(b"no picture")


def test_a_blurred_twin_is_not_chosen_first() -> None:
    (mesh,) = find_faces(photo(Shot()))
    crisp = choose.survey(0, photo(Shot()), mesh)
    dull = choose.survey(1, cv2.GaussianBlur(photo(Shot()), (0, 0), 4), mesh)
    assert dull.sharpness < 0.5 * crisp.sharpness
    assert choose.choose([dull, crisp])[0] is crisp


def test_many_of_one_pose_do_not_crowd_out_another() -> None:
    (front,), (aside,) = find_faces(photo(Shot())), find_faces(photo(Shot(yaw=26)))
    same = [choose.Candidate(i, front, 0.9, 0.9) for i in range(12)]
    other = choose.Candidate(12, aside, 0.3, 0.6)
    assert other in choose.choose([*same, other])[:2]


@pytest.mark.parametrize("lightness", thinned(SKINS, lambda place, _: place % 2 == 1 or not place))
def test_skin_keeps_its_colour_and_lightness(made, lightness) -> None:
    """Over the whole range of skins: the photo's mean skin against the persona's, and against a frame in neutral light;
    both within 2 Delta-E (CIE 1976)."""
    one = Shot(skin=lightness)
    (mesh,) = find_faces(photo(one))
    sitting = sit(photo(one), mesh)
    likeness = made(one)
    source = likeness.sources[0]
    skin = _cheeks(sitting.mesh.points, source.alpha.shape)
    own = mean_lab(sitting.picture / np.float32(255), skin)
    learnt = mean_lab(to_srgb(source.colour), skin)
    assert np.linalg.norm(learnt - own) < 2
    framed = shot(likeness, {"backdrop": "studio", "light_strength": 0.0, "framing": "close"}, 3, (640, 800))
    (shown,) = find_faces((framed * 255).astype(np.uint8))
    seen = mean_lab(framed, _cheeks(shown.points, framed.shape[:2]))
    assert np.linalg.norm(seen - own) < 2


def test_the_side_of_the_light_is_known(made) -> None:
    lights = [made(Shot(side=side, skin=50.0)).facts(0).light for side in (-0.7, 0.0, 0.7)]
    assert lights == sorted(lights)
    assert lights[2] - lights[0] > 0.6


def test_half_of_a_side_light_goes_and_the_face_keeps_its_mean(made) -> None:
    one = Shot(side=-0.7, skin=50.0)
    (mesh,) = find_faces(photo(one))
    sitting = sit(photo(one), mesh)
    source = made(one).sources[0]
    left, right = _halves(sitting.mesh.points, source.alpha.shape)
    before = [mean_lab(sitting.picture / np.float32(255), half)[0] for half in (left, right)]
    after = [mean_lab(to_srgb(source.colour), half)[0] for half in (left, right)]
    assert abs(after[1] - after[0]) < 0.85 * abs(before[1] - before[0])
    both = left | right
    own = mean_lab(sitting.picture / np.float32(255), both)
    assert np.linalg.norm(mean_lab(to_srgb(source.colour), both) - own) < 2


def test_the_nose_stands_out_and_normals_are_unit(made) -> None:
    source = made(Shot()).sources[0]
    assert np.allclose(np.linalg.norm(source.normals, axis=2), 1, atol=1e-3)
    x, y = (round(part) for part in source.face_centre)
    reach = round(source.face_height * 0.3)
    assert source.normals[y, x - reach : x - reach // 2, 0].mean() < -0.1
    assert source.normals[y, x + reach // 2 : x + reach, 0].mean() > 0.1
    assert source.depth[y - reach : y + reach, x - reach // 4 : x + reach // 4].max() == source.depth.max()


def test_what_the_photo_cut_off_ends_round(made) -> None:
    """A tight selfie touches three borders: at the sides and the top the persona does not, and below it does."""
    source = made(Shot(share=0.5, width=700, height=1100)).sources[0]
    alpha = source.alpha
    assert max(alpha[:, 0].max(), alpha[:, -1].max(), alpha[0].max()) < 0.1
    assert alpha[-1].max() > 0.9


def test_a_persona_of_photos_is_as_large_in_memory_as_a_sculpted_one(made) -> None:
    large = photo(replace(Shot(), width=1536, height=2048))
    (mesh,) = find_faces(large)
    sitting = sit(large, mesh)
    assert sitting.picture.shape[0] * sitting.picture.shape[1] <= 1_300_000
    assert sitting.mesh.height > 200


def _cheeks(points: np.ndarray, size: tuple[int, ...]) -> np.ndarray:
    """Both cheeks below the eyes: skin and nothing else."""
    return _region(points, size, (50, 101, 205, 187, 123)) | _region(points, size, (280, 330, 425, 411, 352))


def _halves(points: np.ndarray, size: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return _region(points, size, (50, 101, 205, 187, 123)), _region(points, size, (280, 330, 425, 411, 352))


def _region(points: np.ndarray, size: tuple[int, ...], corners: tuple[int, ...]) -> np.ndarray:
    mask = np.zeros(size, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points[list(corners), :2].round().astype(np.int32)), 1)
    return mask > 0


def test_ink_keeps_dark_skin_darker_than_pale(made) -> None:
    """Features stay readable on every skin, yet dark skin is never drawn as light as paper."""
    levels = []
    for lightness in (27.0, 50.0, 82.0):
        image = shot(
            made(Shot(skin=lightness)), {"style": "ink", "framing": "close", "palette": "ivory"}, 3, (512, 640)
        )
        y, x = np.mgrid[:640, :512]
        face = np.hypot((x - 256) / 90, (y - 310) / 120) < 1
        levels.append(float(image[face].mean()))
    assert levels == sorted(levels)
    assert levels[0] < levels[2] - 0.08
    assert levels[0] > 0.2


def test_the_edge_of_a_person_has_no_halo(made) -> None:
    """On a dark and on a pale place, at 1:1, no pixel of the hair's edge is brighter than both the hair and the place."""
    likeness = made(Shot(place="wall"))
    for palette in ("noir", "ivory"):
        look = {"backdrop": "studio", "palette": palette, "light_strength": 0.0, "rim": 0.0}
        image = shot(likeness, look, 3, (1024, 1280)).mean(-1)
        source = likeness.sources[0]
        framed = subject.into_frame(source, "half", 1024, 1280, 3, is_draft=False)
        above = np.arange(1280)[:, None] < framed.faces[0].y
        edge = (framed.alpha > 0.05) & (framed.alpha < 0.95) & above
        near = cv2.dilate(np.where((framed.alpha >= 0.95) | (framed.alpha <= 0.05), image, 0), np.ones((25, 25)))
        assert (image[edge] <= near[edge] + 0.03).mean() > 0.98
