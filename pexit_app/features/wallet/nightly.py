"""What the wallet does by itself: importing this registers it.

Each minute, purchases that may have been paid without anybody telling are asked about. Each night (UTC), once whatever
restarts: refunds and disputes are asked about, then every check of the house is made. What it finds is written down, logged
and counted; nothing is repaired.
"""

from datetime import date

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import clock, db, deps, hooks, log, workflows
from pexit_app.core.cashier_ports import Cashier
from pexit_app.features.wallet import audit, buying, purchases
from pexit_app.features.wallet.models import Reconciliation

RECONCILE = "reconcile"
MAX_KEPT = 200  # sentences of one night
logger = log.get("wallet")

hooks.on_reconcile(audit.reconcile)
hooks.on_reconcile(purchases.reconcile)


@workflows.sweep
async def ask_about_purchases() -> None:
    await buying.ask_about_open()


@workflows.sweep
async def begin_the_night() -> None:
    """The day's name is the run's: one run a day, however often this is said."""
    day = clock.now().date().isoformat()
    async with db.transaction() as session:
        is_done = await read_night(session, date.fromisoformat(day)) is not None
    if not is_done:
        await workflows.start(RECONCILE, f"{RECONCILE}:{day}", day)


@workflows.workflow(RECONCILE)
async def reconcile_day(day: str) -> None:
    await buying.ask_about_paid()
    problems = await find_problems(deps.get().cashier)
    async with db.transaction() as session:
        if await read_night(session, date.fromisoformat(day)) is None:
            session.add(Reconciliation(day=date.fromisoformat(day), problems=problems[:MAX_KEPT]))
    if problems:
        logger.error("reconcile found problems", day=day, count=len(problems), problems=problems[:20])
    else:
        logger.info("reconcile", day=day, count=0)


async def find_problems(till: Cashier | None) -> list[str]:
    """A sentence for each thing that does not add up: in the ledger, in the slices' rows, at the cashier."""
    async with db.transaction() as session:
        problems = await hooks.run_reconcile(session)
    return [*problems, *await buying.differences(till)]


async def read_night(session: AsyncSession, day: date) -> Reconciliation | None:
    return (await session.exec(select(Reconciliation).where(Reconciliation.day == day))).first()
