"""Whether a label can be read on a phone of 390 px: its width is estimated from the letters, as no browser is here."""

from pexit_app.features.builder.problems import Problem
from pexit_app.features.packs.rules import Path

# Archivo at width 80, weight 600, in em; the display cut at width 120 is half as wide again.
_NARROW, _WIDE, _CAPITAL, _OTHER = 0.26, 0.76, 0.58, 0.49
_NARROW_LETTERS, _WIDE_LETTERS = frozenset("iljtfrI.,:;'!|()[] -"), frozenset("mwMW@%&")
LABEL_PX, DISPLAY_PX, DISPLAY_STRETCH = 13.0, 28.0, 1.5
# A phone's 390 px less the margins: a knob's label shares its line with its value, a swatch is a third of the row and has
# two lines, a title may break between words but not within one.
KNOB_PX, SWATCH_PX, TITLE_PX = 240.0, 112.0, 358.0
SWATCH_LINES = 2


def cannot_be_read(path: Path, text: str) -> Problem | None:
    """A warning for a label that would be cut off or break the page."""
    if path[-1:] == ("label",) and path[-3:-2] == ("options",):
        most, width = SWATCH_PX * SWATCH_LINES, width_px(text)
        widest_word = max((width_px(word) for word in text.split()), default=0.0)
        if width > most or widest_word > SWATCH_PX:
            return _too_wide(path, text, int(most / LABEL_PX / _OTHER))
    elif path[-1:] == ("label",) and path[-3:-2] == ("knobs",) and width_px(text) > KNOB_PX:
        return _too_wide(path, text, int(KNOB_PX / LABEL_PX / _OTHER))
    elif path == ("title",):
        widest = max((width_px(word, DISPLAY_PX) * DISPLAY_STRETCH for word in text.split()), default=0.0)
        if widest > TITLE_PX:
            message = "One word of this is wider than a phone; put a space or a hyphen in it."
            return Problem(path, message, "warning", text)
    return None


def _too_wide(path: Path, text: str, fits: int) -> Problem:
    message = f"On a phone this is cut off; about {fits} letters fit."
    return Problem(path, message, "warning", text, fits)


def width_px(text: str, size_px: float = LABEL_PX) -> float:
    return size_px * sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return _NARROW
    if letter in _WIDE_LETTERS:
        return _WIDE
    if ord(letter) > 0x2E80:
        return 1.0  # letters that fill a square
    return _CAPITAL if letter.isupper() else _OTHER
