"""What can go wrong with a draft, beyond a change that does not fit it."""

from typing import ClassVar

from pexit_app.core.errors import Conflict


class DraftConflict(Conflict):
    """Somebody else changed the same since. `details` hold both sides, and the draft as it is now: conflicts.told()."""

    code: ClassVar[str] = "draft_conflict"


class NothingToUndo(Conflict):
    code: ClassVar[str] = "nothing_to_undo"


class NothingToRedo(Conflict):
    code: ClassVar[str] = "nothing_to_redo"


class TooManyDrafts(Conflict):
    code: ClassVar[str] = "too_many_drafts"


class TooManyRestorePoints(Conflict):
    code: ClassVar[str] = "too_many_restore_points"
