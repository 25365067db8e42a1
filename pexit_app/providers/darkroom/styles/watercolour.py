"""Watercolour: wobbling dabs, pigment that pools at edges and settles in the paper's tooth, a torn white margin."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import LUMA
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.styles import strokes
from pexit_app.providers.darkroom.styles.sheet import Sheet

_PAPER = np.array([0.975, 0.965, 0.94], np.float32)


def watercolour(sheet: Sheet) -> Picture:
    pools = noise.cloud(sheet.seed, "pools", sheet.width, sheet.height, 7, octaves=5)
    painted = _lifted(_painted(sheet))
    alpha = sheet.alpha
    level = raster.to_float32(painted @ LUMA)
    fine = raster.blur(level, 1.2 * sheet.scale) - raster.blur(level, 3.5 * sheet.scale)
    edges = np.clip(np.abs(fine) * 9.0, 0, 0.5) * (1 - 0.75 * sheet.face_weight)
    pigment = 1 + 0.50 * (pools - 0.5) * (1 - 0.6 * alpha) + 0.40 * (sheet.paper - 0.5) * (1 - 0.65 * alpha) + edges
    line = strokes.lines(sheet.level, 1.3 * sheet.scale, 0.10, 0.32) * (0.45 * alpha)
    _settle(painted, np.clip(pigment, 0.5, 1.8), line)
    return _margin(sheet, painted, pools)


def _settle(paint: Picture, pigment: Plane, line: Plane) -> None:
    """More pigment makes transparent paint darker by a power; lines are the paint's own colour, deepened. In place."""
    for layer in range(3):
        colour = np.clip(paint[..., layer], 0.02, 1) ** pigment
        paint[..., layer] = colour * (1 - line * (1.1 - colour))


def _painted(sheet: Sheet) -> Picture:
    """Broad wobbling dabs for the place, small ones for the person."""
    wander = 9 * sheet.scale
    columns, rows = raster.pixel_grid(sheet.width, sheet.height)
    dx = noise.cloud(sheet.seed, "wander.x", sheet.width, sheet.height, 22, octaves=4) - 0.5
    dy = noise.cloud(sheet.seed, "wander.y", sheet.width, sheet.height, 22, octaves=4) - 0.5
    wandered = raster.remap(sheet.picture, columns + dx * (2 * wander), rows + dy * (2 * wander))
    broad = strokes.dabs(wandered, max(2, int(11 * sheet.scale)))
    small = strokes.dabs(sheet.picture, max(2, int(5 * sheet.scale)))
    return np.asarray(mix(broad, small, sheet.alpha[..., None] * 0.85))


def _lifted(painted: Picture) -> Picture:
    """Transparent paint: purer colour, and no dark deeper than a strong wash."""
    level = (painted @ LUMA)[..., None]
    pure = np.clip(level + (painted - level) * 1.28, 0, 1)
    return np.asarray(1 - (1 - pure) * 0.88)


def _margin(sheet: Sheet, page: Picture, pools: Plane) -> Picture:
    """The paint stops short of the sheet's border in a ragged, darker line."""
    columns, rows = raster.pixel_grid(sheet.width, sheet.height)
    inward = np.minimum(np.minimum(columns, sheet.width - columns), np.minimum(rows, sheet.height - rows)) / sheet.height
    rag = noise.cloud(sheet.seed, "rag", sheet.width, sheet.height, 22, octaves=4) - 0.5
    inward = inward + (pools - 0.5) * 0.05 + rag * 0.03
    pooled = np.exp(-(((inward - 0.035) / 0.010) ** 2))
    paper = 0.955 + 0.08 * sheet.paper
    cover = smoothstep(0.012, 0.055, inward)
    return np.dstack([mix(_PAPER[i] * paper, page[..., i] ** (1 + 0.35 * pooled), cover) for i in range(3)])
