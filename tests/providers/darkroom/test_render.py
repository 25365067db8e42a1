"""What a render and a draft promise: the same bytes in every process, the same picture at every size."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from pexit_app.providers.darkroom import render
from pexit_app.providers.darkroom.parameters import BACKDROPS, STYLES, parse
from tests.providers.darkroom import pictures
from tests.providers.darkroom.pictures import standin
from tests.support.thinned import thinned

ROOT = Path(__file__).parents[3]
PRINTS = """
import hashlib
from pexit_app.providers.darkroom import persona_store, render
from pexit_app.providers.darkroom.parameters import BACKDROPS, STYLES, parse
persona = persona_store.load("standin:verde")
for i, backdrop in enumerate(BACKDROPS):
    look = parse({"backdrop": backdrop, "style": STYLES[i % len(STYLES)]})
    for picture in (render.render(persona, look, (256, 320), 11), render.draft(persona, look, (256, 320), 11)):
        print(hashlib.sha256(picture.tobytes()).hexdigest())
"""


def test_two_fresh_processes_make_the_same_bytes() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", PRINTS], cwd=ROOT, env={"PYTHONHASHSEED": str(i)}, capture_output=True, check=True
        ).stdout
        for i in (1, 2)
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0].split())) == 2 * len(BACKDROPS)


def test_what_was_drawn_before_leaves_no_trace() -> None:
    """Drafts keep backgrounds and placed persons; what they keep must never change what they draw."""
    persona = standin("onyx")
    looks = [parse({"backdrop": "beach", "rim": 1.0}), parse({"backdrop": "beach", "rim": 0.2, "style": "ink"})]
    first = [render.draft(persona, look, (256, 256), 3) for look in looks]
    for look in (*looks, parse({"backdrop": "beach", "light_side": -1.0, "bloom": 1.0})):
        render.draft(persona, look, (256, 256), 3)
    again = [render.draft(persona, look, (256, 256), 3) for look in looks]
    assert all((a == b).all() for a, b in zip(first, again, strict=True))


def test_another_seed_is_another_picture() -> None:
    pictures = {render.draft(standin("rosa"), parse({}), (256, 256), seed).tobytes() for seed in range(6)}
    assert len(pictures) == 6


@pytest.mark.parametrize(
    ("backdrop", "style"),
    thinned(product(["beach", "neon", "studio", "meadow"], STYLES), lambda place, _: place % 5 == 0),
)
def test_the_draft_looks_like_the_final(backdrop, style) -> None:
    look = parse({"backdrop": backdrop, "style": style, "grain": 0.0})
    final = render.render(standin("azur"), look, (768, 960), 5)
    draft = render.draft(standin("azur"), look, (410, 512), 5)
    small = [cv2.resize(p, (41, 51), interpolation=cv2.INTER_AREA).astype(int) for p in (final, draft)]
    assert np.abs(small[0] - small[1]).mean() < 9
    assert np.corrcoef(small[0].ravel(), small[1].ravel())[0, 1] > 0.94


@pytest.mark.parametrize("size", [(512, 512), (512, 640), (512, 768), (576, 1024), (1024, 576)])
def test_every_aspect_is_drawn_whole(size) -> None:
    picture = render.render(standin("terra"), parse({"backdrop": "rooftop"}), size, 2)
    assert picture.shape == (size[1], size[0], 3)
    assert picture.dtype == np.uint8
    assert all(part.std() > 3 for part in np.array_split(picture, 4, axis=0))


def test_stages_come_in_order_and_can_end_the_render() -> None:
    heard: list[str] = []
    render.render(standin("alba"), parse({}), (256, 256), 1, heard.append)
    assert (*heard, "encode") == render.STAGES

    def stop(stage: str) -> None:
        if stage == "light":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        render.render(standin("alba"), parse({}), (256, 256), 1, stop)


def test_different_people_keep_different_colours_in_a_poster() -> None:
    """Mean face colours of the six stand-ins as posters: every pair stays apart, and dark stays dark."""
    look = parse({"backdrop": "poster", "palette": "pop", "style": "poster", "grade": "none", "grain": 0.0})
    means = {}
    for name in ("alba", "onyx", "rosa", "verde", "azur", "terra"):
        image = render.render(standin(name), look, pictures.SIZE, 0).astype(np.float32) / 255
        means[name] = pictures.mean_lab(image, pictures.face_of(name, 0))
    names = sorted(means)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert np.linalg.norm(means[one] - means[other]) > 6, (one, other)
    assert means["onyx"][0] < means["terra"][0] + 20 < means["alba"][0] + 20


@pytest.mark.parametrize("name", ["alba", "onyx"])
def test_ink_draws_pale_and_dark_people_alike(name) -> None:
    """White plaster does not vanish and dark wood does not fill: a fair share of the person is line, most is paper."""
    image = pictures.picture({"style": "ink", "backdrop": "mountains"}, 0, name, (512, 512))
    person = cv2.resize(pictures.placed(name, seed=0).alpha, (512, 512)) > 0.9
    dark = (image.mean(-1) < 0.45)[person].mean()
    assert 0.05 < dark < 0.5
