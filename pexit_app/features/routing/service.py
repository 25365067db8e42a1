"""Who is asked for what: one row a kind of work, the operator's to change. See docs/providers.md.

A provider is asked only where it is configured (a key is set) and can do that kind of work, the primary before the
backup. Whoever was found to be down goes last, not away.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import deps
from pexit_app.core.clock import now
from pexit_app.core.ports import Capabilities, ImageProvider, Kind, LikenessTrainer
from pexit_app.features.routing import breaker
from pexit_app.features.routing.models import Route, Submission
from pexit_app.features.routing.table import ROUTES, RouteRow, check_route

MEDIAN_OF = 20  # runs: enough that one slow one does not count, few enough that a faster model shows the same day


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who can be asked for `kind`: `model` is the provider's own name for what does it. It costs the user
    `dust`, is given up after `timeout_s` and takes `expected_s` as a rule (seconds, the table's)."""

    kind: Kind
    provider: str
    model: str
    dust: int
    timeout_s: int
    expected_s: int


def capabilities(kind: Kind, provider: str) -> Capabilities | None:
    """Of a provider that is configured and can do `kind`; None otherwise."""
    here = deps.get()
    found: Mapping[str, ImageProvider] | Mapping[str, LikenessTrainer]
    found = here.gpu_trainers if kind == Kind.TRAIN else here.gpu_images
    if (one := found.get(provider)) is None:
        return None
    able = one.capabilities()
    return able if kind in able.kinds else None


async def find_route(session: AsyncSession, kind: Kind) -> RouteRow:
    """The operator's row, else the house's."""
    row = (await session.exec(select(Route).where(Route.kind == kind))).first()
    return ROUTES[kind] if row is None else _row_of(row)


async def list_routes(session: AsyncSession) -> dict[Kind, RouteRow]:
    """Every kind, in the order of the enum."""
    rows = {row.kind: _row_of(row) for row in (await session.exec(select(Route))).all()}
    return {kind: rows.get(kind, ROUTES[kind]) for kind in Kind}


def _row_of(row: Route) -> RouteRow:
    return RouteRow(
        row.primary_provider,
        row.primary_model,
        row.backup_provider,
        row.backup_model,
        row.dust,
        row.timeout_s,
        row.expected_s,
    )


async def choices(session: AsyncSession, kind: Kind) -> list[Choice]:
    """Whom to ask, in order; empty: nobody can."""
    found = _choices_of(kind, await find_route(session, kind))
    return sorted(found, key=lambda each: breaker.is_open(each.provider))


def _choices_of(kind: Kind, route: RouteRow) -> list[Choice]:
    return [
        Choice(kind, provider, model, route.dust, route.timeout_s, route.expected_s)
        for provider, model in route.in_order
        if capabilities(kind, provider) is not None
    ]


async def price(session: AsyncSession, kind: Kind) -> int | None:
    """Dust for one of `kind`; None where nobody can do it."""
    route = await find_route(session, kind)
    return route.dust if _choices_of(kind, route) else None


async def offered(session: AsyncSession) -> frozenset[Kind]:
    """What somebody here can be asked for."""
    routes = await list_routes(session)
    return frozenset(kind for kind, route in routes.items() if _choices_of(kind, route))


async def set_route(session: AsyncSession, kind: Kind, route: RouteRow) -> None:
    """The operator's row from now on; what was quoted or is under way stands. Raises BadInput naming each field."""
    check_route(route)
    new = insert(Route).values(id=uuid4(), kind=kind, **asdict(route))
    changed = {**asdict(route), "updated_at": now()}
    await session.exec(new.on_conflict_do_update(index_elements=[col(Route.kind)], set_=changed))


async def seed_routes(session: AsyncSession) -> None:
    """Writes the house's rows into the table, where the operator has set none."""
    rows = [{"id": uuid4(), "kind": kind, **asdict(route)} for kind, route in ROUTES.items()]
    await session.exec(insert(Route).values(rows).on_conflict_do_nothing())


async def expected_s(session: AsyncSession, choice: Choice) -> float:
    """Seconds from the start at the provider to the end: the median of our last runs of this model, else the table's."""
    began = func.coalesce(Submission.started_at, Submission.taken_at, Submission.intent_at)
    took = func.extract("epoch", col(Submission.ended_at) - began).label("took")
    last = (
        select(took)
        .where(Submission.provider == choice.provider, Submission.model == choice.model, Submission.outcome == "done")
        .order_by(col(Submission.ended_at).desc())
        .limit(MEDIAN_OF)
        .subquery()
    )
    median = await session.scalar(select(func.percentile_cont(0.5).within_group(last.c.took)))
    return float(choice.expected_s) if median is None else max(0.0, float(median))


async def eta_s(
    session: AsyncSession, choice: Choice, started_at: datetime | None, queue_position: int | None
) -> float:
    """Seconds until it is done, as far as our past runs tell; 0 when it should be by now. What waits (`started_at` None)
    first lets those ahead pass, as many at once as the provider takes of us."""
    return left_s(await expected_s(session, choice), choice, started_at, queue_position)


def left_s(run_s: float, choice: Choice, started_at: datetime | None, queue_position: int | None) -> float:
    """The same where it is known already that a run takes `run_s`."""
    if started_at is not None:
        return max(0.0, run_s - (now() - started_at).total_seconds())
    able = capabilities(choice.kind, choice.provider)
    at_once = max(1, able.at_once) if able else 1
    return run_s * (1 + (queue_position or 0) / at_once)
