"""Words for a diffusion model: templates of `{name}` and nothing else, colour names, typed text made harmless."""

import colorsys
import re
import unicodedata
from collections.abc import Collection, Mapping

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"\w+")
_PRIVATE_USE = 0xE000  # characters without a meaning, which stand in for words that are put in last
_KEPT_MARKS = frozenset(" '’-,.&!?")

# (hue in degrees up to which the name holds, name); reds close the circle.
_HUES = (
    (14, "red"), (24, "vermilion"), (40, "orange"), (52, "amber"), (66, "yellow"), (84, "lime"), (150, "green"),
    (172, "emerald"), (190, "teal"), (204, "cyan"), (222, "azure"), (250, "blue"), (270, "indigo"), (290, "violet"),
    (318, "magenta"), (338, "pink"), (350, "crimson"), (361, "red"),
)  # fmt: skip
_GREYS = ((0.06, "black"), (0.25, "charcoal"), (0.62, "grey"), (0.8, "pale grey"), (0.93, "off-white"), (1.01, "white"))
_GREY_BELOW = 0.09


class BadTemplate(ValueError):
    """A template asks for something that does not exist; the message names it."""


def placeholders(template: str) -> list[str]:
    """The names in braces, in order. Raises BadTemplate for a brace that encloses no plain name."""
    if stray := re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        raise BadTemplate(f"a lone {stray.group()} stands in it; braces only enclose the name of a knob")
    names = _PLACEHOLDER.findall(template)
    for name in names:
        if not _NAME.fullmatch(name):
            raise BadTemplate(f"{{{name}}} is not a plain name; write only a knob's id between braces")
    return names


def check_template(template: str, allowed: set[str]) -> None:
    """Raises BadTemplate for any placeholder outside `allowed`."""
    for name in placeholders(template):
        if name not in allowed:
            known = ", ".join(f"{{{each}}}" for each in sorted(allowed))
            raise BadTemplate(f"{{{name}}} is unknown; there is {known or 'nothing to put in braces here'}")


def fill(template: str, values: Mapping[str, str], verbatim: Collection[str] = ()) -> str:
    """`template` with every placeholder replaced once: what is put in is never read as a template again. Emptied
    places leave no doubled commas or spaces; the values named in `verbatim` stay as they are to the last space. Raises
    KeyError for a name `values` lacks."""
    kept = {chr(_PRIVATE_USE + index): values[name] for index, name in enumerate(verbatim) if values[name]}
    marks = {name: chr(_PRIVATE_USE + index) for index, name in enumerate(verbatim) if values[name]}
    filled = tidy(_PLACEHOLDER.sub(lambda found: marks.get(found[1], values[found[1]]), template))
    return "".join(kept.get(each, each) for each in filled)


def tidy(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,.;])", r"\1", text)
    text = re.sub(r"[,.;]*([,.;])", r"\1", text)
    return text.strip(" ,;")


def clean(text: str) -> str:
    """What a person typed, as plain words on one line: no control characters, no prompt syntax, no braces."""
    folded = unicodedata.normalize("NFKC", text)
    kept = (c if c.isalnum() or c in _KEPT_MARKS or unicodedata.combining(c) else " " for c in folded)
    return tidy("".join(kept))


def typed(text: str) -> list[str]:
    """The words of what a person typed, in small letters."""
    return _WORD.findall(text.casefold())


def colour_name(code: str) -> str:
    """`#0e5f63` -> "deep teal": lightness and hue in HSL, in words that models and people share."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, _ = colorsys.rgb_to_hls(red, green, blue)
    chroma = max(red, green, blue) - min(red, green, blue)
    if chroma < _GREY_BELOW:
        return next(name for most, name in _GREYS if light < most)
    name = next(name for most, name in _HUES if hue * 360 < most)
    if name in ("red", "vermilion", "orange", "amber") and light < 0.35 and chroma < 0.5:
        name = "brown"
    if name == "pink" and light < 0.5:
        name = "magenta"
    if name in ("red", "crimson", "pink") and light > 0.72:
        return "pale pink" if light > 0.85 else "soft pink"
    if light < 0.17:
        return f"very dark {name}"
    if light < 0.34:
        return f"deep {name}"
    if light > 0.85:
        return f"pale {name}"
    if light > 0.7:
        return f"light {name}"
    return f"muted {name}" if chroma < 0.35 else f"vivid {name}" if chroma > 0.8 else name
