"""Erasures: what goes for good is written down as it goes, and ends in a signed receipt.

begin(), note() and close() belong into the transaction that deletes the rows. Their bytes are hashed and deleted after
its commit (core/objects.py), what a provider keeps is deleted by the slice that knows of it. sign_if_gone() looks whether
all is gone, and signs; the sweep asks each minute. A crash anywhere leaves rows that say what is left to do.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, delete, func, literal, literal_column
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db, log, receipts, settings, workflows
from pexit_app.core.clock import now
from pexit_app.core.models import Discarded, ErasedItem, Erasure, Receipt

PROMISED = timedelta(hours=24)
AT_ONCE = 100
VERSION = 1
Waits = Callable[[AsyncSession, UUID], Awaitable[bool]]
logger = log.get("erasing")
_waits: list[Waits] = []


def waits_for(still: Waits) -> Waits:
    """`still(session, erasure_id)` says whether something of an erasure is left elsewhere."""
    _waits.append(still)
    return still


async def begin(session: AsyncSession, user_id: UUID, kind: str, subject_id: UUID) -> Erasure:
    erasure = Erasure(user_id=user_id, kind=kind, subject_id=subject_id)
    session.add(erasure)
    await session.flush()
    return erasure


async def note(
    session: AsyncSession, erasure_id: UUID, kind: str, item: str, *, sha256: str = "", told: str = ""
) -> None:
    """One thing that is erased; the same again changes nothing."""
    values = {"erasure_id": erasure_id, "kind": kind, "item": item[:300], "sha256": sha256, "told": told[:200]}
    await session.exec(insert(ErasedItem).values(**values).on_conflict_do_nothing())


async def note_rows(
    session: AsyncSession,
    erasure_id: UUID,
    table: type[SQLModel],
    *where: Any,
    sha256: Any = None,
) -> None:
    """The rows of `table` by id and hash: `sha256`, or that of the row as PostgreSQL tells it in JSON. In the database,
    as there may be many."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    name = str(table.__tablename__)
    whole = cast(func.row_to_json(literal_column(f'"{name}"')), Text)
    hashed = func.encode(func.sha256(func.convert_to(whole, "UTF8")), "hex") if sha256 is None else sha256
    query = select(literal(erasure_id), literal(name), cast(columns.id, Text), hashed, literal(""))  # type: ignore[call-overload]
    names = ["erasure_id", "kind", "item", "sha256", "told"]
    new = insert(ErasedItem).from_select(names, query.select_from(table).where(*where), include_defaults=False)
    await session.exec(new.on_conflict_do_nothing())


async def erase_rows(session: AsyncSession, erasure_id: UUID, table: type[SQLModel], *where: Any) -> None:
    """Notes and deletes them."""
    await session.flush()
    await note_rows(session, erasure_id, table, *where)
    await session.exec(delete(table).where(*where).execution_options(synchronize_session=False))


def close(session: AsyncSession, erasure: Erasure) -> None:
    """All of its rows are gone, and its bytes written down as to be deleted."""
    erasure.rows_gone_at = now()
    session.add(erasure)


async def is_left(session: AsyncSession, erasure_id: UUID) -> bool:
    """Whether bytes of it, or a provider's copy, are still there."""
    bytes_left = select(Discarded.id).where(Discarded.erasure_id == erasure_id, col(Discarded.gone_at).is_(None))
    if (await session.exec(bytes_left.limit(1))).first() is not None:
        return True
    for still in _waits:
        if await still(session, erasure_id):
            return True
    return False


async def sign_if_gone(erasure_id: UUID) -> Receipt | None:
    """The receipt, once everything is gone; None before, and when it was signed already."""
    async with db.transaction() as session:
        query = select(Erasure).where(Erasure.id == erasure_id).with_for_update()
        erasure = (await session.exec(query, execution_options={"populate_existing": True})).first()
        if erasure is None or erasure.rows_gone_at is None or erasure.signed_at is not None:
            return None
        if await is_left(session, erasure_id):
            return None
        erasure.signed_at = now()
        session.add(erasure)
        mine = ErasedItem.erasure_id == erasure_id
        items = (await session.exec(select(ErasedItem).where(mine).order_by(ErasedItem.kind, ErasedItem.item))).all()
        body = {
            "subject": {"kind": erasure.kind, "id": str(erasure.subject_id)},
            "asked_at": erasure.created_at.isoformat(),
            "erased": [_told(each) for each in items],
        }
        receipt = await issue(session, erasure.user_id, "erasure", body, erasure_id)
        await session.exec(delete(ErasedItem).where(col(ErasedItem.erasure_id) == erasure_id))
    return receipt


def _told(item: ErasedItem) -> dict[str, str]:
    found = {"kind": item.kind, "id": item.item, "sha256": item.sha256, "note": item.told}
    return {name: value for name, value in found.items() if value}


async def issue(
    session: AsyncSession, user_id: UUID, kind: str, body: dict[str, Any], erasure_id: UUID | None = None
) -> Receipt:
    """Signs and keeps a receipt."""
    receipt = Receipt(user_id=user_id, kind=kind, erasure_id=erasure_id, public_key={}, document={})
    head = {
        "version": VERSION,
        "id": str(receipt.id),
        "kind": kind,
        "issuer": settings.load().origin,
        "issued_at": now().isoformat(),
        "account": str(user_id),
    }
    receipt.document = receipts.signed({**head, **body})
    receipt.public_key = receipt.document["key"]
    session.add(receipt)
    await session.flush()
    return receipt


async def published_keys(session: AsyncSession) -> list[dict[str, Any]]:
    """Every key that a receipt of ours is signed with, the present one first."""
    present = receipts.public_key()
    earlier = (await session.exec(select(Receipt.public_key).distinct())).all()
    return [present, *[dict(each) for each in earlier if each["kid"] != present["kid"]]]


@workflows.sweep
async def sign_what_is_gone() -> None:
    """What took longer than a commit: bytes that could not be deleted at once, providers that were away."""
    async with db.transaction() as session:
        is_open = col(Erasure.signed_at).is_(None), col(Erasure.rows_gone_at).is_not(None)
        query = select(Erasure.id, Erasure.rows_gone_at).where(*is_open).order_by(col(Erasure.created_at))
        found = (await session.exec(query.limit(AT_ONCE))).all()
    for erasure_id, rows_gone_at in found:
        is_signed = await sign_if_gone(erasure_id)
        if is_signed is None and rows_gone_at is not None and rows_gone_at < now() - PROMISED:
            logger.error("not erased within 24 h: a store or provider does not answer", erasure_id=str(erasure_id))
