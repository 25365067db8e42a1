"""What the first page shows, and why: packs that the house picked, packs that are rising, and what came last. And what
stands beside a pack: its versions, and packs like it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs.models import MAX_WHY_CHARS, Pack, PackVersion
from pexit_app.features.packs.queries import Asked, conditions

RISING_FOR = timedelta(days=14)
LEAST_RISING = 3  # people; fewer say nothing of a pack, and too much of them
AT_ONCE = 500
ADDRESSES = 10_000


async def picked(session: AsyncSession, count: int) -> Sequence[Pack]:
    """Picked last comes first."""
    query = select(Pack).where(*await conditions(session, Asked()), col(Pack.picked_at).is_not(None))
    return (await session.exec(query.order_by(col(Pack.picked_at).desc(), col(Pack.id)).limit(count))).all()


async def rising(session: AsyncSession, count: int) -> Sequence[Pack]:
    """What most people rendered with lately."""
    query = select(Pack).where(*await conditions(session, Asked()), col(Pack.rising) >= LEAST_RISING)
    order = (col(Pack.rising).desc(), col(Pack.created_at).desc(), col(Pack.id).desc())
    return (await session.exec(query.order_by(*order).limit(count))).all()


async def related(session: AsyncSession, pack: Pack, count: int) -> Sequence[Pack]:
    """Of the same kind of place and the same style; then of the same kind of place."""
    found: list[Pack] = []
    for asked in (Asked(category=pack.category, style=pack.style), Asked(category=pack.category)):
        known = [pack.id, *(each.id for each in found)]
        query = select(Pack).where(*await conditions(session, asked), col(Pack.id).not_in(known))
        query = query.order_by(col(Pack.created_at).desc(), col(Pack.id).desc()).limit(count - len(found))
        found += (await session.exec(query)).all()
    return found


async def history(session: AsyncSession, pack: Pack, count: int) -> Sequence[PackVersion]:
    """Its versions, newest first, as its page tells of them."""
    query = select(PackVersion).where(PackVersion.pack_id == pack.id).order_by(col(PackVersion.number).desc())
    return (await session.exec(query.limit(count))).all()


async def addresses(session: AsyncSession, part: int) -> Sequence[tuple[str, datetime]]:
    """(slug, when it changed) of one part of all packs, the oldest first: new ones come at the end."""
    query = select(Pack.slug, Pack.updated_at).where(*await conditions(session, Asked()))
    query = query.order_by(col(Pack.created_at), col(Pack.id)).offset(part * ADDRESSES).limit(ADDRESSES)
    return (await session.exec(query)).all()


async def owners_shown(session: AsyncSession, count: int) -> Sequence[UUID]:
    """Users who have a pack in the shop."""
    query = select(Pack.owner_id).where(*await conditions(session, Asked()), col(Pack.owner_id).is_not(None)).distinct()
    return [owner_id for owner_id in (await session.exec(query.limit(count))).all() if owner_id is not None]


async def pick(session: AsyncSession, slug: str, why: str) -> Pack:
    """By the house: onto the first page, with one line on what it is good at. Empty `why`: off it. Raises NotFound,
    BadInput."""
    if len(why) > MAX_WHY_CHARS:
        raise BadInput.of("why", f"Say it in {MAX_WHY_CHARS} characters at most.", len(why), MAX_WHY_CHARS)
    pack = (await session.exec(select(Pack).where(Pack.slug == slug))).first()
    if pack is None:
        raise NotFound(f"There is no pack {slug}.")
    pack.picked_why, pack.picked_at = why, now() if why else None
    session.add(pack)
    await session.flush()
    return pack


async def has_picks(session: AsyncSession) -> bool:
    return (await session.exec(select(Pack.id).where(col(Pack.picked_at).is_not(None)).limit(1))).first() is not None


async def owners_of(session: AsyncSession, slugs: Sequence[str]) -> dict[str, UUID]:
    """Of those that are not the house's."""
    query = select(Pack.slug, Pack.owner_id).where(col(Pack.slug).in_(slugs), col(Pack.owner_id).is_not(None))
    return {slug: owner_id for slug, owner_id in (await session.exec(query)).all() if owner_id is not None}


async def note_rising(session: AsyncSession, people: Mapping[str, int]) -> None:
    """How many rendered with each pack lately, by slug; all others are at rest. No change of a pack's: it stays as old
    as it was."""
    same_age = {"updated_at": col(Pack.updated_at)}
    rest = update(Pack).where(col(Pack.rising) > 0, col(Pack.slug).not_in(people))
    await session.exec(rest.values(rising=0, **same_age))  # type: ignore[call-overload]
    slugs = sorted(people)
    for some in (slugs[at : at + AT_ONCE] for at in range(0, len(slugs), AT_ONCE)):
        number = case({slug: people[slug] for slug in some}, value=col(Pack.slug))
        changed = update(Pack).where(col(Pack.slug).in_(some), col(Pack.rising) != number)
        await session.exec(changed.values(rising=number, **same_age))  # type: ignore[call-overload]
