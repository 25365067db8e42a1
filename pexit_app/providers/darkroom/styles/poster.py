"""Screen print: a few flat tones with line work. The person's tones come from the person, so that every skin, cloth and
material keeps its own colour; the place leans to the palette."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import colour, raster
from pexit_app.providers.darkroom.raster import Bytes, Picture, Plane, mix, smoothstep
from pexit_app.providers.darkroom.styles import strokes
from pexit_app.providers.darkroom.styles.sheet import Sheet

_TONES = 7
_ROUNDS = 6
_SAMPLES = 2000


def poster(sheet: Sheet) -> Picture:
    alpha, face = sheet.alpha, sheet.face_weight
    broad = _flat(sheet.picture, sheet.paper, 8 * sheet.scale)
    person = _print(broad, (alpha > 0.6) & (face < 0.5), sheet.inks, lean=0.10, punch=1.28)
    place = person if sheet.is_graphic else _print(broad, alpha < 0.4, sheet.inks, lean=0.45, punch=1.28)
    printed = _laid_over(place, person, alpha)
    _print_features(sheet, printed)
    width = 1.4 * sheet.scale
    drawn = strokes.lines(sheet.level, width, 0.05, 0.20)
    form = strokes.form_lines(sheet.normals, alpha, width, 0.12, 0.28)
    drawn = mix(drawn * 0.45, np.maximum(drawn, form * 0.8), alpha)
    line = sheet.inks[0] * 0.8
    printed = mix(printed * np.float32(1 / 255), line, (np.clip(drawn, 0, 1) * 0.9)[..., None])
    return np.asarray(printed * (0.97 + 0.06 * sheet.paper)[..., None])


def _laid_over(below: Bytes | Picture, above: Bytes, cover: Plane) -> Picture:
    """`above` over `below` where `cover` is 1, layer by layer."""
    return np.dstack([mix(below[..., i].astype(np.float32), above[..., i], cover) for i in range(3)])


def _print_features(sheet: Sheet, printed: Picture) -> None:
    """The face in finer dabs and in tones of its own, laid over `printed` in place."""
    rows, columns = (np.flatnonzero((sheet.face_weight > 0.05).any(axis)) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return
    at = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    alpha, face = sheet.alpha[at], sheet.face_weight[at]
    fine = _flat(sheet.picture[at], sheet.paper[at], 4 * sheet.scale)
    features = _print(fine, (alpha > 0.6) & (face > 0.5), sheet.inks, lean=0.04, punch=1.5)
    printed[at] = _laid_over(printed[at], features, alpha * smoothstep(0.2, 0.8, face))


def _flat(picture: Picture, paper: Plane, radius: float) -> Bytes:
    """The picture in dabs, with a little of the paper's tooth so that tones meet in a ragged line."""
    ragged = ((paper - 0.5) * 0.010)[..., None]
    return colour.to_bytes(strokes.dabs(picture, max(2, int(radius))) + ragged)


def _print(flat: Bytes, where: NDArray[np.bool_], inks: Picture, lean: float, punch: float) -> Bytes:
    """`flat` printed with the tones of the region `where`, each leaning by `lean` to the nearest ink of the palette."""
    pixels = flat[where]
    if len(pixels) < _TONES * 4:
        return flat
    lab = _lab(pixels[:: max(len(pixels) // _SAMPLES, 1)] * np.float32(1 / 255))
    centres = _cluster(lab)
    tones = _punch(centres, punch)
    lean_to = inks[((_lab(inks)[None] - tones[:, None]) ** 2).sum(-1).argmin(1)]
    shown = mix(_rgb(tones), lean_to, lean)
    nearest = _nearest(_lattice_lab(), centres)
    lut = colour.table(shown[nearest])
    return colour.apply_table(flat, lut)


@lru_cache(maxsize=1)
def _lattice_lab() -> Picture:
    return _lab(colour.lattice().reshape(-1, 3))


def _lab(rgb: Picture) -> Picture:
    return raster.to_float32(cv2.cvtColor(raster.to_float32(rgb)[None], cv2.COLOR_RGB2LAB)[0])


def _rgb(lab: Picture) -> Picture:
    return raster.to_float32(np.clip(cv2.cvtColor(raster.to_float32(lab)[None], cv2.COLOR_LAB2RGB)[0], 0, 1))


def _nearest(points: Picture, centres: Picture) -> NDArray[np.intp]:
    """Index of the nearest centre, by |p - c|^2 without the constant |p|^2. Centre by centre: far faster than argmin
    along so short an axis."""
    distances = (centres * centres).sum(-1)[:, None] - 2 * centres @ points.T
    best, index = distances[0].copy(), np.zeros(len(points), np.intp)
    for i, distance in enumerate(distances[1:], 1):
        index[distance < best] = i
        np.minimum(best, distance, out=best)
    return index


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
