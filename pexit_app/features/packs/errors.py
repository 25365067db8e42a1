"""What can go wrong with a pack or a draft of it, beyond a bad knob."""

from typing import ClassVar

from pexit_app.core.errors import Conflict, Gone, PexitError, Unavailable


class DraftSuperseded(Conflict):
    """A newer draft of the same stream was asked for: this one is of no use to anybody."""

    code: ClassVar[str] = "superseded"


class DraftsBusy(Unavailable):
    code: ClassVar[str] = "busy"


class DraftFailed(PexitError):
    code: ClassVar[str] = "draft_failed"
    status: ClassVar[int] = 502


class SlugTaken(Conflict):
    """A pack of somebody else has this address."""

    code: ClassVar[str] = "slug_taken"


class PackArchived(Gone):
    """Its creator has archived it: it stays with those who have used it."""

    code: ClassVar[str] = "pack_archived"
