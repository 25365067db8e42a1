"""Skies: colours by the sun's elevation, clouds that lie in perspective and are lit from the sun, its disc and glare."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster
from pexit_app.providers.darkroom.colour import curve
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.sun import Sun


def paint_sky(seed: int, width: int, height: int, sun: Sun, horizon: float, clouds: float, sun_x: float) -> Picture:
    """The sky above `horizon` (frame heights), (h, w, 3) linear; `clouds` 0-1; `sun_x` in frame heights."""
    x, y = raster.grid(width, height)
    t = np.clip(y[:, 0] / horizon, 0, 1)
    clear = curve(t, [0, 0.55, 1], [sun.zenith, sun.middle, sun.horizon])[:, None, :]
    sky = np.broadcast_to(clear, (height, width, 3))
    if clouds <= 0:
        return raster.to_float32(sky)
    density = _cloud_density(seed, width, height, horizon)
    cover = smoothstep(0.80 - 0.50 * clouds, 1.04 - 0.30 * clouds, density)
    above = np.clip((horizon - y) / horizon, 0, 1)
    opacity = cover * smoothstep(0.0, 0.28, above) * (0.55 + 0.4 * clouds)
    toward = -1.0 if sun_x < width / height / 2 else 1.0
    step = height / 45
    lit = 0.5 + (density - raster.move(density, -toward * step * 0.6, step)) * 3.4 - 0.35 * (cover - 0.5)
    near_sun = np.exp(-(((x - sun_x) / 0.55) ** 2)) * sun.lowness
    bright = sun.key * 0.62 + sun.horizon * 0.34
    shade = sun.ambient * 0.50 + sun.middle * 0.28
    colour = mix(shade, bright, np.clip(lit + 0.35 * near_sun, 0, 1)[..., None])
    colour = mix(colour, sun.horizon, (0.5 * (1 - smoothstep(0.0, 0.45, above)))[..., None])
    return raster.to_float32(mix(sky, colour, np.clip(opacity, 0, 0.96)[..., None]))


def add_sun(picture: Picture, x: float, y: float, sun: Sun, halo: float) -> None:
    """The sun's disc and glare, or the moon's, in place at (x, y) in frame heights. By day the disc drowns in its own
    glare; `halo` scales how far that reaches."""
    low = 0.25 + 0.75 * sun.lowness
    optics.glow(picture, x, y, 0.46, sun.key * (0.42 * halo * low * (1 - 0.6 * sun.night)), 1.2)
    optics.glow(picture, x, y, 0.10, sun.key * (0.8 * low * (1 - 0.4 * sun.night)), 1.3)
    day = float(smoothstep(0.25, 0.6, sun.elevation))
    optics.glow(picture, x, y, 0.030, sun.key * (5.0 - 3.2 * day), 6 - 4.2 * day)


def _cloud_density(seed: int, width: int, height: int, horizon: float) -> raster.Plane:
    """A flat layer of noise seen from below: cells shrink and flatten toward the horizon."""
    side = 512
    flat = noise.swirl(noise.cloud(seed, "clouds", side, side, 5, 5, 7, 0.55), seed, "clouds.swirl", 0.10, 4)
    x, y = raster.grid(width, height)
    depth = 1 / (np.maximum(horizon - y, 0) + 0.16)
    columns = ((x - width / height / 2) * depth * 0.17 + 0.5) * side
    rows = np.broadcast_to((depth * 0.155) * side, columns.shape)
    return raster.remap(flat, columns, rows)
