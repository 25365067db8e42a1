"""How ready a person's photos are for training, and the one photo to add next.

Points for how many there are and for everything they show that one photo cannot. Every part only grows with the set
(it asks what the best selection shows), so that no accepted photo ever lowers the score.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pexit_app.core.ports import Pose, Readiness, Reading
from pexit_app.providers.darkroom.gate import thresholds as limit

# A likeness gains with each photo up to about this many.
ENOUGH = 12
COUNT_POINTS = 48
PLACES = 4


@dataclass(frozen=True, eq=False)
class _Shown:
    """What a photo shows, as far as readiness asks."""

    pose: Pose | None
    side: float
    level: float
    share: float
    place: NDArray[np.float32]


@dataclass(frozen=True)
class _Wish:
    """`points` for something the photos should show, and the sentence that asks for it."""

    points: int
    is_met: Callable[[Sequence[_Shown]], bool]
    sentence: str


def readiness(accepted: Sequence[Reading]) -> Readiness:
    """0 without photos, 100 with twelve varied ones."""
    shown = [_shown(reading) for reading in accepted if reading.prints]
    if not shown:
        return Readiness(0, "Add a photo of the face from the front, in even light.", _count_points(1) + _FRONT.points)
    unmet = [wish for wish in _WISHES if not wish.is_met(shown)]
    score = _count_points(len(shown)) + sum(wish.points for wish in _WISHES) - sum(wish.points for wish in unmet)
    more = _count_points(len(shown) + 1) - _count_points(len(shown))
    if unmet:
        best = max(unmet, key=lambda wish: wish.points)
        return Readiness(score, best.sentence, best.points + more)
    if more:
        return Readiness(score, "Add any other good photo: another day, other clothes, another expression.", more)
    return Readiness(score, "", 0)


def _count_points(count: int) -> int:
    return COUNT_POINTS * min(count, ENOUGH) // ENOUGH


def _shown(reading: Reading) -> _Shown:
    prints = reading.prints
    share = reading.face_box[3] if reading.face_box else 0.0
    return _Shown(
        reading.pose, float(prints["side"]), float(prints["level"]), share, np.array(prints["place"], np.float32)
    )


def _has_pose(pose: Pose) -> Callable[[Sequence[_Shown]], bool]:
    return lambda shown: any(each.pose == pose for each in shown)


def _has_side_light(shown: Sequence[_Shown]) -> bool:
    return any(abs(each.side) >= limit.SIDE_LIGHT_MIN for each in shown)


def _has_brighter_and_darker(shown: Sequence[_Shown]) -> bool:
    return max(each.level for each in shown) >= limit.BRIGHTER_BY * min(each.level for each in shown)


def _is_close(shown: Sequence[_Shown]) -> bool:
    return any(each.share >= limit.CLOSE_SHARE_MIN for each in shown)


def _is_wide(shown: Sequence[_Shown]) -> bool:
    return any(each.share <= limit.WIDE_SHARE_MAX for each in shown)


def _has_places(wanted: int) -> Callable[[Sequence[_Shown]], bool]:
    """Whether some `wanted` photos are each in another place than all the others of them."""

    def is_met(shown: Sequence[_Shown]) -> bool:
        places = np.stack([each.place for each in shown])
        differs = np.abs(places[:, None] - places[None]).sum(-1) / 2 >= limit.OTHER_PLACE_MIN
        return _all_differ(differs, list(range(len(shown))), wanted)

    return is_met


def _all_differ(differs: NDArray[np.bool_], among: list[int], wanted: int) -> bool:
    if wanted <= 1:
        return bool(among)
    if wanted == 2:
        return any(differs[a, b] for a, b in combinations(among, 2))
    return any(
        _all_differ(differs, [b for b in among[i + 1 :] if differs[a, b]], wanted - 1) for i, a in enumerate(among)
    )


_FRONT = _Wish(8, _has_pose("front"), "Add one looking straight into the camera.")
_WISHES: tuple[_Wish, ...] = (
    _FRONT,
    _Wish(7, _has_pose("left"), "Add one with the head turned a little towards the left edge of the photo."),
    _Wish(7, _has_pose("right"), "Add one with the head turned a little towards the right edge of the photo."),
    _Wish(6, _has_side_light, "Add one with a window or lamp to one side, so that one cheek is in shadow."),
    _Wish(5, _has_places(2), "Add one in another place: what is behind you should look different."),
    _Wish(4, _has_pose("up"), "Add one with the chin raised a little."),
    _Wish(3, _has_pose("down"), "Add one with the chin lowered a little."),
    _Wish(3, _has_brighter_and_darker, "Add one in other light: outdoors if you were inside, or the other way round."),
    _Wish(3, _is_close, "Add one from closer by, the face filling half of the height."),
    _Wish(3, _is_wide, "Add one from further away, with shoulders and chest in it."),
    _Wish(2, _has_places(3), "Add one in a third place, outdoors for instance."),
    _Wish(1, _has_places(PLACES), "Add one in yet another place."),
)
