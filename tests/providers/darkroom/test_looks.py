"""Every parameter changes what its label names, in the place it names, and leaves the person where they are."""

from itertools import product

import cv2
import numpy as np
import pytest

from pexit_app.providers.darkroom import casting, subject
from pexit_app.providers.darkroom.casting import Part
from pexit_app.providers.darkroom.colour import LUMA, to_srgb
from pexit_app.providers.darkroom.parameters import BACKDROPS, OUTDOORS, STYLES, Look
from pexit_app.providers.darkroom.persona import STANDINS
from tests.providers.darkroom.pictures import (
    SIZE,
    change,
    detail,
    empty_place,
    face_of,
    lab,
    level,
    mean_lab,
    picture,
    placed,
    regions,
    shot,
    standin,
    tinted,
)
from tests.support.thinned import proven, thinned

TOP = np.s_[: SIZE[1] // 5]


def test_every_backdrop_is_another_place() -> None:
    _, place = regions()
    shown = [picture({"backdrop": name}) for name in BACKDROPS]
    for i, one in enumerate(shown):
        assert all(change(one, other, place) > 12 for other in shown[i + 1 :])


@pytest.mark.parametrize("backdrop", BACKDROPS)
def test_palette_colours_the_place(backdrop) -> None:
    _, place = regions()
    one, other = (mean_lab(picture({"backdrop": backdrop, "palette": p}), place) for p in ("ocean", "plum"))
    assert np.linalg.norm(one - other) > 5


@pytest.mark.parametrize("backdrop", ["studio", "poster", "neon", "space", "tubes", "window"])
def test_accent_brings_its_own_hue(backdrop) -> None:
    _, place = regions()
    plain, green, red = (
        mean_lab(picture({"backdrop": backdrop, "accent": accent}), place) for accent in ("", "#18c060", "#e01030")
    )
    assert green[1] < red[1] - 5
    assert np.linalg.norm(plain - green) > 3


@pytest.mark.parametrize("backdrop", sorted(OUTDOORS))
def test_hour_changes_the_sky(backdrop) -> None:
    noon, sunset, night = (picture({"backdrop": backdrop, "hour": h, "clouds": 0.0}) for h in (12, 18, 22))
    top = [mean_lab(image[TOP], np.ones(image[TOP].shape[:2], bool)) for image in (noon, sunset, night)]
    assert top[0][0] > top[2][0] + 20, "night is darker than noon"
    assert top[0][2] < -10, "a noon sky is blue"
    horizon = np.s_[SIZE[1] * 2 // 5 : SIZE[1] // 2, : SIZE[0] // 8]
    warm = [lab(image[horizon])[:, 1].mean() for image in (noon, sunset)]
    assert warm[1] > warm[0] + 3, "sunset is redder at the horizon"


@pytest.mark.parametrize("backdrop", sorted(OUTDOORS))
def test_clouds_cover_the_sky_only(backdrop) -> None:
    clear, cloudy = (picture({"backdrop": backdrop, "clouds": c, "hour": 14, "lens": 0.1}) for c in (0.0, 1.0))
    _, place = regions()
    assert change(clear[TOP], cloudy[TOP], place[TOP]) > 6
    low = np.s_[SIZE[1] * 4 // 5 :]
    assert change(clear[low], cloudy[low], place[low]) < 0.4 * change(clear[TOP], cloudy[TOP], place[TOP])


@pytest.mark.parametrize("name", ["alba", "onyx", "verde"])
@pytest.mark.parametrize("backdrop", ["studio", "beach", "library"])
def test_light_side_flips_the_balance_on_the_face(name, backdrop) -> None:
    seed = {"alba": 0, "onyx": 0, "verde": 0}[name]
    face = face_of(name, seed)
    columns = np.arange(SIZE[0])[None, :] < placed(name, seed=seed).faces[0].x

    def balance(side: float) -> float:
        light = level(picture({"backdrop": backdrop, "light_side": side, "light_strength": 1.0}, seed, name))
        return float(np.log(light[face & columns].mean() / light[face & ~columns].mean()))

    assert balance(-0.9) > balance(0.9) + 0.25


def test_light_strength_takes_the_person_over_and_leaves_the_place() -> None:
    person, place = regions()
    none, half, full = (picture({"backdrop": "beach", "light_strength": k}) for k in (0.0, 0.5, 1.0))
    assert 3 < change(none, half, person) < change(none, full, person)
    assert change(none, full, place) < 0.6


@pytest.mark.parametrize("backdrop", sorted(set(BACKDROPS) - {"poster", "space"}))
def test_lens_softens_the_place_and_not_the_person(backdrop) -> None:
    person, place = regions()
    look = {"backdrop": backdrop, "light_strength": 0.0}
    sharp, soft = (picture({**look, "lens": k}, size=SIZE) for k in (0.05, 1.0))
    assert detail(soft, place) < 0.75 * detail(sharp, place)
    inner = person & face_of()
    assert detail(soft, inner) == pytest.approx(detail(sharp, inner), rel=0.05)


@pytest.mark.parametrize("grade", ["warm", "night", "teal", "vivid", "faded", "silver", "bleach"])
def test_grade_changes_colour_everywhere(grade) -> None:
    person, place = regions()
    plain, graded = picture({"backdrop": "beach"}), picture({"backdrop": "beach", "grade": grade})
    assert change(plain, graded, person) > 1.5
    assert change(plain, graded, place) > 1.5
    chroma = [np.hypot(*lab(image)[:, 1:].T).mean() for image in (plain, graded)]
    if grade == "silver":
        assert chroma[1] < 6
    if grade == "vivid":
        assert chroma[1] > 1.1 * chroma[0]
    if grade in ("faded", "bleach"):
        assert chroma[1] < 0.9 * chroma[0]


@pytest.mark.parametrize("style", STYLES)
def test_grain_is_noise_and_moves_no_tone(style) -> None:
    look = {"backdrop": "studio", "style": style}
    clean, grainy = picture({**look, "grain": 0.0}), picture({**look, "grain": 1.0})
    everywhere = np.ones(SIZE[::-1], bool)
    assert detail(grainy, everywhere) > 1.02 * detail(clean, everywhere)
    assert change(clean, grainy, everywhere) > 1
    assert abs(clean.mean() - grainy.mean()) * 255 < 1


@pytest.mark.parametrize("style", STYLES[1:])
def test_style_strength_goes_from_the_photograph_to_the_print(style) -> None:
    everywhere = np.ones(SIZE[::-1], bool)
    photo = picture({"style": "photo", "backdrop": "poster"})
    none, half, full = (picture({"style": style, "style_strength": k, "backdrop": "poster"}) for k in (0.0, 0.5, 1.0))
    assert change(photo, none, everywhere) < 0.01
    assert 1 < change(none, half, everywhere) < change(none, full, everywhere)


def test_rim_lights_the_edge_and_nothing_else() -> None:
    without, rimmed = (picture({"rim": k, "backdrop": "studio"}) for k in (0.0, 1.5))
    alpha = placed().alpha
    gain = (level(rimmed) - level(without))[alpha > 0.98]
    assert gain.min() > -0.01
    assert np.percentile(gain, 99) > 0.05, "an edge is lit"
    assert np.median(gain) < 0.01, "the middle is not"


def test_bloom_glows_around_bright_lights() -> None:
    _, place = regions()
    look = {"backdrop": "beach", "hour": 17.5}
    plain, glowing = (picture({**look, "bloom": k}) for k in (0.0, 1.0))
    gain = level(glowing) - level(plain)
    bright = level(plain) > 0.6
    assert gain[bright | place].mean() > 0.012
    dark = level(plain) < 0.15
    assert gain[dark].mean() < gain[~dark].mean()


def test_shutter_narrows_the_bars_of_light() -> None:
    """On the wall and on the person; there is less light on the wall, and the face keeps its share of light and shade."""
    person, place = regions()
    look = {"backdrop": "blinds", "palette": "noir", "light_strength": 1.0, "lens": 0.1}
    opened, shut = (picture({**look, "shutter": k}) for k in (0.0, 1.0))
    assert level(shut)[place].mean() < 0.6 * level(opened)[place].mean()
    assert change(opened, shut, person) > 5


def test_bars_of_light_bend_over_the_person_and_follow_the_light() -> None:
    person, _ = regions()
    look = {"backdrop": "blinds", "palette": "noir", "shutter": 0.4}
    none, full = (picture({**look, "light_strength": k}) for k in (0.0, 1.0))
    rows = np.log((level(full) + 0.01) / (level(none) + 0.01))
    face = face_of()
    down = np.array([rows[row][face[row]].mean() for row in np.flatnonzero(face.sum(1) > 10)])
    crossings = int((np.diff(np.sign(down - down.mean())) != 0).sum())
    assert crossings >= 3, "light and dark bars alternate down the face"
    assert change(none, full, person) > 5


@pytest.mark.parametrize("backdrop", ["alley", "tubes", "neon", "window"])
def test_rain_falls_in_the_place_and_not_on_the_person(backdrop) -> None:
    person, place = regions()
    look = {"backdrop": backdrop, "palette": "cyber", "light_strength": 0.0, "lens": 0.1}
    dry, half, pouring = (picture({**look, "rain": k}) for k in (0.0, 0.5, 1.0))
    assert change(dry, half, place) > 1
    assert change(dry, pouring, place) > 2
    assert change(dry, pouring, person & face_of()) < 0.5


def test_a_sketch_leaves_the_border_of_the_page_alone() -> None:
    """Paper at the edge, colour and lines in the middle: the same page whatever the place."""
    shown = [picture({"backdrop": name, "style": "sketch", "hour": 12.0}) for name in ("library", "meadow")]
    _, place = regions()
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] / SIZE[1]
    away = np.hypot(x - 0.5, y - 0.42)
    border = place & (away > 0.52) & (x > 0.10) & (x < 0.96) & (y > 0.03)
    for image in shown:
        assert lab(image[border])[:, 0].mean() > 80
    assert change(*shown, border) < 0.4 * change(*shown, place & (away < 0.35))


def test_framing_sets_the_size_of_the_face() -> None:
    heights = [placed(framing=f).faces[0].height / SIZE[1] for f in ("wide", "half", "close")]
    assert heights == sorted(heights)
    assert heights[0] < 0.2 < heights[1] < 0.3 < 0.4 < heights[2]


@pytest.mark.parametrize("name", STANDINS)
def test_turn_chooses_the_pose(name) -> None:
    persona = standin(name)
    chosen = {turn: casting.choose(persona, Look(turn=turn), Part(100), 1) for turn in ("left", "front", "right")}
    yaw = {turn: persona.facts(index).yaw for turn, index in chosen.items()}
    assert yaw["left"] < yaw["front"] < yaw["right"]
    assert yaw["left"] < 0 < yaw["right"]
    by_seed = {casting.choose(persona, Look(turn="auto"), Part(100), seed) for seed in range(8)}
    assert by_seed == set(range(len(persona.sources)))


STAY = {"backdrop": "beach", "framing": "half"}


@pytest.mark.parametrize(
    "turned",
    [
        {"backdrop": "library"},
        {"palette": "cyber"},
        {"accent": "#20a0ff"},
        {"hour": 9.0},
        {"light_side": -1.0},
        {"light_strength": 0.0},
        {"lens": 1.0},
        {"grade": "silver"},
        {"grain": 1.0},
        {"rim": 1.5},
        {"bloom": 1.0},
        {"clouds": 1.0},
    ],
    ids=lambda turned: next(iter(turned)),
)
def test_no_other_knob_moves_the_face(turned) -> None:
    """Where the person's own detail lies in both pictures is compared by phase correlation over the face."""
    person = placed()
    x, y, half = round(person.faces[0].x), round(person.faces[0].y), round(person.faces[0].height * 0.6)
    window = np.s_[y - half : y + half, x - half : x + half]
    gradients = []
    for look in (STAY, {**STAY, **turned}):
        grey = (picture(look)[window].mean(-1)).astype(np.float32)
        grey = np.log(cv2.GaussianBlur(grey, (0, 0), 1.0) + 0.05)
        edges = np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1))
        gradients.append((edges * person.alpha[window]).astype(np.float32))
    (dx, dy), _ = cv2.phaseCorrelate(*gradients)
    assert np.hypot(dx, dy) < 0.01 * SIZE[1]


