"""What creators and testers may do with trials. What is rendered in one, and who pays, is in seats.py.

Whatever changes a trial takes its creator's turn (core.events), whatever changes a tester theirs; both by id, where it is
both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, events, security
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.pages import Slice, newest_first
from pexit_app.features.identity import service as identity
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.service import OpenPack
from pexit_app.features.trials.errors import AlreadyTesting, OwnTrial, TooManyTrials, TrialFull, TrialOver
from pexit_app.features.trials.models import MAX_TESTERS, Trial, TrialTester
from pexit_app.features.trials.seats import is_running, seat_of
from pexit_app.features.wallet import service as wallet

LIFE = timedelta(days=14)  # of a trial: its link, and the free frames, end at one time
MAX_RUNNING = 10  # of one pack
MAX_TOKEN_CHARS = 60
Standing = Literal["open", "joined", "testing", "own", "full", "expired", "ended"]


@dataclass(frozen=True, slots=True)
class Seated:
    """A tester as the creator sees them: by fairyname only."""

    fairyname: str
    row: TrialTester


@dataclass(frozen=True, slots=True)
class OpenTrial:
    trial: Trial
    testers: Sequence[Seated]

    @property
    def standing(self) -> Literal["running", "expired", "ended"]:
        return _over(self.trial) or "running"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A trial as whoever opened its link sees it. `left` free frames: of this user's, or of each tester's before that."""

    trial: Trial
    pack: OpenPack
    standing: Standing
    left: int


async def make_trial(session: AsyncSession, actor: Actor, pack_id: UUID, testers: int) -> tuple[Trial, str]:
    """For a published pack of one's own, listed or not, at whatever version is live when somebody renders. The second
    value is the link's secret, which is not kept. Raises NotFound, BadInput, TooManyTrials."""
    if not 1 <= testers <= MAX_TESTERS:
        raise BadInput.of("testers", f"Invite 1 to {MAX_TESTERS} testers with one link.", testers, MAX_TESTERS)
    await events.take_turn(session, actor.user_id)  # two at once do not become the eleventh
    pack = (await packs.find_owned(session, actor, pack_id)).pack
    running = select(func.count()).select_from(Trial).where(Trial.pack_id == pack.id, is_running())
    if (await session.exec(running)).one() >= MAX_RUNNING:
        message = f"{MAX_RUNNING} trials of {pack.title} are running, and that is the most. End one first."
        raise TooManyTrials(message, {"limit": MAX_RUNNING})
    token = security.secret_token()
    trial = Trial(
        pack_id=pack.id,
        creator_id=actor.user_id,
        token_hash=security.sha256(token),
        testers=testers,
        expires_at=clock.now() + LIFE,
    )
    session.add(trial)
    await session.flush()
    return trial, token


async def list_trials(
    session: AsyncSession, actor: Actor, pack_id: UUID, cursor: str | None, limit: int
) -> Slice[Trial]:
    """Of a pack of one's own, newest first. Raises NotFound, BadInput for a bad cursor."""
    pack = (await packs.find_owned(session, actor, pack_id)).pack
    query = select(Trial).where(Trial.pack_id == pack.id, Trial.creator_id == actor.user_id)
    return await newest_first(session, query, Trial, cursor, limit)


async def open_trials(session: AsyncSession, trials: Sequence[Trial]) -> list[OpenTrial]:
    """With who takes part, in the order they came."""
    query = select(TrialTester).where(col(TrialTester.trial_id).in_([trial.id for trial in trials]))
    rows = (await session.exec(query.order_by(col(TrialTester.created_at)))).all()
    names = await identity.fairynames_of(session, [row.user_id for row in rows])
    return [
        OpenTrial(trial, [Seated(names[row.user_id], row) for row in rows if row.trial_id == trial.id])
        for trial in trials
    ]


async def find_trial(session: AsyncSession, actor: Actor, trial_id: UUID) -> Trial:
    """Raises NotFound, also for another's."""
    trial = await session.get(Trial, trial_id, populate_existing=True)
    if trial is None or trial.creator_id != actor.user_id:
        raise NotFound("There is no such trial of yours.")
    return trial


