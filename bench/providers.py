"""What Pexit adds to a provider: latency beside fal's own client, drift over many jobs, durable throughput, and what
waiting costs.

Run `python -m bench providers [--only NAME] [--jobs 20000] [--profile]`. Milliseconds depend on the machine and on who
else uses it; the ratios to the floor measured in the same run are what to compare. Latency goes from the dispatch of a
committed order to the commit of its end, with the embedded PostgreSQL, durable work and the disk store.
"""

import argparse
import asyncio
import contextlib
import cProfile
import gc
import pstats
import time
from collections.abc import AsyncIterator, Sequence

import httpx
import numpy as np
import psutil
from fal_client import AsyncClient

from bench import fal_service, scratch
from bench.instant import Instant, TimedFal
from pexit_app.core.ports import Kind
from pexit_app.features.routing.table import ROUTES
from tests.features.shoots.support import SIDE, STAGES

JOBS = 1_000  # in `make bench`; the claim of no drift is made over 20,000
BATCH, PER_USER = 200, 8
LATENCIES = ((1, 30), (20, 5), (200, 2))  # orders at once, rounds
TINY_PX = 64
OWN_FRAMES, WARM_UP = 600, 16
WAITING, SETTLE_S, WATCHED_S = 1_000, 20.0, 20.0
BUDGET_A_SECOND, BUDGET_CORE, BUDGET_ADDED_MS = 30, 0.1, 60
SECTIONS = ("latency", "drift", "own", "waiting")


def percentiles(taken: Sequence[float]) -> tuple[float, float]:
    p50, p95 = np.percentile(taken, (50, 95))
    return float(p50), float(p95)


async def raw_ms(client: AsyncClient, http: httpx.AsyncClient) -> float:
    """What anybody does with the official client: submit, wait, download."""
    began = time.perf_counter()
    size = {"width": SIDE, "height": SIDE}
    arguments = {"prompt": "a shore", "image_size": size, "num_images": 1, "output_format": "jpeg"}
    handle = await client.submit(ROUTES[Kind.GENERATE].primary_model, arguments)
    result = await handle.get()
    (await http.get(result["images"][0]["url"])).raise_for_status()
    return (time.perf_counter() - began) * 1000


async def latency() -> None:
    """Beside the floor: the official client and nothing else, at the same service, in the same run."""
    print(f"\nAn order over an instant provider, ms from dispatch to done ({scratch.load()}); as many places as orders")
    print(f"{'at once':>7}  {'':26} {'p50':>7} {'p95':>7} {'x floor p50':>12} {'p95':>6} {'added p50':>10}")
    with fal_service.running(finishes=True):
        async with scratch.opened() as house, httpx.AsyncClient() as http:
            client = AsyncClient(key=fal_service.KEY)
            most = max(count for count, _ in LATENCIES)
            fal = TimedFal(fal_service.KEY, house.store, lambda *_: None, house.clock, most)
            near = Instant(house.clock, is_repeatable=False, at_once=most, side=SIDE)
            for images in (fal, near):
                house.rent(images)
                await house.developed(WARM_UP)
            for count, rounds in LATENCIES:
                floor, rented, instant = [], [], []
                for _ in range(rounds):
                    floor += await asyncio.gather(*(raw_ms(client, http) for _ in range(count)))
                    house.rent(fal)
                    rented += await house.developed(count)
                    house.rent(near)
                    instant += await house.developed(count)
                low, low95 = percentiles(floor)
                print(f"{count:7}  {'floor: fal_client alone':26} {low:7.0f} {low95:7.0f}")
                for name, taken in (("Pexit with fal", rented), ("Pexit, provider in process", instant)):
                    p50, p95 = percentiles(taken)
                    added = p50 - low if taken is rented else p50
                    ratios = f"{p50 / low:12.1f} {p95 / low95:6.1f} {added:7.0f} ms"
                    print(f"{count:7}  {name:26} {p50:7.0f} {p95:7.0f} {ratios}", flush=True)
            await fal.close()
    print(f"Budget: {BUDGET_ADDED_MS} ms added at p50, one order at a time.")


