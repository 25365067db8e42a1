"""A back street at night: one lamp in the fog, its cone of light, brick on both sides and wet cobbles."""

import numpy as np

from pexit_app.providers.darkroom import noise, optics, raster
from pexit_app.providers.darkroom.backdrops import rain
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.scene import Backdrop, Rig, Setting

_HORIZON = 0.64
_LAMP_Y = 0.17


def paint_alley(s: Setting) -> Backdrop:
    x, y = s.grid
    t, aspect = s.tones, s.aspect
    light = mix(t[4], tone("#ffe9c4"), 0.5)
    lamp_x = aspect * (0.5 + 0.30 * s.look.light_side)
    away = np.hypot((x - lamp_x) * 0.9, y - _LAMP_Y)
    fog = mix(t[1], t[2], 0.55) * 0.55
    drift = noise.swirl(noise.cloud(s.seed, "fog", s.width, s.height, 3, octaves=6), s.seed, "fog.swirl", 0.12)
    lit_air = np.exp(-away / 0.34) * (0.55 + 0.9 * drift)
    picture = raster.to_float32(fog * (0.24 + 0.85 * lit_air)[..., None])
    for layer, air in enumerate((0.62, 0.34, 0.10)):
        _walls(picture, s, layer, air, lit_air, fog)
    _cobbles(picture, s, lamp_x, light)
    cone = smoothstep(0.30, 0.0, np.abs(x - lamp_x) / (0.10 + np.maximum(y - _LAMP_Y, 0)) * 0.62)
    shaft = cone * smoothstep(_LAMP_Y - 0.01, _LAMP_Y + 0.05, y) * np.exp(-np.maximum(y - _LAMP_Y, 0) / 0.42)
    picture += (light * 0.42) * (shaft * (0.55 + 0.7 * drift))[..., None]
    _post(picture, s, lamp_x)
    optics.glow(picture, lamp_x, _LAMP_Y, 0.16, light * 0.50, 1.1)
    optics.glow(picture, lamp_x, _LAMP_Y, 0.026, light * 3.2, 2.6)
    picture = rain.fall(picture, s, light * 0.5)
    rig = Rig(
        key=light * 1.25,
        ambient=fog * 0.75 + 0.02,
        rim=light * 1.9,
        elevation=0.75,
        exposure=0.80,
        tint=0.06,
        wall=0.0,
        haze=fog * 0.05,
        mist=fog * 0.9,
        mist_amount=0.42,
        is_backlit=True,
    )
    return Backdrop(raster.to_float32(picture), rig, softness=0.20)


def _walls(picture: Picture, s: Setting, layer: int, air: float, lit_air: Picture, fog: Picture) -> None:
    """A row of houses on each side, the farther the paler; a few windows are lit."""
    random = noise.stream(s.seed, f"alley{layer}")
    x, y = s.grid
    courses = smoothstep(0.0, 0.16, np.abs((y * (34 - 6 * layer)) % 1.0 - 0.5) - 0.30)
    brick = noise.cloud(s.seed, "brick", s.width, s.height, 26, 60, 3) * (1 - 0.5 * courses)
    for side in (-1, 1):
        edge = s.aspect / 2 + side * s.aspect * (0.13 + 0.14 * layer + 0.04 * random.random())
        top = 0.26 - 0.14 * layer + 0.08 * random.random()
        inside = smoothstep(0, 0.004, side * (x - edge)) * smoothstep(top, top + 0.004, y)
        inside = inside * smoothstep(_HORIZON + 0.03 + 0.07 * layer, _HORIZON + 0.02 + 0.07 * layer, y)
        own = mix(s.tones[0] * 0.4, fog, air * 0.24) * (0.45 + 1.1 * brick)[..., None]
        stone = own + fog * (lit_air * (0.25 + 0.55 * air))[..., None]
        picture[:] = mix(picture, stone, inside[..., None])
        for _ in range(5):
            _pane(picture, s, random, edge + side * random.uniform(0.02, 0.14), random.uniform(top + 0.05, 0.55), layer)


def _pane(picture: Picture, s: Setting, random: np.random.Generator, at: float, up: float, layer: int) -> None:
    h, w = s.height, s.width
    wide, tall = 0.010 + 0.006 * layer, 0.020 + 0.012 * layer
    power = (0.06, 0.16, 0.5)[layer] * random.random()
    for column in (-0.55, 0.55):
        for row in (-0.55, 0.55):
            middle_x, middle_y = at + column * wide, up + row * tall
            left, right = (int(np.clip(v * h, 0, w)) for v in (middle_x - wide * 0.45, middle_x + wide * 0.45))
            top, bottom = (int(np.clip(v * h, 0, h)) for v in (middle_y - tall * 0.45, middle_y + tall * 0.45))
            picture[top:bottom, left:right] += mix(s.tones[3], tone("#ffd79a"), 0.4) * np.float32(power)


def _cobbles(picture: Picture, s: Setting, lamp_x: float, light: Picture) -> None:
    x, y = s.grid
    row = int(_HORIZON * s.height)
    ground = np.s_[row:]
    depth = np.clip((y[ground] - _HORIZON) / (1 - _HORIZON), 0, 1)
    near = 0.05 + depth
    along, across = 5.5 / near, (x - s.aspect / 2) / near * 3.4
    stone = np.sin(along * 9) * np.sin(across * 12 + np.floor(along * 9 / np.pi) * 1.5)
    wet = 0.35 + 0.65 * smoothstep(-0.1, 0.7, stone)
    puddles = noise.cloud(s.seed, "puddles", s.width, s.height - row, 4, 12, 5)
    streak = np.exp(-((np.abs(x - lamp_x) / (0.05 + 0.30 * depth)) ** 1.5))
    shine = streak * (0.25 + 1.1 * puddles * wet) * mix(1.0, 0.35, depth)
    dark = mix(s.tones[0], s.tones[1], 0.4) * (0.10 + 0.25 * wet * (1 - depth))[..., None]
    picture[ground] = dark + light * (shine * 0.55)[..., None]


def _post(picture: Picture, s: Setting, lamp_x: float) -> None:
    """The lamp's iron post, arm and hood, against its own fog."""
    x, y = s.grid
    foot = lamp_x + s.side * 0.075
    post = smoothstep(0.0095, 0.0070, np.abs(x - foot)) * smoothstep(_LAMP_Y - 0.06, _LAMP_Y - 0.05, y)
    post = post * smoothstep(0.80, 0.79, y)
    arch = np.abs(np.hypot((x - (lamp_x + foot) / 2) * 1.0, (y - _LAMP_Y + 0.045) * 1.0) - 0.0375)
    arm = smoothstep(0.0075, 0.0055, arch) * (y < _LAMP_Y - 0.045)
    hood = smoothstep(0.036, 0.033, np.abs(x - lamp_x) + np.maximum(_LAMP_Y - 0.012 - y, 0) * 0.9)
    hood = hood * smoothstep(_LAMP_Y - 0.050, _LAMP_Y - 0.047, y) * smoothstep(_LAMP_Y - 0.008, _LAMP_Y - 0.012, y)
    iron = np.maximum(np.maximum(post, arm), hood)
    picture[:] = mix(picture, s.tones[0] * 0.25, iron[..., None])
