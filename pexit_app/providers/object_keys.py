"""What every object store agrees on: how keys look, what their endings mean, and until when a signed URL holds."""

import re
from enum import StrEnum

from pexit_app.core.clock import now

MAX_CHARS = 512
BUCKET_S = 600  # expiry times are rounded up to this, so that a page drawn twice asks for the same URL
LONGEST_S = 7 * 24 * 3600 - BUCKET_S  # a signature of version 4 holds for a week at most
_PART = r"[a-z0-9][a-z0-9_.-]{0,199}"
_KEY = re.compile(rf"{_PART}(/{_PART})*")
_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".zip": "application/zip",
}
ANY_TYPE = "application/octet-stream"


class Where(StrEnum):
    """A store's name, as the commands call it."""

    DISK = "disk"
    S3 = "s3"


def checked(key: str) -> str:
    """Raises ValueError. Keys are made by us; one that was not could leave the folder."""
    if len(key) > MAX_CHARS or not _KEY.fullmatch(key) or ".." in key:
        raise ValueError(f"not an object key: {key[:200]!r}")
    return key


def checked_prefix(prefix: str) -> str:
    """`folder/` or `folder/id/`. Raises ValueError; half a name is no prefix, it could hit a neighbour."""
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix ends in a slash: {prefix[:200]!r}")
    checked(prefix[:-1])
    return prefix


def type_of(key: str) -> str:
    """What the ending of a key promises."""
    return next((media_type for ending, media_type in _TYPES.items() if key.endswith(ending)), ANY_TYPE)


def bucket_start() -> int:
    """Unix time, the same for everybody who asks within the same ten minutes."""
    return int(now().timestamp()) // BUCKET_S * BUCKET_S


def checked_expiry(expires_s: int) -> int:
    if not 0 < expires_s <= LONGEST_S:
        raise ValueError(f"a signed URL holds for 1 to {LONGEST_S} seconds, not {expires_s}")
    return expires_s
