"""Tall grass at the edge of a wood: rolling hills, a line of trees, seed heads that catch the sun."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster, sky
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rays, Rig, Setting

_TREES_AT = 0.50
_GRASS = tone("#8a9a4a")
_STRAW = tone("#d8b673")
_LEAF = tone("#33482c")


def paint_meadow(s: Setting) -> Backdrop:
    sun, aspect = s.sun, s.aspect
    sun_x, sun_y = aspect * (0.5 + 0.42 * s.look.light_side), 0.36 - max(sun.elevation, 0) * 0.34
    picture = sky.paint_sky(s.seed, s.width, s.height, sun, 0.62, s.look.clouds, sun_x)
    sky.add_sun(picture, sun_x, sun_y, sun, 1.2)
    picture = _hills(picture, s)
    picture = _wood(picture, s, sun_x)
    picture = raster.to_float32(_field(picture, s, sun_x))
    optics.glow(picture, sun_x, sun_y + 0.08, 0.30, sun.key * (0.34 * sun.lowness), 1.2)
    warm = mix(sun.key, _STRAW, 0.4)
    random = noise.stream(s.seed, "seeds")
    lamps = tuple(
        Lamp(
            random.uniform(0, aspect),
            random.uniform(0.56, 0.97),
            random.uniform(0.25, 0.85),
            warm * (random.uniform(0.05, 0.30) * (0.25 + 0.75 * sun.lowness) * (1 - 0.8 * sun.night)),
        )
        for _ in range(64)
    )
    rig = Rig(
        key=sun.key,
        ambient=mix(sun.ambient, _GRASS, 0.22),
        rim=sun.key * (1.7 * (0.35 + sun.lowness)),
        elevation=0.15 + 0.6 * max(sun.elevation, 0),
        exposure=sun.exposure,
        tint=0.08 + 0.20 * sun.night,
        wall=0.0,
        haze=sun.key * (0.025 * sun.lowness),
        is_backlit=True,
    )
    rays = Rays(sun_x, sun_y, sun.key * sun.lowness)
    return Backdrop(picture, rig, softness=0.85, lamps=lamps, least_blur=0.0025, rays=rays)


def _edge(s: Setting, name: str, cells: float, octaves: int, gain: float = 0.5) -> Plane:
    """A wavering line (w,), -0.5 to 0.5."""
    line: Plane = noise.cloud(s.seed, name, s.width, 2, cells, 1, octaves, gain)[0] - 0.5
    return line


def _hills(picture: Picture, s: Setting) -> Picture:
    sun = s.sun
    _, y = s.grid
    for i, (base, swing, air) in enumerate(((0.46, 0.16, 0.80), (0.49, 0.12, 0.62))):
        top = base + swing * _edge(s, f"hill{i}", 2.2 + i, 3)
        colour = mix(_LEAF * (sun.ambient * 0.7 + sun.key * 0.35), sun.horizon * 0.66 + sun.ambient * 0.1, air)
        picture = mix(picture, colour, smoothstep(0, 2.0 / s.height, y - top[None, :])[..., None])
    return picture


def _wood(picture: Picture, s: Setting, sun_x: float) -> Picture:
    """Round crowns in two rows; the gaps and rims toward the sun glow."""
    sun, aspect = s.sun, s.aspect
    x, y = s.grid
    for row, (base, tall, air) in enumerate(((_TREES_AT + 0.02, 0.085, 0.40), (_TREES_AT + 0.045, 0.135, 0.18))):
        random = noise.stream(s.seed, f"trees{row}")
        top = np.full(s.width, base, np.float32)
        for _ in range(int((26, 12)[row] * aspect) + 4):
            at, half = random.uniform(-0.1, aspect + 0.1), random.uniform(0.03, 0.075) * (1 + row * 0.6)
            crown = np.sqrt(np.clip(1 - ((x[0] - at) / half) ** 2, 0, 1)) * tall * random.uniform(0.5, 1.0)
            top = np.minimum(top, base - crown)
        top = top + 0.030 * _edge(s, f"leaves{row}", 46, 5, 0.8)
        depth = y - top[None, :]
        leaves = noise.cloud(s.seed, f"leaf{row}", s.width, s.height, 40, octaves=4, gain=0.75)
        toward = np.exp(-(((x - sun_x) / 0.5) ** 2))
        lit = smoothstep(0.40, 0.85, leaves) * np.exp(-np.clip(depth, 0, 1) / 0.05)
        colour = mix(_LEAF, s.tones[1], 0.25) * (sun.ambient * 0.42)
        colour = colour + (_GRASS * sun.key * 0.55) * (lit * (0.35 + 0.9 * toward))[..., None]
        colour = mix(colour, sun.horizon * 0.6 + sun.key * 0.06, air + 0.22 * toward[..., None] * sun.lowness)
        picture = mix(picture, colour, (smoothstep(0, 2.5 / s.height, depth))[..., None])
    return picture


def _field(picture: Picture, s: Setting, sun_x: float) -> Picture:
    """Grass in perspective: fine and pale far away, single blades close by."""
    sun = s.sun
    x, y = s.grid
    start = _TREES_AT + 0.035 + 0.02 * _edge(s, "field", 3, 3)[None, :]
    depth = np.clip((y - start) / (1 - start), 0, 1)
    far = noise.cloud(s.seed, "grass.far", s.width, s.height, 150, 60, 3, 0.6)
    near = noise.cloud(s.seed, "grass.near", s.width, s.height, 130, 9, 3, 0.66)
    lean = 0.02 * (noise.cloud(s.seed, "grass.lean", s.width, s.height, 9, 4, 3) - 0.5)
    columns, rows = raster.pixel_grid(s.width, s.height)
    near = raster.remap(near, columns + (y - 1) * lean * (14 * s.height), rows)
    swells = noise.cloud(s.seed, "grass.swell", s.width, s.height, 3, 14, 4)
    blades = mix(far, near, smoothstep(0.15, 0.7, depth))
    toward = np.exp(-(((x - sun_x) / 0.55) ** 2))
    dry = mix(_GRASS, mix(_STRAW, s.tones[3], 0.25), np.clip(0.25 + 0.75 * swells, 0, 1)[..., None])
    light = sun.ambient * 0.55 + sun.key * (0.30 + 0.55 * blades**2 * (0.5 + toward))[..., None]
    colour = dry * light * (0.50 + 0.85 * blades)[..., None] * mix(1.15, 0.55, depth)[..., None]
    pale = (sun.horizon * 0.5 + sun.key * 0.18) * (0.5 + 0.5 * toward)[..., None]
    colour = mix(colour, pale, (0.50 * np.exp(-depth / 0.10))[..., None])
    ragged = y - start - 0.012 * (near - 0.5)
    return np.asarray(mix(picture, colour, smoothstep(0, 0.006, ragged)[..., None]))
