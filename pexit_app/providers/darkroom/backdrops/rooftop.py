"""A roof terrace over the city: towers with lit windows under the sky of the hour, strings of bulbs overhead."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, sky
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_ROWS = ((0.60, 0.16, 0.030, 0.60), (0.66, 0.22, 0.050, 0.34), (0.74, 0.26, 0.080, 0.12))
_PARAPET = 0.86
_BULB = tone("#ffc46b")


def paint_rooftop(s: Setting) -> Backdrop:
    sun, aspect = s.sun, s.aspect
    sun_x = aspect * (0.5 + 0.40 * s.look.light_side)
    sun_y = 0.50 - max(sun.elevation, 0) * 0.44 if sun.elevation > -0.12 else 0.17
    picture = sky.paint_sky(s.seed, s.width, s.height, sun, 0.66, s.look.clouds, sun_x)
    sky.add_sun(picture, sun_x, sun_y, sun, 1.0)
    random = noise.stream(s.seed, "towers")
    dark = float(smoothstep(0.35, -0.15, sun.elevation))
    for row in _ROWS:
        _towers(picture, s, random, row, dark, sun_x)
    optics.glow(picture, aspect / 2, 0.72, 0.34, mix(s.tones[2], _BULB, 0.5) * (0.30 * dark), 1.3)
    _parapet(picture, s)
    lamps = [*_bulbs(s, dark), *_city_lights(s, dark)]
    bulbs = _BULB * (0.5 * dark)
    rig = Rig(
        key=sun.key * (1 - 0.45 * sun.night) + bulbs,
        ambient=sun.ambient * 0.9 + bulbs * 0.2,
        rim=sun.key * (1.2 * (0.35 + sun.lowness)) + bulbs,
        elevation=0.25 + 0.5 * max(sun.elevation, 0),
        exposure=max(sun.exposure, 0.62),
        tint=0.10 + 0.12 * sun.night,
        wall=0.0,
        haze=sun.horizon * 0.02,
        is_backlit=True,
    )
    return Backdrop(picture, rig, softness=0.75, lamps=tuple(lamps), least_blur=0.002)


def _towers(
    picture: Picture,
    s: Setting,
    random: np.random.Generator,
    row: tuple[float, float, float, float],
    dark: float,
    sun_x: float,
) -> None:
    """One row of the skyline: base, tallest, broadest in frame heights, and how much air lies before it."""
    base, tallest, broadest, air = row
    sun, h, w = s.sun, s.height, s.width
    haze = sun.horizon * 0.62 + sun.key * 0.05
    x = -0.05
    while x < s.aspect + 0.05:
        broad = broadest * random.uniform(0.5, 1.4)
        top = base - tallest * random.uniform(0.25, 1.0) ** 1.3
        lean = 1.0 if (x + broad / 2 < sun_x) else -1.0
        left, right = (int(np.clip(v * h, 0, w)) for v in (x, x + broad))
        up = int(np.clip(top * h, 0, h))
        glass = mix(s.tones[1] * 0.25, s.tones[0], random.uniform(0.2, 0.8)) + sun.ambient * 0.13
        colour = mix(glass * random.uniform(0.8, 1.25), haze, air)
        fall = np.linspace(0, 1, max(h - up, 1), dtype=np.float32)[:, None, None]
        picture[up:, left:right] = mix(colour, haze, 0.30 * fall * (1 - air * 0.5))
        shaded = (left + right) // 2
        face = slice(shaded, right) if lean < 0 else slice(left, shaded)
        picture[up:, face] *= 0.82
        _windows(picture, s, random, (left, right, up), (x, broad, top), dark * (1 - 0.6 * air))
        if random.random() < 0.18:
            mast = int((x + broad * 0.5) * h)
            picture[max(up - int(0.05 * h), 0) : up, mast : mast + max(h // 400, 1)] = colour
        x += broad * random.uniform(0.75, 1.1)


def _windows(
    picture: Picture,
    s: Setting,
    random: np.random.Generator,
    pixels: tuple[int, int, int],
    place: tuple[float, float, float],
    brightness: float,
) -> None:
    left, right, up = pixels
    x, broad, top = place
    across, down = max(int(broad * 150), 3), max(int((1 - top) * 120), 3)
    lit = (random.random((down, across)) < 0.20 + 0.16 * random.random()) * random.random((down, across))
    lit = lit * (np.arange(across) % 2)[None] * (np.arange(down) % 2)[:, None]
    if right <= left or brightness <= 0.02:
        return
    h = s.height
    i = ((np.arange(up, h) / h - top) / (1 - top) * down).astype(int).clip(0, down - 1)
    j = ((np.arange(left, right) / h - x) / broad * across).astype(int).clip(0, across - 1)
    colour = mix(tone("#ffcf8a"), s.tones[3], 0.3 * random.random()) * (1.7 * brightness)
    picture[up:, left:right] += (lit[np.ix_(i, j)][..., None] * colour).astype(np.float32)


def _parapet(picture: Picture, s: Setting) -> None:
    h = s.height
    row = int(_PARAPET * h)
    sun = s.sun
    grain = 0.85 + 0.3 * noise.cloud(s.seed, "parapet", s.width, h - row, 40, 8, 4)
    stone = mix(s.tones[1], tone("#6b625a"), 0.6) * (sun.ambient * 0.42 + sun.key * 0.10) + _BULB * 0.02
    picture[row:] = stone * grain[..., None] * np.linspace(0.9, 0.5, h - row, dtype=np.float32)[:, None, None]
    cap = slice(row, row + max(int(0.014 * h), 1))
    picture[cap] = picture[cap] * 1.7 + sun.key * 0.05


def _bulbs(s: Setting, dark: float) -> list[Lamp]:
    """Three slack strings of bulbs, hung from side to side."""
    random = noise.stream(s.seed, "bulbs")
    lamps = []
    for string in range(3):
        a, b = random.uniform(-0.02, 0.22), random.uniform(-0.02, 0.22)
        sag = random.uniform(0.06, 0.13)
        count = int(11 * s.aspect) + 3
        for k in range(count):
            u = (k + random.uniform(-0.1, 0.1)) / (count - 1)
            y = a + (b - a) * u + sag * 4 * u * (1 - u)
            power = random.uniform(0.7, 1.1) * (0.25 + 0.95 * dark) * (0.6 + 0.2 * string)
            lamps.append(Lamp(u * s.aspect, y, 0.55 + 0.22 * string, mix(_BULB, s.tones[3], 0.15) * power))
    return lamps


def _city_lights(s: Setting, dark: float) -> list[Lamp]:
    random = noise.stream(s.seed, "city")
    lamps = []
    for _ in range(60):
        colour = s.tones[[2, 3, 4][random.integers(3)]] * 0.5 + _BULB * 0.4
        x, y, size = random.uniform(0, s.aspect), random.uniform(0.60, 0.85), random.uniform(0.3, 0.8)
        lamps.append(Lamp(x, y, size, colour * (random.uniform(0.10, 0.5) * dark)))
    return lamps
