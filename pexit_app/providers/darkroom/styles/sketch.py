"""A page of a spiral-bound sketchbook: pen lines and one-way hatching, a little of the colours, one brush of a wash.

What matters is drawn to the end, the rest is left off: lines thin out and colour stops toward the page's border.
"""

import numpy as np

from pexit_app.providers.darkroom import noise, raster
from pexit_app.providers.darkroom.colour import LUMA, to_srgb
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.styles import strokes
from pexit_app.providers.darkroom.styles.sheet import Sheet

_PAPER = np.array([0.972, 0.960, 0.928], np.float32)
_DESK = np.array([0.30, 0.25, 0.21], np.float32)
_HATCHES_PER_HEIGHT = 105
_RINGS = 17
_BINDING = 0.055


def sketch(sheet: Sheet) -> Picture:
    alpha = sheet.alpha
    wobble = noise.cloud(sheet.seed, "pen", sheet.width, sheet.height, 26, octaves=3) - 0.5
    finished = _finished(sheet)
    drawn = _lines(sheet, finished, wobble)
    page = _PAPER * (0.980 + 0.022 * sheet.paper)[..., None]
    page = page * _washed(sheet)
    tint = mix(np.ones(3, np.float32), _colours(sheet), (finished * mix(0.20, 0.92, alpha))[..., None])
    page = page * tint
    page = mix(page, _pen(sheet), np.clip(drawn, 0, 1)[..., None])
    return _bound(sheet, page)


def _pen(sheet: Sheet) -> Picture:
    """The pen's colour: the hue of the palette's dark, which a wash of another colour leaves as it is. The purer the hue
    the lighter it may be and still read as a line."""
    dark = to_srgb(sheet.tones[0])
    hue = dark / max(float(dark.max()), 1e-3)
    return np.asarray(hue**2 * (0.16 + 0.30 * (1 - float(hue.min()))))


def _finished(sheet: Sheet) -> Plane:
    """How far each place is worked out (h, w): 1 on the face, 0 at the border, in ragged strokes."""
    x, y = raster.grid(sheet.width, sheet.height)
    aspect = sheet.width / sheet.height
    rag = noise.cloud(sheet.seed, "left.off", sheet.width, sheet.height, 6, octaves=5) - 0.5
    stroke = noise.cloud(sheet.seed, "left.off.stroke", sheet.width, sheet.height, 60, 7, 3) - 0.5
    away = np.hypot((x - aspect / 2) / (0.50 * aspect), (y - 0.42) / 0.50) + rag * 0.55 + stroke * 0.25
    worked = smoothstep(0.94, 0.56, away)
    return np.asarray(np.maximum(worked, sheet.face_weight * sheet.alpha))


def _lines(sheet: Sheet, finished: Plane, wobble: Plane) -> Plane:
    """Pen lines (h, w) 0-1: contours everywhere, heavier on the person; hatching where the form turns away."""
    alpha, width = sheet.alpha, 1.7 * sheet.scale
    place = strokes.lines(_local(sheet), width * 1.3, 0.020, 0.085)
    form = strokes.form_lines(sheet.normals, alpha, width, 0.08, 0.20)
    contour = np.maximum(strokes.lines(sheet.level, width, 0.045, 0.14), form)
    kept = smoothstep(0.05, 0.5, finished + 0.25 * wobble)
    contour = contour * mix(0.75, 1.0, kept)
    drawn = mix(place * 0.85 * kept, contour, alpha)
    shade = np.maximum(drawn, _hatching(sheet, wobble) * mix(0.55, 0.80, alpha) * kept)
    return np.asarray(shade * (0.90 + 0.25 * wobble))


def _hatching(sheet: Sheet, wobble: Plane) -> Plane:
    """Parallel strokes (h, w), closer where it is darker; crossed only in the deepest shade."""
    x, y = raster.grid(sheet.width, sheet.height)
    level, alpha = sheet.level, sheet.alpha
    own = strokes.on_person(level, alpha, 0.10 * sheet.height)
    person = np.clip(level / (own + 0.05), 0, 1.4) * mix(0.42, 0.62, np.clip(own * 1.6, 0, 1))
    tone = raster.blur(raster.to_float32(mix(_local(sheet), person, alpha)), 1.6 * sheet.scale)
    drawn = np.zeros_like(tone)
    for angle, darker_than in ((0.92, 0.46), (-0.35, 0.20)):
        across = x * np.cos(angle) + y * np.sin(angle) + wobble * 0.010
        wave = np.sin(across * (2 * np.pi * _HATCHES_PER_HEIGHT))
        depth = np.clip((darker_than - tone) / darker_than, 0, 1)
        drawn = np.maximum(drawn, smoothstep(-0.25, 0.25, depth * 1.35 - 0.85 - wave * 0.65) * (depth > 0))
    return drawn


