"""Drafts over HTTP, as a drag asks for them: one after another, a knob a little further each time. Printed beside a numpy
composite of the same size measured in the same run."""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.conftest import open_to_database
from tests.support.server import start

ASKED = 60
SIZE = 512


def floor_ms() -> float:
    """What blending one picture over another of that size costs in plain numpy: median of 30."""
    rng = np.random.default_rng(0)
    front, back = (rng.random((SIZE, SIZE, 3), dtype=np.float32) for _ in range(2))
    alpha = rng.random((SIZE, SIZE, 1), dtype=np.float32)
    times = []
    for _ in range(30):
        started = time.perf_counter()
        (front * alpha + back * (1 - alpha)).clip(0, 1)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        server = start(open_to_database(Path(name)))
        try:
            client = server.client("bench@example.com")
            floor = floor_ms()
            print(f"floor: numpy composite at {SIZE} px, {floor:.1f} ms")
            for pack in client.get("/api/v1/packs").json()["data"]:
                whole = client.get(f"/api/v1/packs/{pack['slug']}").json()["data"]
                for scene in whole["scenes"]:
                    print_scene(client, pack["slug"], scene, whole["knobs"], floor)
        finally:
            server.stop()


def print_scene(client, slug: str, scene: dict, shared: list[dict], floor: float) -> None:  # type: ignore[no-untyped-def]
    slider = next(knob for knob in [*scene["knobs"], *shared] if knob["type"] == "slider")
    times = []
    for number in range(ASKED):
        value = slider["min"] + (slider["max"] - slider["min"]) * number / (ASKED - 1)
        body = {"likeness_id": None, "pack": slug, "scene": scene["id"], "seed": 7, "size": SIZE}
        started = time.perf_counter()
        client.post("/api/v1/drafts", json={**body, "knobs": {slider["id"]: value}}).raise_for_status()
        times.append((time.perf_counter() - started) * 1000)
    times = sorted(times[5:])
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    ratio, a_second = p95 / floor, 1000 / p50
    print(f"{slug:12} {scene['id']:14} p50 {p50:6.1f} p95 {p95:6.1f} ms {ratio:6.1f} x floor {a_second:5.1f} a second")
