"""Styles: the developed photograph as a print or a painting."""

from collections.abc import Callable

import numpy as np

from pexit_app.providers.darkroom.raster import Picture, mix
from pexit_app.providers.darkroom.styles.halftone import halftone
from pexit_app.providers.darkroom.styles.ink import ink
from pexit_app.providers.darkroom.styles.poster import poster
from pexit_app.providers.darkroom.styles.sheet import Sheet
from pexit_app.providers.darkroom.styles.sketch import sketch
from pexit_app.providers.darkroom.styles.watercolour import watercolour

PRINTERS: dict[str, Callable[[Sheet], Picture]] = {
    "poster": poster,
    "ink": ink,
    "halftone": halftone,
    "watercolour": watercolour,
    "sketch": sketch,
}
_LEAVES_GRAPHICS = ("poster", "ink")


def print_in_style(sheet: Sheet, style: str, strength: float) -> Picture:
    """`sheet` in `style` (display values); a graphic backdrop is designed already, so poster and ink only draw the
    person before it."""
    if style == "photo" or strength <= 0:
        return sheet.picture
    printed = PRINTERS[style](sheet)
    if sheet.is_graphic and style in _LEAVES_GRAPHICS:
        return np.asarray(mix(sheet.picture, printed, (strength * sheet.alpha)[..., None]))
    return np.asarray(mix(sheet.picture, printed, strength))
