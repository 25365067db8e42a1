import contextlib
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pexit_app.providers.darkroom import persona as personas
from pexit_app.providers.darkroom.persona import Persona, PersonaFileError, Source


def disc(height: int = 96, width: int = 80) -> Source:
    """A ball on nothing, half polished: the smallest honest source."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    u, v = (x - width / 2) / (width * 0.45), (y - height / 2) / (height * 0.45)
    r2 = u * u + v * v
    z = np.sqrt(np.clip(1 - r2, 0.04, 1))
    normals = np.dstack([u, v, z])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    colour = np.dstack([0.2 + 0.5 * x / width, 0.1 + 0.5 * y / height, np.full_like(x, 0.3)])
    alpha = np.clip((1 - np.sqrt(r2)) * 20, 0, 1)
    gloss = np.where(x > width / 2, 0.75, 0.1)
    return Source(
        *(plane.astype(np.float32) for plane in (colour, alpha, normals, z * 20, gloss)),
        (40.0, 44.5),
        50.0,
        -9.0,
        2.0,
        1.0,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ball.npz"
    personas.save(path, Persona("ball", (disc(), disc(120, 100))))
    return path


def test_a_saved_persona_comes_back_within_what_packing_loses(file: Path) -> None:
    persona = personas.load(file)
    kept, made = persona.sources[0], disc()
    assert persona.name == "ball" and len(persona.sources) == 2
    assert persona.sources[1].alpha.shape == (120, 100)
    inside = made.alpha > 0.5
    assert np.abs(kept.colour - made.colour)[inside].mean() < 0.01
    assert np.abs(kept.alpha - made.alpha).max() <= 0.5 / 255 + 1e-6
    assert (kept.normals * made.normals).sum(2)[inside].mean() > 0.995
    assert np.abs(kept.depth - made.depth)[inside].mean() < 1.0
    assert np.abs(kept.gloss - made.gloss)[:, :36].max() < 0.02 + 0.5 / 31
    assert (kept.face_centre, kept.face_height, kept.yaw, kept.pitch, kept.roll) == ((40.0, 44.5), 50.0, -9.0, 2.0, 1.0)


def test_saving_twice_writes_the_same_pictures(file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.npz"
    personas.save(again, Persona("ball", (disc(), disc(120, 100))))
    with zipfile.ZipFile(file) as first, zipfile.ZipFile(again) as second:
        assert {n: first.read(n) for n in first.namelist()} == {n: second.read(n) for n in second.namelist()}


def test_normals_are_unit_even_where_the_source_had_none(tmp_path: Path) -> None:
    made = disc()
    holed = made.normals.copy()
    holed[:20] = 0
    path = tmp_path / "holed.npz"
    planes = (made.colour, made.alpha, holed, made.depth, made.gloss)
    personas.save(path, Persona("holed", (Source(*planes, (40.0, 44.0), 50.0, 0.0, 0.0, 0.0),)))
    normals = personas.load(path).sources[0].normals
    assert np.allclose(np.linalg.norm(normals, axis=2), 1, atol=1e-4)
    assert (normals[..., 2] > 0).all()


def rewritten(file: Path, **changes: object) -> Path:
    with np.load(file) as members:
        kept = {name: members[name] for name in members.files}
    np.savez(file, **{name: value for name, value in (kept | changes).items() if value is not None})
    return file


@pytest.mark.parametrize(
    "changes",
    [
        {"format": np.array(99)},
        {"0_alpha": None},
        {"0_numbers": np.array([1, 2, 3], np.float32)},
        {"0_numbers": np.array([np.nan, 2, 30, 0, 0, 0], np.float32)},
        {"0_numbers": np.array([40, 40, -1, 0, 0, 0], np.float32)},
        {"0_colour": np.zeros(40, np.uint8)},
        {"0_depth": np.zeros((4, 4), np.float64)},
        {"name": np.array({"a": 1}, dtype=object)},
    ],
)
def test_a_wrong_member_is_refused(file: Path, changes: dict[str, object]) -> None:
    with pytest.raises(PersonaFileError):
        personas.load(rewritten(file, **changes))


def test_planes_of_different_sizes_are_refused(file: Path) -> None:
    with np.load(file) as members:
        other = members["1_alpha"]
    with pytest.raises(PersonaFileError, match="differ in size"):
        personas.load(rewritten(file, **{"0_alpha": other}))


def test_a_missing_file_and_a_text_file_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.npz"
    text.write_text("not a persona")
    for path in (text, tmp_path / "none.npz"):
        with pytest.raises(PersonaFileError):
            personas.load(path)


@settings(deadline=None)  # it writes a file each time
@example(place=0.0011, byte=164)
@given(place=st.floats(0, 1), byte=st.integers(0, 255))
def test_damage_is_either_harmless_or_the_one_error(
    tmp_path_factory: pytest.TempPathFactory, place: float, byte: int
) -> None:
    path = tmp_path_factory.mktemp("damage") / "ball.npz"
    personas.save(path, Persona("ball", (disc(),)))
    raw = bytearray(path.read_bytes())
    raw[int(place * (len(raw) - 1))] = byte
    path.write_bytes(raw)
    with contextlib.suppress(PersonaFileError):
        assert personas.load(path).sources[0].alpha.ndim == 2


def test_sources_are_a_sequence_that_decodes_on_demand(tmp_path: Path) -> None:
    path = tmp_path / "many.npz"
    personas.save(path, Persona("many", tuple(disc() for _ in range(5))))
    sources = personas.load(path).sources
    path.unlink()
    assert len([source.alpha for source in sources]) == 5
    assert sources[-1].face_height == 50 and len(sources[1:3]) == 2
    assert sources[0] is not sources[0], "nothing large is held behind the caller's back"
    with pytest.raises(IndexError):
        sources[5]


def test_an_unknown_standin_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        personas.standin("../secrets")


# The shipped sculptures. Each is decoded once for all that is asked of it.


@pytest.fixture(scope="module", params=personas.STANDINS)
def standin(request: pytest.FixtureRequest) -> tuple[str, list[Source]]:
    persona = personas.standin(request.param)
    return persona.name, list(persona.sources)


def face_of(source: Source) -> tuple[slice, slice]:
    """Brow to lip and cheek to cheek: safely on the skin in every pose."""
    (x, y), reach = source.face_centre, source.face_height * 0.22
    return slice(int(y - reach), int(y + reach)), slice(int(x - reach), int(x + reach))


def test_every_standin_ships_with_its_poses_at_full_size(standin: tuple[str, list[Source]]) -> None:
    name, sources = standin
    assert (personas.STANDINS_DIR / f"{name}.npz").stat().st_size < 700 * 1024
    assert len(sources) == (4 if name in ("alba", "onyx") else 3)
    assert {source.alpha.shape[0] for source in sources} == {1216}
    yaws = [source.yaw for source in sources]
    assert abs(yaws[0]) < 15 and max(yaws) > 20 and min(yaws) < -20


def test_colours_are_light_that_a_picture_can_hold(standin: tuple[str, list[Source]]) -> None:
    for source in standin[1]:
        for plane in (source.colour, source.alpha, source.gloss):
            assert np.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= 1
        assert np.isfinite(source.depth).all() and source.depth.max() > source.face_height * 0.3


def test_normals_are_unit_and_the_face_looks_at_the_viewer(standin: tuple[str, list[Source]]) -> None:
    for source in standin[1]:
        assert np.allclose(np.linalg.norm(source.normals, axis=2), 1, atol=1e-3)
        face = source.normals[face_of(source)]
        assert face[..., 2].min() > 0 and face[..., 2].mean() > 0.6


def test_the_nose_points_where_the_pose_says(standin: tuple[str, list[Source]]) -> None:
    for source in (source for source in standin[1] if abs(source.yaw) < 45):  # beyond, a cheek may be nearest
        row, nose = np.unravel_index(int(source.depth.argmax()), source.depth.shape)
        head = np.flatnonzero(source.alpha[row] > 0.5).mean()
        aside = np.degrees(np.arcsin((nose - head) / (source.face_height * 0.65)))
        assert abs(aside - source.yaw) < 20 and (abs(source.yaw) < 15 or aside * source.yaw > 0)


def test_the_outline_is_closed(standin: tuple[str, list[Source]]) -> None:
    for source in standin[1]:
        solid = (source.alpha > 0.5).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(solid)
        parts = np.sort(stats[1:, cv2.CC_STAT_AREA])[::-1]
        assert parts[0] > 0.985 * parts.sum(), "one bust; only ear-rings may hang free of it"
        assert source.alpha[face_of(source)].min() > 0.99
        _, ground, sizes, _ = cv2.connectedComponentsWithStats(1 - solid)
        edge = {*ground[0], *ground[:, 0], *ground[:, -1], *ground[-1]}
        holes = [sizes[k, cv2.CC_STAT_AREA] for k in range(1, len(sizes)) if k not in edge]
        assert sum(holes) < 0.004 * solid.sum(), "nothing shows through but the rings' eyes and the gap of a lobe"
        assert solid[-2:].mean() > 0.4, "the bust stands on the lower edge"


def test_colour_bleeds_past_the_edge(standin: tuple[str, list[Source]]) -> None:
    for source in standin[1]:
        solid = (source.alpha > 0.9).astype(np.uint8)
        inside = (solid - cv2.erode(solid, np.ones((9, 9)))) > 0
        touched = cv2.dilate((source.alpha > 0.02).astype(np.uint8), np.ones((3, 3)))
        beyond = source.colour[(cv2.dilate(solid, np.ones((17, 17))) > 0) & (touched == 0)]
        assert beyond.mean() > 0.6 * source.colour[inside].mean()
        assert source.colour[source.alpha == 0].max(1).min() > 0.001


@pytest.mark.parametrize(("name", "least", "most"), [("rosa", 0.6, 1), ("verde", 0.35, 0.8), ("onyx", 0.35, 0.7),
                                                     ("alba", 0, 0.1), ("terra", 0, 0.1)])
def test_gloss_follows_the_material_of_the_face(name: str, least: float, most: float) -> None:
    source = personas.standin(name).sources[0]
    assert least <= float(np.median(source.gloss[face_of(source)])) <= most


@pytest.mark.parametrize("name", ["alba", "onyx", "rosa", "azur", "terra"])
def test_cloth_is_matte(name: str) -> None:
    source = personas.standin(name).sources[0]
    height, width = source.gloss.shape
    assert float(np.median(source.gloss[-height // 8 :, width // 3 : -width // 3])) < 0.2
