from typing import ClassVar

from pexit_app.core.errors import BadInput, NotAllowed, NotSignedIn


class WrongCode(BadInput):
    """Wrong, used up, replaced or expired: one answer for all, so that nothing is learnt from it."""

    code: ClassVar[str] = "wrong_code"


class SessionEnded(NotSignedIn):
    code: ClassVar[str] = "session_ended"


class OriginMismatch(NotAllowed):
    code: ClassVar[str] = "origin_mismatch"
