"""What we tell the person who ordered, in place of what the vendor says.

The types are those of fal's documentation ("Model Errors": a list of {loc, msg, type}; "Request Error Types": one
`error_type`). Its own sentences name fields and links of its interface, so none of them is passed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pexit_app.core.ports import Failure

AWAY = "The GPU service is not available just now."
BUSY = "The GPU service has too much to do just now. Try again in a minute."
NOT_ACCEPTED = "The GPU service did not accept this order."
UPLOAD_FAILED = "The GPU service did not take the pictures. Try again in a minute."
BROKE = "The GPU service broke off its work."
TOO_LONG = "The GPU service needed too long and gave up."
WITHHELD = "The safety check of the GPU service kept this back. It costs nothing; try other words or photos."
INVALID = "The GPU service could not work with this order."
EXPIRED = "The result had expired before it could be fetched."
NO_RESULT = "The GPU service said it was done, but sent no result."
CANCELED = "This order was canceled."
UNKNOWN = "The GPU service knows no such order (any more)."

_WITHHELD_TYPES = frozenset(("content_policy_violation", "nsfw_content", "safety_check_failed"))
_OWN_FAULTS = frozenset(
    (
        "internal_server_error",
        "internal_error",
        "downstream_service_error",
        "downstream_service_unavailable",
        "image_generation_error",
    )
)
_TIMEOUTS = frozenset(("generation_timeout", "request_timeout", "startup_timeout"))
_CANCELED_TYPES = frozenset(("client_cancelled", "client_canceled", "client_disconnected"))
_SENTENCES: Mapping[str, str] = {
    "image_too_small": "The picture is too small for the GPU service.",
    "image_too_large": "The picture is too large for the GPU service.",
    "image_load_error": "The GPU service could not open the picture.",
    "unsupported_image_format": "The GPU service cannot read pictures of this format.",
    "file_too_large": "A file is too large for the GPU service.",
    "file_download_error": "The GPU service could not load a file it needs. Try again.",
    "face_detection_error": "The GPU service found no face in the picture.",
    "invalid_archive": "The GPU service could not open the photos.",
    "invalid_archive_file_count": "The GPU service wants another number of photos.",
    "archive_file_count_below_minimum": "The GPU service wants more photos.",
    "archive_file_count_exceeds_maximum": "The GPU service wants fewer photos.",
    "string_too_long": "The description is too long for the GPU service.",
    "string_too_short": "The description is too short for the GPU service.",
    "sequence_too_long": "There are too many pictures or likenesses in this order for the GPU service.",
    "sequence_too_short": "There are too few pictures in this order for the GPU service.",
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an order came to nothing. `is_canceled`: because somebody stopped it."""

    failure: Failure
    sentence: str
    is_canceled: bool = False


def of_errors(errors: Sequence[Any]) -> Trouble:
    """What a model's list of errors means; a withheld picture counts more than anything beside it."""
    types = [str(error.get("type", "")) for error in errors if isinstance(error, Mapping)]
    if any(kind in _WITHHELD_TYPES for kind in types):
        return Trouble(Failure.WITHHELD, WITHHELD)
    first = types[0] if types else ""
    if first in _TIMEOUTS:
        return Trouble(Failure.SYSTEM, TOO_LONG)
    if not first or first in _OWN_FAULTS:
        return Trouble(Failure.SYSTEM, BROKE)
    return Trouble(Failure.INVALID, _SENTENCES.get(first, INVALID))


def no_result() -> Trouble:
    return Trouble(Failure.SYSTEM, NO_RESULT)


def wrong_count(count: int) -> Trouble:
    """`count` pictures came where one was ordered."""
    return Trouble(Failure.SYSTEM, f"One picture was ordered, but the GPU service sent {count}.")


def withheld() -> Trouble:
    return Trouble(Failure.WITHHELD, WITHHELD)


def of_type(error_type: str) -> Trouble:
    """What the `error_type` of the platform around a model means."""
    if error_type in _CANCELED_TYPES:
        return Trouble(Failure.SYSTEM, CANCELED, is_canceled=True)
    if error_type in _WITHHELD_TYPES:
        return Trouble(Failure.WITHHELD, WITHHELD)
    if error_type in _TIMEOUTS:
        return Trouble(Failure.SYSTEM, TOO_LONG)
    if error_type == "bad_request":
        return Trouble(Failure.INVALID, INVALID)
    return Trouble(Failure.SYSTEM, BROKE)
