"""Every parameter of a look: its name, range, unit and what it names in the picture. The only place they are listed."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pexit_app.core.ports import InvalidOrder, Json
from pexit_app.providers.darkroom.colour import GRADES, PALETTES

OUTDOORS = frozenset({"beach", "mountains", "meadow", "rooftop", "road"})
BACKDROPS = (
    *("studio", "neon", "beach", "library", "mountains", "space", "poster", "meadow", "rooftop"),
    *("blinds", "alley", "road", "tubes", "window"),
)
STYLES = ("photo", "poster", "ink", "halftone", "watercolour", "sketch")
FRAMINGS = ("close", "half", "wide")
TURNS = ("auto", "left", "front", "right")


@dataclass(frozen=True, slots=True)
class Look:
    """A checked look. Sides (`light_side`) and turns are the viewer's: -1 and "left" are the picture's left."""

    backdrop: str = "studio"
    palette: str = "ember"
    accent: str = ""
    hour: float = 17.5
    light_side: float = 0.6
    light_strength: float = 0.7
    lens: float = 0.5
    framing: str = "half"
    turn: str = "auto"
    grade: str = "warm"
    grain: float = 0.3
    style: str = "photo"
    style_strength: float = 1.0
    rim: float = 0.8
    bloom: float = 0.4
    clouds: float = 0.5
    shutter: float = 0.45
    rain: float = 0.0


@dataclass(frozen=True, slots=True)
class Parameter:
    """One entry of the table. `backdrops` is where the parameter shows; empty means everywhere."""

    name: str
    kind: Literal["choice", "number", "colour"]
    names: str
    default: str | float
    options: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    backdrops: frozenset[str] = frozenset()

    @property
    def limit(self) -> str:
        """What is allowed, in words fit for an error message."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.options)
        if self.kind == "colour":
            return 'a colour like "#d9542b", or "" for the palette\'s own'
        return f"a number from {self.low:g} to {self.high:g}" + (f" {self.unit}" if self.unit else "")


def _choice(name: str, options: tuple[str, ...], names: str) -> Parameter:
    return Parameter(name, "choice", names, getattr(Look(), name), options=options)


def _number(
    name: str, low: float, high: float, names: str, unit: str = "", backdrops: frozenset[str] = frozenset()
) -> Parameter:
    return Parameter(name, "number", names, getattr(Look(), name), low=low, high=high, unit=unit, backdrops=backdrops)


PARAMETERS: tuple[Parameter, ...] = (
    _choice("backdrop", BACKDROPS, "the place behind the person"),
    _choice("palette", tuple(PALETTES), "the five tones the place and the light are painted with"),
    Parameter("accent", "colour", "the palette's leading tone, chosen freely", ""),
    _number("hour", 5, 22, "time of day: sky, sun and the colour of its light", "h", OUTDOORS | {"neon", "library"}),
    _number("light_side", -1, 1, "where the key light stands: -1 left, 1 right"),
    _number("light_strength", 0, 1, "how far the place's light takes over the person's own"),
    _number("lens", 0, 1, "softness of the background, from f/11 to f/1.4", "", frozenset(BACKDROPS) - {"poster"}),
    _choice("framing", FRAMINGS, "how much of the person is in the frame"),
    _choice("turn", TURNS, "which way the head is turned"),
    _choice("grade", GRADES, "the film the colours lean to"),
    _number("grain", 0, 1, "film grain"),
    _choice("style", STYLES, "photograph or a printed or painted picture"),
    _number("style_strength", 0, 1, "how far the style goes; 0 leaves the photograph"),
    _number("rim", 0, 1.5, "light along the person's edge from behind", "", frozenset(BACKDROPS) - {"poster"}),
    _number("bloom", 0, 1, "glow around bright lights", "", frozenset(BACKDROPS) - {"poster"}),
    _number("clouds", 0, 1, "how much of the sky is covered", "", OUTDOORS),
    _number("shutter", 0, 1, "how far the blinds are turned shut", "", frozenset({"blinds"})),
    _number("rain", 0, 1, "rain in the air and on the glass", "", frozenset({"alley", "window", "neon", "tubes"})),
)
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def parse(look: Mapping[str, Json]) -> Look:
    """A checked `Look`; what is not given keeps its default. Raises InvalidOrder naming field, value and limit."""
    checked = {name: _checked(name, value) for name, value in look.items()}
    return Look(**checked)  # type: ignore[arg-type]


def _checked(name: str, value: Json) -> str | float:
    parameter = BY_NAME.get(name)
    if parameter is None:
        raise InvalidOrder(name, value, "one of " + ", ".join(BY_NAME))
    if parameter.kind == "number":
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InvalidOrder(name, value, parameter.limit)
        if not parameter.low <= value <= parameter.high:
            raise InvalidOrder(name, value, parameter.limit)
        return float(value)
    if not isinstance(value, str):
        raise InvalidOrder(name, value, parameter.limit)
    fits = value in parameter.options if parameter.kind == "choice" else not value or _COLOUR.fullmatch(value)
    if not fits:
        raise InvalidOrder(name, value, parameter.limit)
    return value
