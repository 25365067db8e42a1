"""Two people in one frame, each with their own face, in the same light."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from pexit_app.providers.darkroom import persona, placing, render
from pexit_app.providers.darkroom.parameters import parse
from pexit_app.providers.darkroom.persona import Persona
from pexit_app.providers.darkroom.training import train
from pexit_app.providers.darkroom.vision.faces import find_faces
from pexit_app.providers.darkroom.vision.mesh import Mesh
from tests.providers.darkroom.pictures import PLAIN, mean_lab, standin
from tests.support import encoders
from tests.support.faces import Shot, photo

SIZE = (640, 800)


@pytest.fixture(scope="module")
def people(tmp_path_factory) -> tuple[Persona, Persona]:
    """Two people told apart by skin: dark and pale."""
    folder: Path = tmp_path_factory.mktemp("people")
    made = []
    for name, skin in (("dark", 30.0), ("pale", 74.0)):
        path = folder / f"{name}.npz"
        path.write_bytes(train.from_one_photo(encoders.jpeg(photo(Shot(skin=skin, share=0.3)))))
        made.append(persona.load(path))
    return made[0], made[1]


def skin_of(picture: np.ndarray, mesh: Mesh) -> np.ndarray:
    """Mean Lab of the cheeks and the bridge of the nose."""
    points = mesh.points[[50, 280, 205, 425, 5]].round().astype(int)
    mask = np.zeros(picture.shape[:2], bool)
    for x, y in points[:, :2]:
        mask[y - 2 : y + 3, x - 2 : x + 3] = True
    return mean_lab(picture / np.float32(255), mask)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
@pytest.mark.parametrize("framing", ["close", "half"])
def test_both_faces_are_found_each_nearest_to_its_own_source(people, framing, seed) -> None:
    look = parse({**PLAIN, "backdrop": "studio", "framing": framing, "light_side": 0.0})
    picture = render.render(people[0], look, SIZE, seed, other=people[1])
    found = sorted(find_faces(picture), key=lambda mesh: mesh.centre[0])
    assert len(found) == 2
    roles = (0, 1) if placing.left_role(seed) == 0 else (1, 0)
    own = [_own_skin(one) for one in people]
    for mesh, role in zip(found, roles, strict=True):
        seen = skin_of(picture, mesh)
        assert np.linalg.norm(seen - own[role]) < np.linalg.norm(seen - own[1 - role])


def _own_skin(one: Persona) -> np.ndarray:
    """As it is in a frame of their own in neutral light."""
    look = parse({**PLAIN, "framing": "close", "light_strength": 0.0})
    picture = render.render(one, look, SIZE, 0)
    (mesh,) = find_faces(picture)
    return skin_of(picture, mesh)


def test_roles_are_not_exchangeable(people) -> None:
    look = parse({"backdrop": "studio"})
    one_way = render.render(people[0], look, (256, 320), 2, other=people[1])
    other_way = render.render(people[1], look, (256, 320), 2, other=people[0])
    assert np.abs(one_way.astype(int) - other_way).mean() > 3


@pytest.mark.parametrize("framing", ["close", "half", "wide"])
def test_the_draft_of_two_looks_like_the_final(people, framing) -> None:
    look = parse({"backdrop": "beach", "grain": 0.0, "framing": framing})
    final = render.render(people[0], look, (768, 960), 5, other=standin("onyx"))
    draft = render.draft(people[0], look, (410, 512), 5, other=standin("onyx"))
    small = [cv2.resize(picture, (41, 51), interpolation=cv2.INTER_AREA).astype(int) for picture in (final, draft)]
    assert np.abs(small[0] - small[1]).mean() < 9


def test_the_same_two_give_the_same_bytes_whatever_was_drawn_before(people) -> None:
    look = parse({"backdrop": "neon"})
    first = render.draft(people[0], look, (256, 320), 3, other=people[1])
    render.draft(people[1], look, (256, 320), 3, other=people[0])
    render.draft(people[0], look, (256, 320), 3)
    assert (render.draft(people[0], look, (256, 320), 3, other=people[1]) == first).all()


def test_many_people_stay_within_memory(people) -> None:
    """What drafts keep is bounded: after the caches are full, more people take no more."""
    look = parse({})
    crowd = [Persona(str(i), one.sources) for i in range(12) for one in people]
    sizes = []
    for i, (one, other) in enumerate(pairwise(crowd)):
        render.draft(one, look, (256, 320), i, other=other)
        sizes.append(psutil.Process().memory_info().rss)
    assert sizes[-1] - sizes[11] < 96 * 2**20
