"""Shelves of old books in lamplight, with a string of small lamps and dust in the air."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, mix, to_float32
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rays, Rig, Setting

_BINDINGS = ("#7a2f22", "#2f4a3c", "#2c3850", "#8a6a3a", "#5a3a2a", "#b59a6a", "#3d2030")
_GOLD = tone("#d9b15a") * 0.8


def paint_library(s: Setting) -> Backdrop:
    x, y = s.grid
    t, aspect, random = s.tones, s.aspect, noise.stream(s.seed, "library")
    picture = np.zeros((s.height, s.width, 3), np.float32) + t[0] * 0.4
    wood = mix(tone("#3a2012"), t[1], 0.35)
    _fill_shelves(picture, s, random, wood)
    for post in np.linspace(-0.05, aspect + 0.1, 4) + random.uniform(-0.1, 0.1):
        left, right = (int(np.clip((post + d) * s.height, 0, s.width)) for d in (-0.018, 0.018))
        picture[:, left:right] = wood * 0.7
    lamp_x = aspect * (0.5 + 0.46 * s.look.light_side)
    warm = mix(tone("#ffb45e"), t[3], 0.3)
    near = np.exp(-(((x - lamp_x) / 0.5) ** 2 + ((y - 0.25) / 0.55) ** 2))
    far = np.exp(-(((x - (aspect - lamp_x) * 0.9) / 0.25) ** 2 + ((y - 0.5) / 0.3) ** 2))
    daylight = s.sun.ambient * (0.85 * (1 - s.sun.night))
    picture = to_float32(picture * ((0.10 + 1.5 * near + 0.5 * far)[..., None] * (0.45 + warm * 1.5) + daylight))
    optics.glow(picture, lamp_x, 0.18, 0.16, warm * 0.55, 1.3)
    lamps = [
        Lamp(
            random.uniform(0, aspect),
            random.uniform(0.02, 0.8),
            random.uniform(0.3, 0.9),
            warm * random.uniform(0.06, 0.4),
        )
        for _ in range(30)
    ]
    for k in range(7):
        at = lamp_x + (k - 3) * 0.055 + random.normal() * 0.02
        lamps.append(Lamp(at, 0.16 + 0.03 * abs(k - 3) + random.normal() * 0.02, 1.15, warm * random.uniform(0.6, 1.3)))
    rig = Rig(
        key=warm * 1.25 + 0.15,
        ambient=mix(t[1], warm, 0.35) * 0.45 + 0.06 + daylight * 0.3,
        rim=warm * 1.3,
        elevation=0.4,
        exposure=0.88,
        wall=0.2,
        haze=warm * 0.02,
    )
    return Backdrop(picture, rig, softness=0.8, lamps=tuple(lamps), rays=Rays(lamp_x, -0.15, warm))


def _fill_shelves(picture: Picture, s: Setting, random: np.random.Generator, wood: Picture) -> None:
    h = s.height
    colours = [mix(tone(code), s.tones[2 + i % 3], 0.35) * 0.55 for i, code in enumerate(_BINDINGS)]
    top = -0.03
    while top < 1.05:
        shelf = random.uniform(0.135, 0.16)
        board = top + shelf
        x = -0.02
        while x < s.aspect:
            broad, tall = random.uniform(0.010, 0.030), shelf * random.uniform(0.62, 0.9)
            colour = colours[random.integers(len(colours))] * random.uniform(0.5, 1.25)
            if random.random() < 0.05:
                x += broad * 2.5
                continue
            gold = random.uniform(0.12, 0.3) if random.random() < 0.7 else None
            _book(picture, int(x * h), int((x + broad) * h), int((board - tall) * h), int(board * h), colour, gold)
            x += broad
        row = int(board * h)
        picture[max(row, 0) : max(row + int(0.022 * h), 0)] = wood * 0.8
        picture[max(row, 0) : max(row + max(h // 300, 1), 0)] = wood * 2.0
        top = board + 0.022


def _book(
    picture: Picture, left: int, right: int, top: int, bottom: int, colour: Picture, gold: float | None
) -> None:
    """A rounded spine, with a gold band at `gold` of its height."""
    width = picture.shape[1]
    if right <= max(left, 0) or bottom <= 0 or left >= width:
        return
    profile = np.sin(np.linspace(0.25, 2.7, right - left, dtype=np.float32))[None, :, None] ** 0.7
    seen = profile[:, max(-left, 0) : min(right, width) - left]
    spine = slice(max(left, 0), min(right, width))
    picture[max(top, 0) : bottom, spine] = colour * seen
    if gold is not None:
        at = int(top + (bottom - top) * gold)
        picture[max(at, 0) : max(at + max(picture.shape[0] // 260, 1), 0), spine] = _GOLD