async def end_trial(session: AsyncSession, actor: Actor, trial_id: UUID) -> Trial:
    """Nobody orders free frames in it any more; those under way are finished. Ended before: it stays so. Raises
    NotFound."""
    await events.take_turn(session, actor.user_id)
    trial = await find_trial(session, actor, trial_id)
    if _over(trial) is None:
        trial.ended_at = clock.now()
        session.add(trial)
        await session.flush()
        await events.emit(session, actor.user_id, "trial.ended", {"trial_id": str(trial.id)})
    return trial


async def look(session: AsyncSession, token: str, user_id: UUID | None) -> Invitation:
    """What the link opens for this user (None: for anybody). Raises NotFound."""
    trial = await _by_token(session, token)
    pack = await packs.find_by_id(session, trial.pack_id)
    row = await _row_of(session, trial, user_id)
    left = trial.frames - (row.ordered if row else 0)
    return Invitation(trial, pack, await _standing(session, trial, row, user_id), left)


async def accept(session: AsyncSession, actor: Actor, token: str) -> TrialTester:
    """Takes a place; who has one keeps it. Raises NotFound, TrialOver, TrialFull, OwnTrial, AlreadyTesting."""
    trial = await _by_token(session, token)
    await wallet.lock_wallets(session, [actor.user_id, trial.creator_id])
    trial = await _by_token(session, token)  # as it is now
    row = await _row_of(session, trial, actor.user_id)
    standing = await _standing(session, trial, row, actor.user_id)
    if row is not None and standing == "joined":
        return row
    await _refuse(session, actor, trial, standing)
    row = TrialTester(trial_id=trial.id, user_id=actor.user_id)
    session.add(row)
    await session.flush()
    names = await identity.fairynames_of(session, [actor.user_id])
    data = {"trial_id": str(trial.id), "fairyname": names[actor.user_id]}
    await events.emit(session, trial.creator_id, "trial.joined", data)
    return row


async def _refuse(session: AsyncSession, actor: Actor, trial: Trial, standing: Standing) -> None:
    match standing:
        case "expired":
            raise TrialOver(f"This trial ended on {day(trial.expires_at)}.")
        case "ended":
            raise TrialOver("Its creator has ended this trial.")
        case "own":
            raise OwnTrial("This is your own pack. Send the link to somebody else.")
        case "full":
            raise TrialFull(f"All {trial.testers} places of this trial are taken.")
        case "testing":
            seat = await seat_of(session, actor.user_id, trial.pack_id)
            left = seat.left if seat else 0
            message = f"You are testing this pack already, with {left} free frames left. Use those first."
            raise AlreadyTesting(message, {"left": left})


async def _standing(session: AsyncSession, trial: Trial, row: TrialTester | None, user_id: UUID | None) -> Standing:
    if (over := _over(trial)) is not None:
        return over
    if row is not None:
        return "joined"
    if user_id == trial.creator_id:
        return "own"
    if user_id is not None and await seat_of(session, user_id, trial.pack_id) is not None:
        return "testing"
    taken = select(func.count()).select_from(TrialTester).where(TrialTester.trial_id == trial.id)
    return "full" if (await session.exec(taken)).one() >= trial.testers else "open"


def _over(trial: Trial) -> Literal["expired", "ended"] | None:
    if trial.ended_at is not None:
        return "ended"
    return "expired" if trial.expires_at <= clock.now() else None


def day(at: datetime) -> str:
    """`12 December 2026`, UTC."""
    return f"{at.day} {at:%B %Y}"


async def _by_token(session: AsyncSession, token: str) -> Trial:
    trial = None
    if token.isascii() and len(token) <= MAX_TOKEN_CHARS:
        query = select(Trial).where(Trial.token_hash == security.sha256(token))
        trial = (await session.exec(query, execution_options={"populate_existing": True})).first()
    if trial is None:
        raise NotFound("There is no such trial.")
    return trial


async def _row_of(session: AsyncSession, trial: Trial, user_id: UUID | None) -> TrialTester | None:
    query = select(TrialTester).where(TrialTester.trial_id == trial.id, TrialTester.user_id == user_id)
    return (await session.exec(query, execution_options={"populate_existing": True})).first()


async def joined(session: AsyncSession, actor: Actor) -> list[tuple[Trial, TrialTester]]:
    """The running trials this user takes part in; the one that ends first comes first."""
    query = select(Trial, TrialTester).join(TrialTester, col(TrialTester.trial_id) == col(Trial.id))
    query = query.where(TrialTester.user_id == actor.user_id, is_running())
    return list((await session.exec(query.order_by(col(Trial.expires_at)))).all())
