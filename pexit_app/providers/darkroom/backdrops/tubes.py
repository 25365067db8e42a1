"""A brick wall at night with bent neon tubes on it: a ring, a triangle or an arch, and bars in a second colour."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.backdrops import rain
from pexit_app.providers.darkroom.raster import Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_CENTRE_Y = 0.37
_THICK = 0.0085
_BRICKS_DOWN, _BRICKS_ACROSS = 30.0, 11.0


def paint_tubes(s: Setting) -> Backdrop:
    t, aspect = s.tones, s.aspect
    size = min(1.0, aspect / 0.8)
    main, bars = _main(s, size), _bars(s, size)
    brick, height = _bricks(s)
    light = t[2] * _fall(main, 0.15) * 1.5 + t[3] * _fall(bars, 0.10) * 0.95
    picture = brick * (light * (0.55 + 0.75 * height)[..., None] + t[1] * 0.05)
    for distance, colour in ((main, t[2]), (bars, t[3])):
        core = np.clip((_THICK - distance) * s.height / 1.6 + 0.5, 0, 1)
        halo = np.exp(-np.maximum(distance - _THICK, 0) / 0.020)
        white = mix(colour, np.ones(3, np.float32) * max(float(colour.max()), 0.6), 0.42)
        picture = picture + colour * (halo * 0.85)[..., None]
        picture = mix(picture, white * 2.2, core[..., None])
    picture = rain.fall(raster.to_float32(picture), s, t[4])
    rig = Rig(
        key=t[2] * 1.1 + t[4] * 0.22,
        ambient=mix(t[1], t[3], 0.35) * 0.55 + 0.03,
        rim=t[3] * 2.4 + 0.1,
        elevation=0.25,
        exposure=0.84,
        spread=1.2,
        tint=0.26,
        wall=0.30,
        haze=mix(t[2], t[3], 0.4) * 0.015,
    )
    return Backdrop(picture, rig, softness=0.34, lamps=_stray(s))


def _fall(distance: Plane, reach: float) -> Plane:
    """Light of a tube on the wall at `distance` (h, w, 1)."""
    return np.asarray(1 / (1 + (distance / reach) ** 2) ** 1.5)[..., None]


def _main(s: Setting, size: float) -> Plane:
    """Distance (h, w) to the large shape, in frame heights; the seed chooses which."""
    x, y = s.grid
    u, v = x - s.aspect / 2, y - _CENTRE_Y
    radius = 0.285 * size
    shape = s.seed % 3
    if shape == 0:
        double = np.minimum(np.abs(np.hypot(u, v) - radius), np.abs(np.hypot(u, v) - radius * 0.90))
        return np.asarray(double)
    if shape == 1:
        corners = [(0.0, -1.15), (1.10, 0.78), (-1.10, 0.78)]
        ends = [(a * radius, b * radius) for a, b in corners]
        sides = [_segment(u, v, ends[i], ends[(i + 1) % 3]) for i in range(3)]
        return np.minimum(np.minimum(sides[0], sides[1]), sides[2])
    top = -0.35 * radius
    arcs = []
    for wide in (1.0, 0.88):
        bow = np.where(v < top, np.abs(np.hypot(u, v - top) - radius * wide), np.abs(np.abs(u) - radius * wide))
        arcs.append(bow)
    return np.asarray(np.minimum(arcs[0], arcs[1]))


def _bars(s: Setting, size: float) -> Plane:
    """Distance (h, w) to the second tubes: a stack of bars on the light's far side, a slanted pair on the other."""
    x, y = s.grid
    u, v = x - s.aspect / 2, y - _CENTRE_Y
    nearest = np.full((s.height, s.width), 9.0, np.float32)
    for k in range(4):
        at = (0.12 + 0.052 * k) * size
        nearest = np.minimum(nearest, _segment(u * -s.side, v, (0.20 * size, at), (0.60 * size, at)))
    for k in range(2):
        left = (0.27 + 0.045 * k) * size
        nearest = np.minimum(nearest, _segment(u * s.side, v, (left, -0.06 * size), (left + 0.12 * size, -0.30 * size)))
    return nearest


def _segment(u: Plane, v: Plane, a: tuple[float, float], b: tuple[float, float]) -> Plane:
    """Distance to the straight line from `a` to `b`."""
    du, dv = b[0] - a[0], b[1] - a[1]
    t = np.clip(((u - a[0]) * du + (v - a[1]) * dv) / (du * du + dv * dv), 0, 1)
    return np.asarray(np.hypot(u - a[0] - t * du, v - a[1] - t * dv))


def _bricks(s: Setting) -> tuple[Plane, Plane]:
    """The wall's colour (h, w, 3) and how far each place stands out of it (h, w), 0 in the joints."""
    x, y = s.grid
    row = np.floor(y * _BRICKS_DOWN)
    column = x * _BRICKS_ACROSS + 0.5 * (row % 2)
    down, along = y * _BRICKS_DOWN - row, column - np.floor(column)
    joint_x, joint_y = 0.035, 0.10
    stands = smoothstep(0, joint_y, np.minimum(down, 1 - down)) * smoothstep(0, joint_x, np.minimum(along, 1 - along))
    each = noise.stream(s.seed, "bricks").random((int(_BRICKS_DOWN) + 1, 64)).astype(np.float32)
    own = each[
        row.astype(int).clip(0, int(_BRICKS_DOWN)) + np.zeros_like(column, int), np.floor(column).astype(int) % 64
    ]
    rough = noise.cloud(s.seed, "brick.rough", s.width, s.height, 60, octaves=4)
    shade = (0.32 + 0.30 * own + 0.30 * rough) * (0.45 + 0.55 * stands)
    clay = mix(np.full(3, 0.55, np.float32), s.tones[1] * 2.2, 0.25)
    return clay * shade[..., None], np.asarray(stands * (0.6 + 0.5 * rough))


def _stray(s: Setting) -> tuple[Lamp, ...]:
    """Lights across the street, mirrored in whatever hangs before the wall."""
    random = noise.stream(s.seed, "tubes")
    lamps = []
    for _ in range(14):
        x = s.aspect / 2 + s.aspect * random.choice([-1, 1]) * random.uniform(0.30, 0.52)
        colour = s.tones[[2, 3][random.integers(2)]] * random.uniform(0.05, 0.22)
        lamps.append(Lamp(x, random.uniform(0.55, 0.98), random.uniform(0.5, 1.1), colour))
    return tuple(lamps)
