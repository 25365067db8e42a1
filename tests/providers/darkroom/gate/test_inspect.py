"""What the gate says of one photo, on both sides of every limit."""

import json
import subprocess
import sys
import textwrap
import time
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from pexit_app.core.ports import Inspected
from pexit_app.providers.darkroom.gate import faces as gate_faces
from pexit_app.providers.darkroom.gate import reasons, thresholds
from pexit_app.providers.darkroom.gate.inspect import inspect
from pexit_app.providers.darkroom.gate.measures import Light
from tests.providers.darkroom.gate.conftest import Look
from tests.support import encoders, faces
from tests.support.faces import Shot
from tests.support.thinned import proven, thinned

EVEN = Light(bright=200, level=150, picture=220, white=0.0, side=0.0)
BAD = {
    "no_face": faces.no_face,
    "several_faces": faces.several_faces,
    "too_small": faces.small_face,
    "too_dark": faces.dark,
    "blown_out": faces.blown_out,
    "blurred": faces.blurred,
}


def codes(inspected: Inspected) -> list[str]:
    return [reason.code for reason in inspected.reasons]


def seen(shot: Shot, look: Look) -> list[str]:
    return codes(look(shot))


@pytest.mark.parametrize("number", range(12))
def test_a_good_photo_passes(number: int, look: Look) -> None:
    assert seen(faces.good_shots()[number], look) == []


@pytest.mark.parametrize("code", BAD)
def test_each_fault_is_named_once_with_its_remedy(code: str) -> None:
    inspected = inspect(encoders.jpeg(BAD[code]()))
    assert codes(inspected) == [code]
    (reason,) = inspected.reasons
    assert reason.refuses
    assert reason.message.endswith(".") and reason.message.count(".") == 1, "one sentence"
    assert ":" in reason.message, "what is wrong: how to mend it"


def test_shaking_is_blur_too() -> None:
    assert codes(inspect(encoders.jpeg(faces.shaken()))) == ["blurred"]


def test_a_passer_by_is_no_second_face() -> None:
    assert codes(inspect(encoders.jpeg(faces.passer_by()))) == []


@pytest.mark.parametrize(("ratio", "count"), [(0.3, 0), (0.36, 0), (0.46, 1), (0.7, 1), (1.0, 1)])
def test_from_which_size_a_second_face_counts(ratio: float, count: int) -> None:
    assert gate_faces.look_for_faces(faces.crowd(ratio)).others == count


@pytest.mark.parametrize(
    ("skin", "place"), thinned(product(faces.SKINS, ["books", "sky", "evening"]), lambda place, _: place % 4 == 0)
)
def test_no_skin_is_too_dark_or_too_bright_in_good_light(skin: float, place: faces.Place, look: Look) -> None:
    assert seen(Shot(skin=skin, place=place), look) == []


@pytest.mark.parametrize("skin", faces.SKINS)
def test_a_stop_too_little_light_from_one_side_is_still_fine(skin: float, look: Look) -> None:
    assert seen(Shot(skin=skin, gain=0.5, side=0.6, place="books"), look) == []


@pytest.mark.parametrize("skin", faces.SKINS)
def test_every_skin_can_be_too_dark(skin: float, look: Look) -> None:
    assert seen(Shot(skin=skin, gain=0.02, place="books"), look) == ["too_dark"]


@pytest.mark.parametrize("skin", [50.0, 62.0, 74.0, 82.0])
def test_every_skin_can_be_blown_out(skin: float, look: Look) -> None:
    assert "blown_out" in seen(Shot(skin=skin, gain=6.0), look)


@pytest.mark.parametrize(
    "base", [Shot(skin=27.0, place="books"), Shot(share=0.24), *proven([Shot(), Shot(yaw=20, side=0.5)])]
)
def test_sharpness_falls_with_blur_whatever_the_photo(base: Shot, look: Look) -> None:
    """In focus 60 and more, slightly soft still accepted, a smear refused: apart by far, in every light and size."""
    read = [look(replace(base, blur=blur)).reading.sharpness for blur in (0.0, 0.8, 2.2, 3.5)]
    assert read == sorted(read, reverse=True)
    assert read[0] > 2 * thresholds.SHARPNESS_MIN and read[1] > 1.3 * thresholds.SHARPNESS_MIN
    assert read[2] < thresholds.SHARPNESS_MIN and read[3] < 0.6 * thresholds.SHARPNESS_MIN


def test_saving_again_does_not_change_what_is_read(look: Look) -> None:
    photo = faces.photo(Shot())
    first = look(Shot()).reading
    for other in (encoders.jpeg(photo, quality=40), encoders.heic(photo), encoders.webp(photo), encoders.png(photo)):
        reading = inspect(other).reading
        assert reading.pose == first.pose
        assert abs(reading.sharpness - first.sharpness) < 12 and abs(reading.face_px - first.face_px) < 8


@pytest.mark.parametrize(("px", "code"), [(thresholds.FACE_PX_MIN - 0.1, ["too_small"]), (thresholds.FACE_PX_MIN, [])])
def test_size_limit(px: float, code: list[str]) -> None:
    assert [each.code for each in reasons.of_one_face(px, 90.0, EVEN, 0, 0)] == code


def test_a_small_face_and_a_large_enough_one(look: Look) -> None:
    assert seen(Shot(share=0.095), look) == ["too_small"]
    assert seen(Shot(share=0.115), look) == []


