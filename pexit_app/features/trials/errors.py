"""What can be wrong with a trial. The messages are for whoever opened the link, or for the creator."""

from typing import ClassVar

from pexit_app.core.errors import Conflict, Gone


class TrialOver(Gone):
    """Its time is up, or its creator has ended it."""

    code: ClassVar[str] = "trial_over"


class TrialFull(Conflict):
    """Every place is taken."""

    code: ClassVar[str] = "trial_full"


class OwnTrial(Conflict):
    """A creator is no tester of their own pack."""

    code: ClassVar[str] = "own_trial"


class AlreadyTesting(Conflict):
    """Another trial of the same pack has free frames left for this user. `details`: left."""

    code: ClassVar[str] = "already_testing"


class TooManyTrials(Conflict):
    """`details`: limit."""

    code: ClassVar[str] = "too_many_trials"


class TrialRunDry(Conflict):
    """The creator's dust does not pay for the next free frame."""

    code: ClassVar[str] = "trial_run_dry"


class NoFreeFrame(Conflict):
    """A frame that was free cannot be tried again for nothing: the trial is over, used up or has run dry."""

    code: ClassVar[str] = "no_free_frame"
