"""The small pack that a new draft begins with: one scene, five knobs, in order as it stands, so that there is something
true to look at before anything was typed."""

from typing import Any

from pexit_app.features.builder.patch import Json


def document(title: str, slug: str, creator: str) -> Json:
    return {
        "slug": slug,
        "title": title,
        "tagline": "A plain wall, one lamp, and you.",
        "code": "NEW",
        "ink": "steel",
        "creator": creator,
        "category": "studio",
        "style": "photograph",
        "description": "A portrait before a plain wall. Turn the lamp, come closer, choose a film.",
        "price_dust": 0,
        "aspect": "4:5",
        "cast": [{"id": "you", "label": "You"}],
        "cover": {
            "name": "cover",
            "scene": "plain-wall",
            "alt": "A figure before a plain wall in the light of one lamp",
        },
        "samples": [],
        "knobs": knobs(),
        "scenes": [_scene()],
    }


def _scene() -> Json:
    return {
        "id": "plain-wall",
        "title": "Plain wall",
        "stand_ins": ["terra"],
        "seed": 7,
        "look": {"backdrop": "studio", "palette": "sage", "lens": 0.6, "rim": 0.6, "bloom": 0.1, "grain": 0.2},
        "prompt": (
            "Studio {distance} of {person} before a plain wall, {turn}, {side}, {soak}, {film}, "
            "calm expression, natural skin with all of its texture"
        ),
        "negative": "plastic skin, retouching, text, watermark, extra fingers",
        "defaults": {},
        "knobs": [],
    }


def knobs() -> list[Json]:
    """Named as in the house's packs, so that scenes taken from those fit at once."""
    return [_side(), _soak(), *(_choice(*each) for each in _CHOICES)]


def _side() -> Json:
    return {
        "id": "side",
        "type": "slider",
        "label": "Light from further right",
        "hint": "Which side of you the lamp stands on",
        "group": "Light",
        "min": -1,
        "max": 1,
        "step": 0.1,
        "default": 0.6,
        "says": ["From the left", "Left of you", "Straight on", "Right of you", "From the right"],
        "sets": {"light_side": [-1, 1]},
        "words": [
            {"to": -0.5, "say": "light from the left"},
            {"to": 0, "say": "light from a little left"},
            {"to": 0.5, "say": "light from a little right"},
            {"to": 1, "say": "light from the right"},
        ],
    }


def _soak() -> Json:
    return {
        "id": "soak",
        "type": "slider",
        "label": "Stronger light",
        "hint": "From a lamp far away to one close by",
        "group": "Light",
        "min": 0.2,
        "max": 1,
        "step": 0.05,
        "default": 0.7,
        "says": ["Faint", "Soft", "Plain", "Strong"],
        "sets": {"light_strength": [0.2, 1]},
        "words": [
            {"to": 0.4, "say": "faint soft light"},
            {"to": 0.75, "say": "soft directional light"},
            {"to": 1, "say": "strong directional light"},
        ],
    }


_Option = tuple[str, str, str, str]
_CHOICES: tuple[tuple[str, str, str, str, str, str, tuple[_Option, ...]], ...] = (
    (
        "distance",
        "Further away",
        "How much of the place comes into the frame",
        "Camera",
        "framing",
        "half",
        (
            ("close", "Close", "close", "tight head and shoulders portrait"),
            ("half", "Waist up", "half", "waist-up portrait"),
            ("wide", "Far", "wide", "wide environmental portrait"),
        ),
    ),
    (
        "turn",
        "Where you look",
        "Which way the head is turned",
        "Camera",
        "turn",
        "left",
        (
            ("left", "To the left", "left", "head turned to the left of the frame"),
            ("front", "At the camera", "front", "facing the camera"),
            ("right", "To the right", "right", "head turned to the right of the frame"),
        ),
    ),
    (
        "film",
        "Film",
        "What the colours lean to",
        "Film",
        "grade",
        "warm",
        (
            ("clean", "Clean", "none", "neutral slide film"),
            ("warm", "Warm", "warm", "warm colour negative film"),
            ("night", "Tungsten", "night", "tungsten-balanced film with cool shadows"),
            ("vivid", "Vivid", "vivid", "saturated slide film"),
            ("teal", "Cool", "teal", "slide film with teal shadows"),
            ("faded", "Faded", "faded", "faded print with lifted blacks"),
            ("silver", "Silver", "silver", "black and white silver gelatin print"),
        ),
    ),
)


def _choice(
    knob_id: str, label: str, hint: str, group: str, parameter: str, default: str, options: tuple[_Option, ...]
) -> Json:
    told: list[dict[str, Any]] = [
        {"value": value, "label": name, "sets": {parameter: setting}, "words": words}
        for value, name, setting, words in options
    ]
    named = {"id": knob_id, "type": "choice", "label": label, "hint": hint, "group": group}
    return {**named, "default": default, "options": told}
