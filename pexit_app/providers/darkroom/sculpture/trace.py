"""Sphere tracing: from a pose to per-pixel normals, positions, coverage and occlusion."""
import math

import numpy as np
from numpy.typing import NDArray

from .features import parting, vermilion
from .figure import figure, normal, to_head
from .forms import Form, Turn
from .jit import jit, jit_parallel, prange
from .solids import noise

Grid = NDArray[np.float32]

# Channels of the traced grid.
NORMAL = slice(0, 3)
WORLD = slice(3, 6)
HEAD = slice(6, 9)
MATERIAL = 9
OCCLUSION = 10
SKY = 11
ALPHA = 12
COVER = slice(13, 17)
CHANNELS = 17

_STEPS = 150
_NEAR = 1.75
_FAR = 2.0


@jit
def _march(dx: float, dy: float, dz: float, distance: float, form: Form, turn: Turn) -> tuple[float, int]:
    """Length of the ray from the eye at z = distance to the surface and the material there; -1 if it misses."""
    t, end = (distance - _NEAR) / -dz, (distance + _FAR) / -dz
    for _ in range(_STEPS):
        d, material = figure(dx * t, dy * t, distance + dz * t, form, turn)
        if d < 0.0008:
            return t, material
        t += d * 0.72
        if t > end:
            break
    return -1.0, 0


@jit
def _openness(
    x: float, y: float, z: float, nx: float, ny: float, nz: float, form: Form, turn: Turn, rays: NDArray[np.float64]
) -> tuple[float, float]:
    """How open the surface is to all sides, and to a sky above and ahead (cone tracing, after Quilez), both 0-1."""
    around, sky, around_all, sky_all = 0.0, 0.0, 0.0, 0.0
    for r in range(rays.shape[0]):
        vx, vy, vz = rays[r, 0], rays[r, 1], rays[r, 2]
        facing = vx * nx + vy * ny + vz * nz
        if facing < 0.08:
            continue
        free, reach = 1.0, 0.05
        for _ in range(5):
            d, _m = figure(x + nx * 0.012 + vx * reach, y + ny * 0.012 + vy * reach, z + nz * 0.012 + vz * reach,
                           form, turn)
            free = min(free, max(d / (reach * 0.55) + 0.02, 0.0))
            if free < 0.03:
                break
            reach *= 2.1
        above = facing * max(0.30 + 0.70 * vy + 0.25 * vz, 0.0)
        around, around_all = around + facing * free, around_all + facing
        sky, sky_all = sky + above * free, sky_all + above
    around /= max(around_all, 1e-6)
    return around, sky / sky_all if sky_all > 1e-4 else around


@jit_parallel
def trace(
    width: int, height: int, scale: float, centre_x: float, centre_y: float, distance: float,
    form: Form, turn: Turn, samples: int, wanted: NDArray[np.uint8], rays: NDArray[np.float64],
) -> Grid:
    """The grid (h,w,CHANNELS) float32 of the `wanted` pixels, `samples` squared rays each, from an eye at z = distance.

    `scale` px a unit, (centre_x, centre_y) px of the origin. Values are means over the rays that hit; MATERIAL is the
    last one hit, COVER the share of each. No `rays`, no occlusion.
    """
    grid = np.zeros((height, width, CHANNELS), np.float32)
    for j in prange(height):
        for i in range(width):
            if wanted[j, i] == 0:
                continue
            cell = grid[j, i]
            for sub in range(samples * samples):
                px = ((i + (sub % samples + 0.5) / samples) - centre_x) / scale
                py = (centre_y - (j + (sub // samples + 0.5) / samples)) / scale
                length = math.sqrt(px * px + py * py + distance * distance)
                dx, dy, dz = px / length, py / length, -distance / length
                t, material = _march(dx, dy, dz, distance, form, turn)
                if t < 0.0:
                    continue
                x, y, z = dx * t, dy * t, distance + dz * t
                nx, ny, nz = normal(x, y, z, 0.0022, form, turn)
                hx, hy, hz = to_head(x, y, z, turn)
                cell[0] += nx
                cell[1] += ny
                cell[2] += nz
                cell[3] += x
                cell[4] += y
                cell[5] += z
                cell[6] += hx
                cell[7] += hy
                cell[8] += hz
                cell[9] = material
                cell[12] += 1.0
                cell[13 + material] += 1.0
                if rays.shape[0] > 0:
                    around, sky = _openness(x, y, z, nx, ny, nz, form, turn, rays)
                    cell[10] += around
                    cell[11] += sky
            hits = cell[12]
            if hits > 0.0:
                for c in range(CHANNELS):
                    if c != 9 and c != 12:
                        cell[c] /= hits
                cell[12] = hits / (samples * samples)
    return grid


@jit_parallel
def noise_at(points: Grid, frequency: float, octaves: int, gain: float) -> Grid:
    """Fractal value noise 0-1 at points (n,3)."""
    out = np.zeros(points.shape[0], np.float32)
    for i in prange(points.shape[0]):
        amplitude, total, value, f = 1.0, 0.0, 0.0, frequency
        for k in range(octaves):
            value += amplitude * noise(points[i, 0] * f + 17.3 * k, points[i, 1] * f - 5.1 * k,
                                       points[i, 2] * f + 3.7 * k)
            total += amplitude
            amplitude *= gain
            f *= 2.03
        out[i] = value / total
    return out


@jit_parallel
def mouth_at(points: Grid, form: Form) -> Grid:
    """(n,2): lip colour and parting line at points of the head (n,3)."""
    out = np.zeros((points.shape[0], 2), np.float32)
    for i in prange(points.shape[0]):
        out[i, 0] = vermilion(points[i, 0], points[i, 1], points[i, 2], form)
        out[i, 1] = parting(points[i, 0], points[i, 1], points[i, 2], form)
    return out
