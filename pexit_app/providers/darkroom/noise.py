"""Seeded noise that is the same picture at every size: grids are drawn at fixed sizes and then stretched."""

import zlib
from functools import lru_cache

import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Plane

_CACHED_PIXELS = 300_000


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one thing in the picture; independent of every other thing's and of process or hash seed."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def cloud(
    seed: int,
    name: str,
    width: int,
    height: int,
    across: float,
    down: float | None = None,
    octaves: int = 5,
    gain: float = 0.5,
) -> Plane:
    """Fractal value noise (h, w) in 0-1 with `across` x `down` cells in its lowest octave. Read only."""
    cells_down = across * height / width if down is None else down
    if width * height <= _CACHED_PIXELS:
        return _cached_cloud(seed, name, width, height, across, cells_down, octaves, gain)
    return _cloud(seed, name, width, height, across, cells_down, octaves, gain)


def _cloud(
    seed: int, name: str, width: int, height: int, across: float, down: float, octaves: int, gain: float
) -> Plane:
    total = np.zeros((height, width), np.float32)
    amplitude, weight = 1.0, 0.0
    random = stream(seed, name)
    for octave in range(octaves):
        cells = random.random((int(down * 2**octave) + 3, int(across * 2**octave) + 3), dtype=np.float32)
        if octave and cells.shape[1] > width * 1.5:
            break
        total += amplitude * raster.resize(cells, width, height, raster.CUBIC)
        weight += amplitude
        amplitude *= gain
    out: Plane = np.clip((total / weight - 0.5) * 1.6 + 0.5, 0, 1)
    out.setflags(write=False)
    return out


_cached_cloud = lru_cache(maxsize=40)(_cloud)


def forget() -> None:
    """Lets go of the noise kept for drafts."""
    _cached_cloud.cache_clear()


def swirl(image: Plane, seed: int, name: str, amount: float, cells: float = 3) -> Plane:
    """`image` displaced by noise up to `amount` frame heights: hides the lattice that value noise shows."""
    height, width = image.shape[:2]
    columns, rows = raster.pixel_grid(width, height)
    dx = cloud(seed, name + ".x", width, height, cells, octaves=4) - 0.5
    dy = cloud(seed, name + ".y", width, height, cells, octaves=4) - 0.5
    return raster.remap(image, columns + dx * (amount * height), rows + dy * (amount * height))
