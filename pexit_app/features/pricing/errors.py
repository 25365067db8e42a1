"""What can be wrong with coupons and bundles."""

from typing import ClassVar

from pexit_app.core.errors import Conflict, Gone


class CodeTaken(Conflict):
    """Another coupon, of whomever, has this code."""

    code: ClassVar[str] = "code_taken"


class TooMany(Conflict):
    """Of one pack's coupons, or of one creator's bundles."""

    code: ClassVar[str] = "too_many_offers"


class CouponOver(Gone):
    """It has expired, or its creator has ended it."""

    code: ClassVar[str] = "coupon_over"


class CouponFull(Conflict):
    """As many people as it was made for have taken it."""

    code: ClassVar[str] = "coupon_full"


class OwnPack(Conflict):
    """To its creator a pack costs the render only: there is nothing to take off or to unlock."""

    code: ClassVar[str] = "own_pack"


class BundleOver(Gone):
    code: ClassVar[str] = "bundle_over"


class BundleOwned(Conflict):
    """All of it is unlocked already."""

    code: ClassVar[str] = "bundle_owned"


class BundlePriceChanged(Conflict):
    """What was agreed to is not what it costs now."""

    code: ClassVar[str] = "price_changed"
