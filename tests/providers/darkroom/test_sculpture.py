"""The sculptor's bench, at thumbnail size: the shapes are sound, the bake is honest, the command writes files."""
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("numba", reason="numba is a development requirement: the bench runs at build time only")

from pexit_app.providers.darkroom import persona as personas
from pexit_app.providers.darkroom.persona import Persona
from pexit_app.providers.darkroom.sculpture.__main__ import main
from pexit_app.providers.darkroom.sculpture.build import source_of
from pexit_app.providers.darkroom.sculpture.features import mouth_line
from pexit_app.providers.darkroom.sculpture.figure import figure, normal
from pexit_app.providers.darkroom.sculpture.forms import CLOTH, SKIN, Form
from pexit_app.providers.darkroom.sculpture.gbuffer import GBuffer, Pose, capture, project, rotation, turned
from pexit_app.providers.darkroom.sculpture.head import head
from pexit_app.providers.darkroom.sculpture.people import FRONT, PEOPLE
from pexit_app.providers.darkroom.sculpture.solids import common, union

HEIGHT_PX = 96
distances = st.floats(-2, 2)
degrees = st.floats(-80, 80)


@pytest.fixture(scope="module", params=personas.STANDINS)
def front(request: pytest.FixtureRequest) -> tuple[Form, GBuffer]:
    form = PEOPLE[request.param].form
    return form, capture(form, FRONT, HEIGHT_PX, rays=0)


def test_the_people_are_the_standins() -> None:
    assert tuple(PEOPLE) == personas.STANDINS
    for name, sculpture in PEOPLE.items():
        yaws = [pose.yaw for pose in sculpture.poses]
        assert len(yaws) >= (4 if name in ("alba", "onyx") else 3)
        assert abs(yaws[0]) < 15 and max(yaws) > 20 and min(yaws) < -20


@settings(deadline=None)  # the first call compiles
@given(a=distances, b=distances, k=st.floats(0.01, 0.5))
def test_soft_union_and_common_stay_within_a_fillet_of_the_sharp_ones(a: float, b: float, k: float) -> None:
    assert min(a, b) - k / 4 - 1e-12 <= union(a, b, k) <= min(a, b) + 1e-12
    assert max(a, b) - 1e-12 <= common(a, b, k) <= max(a, b) + k / 4 + 1e-12
    assert union(a, b, k) == pytest.approx(union(b, a, k))


@given(yaw=degrees, pitch=degrees, roll=degrees)
def test_a_pose_turns_without_bending(yaw: float, pitch: float, roll: float) -> None:
    matrix = rotation(Pose(yaw, pitch, roll, 0))
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-9) and np.linalg.det(matrix) > 0


def test_a_head_turned_right_looks_right_and_one_lifted_looks_up() -> None:
    nose = np.array([0.0, -0.3, 0.8])
    ahead = project(nose, Pose(0, 0, 0, 0), HEIGHT_PX)
    assert project(nose, Pose(30, 0, 0, 0), HEIGHT_PX)[0] > ahead[0] + 3
    assert project(nose, Pose(0, 20, 0, 0), HEIGHT_PX)[1] < ahead[1] - 3


@settings(deadline=None)  # the first call compiles
@given(x=st.floats(0, 0.9), y=st.floats(-1.1, 1), z=st.floats(-0.9, 1))
def test_the_head_is_the_same_left_and_right(x: float, y: float, z: float) -> None:
    for sculpture in PEOPLE.values():
        assert head(x, y, z, sculpture.form) == pytest.approx(head(-x, y, z, sculpture.form), abs=1e-9)


def test_distances_grow_by_one_for_one_near_the_surface(front: tuple[Form, GBuffer]) -> None:
    form, buffer = front
    turn, step = turned(FRONT), 0.004
    solid = (buffer.alpha == 1) & (buffer.normal[..., 2] > 0.3)
    points, normals = buffer.world[solid][::7], buffer.normal[solid][::7]
    slopes = []
    for (x, y, z), (a, b, c) in zip(points.astype(float), normals.astype(float), strict=True):
        out = figure(x + a * step, y + b * step, z + c * step, form, turn)[0]
        slopes.append((out - figure(x - a * step, y - b * step, z - c * step, form, turn)[0]) / (2 * step))
    assert len(slopes) > 100
    assert np.median(slopes) == pytest.approx(1, abs=0.12)
    assert np.quantile(slopes, 0.02) > 0.3
    assert np.quantile(slopes, 0.95) < 1 / 0.72, "steeper, and a step of the marching ray would pass through"
    assert max(slopes) < 2.2


