"""Who is asked for what, in which order, for how much."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import func, select

from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput
from pexit_app.core.ports import Kind, NotTaken
from pexit_app.features.routing import breaker, service, table
from pexit_app.features.routing.models import Route
from pexit_app.features.routing.service import Choice
from tests.features.routing.support import Able, ended, submission, use

FAL, REPLICATE = Able("fal"), Able("replicate")
TRAINS = {Kind.TRAIN}
FLUX = Choice(Kind.GENERATE, "fal", "fal-ai/flux-lora", 5, 300, 25)


def providers(found: list[Choice]) -> list[str]:
    return [each.provider for each in found]


async def test_without_a_key_nobody_is_asked_and_nothing_is_offered(session):
    assert await service.choices(session, Kind.GENERATE) == []
    assert await service.price(session, Kind.GENERATE) is None
    assert await service.offered(session) == frozenset()


async def test_the_primary_comes_first_and_the_backup_behind_it(session):
    use([REPLICATE, FAL])
    first, second = await service.choices(session, Kind.GENERATE)
    assert first == FLUX
    assert second == replace(FLUX, provider="replicate", model="black-forest-labs/flux-dev-lora")


async def test_where_only_the_backup_is_configured_it_is_the_first_choice(session):
    use([REPLICATE])
    assert providers(await service.choices(session, Kind.EDIT)) == ["replicate"]
    assert await service.price(session, Kind.EDIT) == 6


async def test_only_who_can_do_it_is_asked(session):
    use([Able("fal", {Kind.UPSCALE}), Able("replicate", {Kind.UPSCALE, Kind.FILL})], [Able("replicate", TRAINS)])
    assert providers(await service.choices(session, Kind.UPSCALE)) == ["fal", "replicate"]
    assert providers(await service.choices(session, Kind.FILL)) == ["replicate"]
    assert providers(await service.choices(session, Kind.TRAIN)) == ["replicate"]
    assert await service.offered(session) == {Kind.UPSCALE, Kind.FILL, Kind.TRAIN}


async def test_a_trainer_makes_no_pictures_whatever_it_says(session):
    use([], [Able("fal", set(Kind))])
    assert await service.offered(session) == {Kind.TRAIN}


async def test_whoever_is_down_goes_last_but_stays(session):
    use([FAL, REPLICATE])
    await break_down("fal")
    assert providers(await service.choices(session, Kind.GENERATE)) == ["replicate", "fal"]
    await break_down("replicate")
    assert providers(await service.choices(session, Kind.GENERATE)) == ["fal", "replicate"]


async def break_down(provider: str) -> None:
    for _ in range(breaker.OUTAGES):
        with pytest.raises(NotTaken):
            async with breaker.guarded(provider):
                raise NotTaken("down", is_outage=True)
    assert breaker.is_open(provider)


async def test_seeding_fills_the_table_and_leaves_the_operators_rows_alone(session):
    mine = replace(table.ROUTES[Kind.FILL], dust=9)
    await service.set_route(session, Kind.FILL, mine)
    await service.seed_routes(session)
    await service.seed_routes(session)
    assert await service.list_routes(session) == {**table.ROUTES, Kind.FILL: mine}
    assert (await session.exec(select(func.count()).select_from(Route))).one() == len(Kind)


async def test_the_operators_row_holds_until_the_next(session):
    use([FAL, REPLICATE])
    await service.seed_routes(session)
    alone = replace(table.ROUTES[Kind.GENERATE], backup_provider="", backup_model="", dust=4, timeout_s=180)
    await service.set_route(session, Kind.GENERATE, alone)
    assert await service.choices(session, Kind.GENERATE) == [replace(FLUX, dust=4, timeout_s=180)]
    await service.set_route(session, Kind.GENERATE, replace(alone, dust=0))
    assert await service.price(session, Kind.GENERATE) == 0


@pytest.mark.parametrize("kind", Kind)
def test_the_house_starts_with_rows_that_an_operator_could_write(kind):
    table.check_route(table.ROUTES[kind])
    assert table.ROUTES[kind].in_order[0][0] == "fal"
    assert table.ROUTES[kind].in_order[1][0] == "replicate"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"primary_provider": "fall"}, "primary"),
        ({"primary_provider": "", "primary_model": ""}, "primary"),
        ({"primary_model": "flux"}, "primary"),
        ({"primary_model": "fal-ai/flux lora"}, "primary"),
        ({"primary_model": "fal-ai/../flux#1"}, "primary"),
        ({"primary_model": "fal-ai/" + "f" * 200}, "primary"),
        ({"backup_provider": "darkroom"}, "backup"),
        ({"backup_provider": "fal"}, "backup"),
        ({"backup_provider": ""}, "backup"),
        ({"dust": -1}, "dust"),
        ({"dust": table.MAX_DUST + 1}, "dust"),
        ({"timeout_s": 0}, "timeout"),
        ({"expected_s": 0}, "expected"),
        ({"expected_s": 301}, "expected"),
    ],
)
async def test_a_row_that_cannot_be_is_refused_by_its_field(session, change, field):
    with pytest.raises(BadInput) as refused:
        await service.set_route(session, Kind.GENERATE, replace(table.ROUTES[Kind.GENERATE], **change))
    assert {problem.field for problem in refused.value.problems} == {field}
    assert await service.find_route(session, Kind.GENERATE) == table.ROUTES[Kind.GENERATE]


def test_every_fault_of_a_row_is_named_at_once():
    with pytest.raises(BadInput) as refused:
        table.check_route(replace(table.ROUTES[Kind.EDIT], primary_model="", dust=-1, timeout_s=0))
    assert [problem.field for problem in refused.value.problems] == ["primary", "dust", "timeout"]


async def test_without_runs_of_our_own_the_table_tells_how_long_it_takes(session):
    assert await service.expected_s(session, FLUX) == 25


async def test_the_median_of_the_last_runs_of_the_model_tells_it(session):
    session.add_all(ended(f"a{n}", took_s=10 + n, ago_s=n) for n in range(service.MEDIAN_OF))  # 10 to 29
    session.add_all(ended(f"old{n}", took_s=1000, ago_s=100 + n) for n in range(50))
    session.add_all(ended(f"failed{n}", took_s=1, outcome="failed") for n in range(50))
    session.add_all(ended(f"other{n}", took_s=2, model="fal-ai/flux-pro/kontext") for n in range(50))
    session.add(submission("running"))
    await session.flush()
    assert await service.expected_s(session, FLUX) == pytest.approx(19.5)


async def test_a_run_whose_start_nobody_told_counts_from_when_it_was_taken(session):
    row = ended("a", took_s=500)
    row.started_at, row.taken_at = None, row.ended_at - timedelta(seconds=40)
    session.add(row)
    await session.flush()
    assert await service.expected_s(session, FLUX) == pytest.approx(40)


async def test_what_is_left_of_a_run_is_what_it_takes_without_what_it_took(session):
    started = now() - timedelta(seconds=10)
    assert await service.eta_s(session, FLUX, started, None) == pytest.approx(15, abs=5)
    assert await service.eta_s(session, FLUX, now() - timedelta(seconds=900), 3) == 0


async def test_what_waits_lets_those_ahead_pass_as_many_as_go_at_once(session):
    use([Able("fal", at_once=4)])
    assert await service.eta_s(session, FLUX, None, None) == 25
    assert await service.eta_s(session, FLUX, None, 8) == 75
    use()
    assert await service.eta_s(session, FLUX, None, 1) == 50