async def drift(jobs: int, is_profiled: bool) -> None:
    """Whether the last jobs are as quick as the first, and the process as small."""
    print(f"\n{jobs} jobs through a rented provider that is instant, {BATCH} at once ({scratch.load()})")
    taken: list[float] = []
    seconds: list[float] = []
    async with scratch.opened() as house:
        house.rent(Instant(house.clock, is_repeatable=False, at_once=BATCH, side=TINY_PX))
        await house.developed(WARM_UP, PER_USER)
        gc.collect()
        before = rss_mb()
        async with profiled(is_profiled):
            while len(taken) < jobs:
                count = min(BATCH, jobs - len(taken))
                began = time.perf_counter()
                taken += await house.developed(count, PER_USER)
                seconds.append((time.perf_counter() - began) / count)
        gc.collect()
        after = rss_mb()
    part = max(1, min(2_000, jobs // 10))
    batches = max(1, part // BATCH)
    for name, some, paces in (
        ("first", taken[:part], seconds[:batches]),
        ("last", taken[-part:], seconds[-batches:]),
    ):
        p50, p95 = percentiles(some)
        print(f"{name:5} {part:5}: p50 {p50:6.0f} p95 {p95:6.0f} ms, {1 / np.mean(paces):5.1f} jobs/s with ordering")
    ratio = percentiles(taken[-part:])[0] / percentiles(taken[:part])[0]
    print(f"all {jobs}: {1 / np.mean(seconds):.1f} jobs/s; last / first p50 {ratio:.2f}")
    print(f"memory {before:.0f} MB at the start, {after:.0f} MB at the end")


async def own(is_profiled: bool) -> None:
    """Durable frames a second in one process, the rendering itself left out."""
    print(f"\n{OWN_FRAMES} frames of {SIDE} px from an own provider that is instant ({scratch.load()})")
    async with scratch.opened() as house:
        for name, stages in (("silent", ()), ("four stages told", STAGES)):
            house.own(Instant(house.clock, is_repeatable=True, at_once=BATCH, side=SIDE, stages=stages))
            await house.developed(WARM_UP, PER_USER)
            before, (ours, database) = 0.0, house.cpu_s()
            async with profiled(is_profiled):
                for _ in range(OWN_FRAMES // BATCH):
                    ordered = await house.order(BATCH, PER_USER)
                    began = time.perf_counter()
                    await house.dispatch(ordered)
                    await house.clock.all_in([each for _, ids in ordered for each in ids])
                    before += time.perf_counter() - began
            pace = OWN_FRAMES / before
            ours, database = ((b - a) / OWN_FRAMES * 1000 for a, b in zip((ours, database), house.cpu_s(), strict=True))
            verdict = "kept" if pace >= BUDGET_A_SECOND else "missed"
            cpu = f"processor ms a frame, ordering included: {ours:.0f} here, {database:.0f} in the database"
            print(f"{name:17} {pace:5.1f} frames/s (budget {BUDGET_A_SECOND}: {verdict}); {cpu}", flush=True)


async def waiting() -> None:
    """What orders cost while nothing happens to them."""
    print(f"\n{WAITING} rented orders that wait, no webhooks ({scratch.load()}); share of one core")
    for name, at_once in (("10 at fal, the rest in our line", 10), ("all at fal", WAITING)):
        with fal_service.running(finishes=False):
            async with scratch.opened() as house:
                fal = TimedFal(fal_service.KEY, house.store, lambda *_: None, house.clock, at_once)
                house.rent(fal)
                await house.dispatch(await house.order(WAITING, PER_USER))
                await fal.has_taken(at_once)
                await asyncio.sleep(SETTLE_S)
                began, (ours, database) = time.perf_counter(), house.cpu_s()
                await asyncio.sleep(WATCHED_S)
                passed = time.perf_counter() - began
                spent = zip((ours, database), house.cpu_s(), strict=True)
                ours, database = ((b - a) / passed for a, b in spent)
                verdict = "kept" if ours < BUDGET_CORE else "missed"
                print(f"{name:32} {ours:.2f} here (budget {BUDGET_CORE}: {verdict}), {database:.2f} in the database")


def rss_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 2**20


@contextlib.asynccontextmanager
async def profiled(is_wanted: bool) -> AsyncIterator[None]:
    """The event loop's thread under cProfile."""
    if not is_wanted:
        yield
        return
    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        for order in ("tottime", "cumulative"):
            pstats.Stats(profile).sort_stats(order).print_stats(45)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench providers")
    parser.add_argument("--jobs", type=int, default=JOBS, help="for the drift (default: %(default)s)")
    parser.add_argument("--only", choices=SECTIONS, help="one part of it")
    parser.add_argument("--profile", action="store_true", help="show where the event loop's time goes")
    given = parser.parse_args()
    parts = {
        "latency": latency,
        "drift": lambda: drift(given.jobs, given.profile),
        "own": lambda: own(given.profile),
        "waiting": waiting,
    }
    for name in (given.only,) if given.only else SECTIONS:
        asyncio.run(parts[name]())
    if given.only in (None, "drift") and given.jobs < 20_000:
        print("\nThe drift was measured over few jobs, for time's sake: `python -m bench providers --jobs 20000`.")


if __name__ == "__main__":
    main()
