"""What a creator can set of a scene's look, in plain words: the table behind the builder's selects and sliders. Which
values the renderer takes is its own affair; that this table names them all is a test."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Setting:
    """One parameter of a look. `words` are what a knob that sets it says to a diffusion model: for numbers the low,
    middle and high third, for choices one an option."""

    name: str
    kind: Literal["choice", "number", "colour"]
    label: str
    default: str | float
    options: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 1.0
    step: float = 0.05
    knob: str = ""  # the label of a knob that sets it
    words: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """For the browser."""
        return {**asdict(self), "options": [list(each) for each in self.options], "words": list(self.words)}


def _choice(name: str, label: str, default: str, knob: str, options: dict[str, str]) -> Setting:
    pairs = tuple((value, words[0].upper() + words[1:]) for value, words in options.items())
    return Setting(name, "choice", label, default, pairs, knob=knob, words=tuple(options.values()))


# What shows in every place comes first: it is offered first where a knob is added.
SETTINGS: tuple[Setting, ...] = (
    _choice("backdrop", "Place", "studio", "Where it is", {
        "studio": "plain studio", "neon": "neon street", "beach": "beach", "library": "old library",
        "mountains": "mountains", "space": "open space", "poster": "printed poster", "meadow": "meadow",
        "rooftop": "city rooftop", "blinds": "room with blinds", "alley": "back alley", "road": "open road",
        "tubes": "brick wall with neon tubes", "window": "rainy window",
    }),
    _choice("palette", "Colours", "ember", "The colours", {
        "ember": "red and amber", "cyber": "pink and electric blue", "sage": "sage and gold", "ivory": "ivory and clay",
        "ocean": "teal and peach", "noir": "black and silver", "plum": "violet and coral", "pop": "bright poster colours",
    }),
    _choice("framing", "Framing", "half", "How close", {
        "close": "close portrait", "half": "waist up", "wide": "small in a wide view",
    }),
    _choice("turn", "Head", "auto", "Which way you look", {
        "auto": "as it suits the light", "left": "turned left", "front": "facing the lens", "right": "turned right",
    }),
    _choice("grade", "Film", "warm", "The film", {
        "none": "neutral colours", "warm": "warm film", "night": "night film", "teal": "teal film",
        "vivid": "vivid slide film", "faded": "faded print", "silver": "black and white", "bleach": "bleached film",
    }),
    _choice("style", "Kind of picture", "photo", "Kind of picture", {
        "photo": "photograph", "poster": "screen-printed poster", "ink": "ink drawing", "halftone": "halftone print",
        "watercolour": "watercolour", "sketch": "pencil sketch",
    }),
    Setting("accent", "colour", "Leading colour", "", knob="A colour of your own"),
    Setting("light_side", "number", "Light from the right", 0.6, low=-1, knob="Light from further right",
            words=("key light from the left", "key light from the front", "key light from the right")),
    Setting("light_strength", "number", "The place's own light", 0.7, knob="More of the place's light",
            words=("soft even light", "light of the place", "strong light of the place")),
    Setting("lens", "number", "Softer background", 0.5, knob="Softer background",
            words=("everything sharp", "background a little soft", "background melted away")),
    Setting("rim", "number", "Light on the edge", 0.8, high=1.5, knob="More light on the edge",
            words=("no rim light", "a little rim light", "bright rim light")),
    Setting("bloom", "number", "Glow", 0.4, knob="More glow", words=("crisp lights", "soft glow", "glowing haze")),
    Setting("grain", "number", "Grain", 0.3, knob="More grain",
            words=("clean picture", "fine film grain", "coarse film grain")),
    Setting("hour", "number", "Time of day", 17.5, low=5, high=22, step=0.5, knob="Later in the day",
            words=("early morning light", "high daylight", "late evening light")),
    Setting("clouds", "number", "Clouds", 0.5, knob="More clouds", words=("clear sky", "some clouds", "heavy clouds")),
    Setting("rain", "number", "Rain", 0.0, knob="More rain", words=("dry air", "light rain", "pouring rain")),
    Setting("shutter", "number", "Blinds shut", 0.45, knob="Blinds further shut",
            words=("blinds open", "blinds half shut", "thin stripes of light")),
    Setting("style_strength", "number", "How far the style goes", 1.0, knob="Further from a photograph",
            words=("almost a photograph", "half drawn", "fully drawn")),
)  # fmt: skip
# Busts of different skin, age and build: name, label, and what it differs in.
STAND_INS = (
    ("alba", "Alba", "white, young, slight"), ("azur", "Azur", "tan, older, slight"),
    ("onyx", "Onyx", "black, young, slight"), ("rosa", "Rosa", "fair, young, slight"),
    ("terra", "Terra", "red-brown, grown, broad"), ("verde", "Verde", "bronze, old, broad"),
)  # fmt: skip


def told() -> list[dict[str, Any]]:
    return [each.told() for each in SETTINGS]
