"""Pen and wash on paper: lines from relative contrast and form, hatching from shade, a hint of the accent behind."""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.styles import strokes
from pexit_app.providers.darkroom.styles.sheet import Sheet

_PAPER = np.array([0.965, 0.945, 0.90], np.float32)
_BLACK = np.array([0.06, 0.06, 0.09], np.float32)
_HATCHES = ((0.78, 0.60), (-0.60, 0.40), (0.20, 0.22))
_LINES_PER_HEIGHT = 150


def ink(sheet: Sheet) -> Picture:
    alpha = sheet.alpha
    wobble = noise.cloud(sheet.seed, "ink", sheet.width, sheet.height, 30, octaves=3) - 0.5
    tone = mix(_place_tone(sheet), _person_tone(sheet), alpha)
    pen = 1.6 * sheet.scale
    drawn = strokes.lines(sheet.level, pen, 0.035, 0.13)
    person = np.maximum(drawn * 0.95, strokes.form_lines(sheet.normals, alpha, pen, 0.07, 0.20))
    drawn = mix(drawn, person, alpha)
    drawn = np.maximum(drawn, _hatching(sheet, tone, wobble))
    drawn = np.clip(drawn * (0.94 + 0.1 * wobble), 0, 1)
    wash = _wash(tone, wobble, 3 * sheet.scale) * 0.58
    behind = 0.45 * (1 - alpha) * smoothstep(0.75, 0.3, tone)
    tooth = 0.965 + 0.05 * sheet.paper
    paper = mix(_PAPER, sheet.inks[4], 0.35)
    black = mix(_BLACK, sheet.inks[0], 0.5)
    accent = sheet.inks[2] / sheet.inks[2].max()

    def layer(i: int) -> Plane:
        page = paper[i] * tooth
        page = mix(page, black[i] + page * 0.42, wash)
        page *= 1 - (1 - accent[i]) * behind
        return np.asarray(mix(page, black[i], drawn))

    return np.dstack([layer(i) for i in range(3)])


def _place_tone(sheet: Sheet) -> Plane:
    """How light the place is drawn: its own tones, local contrast raised."""
    level = sheet.level
    local = np.clip(level + (level - raster.blur(level, 18 * sheet.scale)) * 0.6, 0, 1)
    return np.asarray(np.clip((local - 0.04) / 0.8, 0, 1) ** 0.72)


def _person_tone(sheet: Sheet) -> Plane:
    """How light the person is drawn: mostly their shading, and only a little of how dark the material is, so that dark
    skin keeps its features and is never a black patch."""
    alpha = sheet.alpha
    own = strokes.on_person(sheet.level, alpha, 0.10 * sheet.height)
    shade = np.clip(sheet.level / (own + 0.04), 0, 1.5)
    material = 0.40 + 0.60 * np.clip(own, 0, 1) ** 0.6
    face = sheet.face_weight
    lit = np.clip(shade * 0.82, 0, 1) ** mix(1.25, 0.95, face)
    return np.asarray(np.clip(lit * mix(material, 0.30 + 0.70 * material, face), 0, 1))


def _hatching(sheet: Sheet, tone: Plane, wobble: Plane) -> Plane:
    x, y = raster.grid(sheet.width, sheet.height)
    drawn = np.zeros_like(tone)
    for angle, darker_than in _HATCHES:
        across = x * np.cos(angle) + y * np.sin(angle) + wobble * 0.006
        wave = np.sin(across * (2 * np.pi * _LINES_PER_HEIGHT))
        depth = np.clip((darker_than - tone) / darker_than, 0, 1)
        drawn = np.maximum(drawn, smoothstep(-0.18, 0.18, depth * 1.5 - 0.75 - wave * 0.75) * (depth > 0))
    return drawn


def _wash(tone: Plane, wobble: Plane, wetness: float) -> Plane:
    """Diluted ink in three steps with soft borders."""
    depth = np.clip(1.02 - raster.blur(raster.to_float32(tone), wetness) + wobble * 0.10, 0, 1) ** 1.2 * 3
    step = np.floor(depth)
    return np.asarray((step + smoothstep(0.3, 0.7, depth - step)) / 3)
