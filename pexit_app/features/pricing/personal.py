"""What is kept of a user's coupons and of a creator's bundles: those one took, and those one gave out or sold."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import erasing, personal
from pexit_app.core.models import Erasure
from pexit_app.core.personal import Entry, Keeper
from pexit_app.features.pricing.models import BundledPack, Coupon, CouponTake, PackBundle


async def erase(session: AsyncSession, erasure: Erasure) -> None:
    """Coupons of whoever leaves go with them, also from those who took them: their packs are no more in the shop."""
    given = select(Coupon.id).where(Coupon.creator_id == erasure.user_id)
    sold = select(PackBundle.id).where(PackBundle.creator_id == erasure.user_id)
    takes = or_(col(CouponTake.user_id) == erasure.user_id, col(CouponTake.coupon_id).in_(given))
    await erasing.erase_rows(session, erasure.id, CouponTake, takes)
    await erasing.erase_rows(session, erasure.id, Coupon, Coupon.creator_id == erasure.user_id)
    await erasing.erase_rows(session, erasure.id, BundledPack, col(BundledPack.bundle_id).in_(sold))
    await erasing.erase_rows(session, erasure.id, PackBundle, PackBundle.creator_id == erasure.user_id)


async def export(session: AsyncSession, user_id: UUID) -> Sequence[Entry]:
    told = {
        "taken": await personal.rows(session, CouponTake, CouponTake.user_id == user_id),
        "given_out": await personal.rows(session, Coupon, Coupon.creator_id == user_id),
        "bundles": await personal.rows(session, PackBundle, PackBundle.creator_id == user_id),
    }
    return [Entry("packs/coupons.json", told)]


TABLES = frozenset({"coupon", "coupon_take", "pack_bundle", "bundled_pack"})
personal.keeps(Keeper("pricing", TABLES, erase, export))
