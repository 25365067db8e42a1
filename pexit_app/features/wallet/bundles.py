"""Dust by the bundle: the operator's table, filled with the house's own where it is empty. 1 dust is 1 US cent."""

from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.wallet.models import DustBundle

BUNDLES = (500, 1000, 2500, 5000, 10_000)
MIN_CENTS, MAX_CENTS, MAX_BUNDLE_DUST = 50, 1_000_000, 1_000_000


async def list_bundles(session: AsyncSession) -> list[DustBundle]:
    """Those that are sold, small first."""
    query = select(DustBundle).where(col(DustBundle.is_sold)).order_by(col(DustBundle.dust))
    return list((await session.exec(query)).all())


async def find_bundle(session: AsyncSession, bundle_id: UUID) -> DustBundle:
    """Raises NotFound for one that is not sold."""
    bundle = await session.get(DustBundle, bundle_id)
    if bundle is None or not bundle.is_sold:
        raise NotFound("There is no such bundle. GET /api/v1/wallet/bundles lists them.")
    return bundle


async def seed_bundles(session: AsyncSession) -> None:
    """The house's own, if the operator has none."""
    if (await session.exec(select(DustBundle.id).limit(1))).first() is None:
        rows = [{"id": uuid4(), "dust": dust, "price_cents": dust, "is_sold": True} for dust in BUNDLES]
        await session.exec(insert(DustBundle).values(rows).on_conflict_do_nothing())


async def set_bundle(session: AsyncSession, dust: int, price_cents: int | None) -> None:
    """The price of so much dust from now on; None: it is sold no more. Raises BadInput."""
    if not 1 <= dust <= MAX_BUNDLE_DUST:
        raise BadInput.of("dust", f"A bundle has 1 to {MAX_BUNDLE_DUST:,} dust.", dust, MAX_BUNDLE_DUST)
    if price_cents is not None and not MIN_CENTS <= price_cents <= MAX_CENTS:
        message = f"A bundle costs {MIN_CENTS} to {MAX_CENTS:,} cents."
        raise BadInput.of("price_cents", message, price_cents, MAX_CENTS)
    values = {"is_sold": price_cents is not None, **({} if price_cents is None else {"price_cents": price_cents})}
    new = insert(DustBundle).values(
        id=uuid4(), dust=dust, price_cents=price_cents or MIN_CENTS, is_sold=values["is_sold"]
    )
    await session.exec(new.on_conflict_do_update(index_elements=[col(DustBundle.dust)], set_=values))
