"""A nebula, stars and a banded planet with its own atmosphere, lit from the light's side."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import curve, tone
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Lamp, Rig, Setting

_RADIUS = 0.30
_PLANET_Y = 0.30


def paint_space(s: Setting) -> Backdrop:
    t = s.tones
    picture = _nebula(s)
    planet_x = s.aspect / 2 - s.look.light_side * 0.50 * s.aspect
    picture = raster.to_float32(_planet(s, picture, planet_x))
    random = noise.stream(s.seed, "stars")
    stars = []
    for _ in range(620):
        power = random.pareto(1.7) * 0.05
        x, y = random.uniform(0, s.aspect), random.uniform(0, 1)
        colour = mix(tone("#cfe0ff"), tone("#ffd9b0"), random.random()) * min(0.25 + power * 2, 4)
        if (x - planet_x) ** 2 + (y - _PLANET_Y) ** 2 > _RADIUS**2 * 1.02:
            stars.append(Lamp(x, y, 0.10 + min(power, 0.5) * 0.5, colour))
    rig = Rig(
        key=t[4] * 1.1 + 0.25,
        ambient=t[1] * 0.7 + t[3] * 0.15,
        rim=t[3] * 2.0 + 0.2,
        elevation=0.3,
        exposure=0.85,
        tint=0.12,
        wall=0.0,
    )
    return Backdrop(picture, rig, softness=0.14, lamps=tuple(stars), has_stars=True)


def _nebula(s: Setting) -> Picture:
    x, y = s.grid
    t, w, h = s.tones, s.width, s.height
    gas = noise.swirl(noise.cloud(s.seed, "gas", w, h, 3, octaves=7, gain=0.56), s.seed, "gas.swirl", 0.55, 2.4)
    dust = noise.swirl(noise.cloud(s.seed, "dust", w, h, 4, octaves=6, gain=0.55), s.seed, "gas.swirl", 0.8, 2.4)
    band = np.exp(-((((y - 0.5) - (x - s.aspect / 2) * 0.55 * s.side) / 0.36) ** 2))
    thick = np.clip(gas * 1.25 - 0.25, 0, 1) * band
    picture = t[0] * 0.25 + t[1] * (thick * 1.1)[..., None]
    picture = picture + t[2] * (thick**2.2 * smoothstep(0.3, 0.75, dust) * 2.0)[..., None]
    picture = picture + t[3] * (thick**3 * smoothstep(0.75, 0.3, dust) * 2.2)[..., None]
    picture = picture + t[4] * (thick**6 * 1.6)[..., None]
    lanes = smoothstep(0.52, 0.74, dust) * smoothstep(0.35, 0.6, gas)
    return np.asarray(picture * (1 - 0.8 * lanes)[..., None])


def _planet(s: Setting, picture: Picture, planet_x: float) -> Picture:
    x, y = s.grid
    t = s.tones
    dx, dy = (x - planet_x) / _RADIUS, (y - _PLANET_Y) / _RADIUS
    squared = dx * dx + dy * dy
    z = np.sqrt(np.clip(1 - squared, 0, 1))
    light = np.array([s.side * max(abs(s.look.light_side), 0.35), -0.35, 0.35])
    light /= np.linalg.norm(light)
    lx, ly, lz = (float(part) for part in light)
    bands = noise.swirl(noise.cloud(s.seed, "planet", s.width, s.height, 3, 26, 5), s.seed, "planet.swirl", 0.10)
    surface = curve(bands, [0, 0.4, 0.7, 1], [t[1] * 0.6, t[2] * 0.6, t[3] * 0.75, t[4] * 0.8])
    sunlit = np.clip(dx * lx + dy * ly + z * lz, 0, 1)
    inside = np.clip((1 - np.sqrt(squared)) * _RADIUS * s.height / 1.5, 0, 1)
    air = np.exp(-np.clip(np.sqrt(squared) - 1, 0, 9) / 0.035) * np.clip(dx * lx + dy * ly + 0.25, 0, 1) * (squared >= 1)
    planet = surface * (sunlit * 1.7 + 0.004)[..., None] + t[3] * ((1 - z) ** 3 * sunlit * 1.6)[..., None]
    return np.asarray(mix(picture, planet, inside[..., None]) + t[3] * (air * 0.6)[..., None])