def test_normals_are_unit_and_face_the_viewer(front: tuple[Form, GBuffer]) -> None:
    form, buffer = front
    solid = buffer.alpha == 1
    assert np.allclose(np.linalg.norm(buffer.normal[solid], axis=1), 1, atol=1e-3)
    assert np.quantile(buffer.normal[solid][:, 2], 0.01) > -0.05
    x, y = project(np.array([0.0, -0.15, 0.8]), FRONT, HEIGHT_PX)
    face = buffer.normal[int(y) - 6 : int(y) + 6, int(x) - 6 : int(x) + 6]
    assert face[..., 2].min() > 0 and face[..., 2].mean() > 0.7
    middle = buffer.world[int(y), int(x)].astype(float)
    assert np.allclose(np.linalg.norm(normal(*middle, 0.0022, form, turned(FRONT))), 1)


def test_skin_is_framed_by_nothing_but_the_bust(front: tuple[Form, GBuffer]) -> None:
    _, buffer = front
    assert (buffer.alpha[0] == 0).all() and buffer.alpha[-1].mean() > 0.4
    assert np.allclose(buffer.cover.sum(2)[buffer.alpha > 0], 1, atol=1e-5)
    kinds = set(np.unique(buffer.material[buffer.alpha > 0]))
    assert {SKIN, CLOTH} <= kinds


def test_mouths_rest() -> None:
    for sculpture in PEOPLE.values():
        form = sculpture.form
        corner, middle = mouth_line(1.0, form), mouth_line(0.3, form)
        assert abs(corner - middle) < 0.05 * form.mouth_width, "neither a smirk nor a sulk"


def test_dark_stone_and_metal_wear_no_paint_on_their_lips() -> None:
    for name in ("onyx", "verde", "terra", "alba"):
        assert PEOPLE[name].lip_paint == ""


def test_a_pose_survives_the_file(tmp_path: Path) -> None:
    made = source_of(PEOPLE["rosa"], FRONT, HEIGHT_PX, rays=6)
    path = tmp_path / "rosa.npz"
    personas.save(path, Persona("rosa", (made,)))
    kept = personas.load(path).sources[0]
    inside = made.alpha > 0.9
    assert np.abs(kept.colour - made.colour)[inside].mean() < 0.02
    assert np.abs(kept.alpha - made.alpha).max() < 0.003
    assert (kept.normals * made.normals).sum(2)[inside].mean() > 0.95
    assert (kept.yaw, kept.pitch, kept.roll) == (FRONT.yaw, FRONT.pitch, FRONT.roll)


def test_porcelain_shines_and_its_cloth_does_not() -> None:
    made = source_of(PEOPLE["rosa"], FRONT, HEIGHT_PX, rays=6)
    x, y = (int(v) for v in made.face_centre)
    assert float(np.median(made.gloss[y - 4 : y + 4, x - 4 : x + 4])) > 0.6
    assert float(np.median(made.gloss[-6:, x - 8 : x + 8])) < 0.2
    assert np.isfinite(made.colour).all() and made.colour.min() >= 0 and made.colour.max() <= 1
    assert made.colour[made.alpha == 0].max(1).min() > 0.001, "colour is bled past the edge"


def test_the_command_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "verde", "--height", "64", "--out", str(tmp_path)]) == 0
    assert "verde" in capsys.readouterr().out
    assert personas.load(tmp_path / "verde.npz").sources[0].alpha.shape[0] == 64


@pytest.mark.parametrize("arguments", [["build", "nobody"], ["build", "alba", "--height", "9000"], []])
def test_the_command_refuses_what_it_cannot_make(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(arguments)
    assert refused.value.code == 2
