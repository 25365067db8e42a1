"""What the gate measured, between its dataclasses and the JSON in photo rows."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pexit_app.core import deps
from pexit_app.core.errors import Unavailable
from pexit_app.core.ports import PhotoGate, Reading, Reason
from pexit_app.features.people.models import Photo, Verdict

JUDGED = frozenset({"duplicate", "may_be_someone_else"})  # beside other photos; the rest a photo says alone


def gate() -> PhotoGate:
    found = deps.get().gate
    if found is None:
        raise Unavailable("This Pexit has nobody who looks at photos.")
    return found


def reading_of(photo: Photo) -> Reading:
    box = photo.reading["face_box"]
    return Reading(**{**photo.reading, "face_box": None if box is None else tuple(box)})


def as_json(reading: Reading) -> dict[str, Any]:
    return {**asdict(reading), "prints": dict(reading.prints)}


def own_reasons(photo: Photo) -> tuple[Reason, ...]:
    """What the photo says alone."""
    return tuple(Reason(**each) for each in photo.reasons if each["code"] not in JUDGED)


def settle(photo: Photo, alone: Sequence[Reason], others: Sequence[Reading]) -> None:
    """The photo's reasons and verdict beside the accepted `others`. One that is refused alone is not compared."""
    reasons = tuple(alone)
    if not any(each.refuses for each in reasons):
        reasons += gate().judge(reading_of(photo), others)
    photo.reasons = [asdict(each) for each in reasons]
    photo.verdict = Verdict.REJECTED if any(each.refuses for each in reasons) else Verdict.ACCEPTED


def rank(photo: Photo) -> tuple[bool, float]:
    """Front before side, then the sharpest: the greatest stands for the person."""
    return photo.reading["pose"] == "front", photo.reading["sharpness"]