@pytest.mark.parametrize(
    "factor",
    [(1, 1, 1), (0.10, 0.075, 0.06), (0.35, 0.22, 0.14), (1.1, 0.95, 0.85)],
    ids=["own", "dark", "brown", "pale"],
)
@pytest.mark.parametrize("backdrop", ["studio", *proven(["beach", "neon"])])
def test_neutral_light_leaves_skin_alone(factor, backdrop) -> None:
    persona = tinted("alba", factor)
    source = persona.sources[0]
    framed = subject.into_frame(source, "half", *SIZE, 0, is_draft=False)
    face = (framed.face_weight > 0.6) & (framed.alpha > 0.98)
    shown = mean_lab(shot(persona, {"backdrop": backdrop, "light_strength": 0.0}, 0), face)
    own = mean_lab(to_srgb(framed.colour), face)
    assert np.linalg.norm(shown - own) < 2


@pytest.mark.parametrize("side", [-0.8, 0.0, 0.8])
def test_a_white_light_keeps_lightness_and_treats_dark_and_pale_alike(side) -> None:
    """In the studio's light the face's mean keeps its lightness, and no skin gains more than another."""
    shifts = []
    for factor in ((0.10, 0.075, 0.06), (0.35, 0.22, 0.14), (0.9, 0.75, 0.65)):
        persona = tinted("alba", factor)
        framed = subject.into_frame(persona.sources[0], "half", *SIZE, 0, is_draft=False)
        face = (framed.face_weight > 0.6) & (framed.alpha > 0.98)
        look = {"backdrop": "studio", "palette": "noir", "light_side": side, "light_strength": 0.7}
        lit = level(shot(persona, look, 0))[face].mean()
        shifts.append(float(np.log(lit / (framed.colour[face] @ LUMA).mean())))
    assert max(np.abs(shifts)) < 0.22
    assert np.ptp(shifts) < 0.08


