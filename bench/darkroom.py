"""Speed of the darkroom: drafts through the pool, renders in this process, each beside a plain numpy composite.

Run `python -m bench.darkroom [rounds]`. Milliseconds depend on the machine and on who else uses it; the ratio to the
composite floor, measured in the same run, is what to compare. Budget: draft p95 at 512 px <= 100 ms for photo and
<= 150 ms for the other styles, on 2 cores.
"""

import asyncio
import sys
import time
from collections.abc import Callable

import numpy as np

from pexit_app.core.ports import DraftOrder
from pexit_app.providers.darkroom import memory, persona_store
from pexit_app.providers.darkroom.encode import encode
from pexit_app.providers.darkroom.parameters import BACKDROPS, STYLES, parse
from pexit_app.providers.darkroom.provider import Darkroom
from pexit_app.providers.darkroom.render import draft, render

DRAFT_PX, RENDER_PX = 512, 1024
BUDGET_MS = {"photo": 100}
OTHER_BUDGET_MS = 150
TURNINGS = ("a knob", "the sun", "the seed")


def milliseconds(work: Callable[[], object], rounds: int) -> list[float]:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def floor_ms(side: int, rounds: int = 15) -> float:
    """The least any compositor does: one float32 alpha blend of two pictures, and bytes of it."""
    random = np.random.default_rng(0)
    behind, person = (random.random((side, side, 3), dtype=np.float32) for _ in range(2))
    alpha = random.random((side, side, 1), dtype=np.float32)

    def blend() -> np.ndarray:
        return ((behind * (1 - alpha) + person * alpha) * 255 + 0.5).astype(np.uint8)

    return float(np.median(milliseconds(blend, rounds)))


async def drafts(rounds: int) -> None:
    floor = floor_ms(DRAFT_PX)
    print(f"\nDrafts at {DRAFT_PX} px, as the server sees them (queue + render + encode); floor {floor:.1f} ms")
    print(f"{'style':12} {'turning':9} {'p50 ms':>7} {'p95 ms':>7} {'/ floor':>8}  budget")
    room = Darkroom()
    await room.start()
    try:
        for style in STYLES:
            for turning in TURNINGS:
                taken = [await _draft_ms(room, style, turning, i) for i in range(-3, rounds)][3:]
                p50, p95 = np.percentile(taken, (50, 95))
                budget = BUDGET_MS.get(style, OTHER_BUDGET_MS)
                verdict = "kept" if p95 <= budget else "over"
                print(f"{style:12} {turning:9} {p50:7.0f} {p95:7.0f} {p50 / floor:8.1f}  {budget} {verdict}")
    finally:
        await room.close()


def _turned(style: str, turning: str, i: int) -> tuple[dict[str, str | float], int]:
    """Look and seed. "a knob" leaves the background alone, "the sun" repaints it, "the seed" moves the person as well."""
    look: dict[str, str | float] = {"backdrop": BACKDROPS[0] if turning == "a knob" else "beach", "style": style}
    look |= {"light_strength": (i % 20) / 20} if turning == "a knob" else {"hour": 8 + (i % 50) / 5}
    return look, i + 3 if turning == "the seed" else 7


async def _draft_ms(room: Darkroom, style: str, turning: str, i: int) -> float:
    look, seed = _turned(style, turning, i)
    order = DraftOrder("standin:rosa", look, seed, "1:1", DRAFT_PX, "bench")
    began = time.perf_counter()
    await room.draft(order)
    return (time.perf_counter() - began) * 1000


def processor_time(rounds: int) -> None:
    """What a draft costs on a machine that is busy with other things: the processor's time, not the clock's."""
    print(f"\nProcessor milliseconds of a draft at {DRAFT_PX} px, median: {', '.join(TURNINGS)}")
    persona = persona_store.load("standin:rosa")
    for style in STYLES:
        medians = []
        for turning in TURNINGS:
            taken = []
            for i in range(-2, rounds):
                look, seed = _turned(style, turning, i)
                began = time.process_time()
                encode(draft(persona, parse(look), (DRAFT_PX, DRAFT_PX), seed), "jpeg", "standin:rosa", is_draft=True)
                taken.append((time.process_time() - began) * 1000)
            medians.append(float(np.median(taken[2:])))
        print(f"{style:12}" + "".join(f"{median:7.0f}" for median in medians))


def renders(rounds: int) -> None:
    floor = floor_ms(RENDER_PX)
    print(f"\nRenders at {RENDER_PX} px with JPEG; floor {floor:.1f} ms")
    print(f"{'backdrop':12} {'style':12} {'median ms':>9} {'/ floor':>8}")
    persona = persona_store.load("standin:rosa")
    pairs = [(backdrop, "photo") for backdrop in BACKDROPS] + [("mountains", style) for style in STYLES[1:]]
    for backdrop, style in pairs:
        look = parse({"backdrop": backdrop, "style": style})

        def work() -> bytes:
            picture = render(persona, look, (RENDER_PX, RENDER_PX), 7)  # noqa: B023 - called within this turn
            return encode(picture, "jpeg", "standin:rosa")

        work()
        median = float(np.median(milliseconds(work, max(rounds // 10, 3))))
        print(f"{backdrop:12} {style:12} {median:9.0f} {median / floor:8.1f}")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    memory.suit(is_draft=True)
    asyncio.run(drafts(rounds))
    processor_time(rounds)
    renders(rounds)


if __name__ == "__main__":
    main()
