"""What an order is called: the text that stands as `provider_id` in our rows. A webhook's reader writes the same."""

import re
from dataclasses import dataclass
from typing import Literal, Self

from pexit_app.core.ports import UnknownOrder
from pexit_app.providers.replicate import messages

NAME = "replicate"
Work = Literal["prediction", "training"]

_TICKET = re.compile(r"(prediction|training)#([A-Za-z0-9_-]{1,100})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ticket:
    """`prediction#<id>` or `training#<id>`."""

    work: Work
    id: str

    @classmethod
    def parse(cls, provider_id: str) -> Self:
        """Raises UnknownOrder for what no submit() of ours has given."""
        found = _TICKET.fullmatch(provider_id)
        if not found:
            raise UnknownOrder(messages.UNKNOWN)
        return cls("training" if found[1] == "training" else "prediction", found[2])

    def __str__(self) -> str:
        return f"{self.work}#{self.id}"

    @property
    def path(self) -> str:
        return f"/v1/{self.work}s/{self.id}"