@pytest.mark.parametrize("name", ["verde", "rosa"])
def test_highlights_on_polished_material_follow_the_key(name) -> None:
    """Where the brightest spots of bronze and glaze lie on the face, from left to right."""
    face = face_of(name, 0)
    places = []
    for side in (-0.9, 0.9):
        look = {"backdrop": "studio", "palette": "noir", "light_side": side, "light_strength": 1.0}
        light = np.where(face, level(picture(look, 0, name)), 0)
        bright = light >= np.percentile(light[face], 98)
        places.append(np.nonzero(bright)[1].mean())
    assert places[0] < places[1] - 0.03 * SIZE[0]


@pytest.mark.parametrize(
    ("backdrop", "name"),
    thinned(product(sorted(set(BACKDROPS) - {"poster"}), ["onyx", "alba"]), lambda place, _: place % 3 == 0),
)
def test_there_is_no_halo(backdrop, name) -> None:
    """The mean luminance of each band within 4 px of the person's edge lies within what lies beside it: the bands 5 to
    10 px away on both sides and the empty place itself at the edge. The margin of 4 % of white is what detail adds. A
    ring, bright or dark, would stand outside."""
    size, look = (512, 512), {"backdrop": backdrop, "lens": 1.0, "light_strength": 0.7}
    persona = standin(name)
    light = level(shot(persona, look, 4, size))
    empty = level(empty_place(look, 4, size))
    framed = subject.into_frame(persona.sources[4 % len(persona.sources)], "half", *size, 4, is_draft=False)
    inside = (framed.alpha > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
    for half in (np.s_[: size[0] // 2], np.s_[size[0] // 2 :]):
        at = (np.s_[int(framed.faces[0].y) :], half)
        bands = {d: np.abs(distance[at] - d) < 0.8 for d in range(-10, 11) if d}
        edge = [light[at][band].mean() for d, band in bands.items() if abs(d) <= 4]
        beside = [light[at][band].mean() for d, band in bands.items() if abs(d) > 4]
        beside += [empty[at][band].mean() for d, band in bands.items() if -4 <= d < 0]
        assert max(edge) < max(beside) + 0.04
        assert min(edge) > min(beside) - 0.04
