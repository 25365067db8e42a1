"""The sea at any hour: sun or moon over water, swell, wet sand and a line of foam."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster, sky
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_HORIZON = 0.56


def paint_beach(s: Setting) -> Backdrop:
    sun, aspect = s.sun, s.aspect
    _, y = s.grid
    sun_x = aspect * (0.5 + 0.40 * s.look.light_side)
    sun_y = _HORIZON - 0.02 - max(sun.elevation, 0) * 0.55 if sun.elevation > -0.12 else 0.20
    picture = sky.paint_sky(s.seed, s.width, s.height, sun, _HORIZON, s.look.clouds, sun_x)
    sky.add_sun(picture, sun_x, sun_y, sun, 1.0)
    mirrored = _mirror(picture, y)
    picture = np.where((y > _HORIZON)[..., None], _water(s, mirrored, sun_x), picture)
    picture = raster.to_float32(_shore(s, picture, mirrored))
    random = noise.stream(s.seed, "glints")
    lamps = tuple(
        Lamp(
            sun_x + random.normal() * 0.16,
            _HORIZON + abs(random.normal()) * 0.17,
            random.uniform(0.3, 0.8),
            sun.key * (random.uniform(0.15, 0.5) * sun.lowness),
        )
        for _ in range(46)
    )
    rig = Rig(
        key=sun.key,
        ambient=sun.ambient * 0.9,
        rim=sun.key * (1.9 * (0.35 + sun.lowness)),
        elevation=0.15 + 0.6 * max(sun.elevation, 0),
        exposure=sun.exposure,
        tint=0.08 + 0.22 * sun.night,
        wall=0.0,
        haze=sun.horizon * (0.04 * sun.lowness),
        is_backlit=True,
    )
    return Backdrop(picture, rig, softness=0.7, lamps=lamps)


def _mirror(picture: Picture, y: Plane) -> Picture:
    """For every row the sky it would reflect."""
    height = picture.shape[0]
    rows = (np.clip(_HORIZON - (y[:, 0] - _HORIZON) * 0.9, 0, 1) * height).astype(int).clip(0, height - 1)
    mirrored: Picture = picture[rows]
    return mirrored


def _water(s: Setting, mirrored: Picture, sun_x: float) -> Picture:
    sun = s.sun
    x, y = s.grid
    depth = np.clip((y - _HORIZON) / (1 - _HORIZON), 0, 1)
    swell = noise.cloud(s.seed, "sea", s.width, s.height, 7, 120, 4, 0.6)
    columns, _ = raster.pixel_grid(s.width, s.height)
    rows = np.broadcast_to((_HORIZON + depth**0.55 * (1 - _HORIZON)) * s.height, columns.shape)
    swell = raster.remap(swell, columns, rows)
    water = mirrored * mix(0.55, 0.30, depth)[..., None]
    water = water + mix(sun.zenith, tone("#1f6f78"), 0.45) * (0.22 * (0.5 + swell))[..., None]
    path = np.exp(-(((x - sun_x) / (0.05 + 0.30 * depth)) ** 2)) * smoothstep(0.50, 0.80, swell) * (1.2 - 0.5 * depth)
    crests = sun.horizon * (smoothstep(0.66, 0.9, swell) * 0.24)[..., None]
    return np.asarray(water + sun.key * (path * 2.4 * (0.25 + sun.lowness))[..., None] + crests)


def _shore(s: Setting, picture: Picture, mirrored: Picture) -> Picture:
    sun = s.sun
    x, y = s.grid
    ripple = noise.cloud(s.seed, "shore", s.width, s.height, 3, 1.5, 3) - 0.5
    line = 0.80 + 0.025 * np.sin(x / s.aspect * 5 + s.seed % 7) + 0.04 * ripple
    beyond = smoothstep(0, 0.012, y - line)
    wet = smoothstep(0.10, 0, y - line)
    sand = tone("#c9a27a") * (sun.ambient * 0.5 + sun.key * 0.32)
    sand = sand * (0.8 + 0.4 * noise.cloud(s.seed, "sand", s.width, s.height, 30, 40, 3))[..., None]
    sand = mix(sand, mirrored * 0.75, (wet * 0.75)[..., None])
    picture = mix(picture, sand, beyond[..., None])
    breakers = smoothstep(0.4, 0.6, noise.cloud(s.seed, "foam", s.width, s.height, 14, 40, 4))
    foam = np.exp(-(((y - line) / 0.006) ** 2)) + 0.6 * breakers * np.exp(-(((y - line + 0.035) / 0.005) ** 2))
    return np.asarray(mix(picture, (sun.horizon + sun.key) * 0.5, np.clip(foam * 0.8, 0, 1)[..., None]))
