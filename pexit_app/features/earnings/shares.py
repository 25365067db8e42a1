"""Who gets how much of what a creator's pack brought in. Pure; in 1/10000 dust, so that nothing is lost to rounding."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pexit_app.features.earnings.models import UNITS
from pexit_app.features.packs.definition import MAX_ROYALTY_PERCENT


@dataclass(frozen=True, slots=True)
class Share:
    """`percent` of the creators' part of a sale. `is_royalty`: for a pack that the one that was sold comes from."""

    user_id: UUID
    percent: int
    is_royalty: bool = False

    def units_of(self, dust: int, creator_percent: int) -> int:
        """Of `dust` that were paid, when the creators' part is `creator_percent`."""
        return dust * creator_percent * self.percent


def shares(owner_id: UUID, royalties: Mapping[UUID, int]) -> list[Share]:
    """Each ancestor's owner gets the percent they asked for, and whoever made the pack the rest; by user, the order in
    which their rows are locked."""
    assert sum(royalties.values()) <= MAX_ROYALTY_PERCENT
    paid_on = {user_id: percent for user_id, percent in royalties.items() if user_id != owner_id and percent}
    own = Share(owner_id, 100 - sum(paid_on.values()))
    return sorted([own, *(Share(*each, True) for each in paid_on.items())], key=lambda share: share.user_id)


def due(units: int, moved_dust: int) -> int:
    """How many whole dust are to be moved, when `units` were earned in all and so many dust moved before. What was taken
    back in odd parts is made up for by the next sale."""
    return max(0, units // UNITS - moved_dust)
