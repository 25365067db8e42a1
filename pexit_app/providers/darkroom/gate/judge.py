"""What a photo is beside the others of the same person. Pure: only readings are compared, no photo is opened."""

from collections.abc import Sequence
from functools import lru_cache
from json import dumps, loads

import numpy as np

from pexit_app.core.ports import Reading, Reason
from pexit_app.providers.darkroom.gate import thresholds as limit
from pexit_app.providers.darkroom.gate.compare import match
from pexit_app.providers.darkroom.gate.prints import Prints, unpack
from pexit_app.providers.darkroom.gate.reasons import reason


def judge(reading: Reading, others: Sequence[Reading]) -> tuple[Reason, ...]:
    """`duplicate` (the same picture as one of `others`) and `may_be_someone_else` (a question, never a refusal)."""
    said = []
    if any(is_copy(reading, other) for other in others):
        said.append(reason("duplicate"))
    elif (distance := shape_distance(reading, others)) is not None and distance > limit.OTHER_SHAPE_MIN:
        said.append(reason("may_be_someone_else"))
    return tuple(said)


def is_copy(a: Reading, b: Reading) -> bool:
    """Whether both were made of one picture: face and surroundings are the same at once."""
    ours, theirs = _prints(a), _prints(b)
    if ours is None or theirs is None:
        return False
    found = match(ours, theirs)
    if found.around is None:
        return found.face >= limit.COPY_FACE_ALONE_MIN
    return found.face >= limit.COPY_FACE_MIN and found.around >= limit.COPY_AROUND_MIN


def shape_distance(reading: Reading, others: Sequence[Reading]) -> float | None:
    """How far the face's shape is from the middle one of the others; None when there is too little to compare."""
    level = [prints.shape for each in others if _is_level(each) and (prints := _prints(each))]
    ours = _prints(reading)
    if ours is None or not _is_level(reading) or len(level) < limit.SHAPES_MIN:
        return None
    return float(np.linalg.norm(ours.shape - np.median(level, axis=0)))


def _is_level(reading: Reading) -> bool:
    return abs(reading.yaw) <= limit.LEVEL_YAW_MAX and abs(reading.pitch) <= limit.LEVEL_PITCH_MAX


def _prints(reading: Reading) -> Prints | None:
    return _unpacked(dumps(dict(reading.prints), sort_keys=True))


@lru_cache(maxsize=128)
def _unpacked(prints: str) -> Prints | None:
    """A batch compares the same few photos again and again."""
    return unpack(loads(prints))
