"""A two-lane road across a plain: sky of the hour, far hills, telegraph poles, a bend sign and lights coming on."""

from itertools import pairwise

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster, sky
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rays, Rig, Setting

_HORIZON = 0.56
_EYE = 0.085
_HALF_ROAD = 0.46
_DRY = tone("#b98a52")
_TAR = tone("#4a4644")
_SIGN = tone("#f4b321")


def paint_road(s: Setting) -> Backdrop:
    sun, aspect = s.sun, s.aspect
    _, y = s.grid
    sun_x = aspect * (0.5 + 0.40 * s.look.light_side)
    sun_y = _HORIZON - 0.03 - max(sun.elevation, 0) * 0.52 if sun.elevation > -0.12 else 0.18
    vanishing = aspect * (0.5 + (0.24 if s.seed % 2 == 0 else -0.24))
    picture = sky.paint_sky(s.seed, s.width, s.height, sun, _HORIZON, s.look.clouds, sun_x)
    sky.add_sun(picture, sun_x, sun_y, sun, 1.1)
    picture = _hills(picture, s, sun_x)
    ground = raster.to_float32(_plain(s, sun_x, vanishing))
    picture = raster.to_float32(mix(picture, ground, smoothstep(0, 0.004, y - _HORIZON)[..., None]))
    optics.glow(picture, sun_x, _HORIZON, 0.22, sun.key * (0.30 * sun.lowness * (1 - sun.night)), 1.2)
    _poles(picture, s, vanishing)
    _bend_sign(picture, s, vanishing + (0.128 if vanishing > aspect / 2 else -0.128))
    lamps = _traffic(s, vanishing)
    nearest = lamps[-1]
    optics.glow(picture, nearest.x, nearest.y, 0.060, nearest.colour * 0.45, 1.2)
    optics.glow(picture, nearest.x, nearest.y, 0.016, nearest.colour * 1.1, 1.6)
    rig = Rig(
        key=sun.key,
        ambient=mix(sun.ambient, _DRY * 0.8, 0.25) * 0.95,
        rim=sun.key * (1.9 * (0.35 + sun.lowness)),
        elevation=0.12 + 0.6 * max(sun.elevation, 0),
        exposure=sun.exposure,
        tint=0.08 + 0.20 * sun.night,
        wall=0.0,
        haze=sun.horizon * (0.035 * sun.lowness),
        is_backlit=True,
    )
    rays = Rays(sun_x, sun_y, sun.key * sun.lowness)
    return Backdrop(picture, rig, softness=0.6, lamps=lamps, least_blur=0.0012, rays=rays)


def _hills(picture: Picture, s: Setting, sun_x: float) -> Picture:
    sun = s.sun
    x, y = s.grid
    for i, (base, swing, air) in enumerate(((0.535, 0.13, 0.74), (0.555, 0.06, 0.45))):
        line = noise.cloud(s.seed, f"mesa{i}", s.width, 2, 3 + 2 * i, 1, 5)[0] - 0.5
        top = base + swing * np.clip(line, -0.35, 0.25)
        rock = mix(_DRY, s.tones[1], 0.55) * (sun.ambient * 0.45 + sun.key * 0.14)
        toward = np.exp(-(((x - sun_x) / 0.5) ** 2))[..., None]
        colour = mix(rock, sun.horizon * 0.62 + sun.middle * 0.10, air + 0.18 * toward * sun.lowness)
        picture = mix(picture, colour, smoothstep(0, 2.0 / s.height, y - top[None, :])[..., None])
    return picture


def _plain(s: Setting, sun_x: float, vanishing: float) -> Picture:
    """Scrub and the road on it, in perspective: a point `across` the road at a distance of 1 / `near` eye heights."""
    sun = s.sun
    x, y = s.grid
    near = np.maximum(y - _HORIZON, 0.0015) / (1 - _HORIZON)
    across = (x - vanishing) / (near * _HALF_ROAD)
    toward = np.exp(-(((x - sun_x) / 0.45) ** 2))
    scrub = noise.cloud(s.seed, "scrub", s.width, s.height, 70, 120, 4, 0.65)
    swells = noise.cloud(s.seed, "scrub.swell", s.width, s.height, 3, 16, 4)
    light = sun.ambient * 0.60 + sun.key * (0.20 + 0.45 * (0.35 + toward) * (0.5 + scrub))[..., None]
    dry = mix(_DRY * 0.9, mix(s.tones[2], s.tones[3], 0.5), 0.22) * (0.55 + 0.6 * scrub * swells)[..., None]
    earth = dry * light
    wear = 0.82 + 0.3 * noise.cloud(s.seed, "tar", s.width, s.height, 40, 30, 4)
    track = 1 + 0.22 * np.exp(-(((np.abs(across) - 0.5) / 0.16) ** 2))
    shine = toward * np.exp(-near / 0.35) * sun.lowness * (1 - 0.7 * sun.night)
    tar = _TAR * (sun.ambient * 0.75 + sun.key * 0.20) * (wear * track)[..., None] + sun.key * (0.62 * shine)[..., None]
    paint = (sun.ambient * 0.55 + sun.key * 0.62) * wear[..., None]
    soft = 1.4 / (near * _HALF_ROAD * s.height)
    along = _EYE * 22 / near
    dash = smoothstep(0.40, 0.34, np.abs(along - np.floor(along) - 0.5)) * (near > 0.02)
    stripe = _band(across, 0.0, 0.020, soft) * dash
    edges = _band(np.abs(across), 0.90, 0.018, soft)
    road = mix(tar, paint * tone("#f2e9d8"), np.clip(edges, 0, 1)[..., None] * 0.8)
    road = mix(road, paint * tone("#f6bf3a"), np.clip(stripe, 0, 1)[..., None])
    colour = mix(earth, road, np.clip((1.0 - np.abs(across)) / np.maximum(soft, 0.02) + 0.5, 0, 1)[..., None])
    haze = (sun.horizon * 0.55 + sun.key * 0.12) * (0.6 + 0.4 * toward)[..., None]
    return np.asarray(mix(colour, haze, (0.62 * np.exp(-near / 0.07))[..., None]))


