"""On what terms a pack is had, for whoever owns it to set: a launch price, what its remixes pay on, whether it is still for
everybody. They hold at once; what was bought before stays bought."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, FieldProblem
from pexit_app.features.packs.definition import MAX_DUST, MAX_ROYALTY_PERCENT
from pexit_app.features.packs.models import Pack
from pexit_app.features.packs.versions import lock_owned

LONGEST_LAUNCH = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Launch:
    """Prices in dust, up to `until`."""

    fee_dust: int
    unlock_dust: int
    until: datetime


async def set_launch(session: AsyncSession, actor: Actor, pack_id: UUID, launch: Launch | None) -> Pack:
    """None ends it. Raises NotFound, BadInput."""
    pack = await lock_owned(session, actor, pack_id)
    if launch is not None:
        _check_launch(pack, launch)
    pack.launch_fee_dust = launch.fee_dust if launch else None
    pack.launch_unlock_dust = launch.unlock_dust if launch else None
    pack.launch_until = launch.until if launch else None
    return await _kept(session, pack)


def _check_launch(pack: Pack, launch: Launch) -> None:
    problems = [
        FieldProblem(name, f"A launch price goes from 0 to what {what} costs otherwise: {most} dust.", dust, most)
        for name, what, dust, most in (
            ("launch_fee_dust", "a frame", launch.fee_dust, pack.price_dust),
            ("launch_unlock_dust", "unlocking", launch.unlock_dust, pack.unlock_dust),
        )
        if not 0 <= dust <= min(most, MAX_DUST)
    ]
    if launch.until.tzinfo is None or not now() < launch.until <= now() + LONGEST_LAUNCH:
        message = f"A launch price ends within {LONGEST_LAUNCH.days} days from now: give the day and its time zone."
        problems.append(FieldProblem("launch_until", message, launch.until.isoformat()))
    if problems:
        raise BadInput(problems[0].message, problems)


async def set_royalty(session: AsyncSession, actor: Actor, pack_id: UUID, percent: int) -> Pack:
    """For remixes first published from now on. Raises NotFound, BadInput."""
    pack = await lock_owned(session, actor, pack_id)
    owed = sum(int(each["percent"]) for each in pack.royalties)
    most = MAX_ROYALTY_PERCENT - owed
    if not 0 <= percent <= most:
        why = f" Of the {MAX_ROYALTY_PERCENT} in all its own sources get {owed}." if owed else ""
        raise BadInput.of("royalty_percent", f"Ask for 0 to {most} percent of what remixes earn.{why}", percent, most)
    pack.royalty_percent = percent
    return await _kept(session, pack)


async def set_archived(session: AsyncSession, actor: Actor, pack_id: UUID, is_archived: bool) -> Pack:
    """An archived pack is found by its address only, and rendered only by those who have used it. Raises NotFound."""
    pack = await lock_owned(session, actor, pack_id)
    pack.archived_at = (pack.archived_at or now()) if is_archived else None
    return await _kept(session, pack)


async def _kept(session: AsyncSession, pack: Pack) -> Pack:
    session.add(pack)
    await session.flush()
    return pack
