"""A street at night: walls of lit windows and signs that run to a vanishing point, mirrored in wet asphalt."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster
from pexit_app.providers.darkroom.backdrops import rain
from pexit_app.providers.darkroom.colour import curve, tone
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_HORIZON = 0.6
_LAYERS = 4


def paint_neon(s: Setting) -> Backdrop:
    _, y = s.grid
    t, random = s.tones, noise.stream(s.seed, "neon")
    upper = curve(np.clip(y[:, 0] / _HORIZON, 0, 1), [0, 0.5, 1], [t[0] * 0.6, t[1] * 0.5, mix(t[1], t[2], 0.35) * 0.9])
    dusk = s.sun.middle * (0.55 * (1 - s.sun.night))
    picture = raster.to_float32(np.broadcast_to((upper + dusk)[:, None, :], (s.height, s.width, 3)))
    vanishing = s.aspect * (0.5 + 0.06 * random.normal())
    for layer in range(_LAYERS):
        for side in (-1, 1):
            _street_wall(picture, s, random, layer, side, vanishing)
    optics.glow(picture, vanishing, _HORIZON, 0.30, mix(t[2], t[3], 0.5) * 0.55, 1.4)
    optics.glow(picture, vanishing, _HORIZON - 0.02, 0.08, t[4] * 0.7, 1.3)
    _wet_asphalt(picture, s)
    picture = rain.fall(picture, s, t[4])
    lamps = []
    for _ in range(70):
        px = random.uniform(0, s.aspect)
        py = _HORIZON + random.normal() * 0.05 + abs(px - vanishing) / s.aspect * random.uniform(-0.55, 0.12)
        colour = t[[2, 3, 3, 4, 2][random.integers(5)]] * random.uniform(0.2, 0.85)
        lamps.append(Lamp(px, py, random.uniform(0.45, 1.1), colour))
    rig = Rig(
        key=t[2] * 0.9 + t[4] * 0.5,
        ambient=mix(t[1], t[3], 0.3) * 0.6 + 0.05,
        rim=t[3] * 2.2 + 0.15,
        elevation=0.1,
        exposure=0.72,
        tint=0.22,
        haze=mix(t[2], t[3], 0.5) * 0.03,
    )
    return Backdrop(picture, rig, softness=0.9, lamps=tuple(lamps), least_blur=0.0032)


def _span(low: float, high: float, side: int) -> slice:
    """Pixel rows or columns between two places in frame heights."""
    return slice(int(np.clip(round(low), 0, side)), int(np.clip(round(high), 0, side)))


def _street_wall(
    picture: Picture, s: Setting, random: np.random.Generator, layer: int, side: int, vanishing: float
) -> None:
    t, h, w = s.tones, s.height, s.width
    wall = mix(mix(t[1], t[2], 0.25) * 0.55, t[0], 0.25 + 0.25 * layer)
    edge = vanishing + side * (0.05 + 0.17 * layer) * s.aspect * 1.05
    for house in range(3):
        broad = (0.10 + 0.07 * layer) * random.uniform(0.7, 1.2)
        left = edge if side > 0 else edge - broad
        top, bottom = _HORIZON - (0.16 + 0.17 * layer) * random.uniform(0.7, 1.5), _HORIZON + 0.1 * layer
        rows, columns = _span(top * h, bottom * h, h), _span(left * h, (left + broad) * h, w)
        picture[rows, columns] = wall * random.uniform(0.6, 1.1)
        across, down = 12 + 5 * layer, max(int((_HORIZON - top) * 95), 2)
        lit = (random.random((down, across)) < 0.24) * 1.9 * random.random((down, across))
        lit = lit * (np.arange(across) % 2)[None] * (np.arange(down) % 2)[:, None]
        i = ((np.arange(rows.start, rows.stop) / h - top) / (bottom - top) * down).astype(int).clip(0, down - 1)
        j = ((np.arange(columns.start, columns.stop) / h - left) / broad * across).astype(int).clip(0, across - 1)
        glow = (t[[2, 3, 4, 3][(house + layer) % 4]] * 0.5 + 0.25 * tone("#ffd9a0")) * (0.5 + 0.3 * layer)
        picture[rows, columns] += (lit[np.ix_(i, j)][..., None] * glow).astype(np.float32)
        if random.random() < 0.85:
            _sign(picture, s, random, layer, left + broad * random.uniform(0.1, 0.9), top)
        edge += side * broad * 0.55


def _sign(
    picture: Picture, s: Setting, random: np.random.Generator, layer: int, x: float, top: float
) -> None:
    h, w = s.height, s.width
    colour = s.tones[[2, 3][random.integers(2)]] * random.uniform(2.5, 5)
    y = random.uniform(top + 0.02, _HORIZON - 0.06)
    is_upright = random.random() < 0.65
    half_w, half_h = (0.010 + 0.006 * layer, 0.05 + 0.05 * layer) if is_upright else (0.06 + 0.03 * layer, 0.014)
    rows, columns = _span((y - half_h) * h, (y + half_h) * h, h), _span((x - half_w) * h, (x + half_w) * h, w)
    picture[rows, columns] += colour.astype(np.float32)
    optics.glow(picture, x, y, 0.10 + 0.05 * layer, colour * 0.10)


def _wet_asphalt(picture: Picture, s: Setting) -> None:
    h, w = s.height, s.width
    ground = int(_HORIZON * h)
    depth = h - ground
    mirrored = raster.resize(raster.to_float32(picture[max(ground - depth, 0) : ground][::-1]), w, depth)
    small = raster.resize(mirrored, max(w // 4, 8), max(depth // 2, 4), raster.AREA)
    mirrored = raster.resize(raster.smear(small, 1.2, h * 0.012), w, depth)
    puddles = smoothstep(0.35, 0.75, noise.cloud(s.seed, "puddles", w, depth, 5, 16, 5))
    picture[ground:] = s.tones[0] * 0.25 + mirrored * (0.18 + 0.75 * puddles)[..., None]
