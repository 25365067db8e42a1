"""Which view of a persona serves a scene: the turn asked for, light from a fitting side, enough body for the framing, and
enough real detail for how large the face is shown."""

import math
from dataclasses import dataclass

import numpy as np

from pexit_app.providers.darkroom import placing, sources
from pexit_app.providers.darkroom.parameters import Look
from pexit_app.providers.darkroom.persona import Facts, Persona

# Beyond this a head is seen from the side; no scene asks for that.
_TURN_MOST = 35.0
_TURN_DEGREES, _SLANT_DEGREES = 15.0, 15.0
# Face heights of body below the middle of the face that a framing shows.
_BODY = {"close": 1.2, "half": 2.6, "wide": 2.7}
# Face heights above it that hair takes.
_HAIR = 1.0
# Views this near to the best are as good: which one it is, is left to the seed.
_AS_GOOD = 0.45


@dataclass(frozen=True, slots=True)
class Part:
    """What the scene asks of one person: face height in frame pixels, and the yaw (degrees) that looks best where they
    stand when the look leaves the turn open; None when any does."""

    face_height: float
    yaw: float | None = None


def parts(look: Look, people: int, width: int, height: int, seed: int) -> tuple[Part, ...]:
    """One person may look anywhere; of two, each looks a little towards the other."""
    size = placing.face_height(look.framing, width, height)
    if people == 1:
        return (Part(size),)
    return tuple(Part(size, 12.0 if role == placing.left_role(seed) else -12.0) for role in (0, 1))


def choose(persona: Persona, look: Look, part: Part, seed: int) -> int:
    """The index of the source to show."""
    facts = sources.facts(persona)
    wanted = _wanted_yaw(facts, look.turn, part)
    scores = np.array([_score(each, look, part, wanted) for each in facts])
    if look.turn != "auto":
        return int(scores.argmax())
    good = np.flatnonzero(scores >= scores.max() - _AS_GOOD)
    return int(good[seed % len(good)])


def _wanted_yaw(facts: tuple[Facts, ...], turn: str, part: Part) -> float | None:
    """The yaw to come near to: the furthest to a side that is not a profile, the straightest, or what the part says."""
    yaws = [each.yaw for each in facts]
    if turn == "auto":
        return part.yaw
    if turn == "front":
        return min(facts, key=lambda each: math.hypot(each.yaw, each.pitch)).yaw
    furthest = max(yaws) if turn == "right" else min(yaws)
    within = [yaw for yaw in yaws if abs(yaw) <= _TURN_MOST]
    side = (max(within) if turn == "right" else min(within)) if within else furthest
    return side if side * furthest > 0 else furthest


def _score(facts: Facts, look: Look, part: Part, wanted: float | None) -> float:
    """Higher is better. The turn outweighs all else when it is asked for."""
    detail = math.log2(max(facts.sharpness, 0.05)) * 0.25
    enlarged = -max(math.log2(part.face_height / facts.face_height), 0.0) * 0.5
    below = (facts.height - facts.face_centre[1]) / facts.face_height
    body = -max(_BODY[look.framing] - below, 0.0) * 0.5
    hair = -max(_HAIR - facts.face_centre[1] / facts.face_height, 0.0) * (0.5 if look.framing == "close" else 2.0)
    slant = -max(abs(facts.pitch) - 8.0, 0.0) / _SLANT_DEGREES
    against_light = -0.4 * abs(facts.light) if facts.light * look.light_side < 0 else 0.0
    turned = 0.0 if wanted is None else -abs(facts.yaw - wanted) / _TURN_DEGREES
    if look.turn != "auto":
        turned *= 3
    return detail + enlarged + body + hair + slant + against_light + turned