def _local(sheet: Sheet) -> Plane:
    """How light the place is drawn (h, w): against what lies around it, so that a pale view has its lines too."""
    around = raster.blur(sheet.level, 0.05 * sheet.height)
    return np.asarray(np.clip(0.46 + 0.30 * around + (sheet.level - around) * 1.9, 0.02, 1))


def _colours(sheet: Sheet) -> Picture:
    """The photograph as thin transparent colour: flat, light, pooled a little at its edges."""
    flat = strokes.dabs(sheet.picture, max(2, int(6 * sheet.scale)))
    level = (flat @ LUMA)[..., None]
    pure = np.clip(level + (flat - level) * 1.45, 0, 1)
    pools = noise.cloud(sheet.seed, "sketch.pools", sheet.width, sheet.height, 8, octaves=4)
    thin = 1 - (1 - pure) * (0.70 + 0.22 * pools)[..., None]
    return np.asarray(np.clip(thin, 0, 1))


def _washed(sheet: Sheet) -> Picture:
    """One broad brush of the leading tone behind the person, transparent, darker where it dried at its rim."""
    x, y = raster.grid(sheet.width, sheet.height)
    aspect = sheet.width / sheet.height
    cloud = noise.cloud(sheet.seed, "wash", sheet.width, sheet.height, 5, octaves=5)
    rag = noise.swirl(cloud, sheet.seed, "wash.swirl", 0.06)
    bristles = noise.cloud(sheet.seed, "wash.bristles", sheet.width, sheet.height, 3, 70, 3)
    slant = y + (x - aspect / 2) * 0.16
    inside = 0.30 - np.abs(slant - 0.40) + (rag - 0.5) * 0.20
    ends = 0.46 * aspect - np.abs(x - aspect * 0.53) + (bristles - 0.5) * 0.10 + (rag - 0.5) * 0.12
    depth = np.minimum(inside, ends)
    cover = smoothstep(0.0, 0.014, depth)
    rim = np.exp(-((np.maximum(depth, 0) / 0.010) ** 2)) * cover
    pigment = cover * (0.62 + 0.40 * (rag - 0.5) + 0.14 * (sheet.paper - 0.5)) + rim * 0.28
    pigment = pigment * (1 - 0.86 * raster.blur(sheet.alpha, 2 * sheet.scale))
    colour = to_srgb(sheet.tones[2])
    clean = colour / max(float(colour.max()), 0.35)
    return np.asarray(1 - (1 - clean) * np.clip(pigment, 0, 1)[..., None])


def _bound(sheet: Sheet, page: Picture) -> Picture:
    """The page as an object: wire rings through its left margin, its own shadow, the desk past the other edges."""
    x, y = raster.grid(sheet.width, sheet.height)
    h, aspect = sheet.height, sheet.width / sheet.height
    page = page * (1 - 0.16 * np.exp(-np.maximum(x - _BINDING * 0.4, 0) / 0.035))[..., None]
    curl = 0.004 * np.sin(y * 5.0 + 1)
    inward = np.minimum(np.minimum(aspect - 0.022 + curl - x, y - 0.014), 0.984 - y)
    below = (0.5 + 0.5 * np.sin(inward * 1400)) * smoothstep(-0.014, 0.0, inward)
    page = mix(mix(_DESK, _PAPER * 0.80, below[..., None]), page, np.clip(inward * h / 1.2 + 0.5, 0, 1)[..., None])
    at = (y * _RINGS) % 1.0 - 0.5
    holes = np.clip((0.0085 - np.hypot(x - _BINDING, at / _RINGS)) * h / 1.2 + 0.5, 0, 1)
    page = mix(page, _DESK * 0.55, holes[..., None])
    wire = np.clip((0.0042 - np.abs(at / _RINGS + 0.004 * np.sin(x * 60))) * h / 1.2 + 0.5, 0, 1) * (x < _BINDING)
    shine = 0.55 + 0.45 * np.cos(np.clip(at / _RINGS / 0.0042, -1, 1) * 1.2 + 0.5)
    metal = np.array([0.74, 0.75, 0.77], np.float32) * (shine * (0.55 + 0.5 * np.sin(x / _BINDING * np.pi)))[..., None]
    return np.asarray(mix(page, metal, wire[..., None]))
