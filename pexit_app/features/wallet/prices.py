"""What an action costs. The table is the operator's; an action it does not name costs what the house starts with."""

from uuid import uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.features.wallet.models import Price

PRICES = {"draft": 0, "darkroom_frame": 1, "darkroom_training": 0}


async def price(session: AsyncSession, action: str) -> int:
    """Dust for one `action`. Raises KeyError for an action that has no price."""
    asked = (await session.exec(select(Price.dust).where(Price.action == action))).first()
    return PRICES[action] if asked is None else asked


async def set_price(session: AsyncSession, action: str, dust: int) -> None:
    """The operator's price from now on; quotes already given stand."""
    new = insert(Price).values(id=uuid4(), action=action, dust=dust)
    await session.exec(new.on_conflict_do_update(index_elements=[col(Price.action)], set_={"dust": dust}))


async def seed_prices(session: AsyncSession) -> None:
    """Writes the house's prices into the table, where the operator has set none."""
    rows = [{"id": uuid4(), "action": action, "dust": dust} for action, dust in PRICES.items()]
    await session.exec(insert(Price).values(rows).on_conflict_do_nothing())
