"""A hand-painted canvas with a pool of light on it and a coloured gel from the other side."""

import numpy as np

from pexit_app.providers.darkroom import noise
from pexit_app.providers.darkroom.colour import tone
from pexit_app.providers.darkroom.raster import mix, smoothstep, to_float32
from pexit_app.providers.darkroom.scene import Backdrop, Rig, Setting


def paint_studio(s: Setting) -> Backdrop:
    x, y = s.grid
    t, aspect = s.tones, s.aspect
    light_x = 0.5 * aspect + s.look.light_side * 0.42 * aspect
    broad = noise.cloud(s.seed, "canvas", s.width, s.height, 3, octaves=6, gain=0.58)
    strokes = noise.cloud(s.seed, "canvas.strokes", s.width, s.height, 9, 6, octaves=4)
    canvas = mix(t[1], t[2], (0.35 + 0.5 * broad)[..., None])
    canvas = canvas * (0.74 + 0.46 * mix(broad, strokes, 0.5))[..., None]
    pool = np.exp(-(((x - light_x) / (0.62 * aspect)) ** 2 + ((y - 0.38) / 0.72) ** 2) * 1.5)
    picture = canvas * (0.10 + 1.25 * pool)[..., None] + t[4] * (0.10 * pool**2)[..., None]
    gel = np.exp(-(((x - (aspect - light_x)) / (0.5 * aspect)) ** 2 + ((y - 0.55) / 0.6) ** 2) * 1.6)
    picture = picture + t[3] * (gel * 0.16 * broad)[..., None]
    picture = picture * (1 - 0.35 * smoothstep(0.86, 1.0, y))[..., None]
    rig = Rig(
        key=mix(t[4], tone("#fff1e2"), 0.5) * 1.35,
        ambient=mix(t[2], t[4], 0.5) * 0.5 + 0.1,
        rim=mix(t[3], t[4], 0.4) * 0.9,
        elevation=0.30,
        spread=1.25,
        wall=0.42,
    )
    return Backdrop(to_float32(picture), rig, softness=0.35)
