"""A photo beside the others: copies, takes, and the question whether it is the same person."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from itertools import product

import cv2
import numpy as np
import pytest

from pexit_app.core.ports import Reading
from pexit_app.providers.darkroom import persona_store
from pexit_app.providers.darkroom.gate import thresholds
from pexit_app.providers.darkroom.gate.inspect import inspect
from pexit_app.providers.darkroom.gate.judge import is_copy, judge, shape_distance
from pexit_app.providers.darkroom.parameters import parse
from pexit_app.providers.darkroom.render import draft
from tests.providers.darkroom.gate.conftest import Look
from tests.support import encoders, faces
from tests.support.faces import Pixels, Shot
from tests.support.thinned import thinned

BASES = {
    "frontal, plain wall": Shot(),
    "turned, books, side light": Shot(yaw=20, place="books", side=0.5),
    "far, dark skin": Shot(share=0.24, place="leaves", skin=27.0),
    "farthest": Shot(share=0.13, skin=62.0, place="brick"),
}
COPIES: dict[str, Callable[[Pixels], bytes]] = {
    "the same bytes": encoders.jpeg,
    "quality 30": lambda photo: encoders.jpeg(photo, quality=30),
    "as HEIC": encoders.heic,
    "as WebP": encoders.webp,
    "smaller": lambda photo: encoders.jpeg(_resized(photo, 0.6)),
    "larger": lambda photo: encoders.jpeg(_resized(photo, 1.5)),
    "cropped": lambda photo: encoders.jpeg(photo[120:1020, 115:864]),
    "mirrored": lambda photo: encoders.jpeg(photo[:, ::-1]),
    "darker": lambda photo: encoders.jpeg((photo * 0.6).astype(np.uint8)),
    "brighter": lambda photo: encoders.jpeg(np.clip(photo * 1.15 + 6, 0, 255).astype(np.uint8)),
    "grey": lambda photo: encoders.jpeg(np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)),
    "turned by 5 degrees": lambda photo: encoders.jpeg(_rotated(photo, 5)),
    "turned by its EXIF": lambda photo: encoders.jpeg(photo, orientation=6),
}
TAKES: dict[str, dict[str, float | str]] = {
    "broader smile": {"smile": 0.04},
    "head a little to the side": {"yaw": 4.0},
    "chin a little up": {"pitch": 4.0},
    "both": {"yaw": 3.0, "pitch": -3.0},
    "smile and turn": {"yaw": -3.0, "smile": 0.02},
}


def _resized(photo: Pixels, by: float) -> Pixels:
    return np.asarray(cv2.resize(photo, None, fx=by, fy=by, interpolation=cv2.INTER_AREA), np.uint8)


def _rotated(photo: Pixels, degrees: float) -> Pixels:
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.12)
    return np.asarray(cv2.warpAffine(photo, matrix, (width, height)), np.uint8)


def said(reading: Reading, others: list[Reading]) -> list[str]:
    return [reason.code for reason in judge(reading, others)]


@pytest.mark.parametrize(("how", "base"), thinned(product(COPIES, BASES), lambda place, _: place % 5 == 0))
def test_a_copy_is_found(base: str, how: str, look: Look) -> None:
    copy = inspect(COPIES[how](faces.photo(BASES[base]))).reading
    assert is_copy(copy, look(BASES[base]).reading)


@pytest.mark.parametrize(("how", "base"), thinned(product(TAKES, BASES), lambda place, _: place % 3 == 0))
def test_another_take_in_the_same_place_is_no_copy(base: str, how: str, look: Look) -> None:
    first = BASES[base]
    change = {name: value + first.yaw if name == "yaw" else value for name, value in TAKES[how].items()}
    take = replace(first, take=1, **change)
    assert not is_copy(look(take).reading, look(first).reading)


def test_two_crops_of_one_file_are_copies_of_each_other() -> None:
    photo = faces.photo(Shot(place="books"))
    left, right = (inspect(encoders.jpeg(part)).reading for part in (photo[:1000, :860], photo[150:, 90:]))
    assert is_copy(left, right) and is_copy(right, left)


def test_the_same_face_in_another_place_is_no_copy(look: Look) -> None:
    assert not is_copy(look(Shot(place="books")).reading, look(Shot(place="sky")).reading)


def test_good_photos_are_no_copies_and_nobody_else(good: list[Reading]) -> None:
    for i, reading in enumerate(good):
        assert said(reading, good[:i] + good[i + 1 :]) == []


def test_a_copy_is_named_and_refused(good: list[Reading]) -> None:
    copy = inspect(encoders.jpeg(faces.photo(faces.good_shots()[3])[:, ::-1])).reading
    (reason,) = judge(copy, good)
    assert reason.code == "duplicate" and reason.refuses and reason.message.count(".") == 1
    assert judge(copy, []) == ()


def test_a_photo_without_a_face_is_compared_with_nothing(good: list[Reading]) -> None:
    nobody = inspect(encoders.jpeg(faces.no_face())).reading
    assert judge(nobody, good) == ()
    assert said(good[0], [nobody, *good[1:]]) == []


@lru_cache(maxsize=1)
def strangers() -> list[Reading]:
    """The six sculpted people, three views each, as photos."""
    read = []
    for name in ("alba", "onyx", "rosa", "verde", "azur", "terra"):
        persona = persona_store.load(f"standin:{name}")
        for turn in ("front", "left", "right"):
            look = parse({"framing": "close", "turn": turn, "grain": 0.0})
            read.append(inspect(encoders.jpeg(draft(persona, look, (768, 960), 1))).reading)
    return read


def test_the_question_is_a_question(good: list[Reading]) -> None:
    (reason,) = next(found for each in strangers() if (found := judge(each, good)))
    assert reason.code == "may_be_someone_else"
    assert not reason.refuses and "?" in reason.message


def test_error_rates_of_the_question(good: list[Reading], look: Look, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed, and bounded loosely: a weak signal that must seldom bother the right person."""
    own = [
        look(Shot(skin=skin, place="books", side=side, yaw=yaw, smile=0.02, take=2)).reading
        for skin in faces.SKINS
        for side, yaw in ((0.4, 0.0), (-0.4, 14.0))
    ]
    morphed = [look(Shot(widen=by, yaw=yaw)).reading for by in (-0.3, 0.3, 0.4) for yaw in (0.0, 14.0, -14.0)]
    others = strangers()

    def asked(readings: list[Reading]) -> tuple[int, int]:
        distances = [distance for each in readings if (distance := shape_distance(each, good)) is not None]
        return sum(distance > thresholds.OTHER_SHAPE_MIN for distance in distances), len(distances)

    false, sculpted, shaped = asked([*good, *own]), asked(others), asked(morphed)
    with capsys.disabled():
        print(
            f"\nmay_be_someone_else: asked in vain {false[0]} of {false[1]}; missed "
            f"{sculpted[1] - sculpted[0]} of {sculpted[1]} sculpted people (of {len(others)}, turned ones left out), "
            f"{shaped[1] - shaped[0]} of {shaped[1]} faces of another shape"
        )
    assert false[0] / false[1] <= 0.05
    assert sculpted[0] >= 4, "it finds somebody"


def test_it_takes_three_others_to_ask(good: list[Reading]) -> None:
    level = [reading for reading in good if abs(reading.pitch) < 9 and abs(reading.yaw) < 20]
    stranger = next(each for each in strangers() if said(each, level))
    assert said(stranger, level[:2]) == []
    assert said(stranger, level[:3]) == ["may_be_someone_else"]
