"""What can go wrong with a storefront, beyond a bad field."""

from typing import ClassVar

from pexit_app.core.errors import Conflict


class HandleTaken(Conflict):
    """Somebody has it, or had it."""

    code: ClassVar[str] = "handle_taken"


class TooManyHandles(Conflict):
    code: ClassVar[str] = "too_many_handles"


class NoHandle(Conflict):
    """A storefront begins with its handle."""

    code: ClassVar[str] = "no_handle"
