"""What can be wrong when asking for everything, or for nothing to be left."""

from typing import ClassVar

from pexit_app.core.errors import Conflict, Gone


class ExportUsed(Gone):
    """The link was used, or is too old."""

    code: ClassVar[str] = "export_link_over"


class AlreadyAsked(Conflict):
    """`details`: due_at."""

    code: ClassVar[str] = "deletion_asked"
