"""What can be wrong with a takedown."""

from typing import ClassVar

from pexit_app.core.errors import Conflict


class TakedownClosed(Conflict):
    code: ClassVar[str] = "takedown_closed"
