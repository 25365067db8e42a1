from typing import ClassVar

from pexit_app.core.errors import BadInput, NotAllowed, NotSignedIn


class WrongCode(BadInput):
    """Wrong, used up, replaced or expired: one answer for all, so that nothing is learnt from it."""

    code: ClassVar[str] = "wrong_code"


class WrongPassword(NotSignedIn):
    """Wrong, no account, no password, too many tries: one answer for all."""

    code: ClassVar[str] = "wrong_password"


class WrongPasskey(BadInput):
    code: ClassVar[str] = "wrong_passkey"


class SecondStepNeeded(NotSignedIn):
    """The first step was right. `details` has the slip to bring along with the second."""

    code: ClassVar[str] = "second_step_needed"


class SecondStepOver(NotSignedIn):
    """Too late, or tried too often: begin again."""

    code: ClassVar[str] = "second_step_over"


class SessionEnded(NotSignedIn):
    code: ClassVar[str] = "session_ended"


class OriginMismatch(NotAllowed):
    code: ClassVar[str] = "origin_mismatch"


class ReadOnlyKey(NotAllowed):
    code: ClassVar[str] = "read_only_key"


class NotForKeys(NotAllowed):
    """What only a person may do: a key that leaked must not open further ways in."""

    code: ClassVar[str] = "not_for_keys"


class NotProven(NotAllowed):
    """Signed in, but too long ago to change how one signs in."""

    code: ClassVar[str] = "proof_needed"
