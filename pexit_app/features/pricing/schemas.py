"""What the routes of terms, coupons and bundles take and answer. All dust are integers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict

from pexit_app.core import settings
from pexit_app.features.packs.definition import MAX_DUST, MAX_ROYALTY_PERCENT
from pexit_app.features.packs.lineage import Royalty
from pexit_app.features.packs.schemas import RoyaltyOut
from pexit_app.features.packs.service import Pack
from pexit_app.features.pricing import bundles, coupons
from pexit_app.features.pricing.coupons import CouponAsk, Standing
from pexit_app.features.pricing.models import MAX_TAKERS, MAX_TITLE_CHARS, Coupon

Dust = Annotated[int, Strict(), Field(ge=0, le=MAX_DUST)]
Percent = Annotated[int, Strict(), Field(ge=1, le=100)]


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class LaunchIn(BaseModel):
    """Prices up to `until` (with its time zone), never above what the version asks."""

    fee_dust: Dust
    unlock_dust: Dust
    until: datetime


class TermsIn(BaseModel):
    """What is left out stays. `launch` null ends it."""

    launch: LaunchIn | None = None
    royalty_percent: Annotated[int, Strict(), Field(ge=0, le=MAX_ROYALTY_PERCENT)] | None = None
    is_archived: bool | None = None


class TermsOut(Out):
    """Of a published pack of the caller's. `creator_percent` of what it asks is the creators'; `royalties` go to its
    ancestors, and `royalty_percent` of what its remixes earn comes to its owner, for those first published from now on;
    `most_royalty` may be asked."""

    pack_id: UUID
    price_dust: int
    unlock_dust: int
    launch_fee_dust: int | None
    launch_unlock_dust: int | None
    launch_until: datetime | None
    royalty_percent: int
    most_royalty: int
    royalties: list[RoyaltyOut]
    creator_percent: int
    archived_at: datetime | None

    @classmethod
    def of(cls, pack: Pack, royalties: list[Royalty]) -> "TermsOut":
        owed = sum(royalty.percent for royalty in royalties)
        own = {name: getattr(pack, name) for name in cls.model_fields if hasattr(pack, name) and name != "royalties"}
        return cls(
            **own,
            pack_id=pack.id,
            most_royalty=MAX_ROYALTY_PERCENT - owed,
            royalties=[RoyaltyOut.of(each) for each in royalties],
            creator_percent=settings.load().creator_percent,
        )


class CouponIn(BaseModel):
    """Exactly one of `percent` and `dust`, off what the creator asks for one order; never off the render."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    percent: Percent | None = None
    dust: Annotated[int, Strict(), Field(ge=1, le=MAX_DUST)] | None = None
    takers: Annotated[int, Strict(), Field(ge=1, le=MAX_TAKERS, description="how many people may take it")]
    expires_at: datetime

    def asked(self) -> CouponAsk:
        return CouponAsk(self.code, self.percent, self.dust, self.takers, self.expires_at)


class CouponOut(Out):
    """`taken` by so many; each uses it for one order. `url` is where people take it."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    pack_id: UUID
    code: str
    says: str
    percent: int | None
    dust: int | None
    takers: int
    taken: int
    expires_at: datetime
    ended_at: datetime | None
    url: str

    @classmethod
    def of(cls, coupon: Coupon, origin: str) -> "CouponOut":
        plain = coupon.model_dump(include=set(cls.model_fields))
        return cls(**plain, says=coupons.says(coupon), url=f"{origin}/coupon/{coupon.code}")


class CodeIn(BaseModel):
    code: Annotated[str, Field(min_length=1, max_length=40)]


class CouponOfferOut(Out):
    """A coupon as somebody with its code sees it. `standing`: open, taken (by you), used, own, full, expired or ended."""

    code: str
    says: str
    pack: str
    title: str
    creator: str
    expires_at: datetime
    standing: Standing

    @classmethod
    def of(cls, offer: coupons.Offer) -> "CouponOfferOut":
        pack, coupon = offer.pack.pack, offer.coupon
        return cls(
            code=coupon.code,
            says=coupons.says(coupon),
            pack=pack.slug,
            title=pack.title,
            creator=pack.creator_name,
            expires_at=coupon.expires_at,
            standing=offer.standing,
        )


class BundleIn(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARS)]
    dust: Annotated[int, Strict(), Field(ge=1, le=MAX_DUST, description="less than unlocking its packs one by one")]
    pack_ids: Annotated[list[UUID], Field(min_length=2, max_length=bundles.MOST_PACKS)]


class PartOut(Out):
    """`alone_dust` is what unlocking it costs the caller by itself."""

    pack_id: UUID
    pack: str
    title: str
    creator: str
    alone_dust: int
    dust: int
    is_unlocked: bool


class BundleOut(Out):
    """`total_dust` is what the caller pays: packs they have unlocked cost nothing."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    title: str
    dust: int
    total_dust: int
    alone_dust: int
    packs: list[PartOut]

    @classmethod
    def of(cls, offer: bundles.Offer) -> "BundleOut":
        bundle = offer.bundle
        plain = bundle.model_dump(include={"id", "created_at", "updated_at", "title", "dust"})
        return cls(
            **plain,
            total_dust=offer.dust,
            alone_dust=offer.alone,
            packs=[
                PartOut(
                    pack_id=part.pack.pack.id,
                    pack=part.pack.pack.slug,
                    title=part.pack.pack.title,
                    creator=part.pack.pack.creator_name,
                    alone_dust=part.alone,
                    dust=part.dust,
                    is_unlocked=part.is_unlocked,
                )
                for part in offer.parts
            ],
        )


class BuyIn(BaseModel):
    total_dust: Annotated[int, Strict(), Field(ge=0, description="what was agreed to; it is compared, never believed")]
