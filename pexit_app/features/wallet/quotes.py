"""Quotes: what an order would cost, line by line, binding for five minutes and for exactly those inputs.

The client sends back a quote's id, never a price.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.clock import now
from pexit_app.core.errors import FieldProblem, NotFound
from pexit_app.features.wallet.errors import QuoteChanged, QuoteExpired, QuoteUsed
from pexit_app.features.wallet.models import Quote
from pexit_app.features.wallet.queries import balance

__all__ = ["Quote", "QuoteLine", "check_quote", "hash_inputs", "make_quote"]

LIFE = timedelta(minutes=5)
KEPT = timedelta(days=1)  # an expired quote is still called expired for that long


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """`dust` below 0 is a discount."""

    label: str
    dust: int


def _plain(value: Any) -> Any:
    """1.0 and 1 are the same slider position."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def hash_inputs(inputs: dict[str, Any]) -> str:
    """SHA-256 of the inputs as canonical JSON: keys sorted, no spaces, whole numbers without a point."""
    text = json.dumps(_plain(inputs), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


async def make_quote(session: AsyncSession, user_id: UUID, lines: Sequence[QuoteLine], inputs: dict[str, Any]) -> Quote:
    """`balance_after` is below 0 when the user has too little dust: the quote still tells the price. Raises NotFound."""
    total = sum(line.dust for line in lines)
    assert lines and total >= 0, "a quote has lines, and none pays the user"
    await session.exec(delete(Quote).where(col(Quote.user_id) == user_id, col(Quote.expires_at) < now() - KEPT))
    quote = Quote(
        user_id=user_id,
        lines=[asdict(line) for line in lines],
        total_dust=total,
        balance_after=await balance(session, user_id) - total,
        inputs_hash=hash_inputs(inputs),
        expires_at=now() + LIFE,
    )
    session.add(quote)
    await session.flush()
    return quote


async def check_quote(session: AsyncSession, user_id: UUID, quote_id: UUID, inputs: dict[str, Any]) -> Quote:
    """The quote, if it still stands for these inputs; it is used up with this. Raises NotFound, QuoteExpired,
    QuoteChanged, QuoteUsed."""
    query = select(Quote).where(Quote.id == quote_id, Quote.user_id == user_id).with_for_update()
    quote = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if quote is None:
        raise NotFound("There is no such quote.")
    if quote.expires_at <= now():
        raise QuoteExpired("This quote has expired. Ask for a new one.")
    if quote.inputs_hash != hash_inputs(inputs):
        message = "This quote was for something else. Ask for a new one."
        raise QuoteChanged(message, [FieldProblem("quote_id", message, str(quote_id))])
    if quote.used_at is not None:
        raise QuoteUsed("This quote was used already: the order is made. Ask for a new one to order again.")
    quote.used_at = now()
    session.add(quote)
    return quote
