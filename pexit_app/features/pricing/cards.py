"""Coupons and bundles as their pages say them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pexit_app.features.packs.service import Pack
from pexit_app.features.pricing import bundles, coupons
from pexit_app.features.pricing.models import PackBundle


@dataclass(frozen=True)
class CouponCard:
    """`refusal` says why it cannot be taken; empty where it can, or was. `step` and `href`: the way on from there."""

    heading: str = ""
    text: str = ""
    refusal: str = ""
    can_take: bool = False
    step: str = ""
    href: str = ""


@dataclass(frozen=True)
class PartLine:
    title: str
    href: str
    price: str
    is_unlocked: bool


@dataclass(frozen=True)
class BundleCard:
    """`refusal` says why it cannot be bought. `total_dust` goes back with the order, to be compared."""

    title: str = ""
    creator: str = ""
    parts: list[PartLine] = field(default_factory=list)
    alone: str = ""
    total: str = ""
    total_dust: int = 0
    refusal: str = ""


@dataclass(frozen=True)
class OwnBundleLine:
    id: str
    title: str
    dust: str
    href: str
    is_ended: bool


@dataclass(frozen=True)
class Choice:
    """A pack of one's own that may be bundled."""

    id: str
    title: str
    dust: str


def day(at: datetime) -> str:
    """`30 November 2026`, UTC."""
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y}"


def coupon_card(offer: coupons.Offer) -> CouponCard:
    pack, coupon = offer.pack.pack, offer.coupon
    off, until = coupons.says(coupon), f"until {day(coupon.expires_at)}"
    studio, shop = f"/studio/{pack.slug}", f"/p/{pack.slug}"
    heading = f"{off[0].upper()}{off[1:]} {pack.title}."
    if offer.standing == "open":
        text = (
            f"{pack.creator_name} takes it off what they ask for your next order of this pack, {until}: off the fee and "
            "the unlock price, not off the render. An order that delivers nothing leaves it to you."
        )
        return CouponCard(heading, text, can_take=True)
    if offer.standing == "taken":
        text = f"It comes off your next order of {pack.title}, {until}. The ticket says so."
        return CouponCard("It is yours.", text, step="Open the studio", href=studio)
    return CouponCard(heading, "", _refusal(offer, until), step=f"See {pack.title}", href=shop)


def _refusal(offer: coupons.Offer, until: str) -> str:
    match offer.standing:
        case "used":
            return "You have used it. Thank you."
        case "own":
            return f"This is your own pack: it costs you the render only. Give the code to others; it is good {until}."
        case "full":
            return "Everybody it was made for has taken it."
        case "expired":
            return f"It was good {until}."
        case _:
            return "Its creator has ended it."


def bundle_card(offer: bundles.Offer, user_id: object) -> BundleCard:
    packs = [part.pack.pack for part in offer.parts]
    refusal = ""
    if offer.bundle.creator_id == user_id:
        refusal = "These are your own packs. This is how others see the bundle."
    elif all(part.is_unlocked for part in offer.parts):
        refusal = "You have unlocked all of it."
    return BundleCard(
        title=offer.bundle.title,
        creator=packs[0].creator_name if packs else "",
        parts=[_part(part) for part in offer.parts],
        alone=f"{offer.alone:,} dust",
        total=f"{offer.dust:,} dust",
        total_dust=offer.dust,
        refusal=refusal,
    )


def _part(part: bundles.Part) -> PartLine:
    price = "yours already" if part.is_unlocked else f"{part.dust:,} of {part.alone:,} dust"
    return PartLine(part.pack.pack.title, f"/p/{part.pack.pack.slug}", price, part.is_unlocked)


def own_bundles(rows: Sequence[PackBundle]) -> list[OwnBundleLine]:
    return [
        OwnBundleLine(str(row.id), row.title, f"{row.dust:,} dust", f"/b/{row.id}", row.ended_at is not None)
        for row in rows
    ]


def choices(packs: Sequence[Pack]) -> list[Choice]:
    return [Choice(str(pack.id), pack.title, f"{pack.unlock_dust:,} dust alone") for pack in packs if pack.unlock_dust]
