"""Six ridges, each behind more air than the last; snow on the far ones, conifers on the near ones, mist between."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster, sky
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Rays, Rig, Setting

_RIDGES = 6
_CELLS = (1.3, 1.7, 2.2, 2.4, 2.2, 1.6)
_RISE = (0.27, 0.21, 0.16, 0.12, 0.09, 0.06)
_AIR = (0.62, 0.50, 0.37, 0.24, 0.12, 0.04)
_VALLEY_AIR = (0.96, 0.92, 0.86, 0.72, 0.48, 0.16)
_TREES = {4: (170, 0.026), 5: (110, 0.066)}


def paint_mountains(s: Setting) -> Backdrop:
    sun, aspect = s.sun, s.aspect
    sun_x, sun_y = aspect * (0.5 + 0.40 * s.look.light_side), 0.44 - max(sun.elevation, 0) * 0.40
    picture = sky.paint_sky(s.seed, s.width, s.height, sun, 0.62, s.look.clouds, sun_x)
    sky.add_sun(picture, sun_x, sun_y, sun, 1.1)
    for i in range(_RIDGES):
        picture = _ridge(picture, s, i, sun_x)
    _, y = s.grid
    banks = smoothstep(0.45, 0.9, noise.cloud(s.seed, "mist", s.width, s.height, 2.5, 7, 5))
    banks = banks * np.exp(-(((y - 0.80) / 0.13) ** 2))
    picture = raster.to_float32(mix(picture, _air(s, 1.0), (banks * 0.34)[..., None]))
    rig = Rig(
        key=sun.key,
        ambient=sun.ambient,
        rim=sun.key * (1.2 * (0.4 + sun.lowness)),
        elevation=0.2 + 0.6 * max(sun.elevation, 0),
        exposure=sun.exposure,
        tint=0.10 + 0.16 * sun.night,
        wall=0.0,
        haze=_air(s, 1.0) * 0.035,
        mist=_air(s, 1.0),
        mist_amount=0.42,
        is_backlit=True,
    )
    rays = Rays(sun_x, sun_y, sun.key * sun.lowness)
    return Backdrop(picture, rig, softness=0.42, rays=rays)


def _air(s: Setting, nearness: float) -> Picture:
    """The colour of the air: the horizon's far away, cooler and darker close by."""
    sun = s.sun
    far = mix(sun.horizon, sun.key, 0.15) * 0.74
    near = mix(mix(sun.horizon, sun.middle, 0.5) * 0.56, sun.ambient * 0.58, 0.5) + sun.key * 0.02
    return np.asarray(mix(far, near, nearness**0.7))


def _skyline(s: Setting, i: int) -> Plane:
    """The ridge's upper edge, (w,) in frame heights: ridged fractal, with trees on the near ones."""
    random = noise.stream(s.seed, f"ridge{i}")
    rise = np.zeros(s.width)
    for octave in range(8):
        knots = random.random(int(_CELLS[i] * s.aspect * 2**octave) + 4)
        at = np.linspace(0, len(knots) - 2.001, s.width)
        j = at.astype(int)
        part = at - j
        if octave < 2 or i > 3:
            part = part * part * (3 - 2 * part)
        value = knots[j] * (1 - part) + knots[j + 1] * part
        sharp = (1 - np.abs(2 * value - 1)) ** 1.15 if octave < 3 else value
        rise += sharp * (0.46 if i < 3 else 0.36) ** octave
    rise = (rise - rise.min()) / (np.ptp(rise) + 1e-6)
    top = 0.44 + 0.105 * i - _RISE[i] * rise
    if i in _TREES:
        top = top - _conifers(s, random, *_TREES[i])
    return raster.to_float32(top)


def _conifers(s: Setting, random: np.random.Generator, count: int, tallest: float) -> Plane:
    x = s.grid[0][0]
    wood = np.zeros(s.width)
    for _ in range(int(count * s.aspect)):
        at, tall = random.uniform(0, s.aspect), random.uniform(0.4, 1) * tallest
        slope = tall - np.abs(x - at) * 4.6
        wood = np.maximum(wood, np.clip(slope, 0, 1) * (0.80 + 0.20 * np.abs(np.sin(slope * 700))))
    return wood


def _ridge(picture: Picture, s: Setting, i: int, sun_x: float) -> Picture:
    sun, t = s.sun, s.tones
    _, y = s.grid
    below = (y - _skyline(s, i)[None, :]).astype(np.float32)
    inside = smoothstep(0, 1.5 / s.height, below)
    nearness = i / (_RIDGES - 1)
    toward = 1.0 if sun_x > s.aspect / 2 else -1.0
    lit = _slopes(s, i, below, toward)
    rock = mix(t[1] * 0.22 + sun.ambient * 0.20, t[0] * 0.30 + t[1] * 0.05 + sun.zenith * 0.08, nearness**0.7)
    colour = rock * (0.72 + 0.45 * lit)[..., None]
    sunlight = mix(t[2], np.ones(3, np.float32), 0.55) * sun.key
    colour = colour + sunlight * (lit**2 * (0.26, 0.20, 0.14, 0.07, 0.02, 0.0)[i])[..., None]
    if i < 2:
        snow = smoothstep(0.52, 0.86, lit * 0.45 + 0.62 * np.exp(-np.clip(below, 0, 1) * 11)) * (0.85 - 0.3 * i)
        white = sun.ambient * 0.46 * (0.55 + lit)[..., None] + sun.key * (lit * 0.5)[..., None]
        colour = mix(colour, white, (snow * 0.9)[..., None])
    valley = smoothstep(0.0, 0.20, below) * _VALLEY_AIR[i]
    air = np.clip(_AIR[i] + (1 - _AIR[i]) * valley, 0, 0.97)
    colour = mix(colour, _air(s, nearness), air[..., None])
    return np.asarray(mix(picture, colour, inside[..., None]))


def _slopes(s: Setting, i: int, below: Plane, toward: float) -> Plane:
    """How sunlit each point of a ridge is, 0-1: noise drawn down along the slopes, lit from the sun's side."""
    h, w = s.height, s.width
    rock = noise.cloud(s.seed, f"rock{i}", w, h, 4 + 1.5 * i, 5 + 2 * i, 6, 0.52)
    columns, rows = raster.pixel_grid(w, h)
    rock = raster.remap(rock, columns + below * (h * 0.30 * toward), rows)
    step = max(h * 0.010, 1)
    across = rock - raster.move(rock, -toward * step, 0)
    down = rock - raster.move(rock, 0, step)
    return np.asarray(np.clip(0.45 + across * 3.4 + down * 1.2, 0, 1))
