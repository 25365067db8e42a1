"""Rain in the air, caught by the light behind it."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.raster import Picture
from pexit_app.providers.darkroom.scene import Setting

_LEAN = 0.10
_DROPS = 26_000


def fall(picture: Picture, s: Setting, light: Picture) -> Picture:
    """`picture` with streaks of rain as heavy as the look's `rain`, brightest where there is light behind them."""
    if s.look.rain <= 0:
        return picture
    random = noise.stream(s.seed, "rain")
    side = 512
    drops = np.zeros((side, side), np.float32)
    places = random.integers(0, side, (2, int(_DROPS * s.look.rain)))
    drops[places[0], places[1]] = 1.0
    streaks = raster.smear(drops, 0.55, 9.0) * 7.0
    columns, rows = raster.pixel_grid(s.width, s.height)
    scale = side / max(s.width, s.height)
    streaks = raster.remap(streaks, (columns + rows * _LEAN) * scale, rows * scale)
    behind = raster.blur(raster.shrink(picture, 4), 0.04 * s.height / 4)
    behind = raster.resize(behind, s.width, s.height)
    return raster.to_float32(picture + streaks[..., None] * (0.07 * light + 0.55 * behind) * (0.5 + 0.5 * s.look.rain))