def _band(at: Plane, middle: float, half: float, soft: Plane) -> Plane:
    return np.asarray(np.clip((half - np.abs(at - middle)) / np.maximum(soft, 1e-4) + 0.5, 0, 1))


def _poles(picture: Picture, s: Setting, vanishing: float) -> None:
    """Telegraph poles along the road's outer side, with slack wires between them."""
    x, y = s.grid
    side = 1.0 if vanishing < s.aspect / 2 else -1.0
    dark = mix(_TAR * 0.35, s.tones[0], 0.5) * (s.sun.ambient * 0.6 + 0.02)
    ink = np.zeros((s.height, s.width), np.float32)
    heads: list[tuple[float, float]] = []
    for distance in (1.15, 1.9, 3.1, 5.0, 8.0):
        near = 1 / distance
        at = vanishing + side * near * 0.86
        top, foot = _HORIZON - 0.46 * near, _HORIZON + 0.17 * near
        half = max(0.0065 * near, 0.6 / s.height)
        post = np.clip((half - np.abs(x - at)) * s.height + 0.5, 0, 1) * ((y > top) & (y < foot))
        arm = np.clip((0.06 * near - np.abs(x - at)) * s.height + 0.5, 0, 1)
        arm = arm * np.clip((half * 0.8 - np.abs(y - top - 0.035 * near)) * s.height + 0.5, 0, 1)
        ink = np.maximum(ink, np.maximum(post, arm) * mix(0.95, 0.45, 1 - near))
        heads.append((at, top + 0.03 * near))
    picture[:] = mix(picture, dark, ink[..., None])
    heads.insert(0, (vanishing + side * 1.6, _HORIZON - 0.85))
    for (x0, y0), (x1, y1) in pairwise(heads):
        u = np.clip((x - x0) / (x1 - x0), 0, 1)
        wire = y0 + (y1 - y0) * u + 0.10 * abs(x1 - x0) * u * (1 - u) * 4 * 0.5
        inside = ((x - x0) * (x - x1) < 0).astype(np.float32)
        line = np.clip(1.1 - np.abs(y - wire) * s.height, 0, 1) * inside * 0.6
        picture[:] = mix(picture, dark, line[..., None])


def _bend_sign(picture: Picture, s: Setting, at: float) -> None:
    """A yellow diamond on a post at the roadside, on the outer side: whoever stands in the frame leaves it in sight."""
    x, y = s.grid
    sun, half, up = s.sun, 0.047, _HORIZON - 0.070
    post = np.clip((0.0036 - np.abs(x - at)) * s.height + 0.5, 0, 1) * ((y > up) & (y < _HORIZON + 0.09))
    picture[:] = mix(picture, (sun.ambient * 0.16 + sun.key * 0.05), post[..., None])
    reach = np.abs(x - at) + np.abs(y - up)
    light = sun.ambient * 0.75 + sun.key * 0.35 + 0.05
    for edge, colour in ((half, _SIGN), (half - 0.005, tone("#1a1714")), (half - 0.0075, _SIGN)):
        inside = np.clip((edge - reach) * s.height / 1.4 + 0.5, 0, 1)
        picture[:] = mix(picture, mix(colour, s.tones[3], 0.12) * light, inside[..., None])
    bend = np.where(y < up, 0.009, 0.009 * np.cos(np.clip((y - up) / 0.021, 0, 1) * np.pi))
    arrow = np.clip((0.0047 - np.abs(x - at - bend)) * s.height + 0.5, 0, 1) * (np.abs(y - up) < 0.021)
    point = np.abs(x - at - 0.009) + np.abs(y - up + 0.0165) * 0.9
    head = np.clip((0.0135 - point) * s.height + 0.5, 0, 1) * (y < up - 0.012)
    picture[:] = mix(picture, tone("#1a1714") * light, np.maximum(arrow, head)[..., None])


def _traffic(s: Setting, vanishing: float) -> tuple[Lamp, ...]:
    """Head lamps towards the viewer, tail lamps away: by day a glint, at night what there is to see by."""
    random = noise.stream(s.seed, "traffic")
    dark = float(smoothstep(0.25, -0.20, s.sun.elevation))
    lamps = []
    for near in (0.020, 0.036, 0.062, 0.105):
        for lane, colour in ((0.45, tone("#ff3a20") * 2.2), (-0.45, tone("#fff0d0") * 2.4)):
            at = vanishing + near * _HALF_ROAD * (lane + random.uniform(-0.08, 0.08))
            for lamp in (-0.22, 0.22):
                size, power = 0.25 + 3.2 * near, (0.015 + 0.95 * dark) * random.uniform(0.7, 1.0)
                place = at + lamp * near * _HALF_ROAD * 0.8
                lamps.append(Lamp(place, _HORIZON + near * (1 - _HORIZON) * 0.62, size, colour * power))
    return tuple(lamps)
