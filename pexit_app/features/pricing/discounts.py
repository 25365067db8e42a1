"""What a coupon takes off an order. Pure: dust in, dust out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Discount:
    """Of each frame's fee, in their order, and of the unlock price: never more than is asked."""

    fees: tuple[int, ...] = ()
    unlock: int = 0

    @property
    def dust(self) -> int:
        return sum(self.fees) + self.unlock


def discount(fees: Sequence[int], unlock: int, *, percent: int | None = None, dust: int | None = None) -> Discount:
    """A share of everything, rounded down line by line; or so much `dust` in all: first off the unlock price, the rest
    evenly off the fees, so that a frame that fails takes no more of it along than the others."""
    assert (percent is None) != (dust is None) and all(fee >= 0 for fee in (*fees, unlock))
    if percent is not None:
        return Discount(tuple(fee * percent // 100 for fee in fees), unlock * percent // 100)
    left = dust or 0
    off_unlock = min(unlock, left)
    return Discount(_evenly(fees, left - off_unlock), off_unlock)


def _evenly(fees: Sequence[int], dust: int) -> tuple[int, ...]:
    """As level as the fees allow, to the dust: the lowest are filled first, and the others share what is left."""
    off = [0] * len(fees)
    left = dust
    for turn, place in enumerate(sorted(range(len(fees)), key=lambda place: fees[place])):
        off[place] = min(fees[place], left // (len(fees) - turn))
        left -= off[place]
    return tuple(off)
