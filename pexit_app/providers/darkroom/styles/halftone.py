"""Four-colour halftone: cyan, magenta, yellow and black screens at the printer's angles on warm paper."""

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Picture, mix, smoothstep
from pexit_app.providers.darkroom.styles.sheet import Sheet

_CELLS_PER_HEIGHT = 124
_PAPER = np.array([0.97, 0.95, 0.90], np.float32)
_CYAN = np.array([0.02, 0.58, 0.82], np.float32)
_MAGENTA = np.array([0.90, 0.10, 0.46], np.float32)
_YELLOW = np.array([1.0, 0.87, 0.08], np.float32)
_BLACK = np.array([0.09, 0.08, 0.10], np.float32)


def halftone(sheet: Sheet) -> Picture:
    x, y = raster.grid(sheet.width, sheet.height)
    crisp = np.clip(sheet.picture + (sheet.picture - raster.blur(sheet.picture, 3 * sheet.scale)) * 0.6, 0, 1)
    cover = 1 - crisp
    black = cover.min(-1) * 0.85
    inks = np.clip((cover - black[..., None]) / (1 - black[..., None] + 1e-4), 0, 1)
    page = _PAPER * (0.97 + 0.06 * sheet.paper)[..., None]
    soft = 0.5 * _CELLS_PER_HEIGHT / sheet.height * 2.2
    for amount, degrees, ink in (
        (inks[..., 2], 0, _YELLOW),
        (inks[..., 1], 75, _MAGENTA),
        (inks[..., 0], 15, _CYAN),
        (black, 45, _BLACK),
    ):
        cos, sin = float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))
        turn = np.float32(2 * np.pi * _CELLS_PER_HEIGHT)
        screen = (np.cos((x * cos + y * sin) * turn) + np.cos((y * cos - x * sin) * turn)) * 0.25 + 0.5
        dots = smoothstep(-soft, soft, np.clip(amount * 1.02, 0, 1) - (1 - screen))
        page = page * mix(np.ones(3, np.float32), ink, dots[..., None])
    return np.asarray(page)