@pytest.mark.parametrize(
    ("light", "code"),
    [
        (replace(EVEN, bright=39.9), ["too_dark"]),
        (replace(EVEN, bright=40.0), []),
        (replace(EVEN, bright=74.9, picture=99.9), ["too_dark"]),
        (replace(EVEN, bright=74.9, picture=100.0), []),
        (replace(EVEN, bright=75.0, picture=99.9), []),
        (replace(EVEN, white=0.34), ["blown_out"]),
        (replace(EVEN, white=0.33), []),
    ],
)
def test_light_limits(light: Light, code: list[str]) -> None:
    assert [each.code for each in reasons.of_one_face(200, 90.0, light, 0, 0)] == code


@pytest.mark.parametrize(
    ("yaw", "pitch", "code"),
    [(42, 0, []), (42.1, 0, ["turned_away"]), (-42.1, 0, ["turned_away"]), (0, 32, []), (0, -32.1, ["turned_away"])],
)
def test_pose_limits(yaw: float, pitch: float, code: list[str]) -> None:
    assert [each.code for each in reasons.of_one_face(200, 90.0, EVEN, yaw, pitch)] == code


@pytest.mark.parametrize(
    ("shot", "pose"),
    [
        (Shot(), "front"),
        (Shot(yaw=-26), "left"),
        (Shot(yaw=26), "right"),
        (Shot(pitch=18), "up"),
        (Shot(pitch=-18), "down"),
        (Shot(yaw=7, pitch=5), "front"),
    ],
)
def test_the_pose_is_named(shot: Shot, pose: str, look: Look) -> None:
    assert look(shot).reading.pose == pose


def test_a_mirrored_photo_is_turned_the_other_way(look: Look) -> None:
    turned = look(Shot(yaw=-26)).reading
    mirrored = inspect(encoders.jpeg(faces.photo(Shot(yaw=-26))[:, ::-1])).reading
    assert mirrored.pose == "right" and abs(mirrored.yaw + turned.yaw) < 6


@pytest.mark.parametrize(("sharpness", "code"), [(29.9, ["blurred"]), (30.0, [])])
def test_sharpness_limit(sharpness: float, code: list[str]) -> None:
    assert [each.code for each in reasons.of_one_face(200, sharpness, EVEN, 0, 0)] == code


def test_a_reading_is_json_and_where_it_says(look: Look) -> None:
    reading = look(Shot()).reading
    assert json.loads(json.dumps(asdict(reading)))["prints"] == reading.prints
    assert reading.face_box is not None
    x, y, width, height = reading.face_box
    assert x < 0.5 < x + width and y < 0.44 < y + height and 0.28 < height < 0.44
    assert len(json.dumps(asdict(reading))) < 20_000


@pytest.mark.parametrize("side", ["left", "right"])
def test_where_the_light_comes_from(side: str, look: Look) -> None:
    from_left, from_right = look(Shot(side=-0.8)).reading.prints["side"], look(Shot(side=0.8)).reading.prints["side"]
    even = look(Shot()).reading.prints["side"]
    assert from_left < even < from_right
    assert (from_left < -thresholds.SIDE_LIGHT_MIN) if side == "left" else from_right > 0


def test_a_large_photo_is_read_like_a_small_one(look: Look) -> None:
    large = inspect(encoders.jpeg(cv2.resize(faces.photo(Shot()), (3200, 4000), interpolation=cv2.INTER_CUBIC)))
    small = look(Shot())
    assert (large.width, large.height) == (1638, 2048)
    assert large.reading.pose == small.reading.pose and not large.reasons
    assert large.reading.face_px == pytest.approx(small.reading.face_px * 2048 / 1200, rel=0.04)


@pytest.mark.proof
def test_speed_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """The number stands in the output; only losing a decimal place would fail."""
    contents = [*faces.good_batch(), *(encoders.jpeg(make()) for make in BAD.values())]
    times = []
    for content in contents:
        began = time.perf_counter()
        inspect(content)
        times.append((time.perf_counter() - began) * 1000)
    with capsys.disabled():
        print(f"\ninspect: p50 {np.percentile(times, 50):.0f} ms, p95 {np.percentile(times, 95):.0f} ms a photo")
    assert np.percentile(times, 50) < 2500


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak as Linux counts it")
@pytest.mark.parametrize(
    "kind", ["jpeg", "webp", *(pytest.param(kind, marks=pytest.mark.proof) for kind in ("heic", "png"))]
)
def test_forty_megapixels_fit_into_a_worker(kind: str, tmp_path: Path) -> None:
    """A process of its own stays below 512 MB, whatever the format, at the most pixels it takes."""
    large = cv2.resize(faces.photo(Shot()), (5600, 7000), interpolation=cv2.INTER_LINEAR)
    if kind == "png":
        large &= 0xF0  # or the file would be larger than 20 MB
    if kind == "webp":
        large = np.dstack([large, np.full(large.shape[:2], 240, np.uint8)])
    options = {"jpeg": {"progressive": True, "subsampling": 0}, "heic": {"quality": 40}}.get(kind, {})
    file = tmp_path / kind
    file.write_bytes(getattr(encoders, kind)(large, **options))
    program = """
        import re, sys
        from pexit_app.providers.darkroom.gate.inspect import inspect
        from pathlib import Path
        inspected = inspect(Path(sys.argv[1]).read_bytes())
        assert inspected.height == 2048 and inspected.reading.face_px > 200
        print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4])
    assert int(done.stdout) <= 450, "a worker needs some 50 MB for its own work"
