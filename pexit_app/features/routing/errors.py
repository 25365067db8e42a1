"""What can be wrong with asking somebody to work for us."""

from typing import ClassVar

from pexit_app.core.errors import NotSignedIn
from pexit_app.core.ports import NotTaken


class ForgedHook(NotSignedIn):
    """A webhook whose address or body was not signed by those who may."""

    code: ClassVar[str] = "forged"


class Avoided(NotTaken):
    """The provider's breaker is open: nothing was sent. Somebody else may be asked."""

    def __init__(self, provider: str) -> None:
        super().__init__("The GPU service is not available just now.", is_outage=True)
        self.provider = provider
