"""Screen print: a few flat tones with line work. The person's tones come from the person, so that every skin, cloth and
material keeps its own colour; the place leans to the palette."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import colour, raster
from pexit_app.providers.darkroom.raster import Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.styles import strokes
from pexit_app.providers.darkroom.styles.sheet import Sheet

_TONES = 7
_ROUNDS = 8
_SAMPLES = 3000


def poster(sheet: Sheet) -> Picture:
    alpha, face = sheet.subject.alpha, sheet.subject.face_weight
    broad = strokes.dabs(sheet.picture, max(2, int(8 * sheet.scale)))
    fine = strokes.dabs(sheet.picture, max(2, int(4 * sheet.scale)))
    ragged = ((sheet.paper - 0.5) * 0.03)[..., None]
    broad, fine = broad + ragged, fine + ragged
    person = _print(broad, (alpha > 0.6) & (face < 0.5), sheet.inks, lean=0.10, punch=1.28)
    features = _print(fine, (alpha > 0.6) & (face > 0.5), sheet.inks, lean=0.04, punch=1.5)
    place = person if sheet.is_graphic else _print(broad, alpha < 0.4, sheet.inks, lean=0.45, punch=1.28)
    printed = mix(place, mix(person, features, smoothstep(0.2, 0.8, face)[..., None]), alpha[..., None])
    width = 1.4 * sheet.scale
    drawn = strokes.lines(sheet.level, width, 0.05, 0.20)
    form = strokes.form_lines(sheet.subject, width, 0.12, 0.28)
    drawn = mix(drawn * 0.45, np.maximum(drawn, form * 0.8), alpha)
    line = sheet.inks[0] * 0.8
    printed = mix(printed, line, (np.clip(drawn, 0, 1) * 0.9)[..., None])
    return np.asarray(printed * (0.97 + 0.06 * sheet.paper)[..., None])


def _print(flat: Picture, where: NDArray[np.bool_], inks: Picture, lean: float, punch: float) -> Picture:
    """`flat` printed with the tones of the region `where`, each leaning by `lean` to the nearest ink of the palette."""
    pixels = flat[where]
    if len(pixels) < _TONES * 4:
        return flat
    lab = _lab(pixels[:: max(len(pixels) // _SAMPLES, 1)])
    centres = _cluster(lab)
    tones = _punch(centres, punch)
    lean_to = inks[((_lab(inks)[None] - tones[:, None]) ** 2).sum(-1).argmin(1)]
    shown = mix(_rgb(tones), lean_to, lean)
    lattice = colour.lattice()
    nearest = _nearest(_lab(lattice.reshape(-1, 3)), centres)
    lut = colour.table(shown[nearest].reshape(lattice.shape))
    return colour.apply_table(colour.to_bytes(flat), lut).astype(np.float32) / 255


def _lab(rgb: Picture) -> Picture:
    return raster.to_float32(cv2.cvtColor(raster.to_float32(rgb)[None], cv2.COLOR_RGB2LAB)[0])


def _rgb(lab: Picture) -> Picture:
    return raster.to_float32(np.clip(cv2.cvtColor(raster.to_float32(lab)[None], cv2.COLOR_LAB2RGB)[0], 0, 1))


def _nearest(points: Picture, centres: Picture) -> Plane:
    """Index of the nearest centre: |p - c|^2 without the constant |p|^2."""
    return np.asarray(((centres * centres).sum(-1)[None] - 2 * points @ centres.T).argmin(1))


def _cluster(lab: Picture) -> Picture:
    """k-means from starting points spread over the lightness, so that the same picture always gives the same tones."""
    order = lab[np.argsort(lab[:, 0], kind="stable")]
    at = ((np.arange(_TONES) + 0.5) / _TONES * len(order)).astype(int)
    centres = order[at].copy()
    for _ in range(_ROUNDS):
        mine = _nearest(lab, centres)
        for tone in range(_TONES):
            members = lab[mine == tone]
            if len(members):
                centres[tone] = members.mean(0)
    return np.asarray(centres)


def _punch(centres: Picture, amount: float) -> Picture:
    """More contrast about the region's own middle and richer colour: a print has fewer tones, so they stand apart."""
    middle = centres[:, 0].mean()
    lightness = np.clip(middle + (centres[:, 0] - middle) * amount, 5, 97)
    return np.column_stack([lightness, centres[:, 1:] * 1.20])
