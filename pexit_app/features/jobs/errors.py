"""What can be wrong when asking about work."""

from typing import ClassVar

from pexit_app.core.errors import Conflict, Gone


class JobOver(Conflict):
    """It had ended before it could be stopped."""

    code: ClassVar[str] = "job_over"


class EventsExpired(Gone):
    """The event to go on from is unknown, or too old to be kept: read the state anew."""

    code: ClassVar[str] = "events_expired"
