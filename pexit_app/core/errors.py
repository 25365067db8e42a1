"""One family of errors, one envelope. A service raises; REST answers JSON, a page shows the message.

PexitError
  Malformed 400 · NotSignedIn 401 · NotAllowed 403 · NotFound 404 · Conflict 409 · Gone 410 · BadInput 422
  TooMany 429 · Unavailable 503 · StoreFull 507 (core/ports.py)
"""

import errno
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})  # of an OSError


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field, in words a person can act on. `limit` is the bound that was broken, if any."""

    field: str
    message: str
    value: Any = None
    limit: Any = None


class PexitError(Exception):
    """`code` for programs, `message` for people, `details` for both. `headers` go out with the HTTP answer."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, details: Any = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.headers = headers or {}


class BadInput(PexitError):
    """A field breaks the schema or a range. `details` lists every problem found."""

    code, status = "invalid", 422

    def __init__(self, message: str, problems: list[FieldProblem] | None = None) -> None:
        super().__init__(message, [asdict(problem) for problem in problems or []])
        self.problems = problems or []

    @classmethod
    def of(cls, field: str, message: str, value: Any = None, limit: Any = None) -> "BadInput":
        return cls(message, [FieldProblem(field, message, value, limit)])


class Malformed(PexitError):
    code, status = "malformed", 400


class NotSignedIn(PexitError):
    code, status = "not_signed_in", 401


class NotAllowed(PexitError):
    code, status = "not_allowed", 403


class NotFound(PexitError):
    """Also the answer for another user's object: nobody learns that it exists."""

    code, status = "not_found", 404


class Conflict(PexitError):
    code, status = "conflict", 409


class Gone(PexitError):
    code, status = "gone", 410


class TooMany(PexitError):
    code, status = "too_many", 429


class Unavailable(PexitError):
    code, status = "unavailable", 503
