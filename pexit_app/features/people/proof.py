"""The proof sheet of a fresh likeness: six looks, always the same, so that versions can be compared."""

from collections.abc import Mapping
from dataclasses import dataclass

from pexit_app.core.ports import ImageOrder, Json, Weights

WIDTH_PX, HEIGHT_PX = 512, 640
MEDIA_TYPE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class ProofLook:
    """`look` for the darkroom, `words` with {who} for a diffusion model: the same picture told twice."""

    title: str
    look: Mapping[str, Json]
    words: str
    seed: int


# One thing a look tests: the plain face, a turned one, hard light, warm light, the whole figure, a drawn line.
LOOKS = (
    ProofLook(
        "Plain",
        {"backdrop": "studio", "palette": "ivory", "framing": "close", "turn": "front", "grade": "none", "grain": 0.1},
        "studio portrait of {who}, facing the camera, close, soft even light, ivory paper backdrop, true colours",
        1101,
    ),
    ProofLook(
        "Turned",
        {"backdrop": "library", "palette": "sage", "framing": "half", "turn": "left", "light_side": -0.6},
        "portrait of {who} in a library, head turned to the left, window light from the left, waist up",
        1102,
    ),
    ProofLook(
        "Hard light",
        {"backdrop": "studio", "palette": "noir", "framing": "close", "light_strength": 1.0, "grade": "silver"},
        "black and white portrait of {who}, close, one hard light from the right, deep shadows, film grain",
        1103,
    ),
    ProofLook(
        "Evening sun",
        {"backdrop": "beach", "palette": "ember", "framing": "half", "hour": 18.5, "grade": "warm", "turn": "right"},
        "portrait of {who} on a beach at golden hour, head turned to the right, warm low sun, waist up",
        1104,
    ),
    ProofLook(
        "Far",
        {"backdrop": "mountains", "palette": "ocean", "framing": "wide", "hour": 10.0, "lens": 0.2, "grade": "teal"},
        "{who} standing before mountains in clear morning light, seen from some steps away",
        1105,
    ),
    ProofLook(
        "Drawn",
        {"backdrop": "poster", "palette": "pop", "framing": "half", "style": "ink", "style_strength": 0.8},
        "ink drawing of {who}, bold lines, paper white, waist up, printed poster",
        1106,
    ),
)
NEGATIVE = "other people, text, watermark, retouched skin"


def order_of(number: int, persona: str, who: str, weights: Weights | None = None) -> ImageOrder:
    """Frame `number` (1-6) of the sheet, by the darkroom or, with `weights`, by a diffusion model."""
    proof = LOOKS[number - 1]
    words = proof.words.format(who=who)
    return ImageOrder(
        (persona,),
        proof.look,
        words,
        NEGATIVE,
        proof.seed,
        WIDTH_PX,
        HEIGHT_PX,
        "jpeg",
        weights=(weights,) if weights else (),
    )


def part_of(number: int) -> str:
    """The object's name beside the persona."""
    return f"proof-{number}.jpg"
