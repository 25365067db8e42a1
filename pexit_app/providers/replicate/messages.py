"""What people are told, in plain words; and what Replicate's own words mean.

Its error codes and sentences: https://replicate.com/docs/reference/error-codes (E005 flagged, E006 invalid input); the
Flux models say "NSFW content detected" when their safety checker left no picture.
"""

import re

from pexit_app.core.ports import Failure

AWAY = "The GPU service is not available just now."
BUSY = "The GPU service has too much to do just now. Try again in a minute."
NOT_ACCEPTED = "The GPU service did not accept this order."
UPLOAD_FAILED = "The GPU service did not take the pictures. Try again in a minute."
WITHHELD = "The safety check of the GPU service kept this back. It costs nothing; try other words or photos."
INVALID = "The GPU service could not work with this order."
BROKE = "The GPU service broke off its work."
NO_RESULT = "The GPU service said it was done, but sent no result."
EXPIRED = "The result had expired before it could be fetched."
CANCELED = "This order was canceled."
UNKNOWN = "The GPU service knows no such order (any more)."
NOT_DELETED = "The GPU service did not delete its copy. Try again in a minute."
UNCHECKED = "The call of the GPU service could not be checked."

_WITHHELD = re.compile(
    r"nsfw|\bE005\b|flagged as sensitive|safety (check|filter|system)|moderat(ed|ion)", re.IGNORECASE
)
_INVALID = re.compile(r"\bE006\b|input was invalid|invalid input|input validation|validation error", re.IGNORECASE)


def wrong_count(count: int) -> str:
    return NO_RESULT if count == 0 else f"The GPU service sent {count} pictures instead of one."


def failure_of(error: str, logs: str) -> tuple[Failure, str]:
    """Why an order came to nothing, and the sentence for whoever ordered it. The logs count for a safety check only:
    some models say there alone that nothing was left."""
    if _WITHHELD.search(error) or (not error and _WITHHELD.search(logs)):
        return Failure.WITHHELD, WITHHELD
    if _INVALID.search(error):
        return Failure.INVALID, INVALID
    return Failure.SYSTEM, BROKE if error else NO_RESULT
