"""A printed poster: rays, a sliced sun in a ring, two bands and a framed margin, in flat tones."""

from typing import Any

import numpy as np

from pexit_app.providers.darkroom import noise
from pexit_app.providers.darkroom.raster import Plane, mix, to_float32
from pexit_app.providers.darkroom.scene import Backdrop, Rig, Setting

_SUN_Y = 0.42
_MARGIN = 0.035


def paint_poster(s: Setting) -> Backdrop:
    x, y = s.grid
    t, random = s.tones, noise.stream(s.seed, "poster")
    centre = s.aspect * (0.5 + 0.10 * s.look.light_side)
    size = min(1.0, s.aspect / 0.8)
    distance = np.hypot(x - centre, y - _SUN_Y)

    def cover(depth: Plane) -> Any:
        """Antialiased: 1 where `depth` (frame heights) is positive."""
        return np.clip(depth * s.height / 1.2 + 0.5, 0, 1)[..., None]

    angle = np.arctan2(y - _SUN_Y, x - centre) + random.uniform(0, 0.3)
    rays = np.sin(angle * (14, 18, 24)[random.integers(3)])
    picture = mix(t[4], t[2] * 0.35 + t[4] * 0.65, cover(rays * distance * 0.06) * 0.9)
    picture = mix(picture, t[1], cover(0.34 * size - distance))
    picture = mix(picture, t[2], cover(0.30 * size - distance))
    picture = mix(picture, t[4], cover(0.006 - np.abs(distance - 0.365 * size)))
    for k in range(6):
        slice_ = cover(0.0045 + 0.0028 * k - np.abs(y - (_SUN_Y + (0.08 + 0.036 * k) * size)))
        picture = mix(picture, t[3], slice_ * (distance < 0.30 * size)[..., None])
    slope = 0.12 * (x - s.aspect / 2) * s.side
    picture = mix(picture, t[3], cover(y - 0.80 - slope))
    picture = mix(picture, t[0], cover(y - 0.90 - slope))
    border = np.minimum(np.minimum(x, s.aspect - x), np.minimum(y, 1 - y))
    picture = mix(picture, t[4] * 0.96, cover(_MARGIN - border))
    picture = mix(picture, t[0], cover(0.0018 - np.abs(border - _MARGIN)))
    picture = picture * (0.93 + 0.14 * noise.cloud(s.seed, "paper", s.width, s.height, 60, octaves=3))[..., None]
    rig = Rig(
        key=t[4] * 0.9 + 0.35,
        ambient=np.full(3, 0.55, np.float32),
        rim=t[2] * 0.5,
        elevation=0.5,
        wall=0.0,
        is_graphic=True,
    )
    return Backdrop(to_float32(picture), rig, softness=0.0)
