"""Hair as masses first and strands second, the way a sculptor blocks it in."""
import math

from .forms import AFRO, CURLS, FINGER_WAVES, TOPKNOT, TURBAN, Form
from .head import skull
from .jit import jit
from .solids import bell, cells, common, ellipsoid, noise, ramp, union

NOTHING = 9.0


@jit
def _behind_hairline(x: float, y: float, z: float, forward: float) -> float:
    """Above 0 on the hair's side: one clean sweep from the forehead by the temple to the ear."""
    across = math.sqrt(x * x + 0.002)
    line = 0.075 + (0.405 + forward) * ramp(-0.02, 0.86, y) - 0.05 * ramp(0.0, -0.4, y)
    return union((line - z) * 0.82, ellipsoid(across - 0.72, y + 0.17, z - 0.01, 0.15, 0.30, 0.165), 0.10)


@jit
def _finger_waves(x: float, y: float, z: float, form: Form) -> float:
    """A 1920s bob: bands of S-waves off a side parting, curling in below the ears."""
    d = ellipsoid(x, y - 0.25, z + 0.14, form.skull_width + 0.115, form.skull_height + 0.095, form.skull_depth + 0.09)
    d = union(d, ellipsoid(x, y + 0.22, z + 0.18, form.skull_width + 0.15, 0.60, 0.74), 0.25)
    part = x - 0.20
    turn = math.atan2(part, z + 0.10)
    face = ellipsoid(x - 0.01, y + 0.16, z - 1.02, 0.500, 0.735 - 0.05 * ramp(0.1, -0.3, x), 0.92)
    crown = ramp(0.98, 0.70, y)
    band = abs(math.sin(8.2 * (y - 0.10 * math.cos(2.2 * turn)) + 0.9))
    band = band * band * 0.3 + 0.7 * math.sqrt(band * band + 0.004)
    d -= (0.050 * band - 0.022) * crown
    strands = math.sin(66.0 * (turn + 0.10 * math.cos(16.4 * (y - 0.10 * math.cos(2.2 * turn)) + 1.8)))
    d -= 0.0045 * strands * ramp(0.02, 0.25, math.sqrt(part * part + (z + 0.1) ** 2)) * crown
    d += 0.024 * bell(part, 0.034) * ramp(-0.1, 0.3, z) * ramp(0.5, 0.75, y)
    d = common(d, -face, 0.07)
    return common(d, -(y + 0.60 + 0.05 * math.cos(2.0 * turn)), 0.12)


@jit
def _topknot(x: float, y: float, z: float, form: Form) -> float:
    """Combed up from a low hairline into a twisted knot."""
    edge = _behind_hairline(x, y, z, 0.135)
    d = skull(x, y - 0.01, z + 0.01, form) - 0.016 - 0.052 * ramp(-0.02, 0.25, edge)
    ky, kz = y - 1.10, z + 0.34
    locks = math.sin(math.atan2(x, kz) * 17.0 + 1.6 * noise(x * 2.5, y * 2.5, z * 2.5))
    comb = 0.024 * (1.0 - math.sqrt(abs(locks) + 0.03)) + 0.004 * math.sin(math.atan2(x, kz) * 90.0)
    d += comb * ramp(0.05, 0.3, math.sqrt(x * x + kz * kz)) * (0.25 + 0.75 * ramp(0.0, 0.20, edge))
    d = common(common(d, -edge, 0.022), -(y + 0.46 + 0.15 * z), 0.06)
    knot = ellipsoid(x, ky, kz, 0.35, 0.27, 0.34)
    turn = math.atan2(kz, x)
    knot += 0.012 - 0.030 * abs(math.sin(2.0 * turn + ky * 5.5)) + 0.005 * math.sin(18.0 * turn + ky * 50.0)
    tie = math.sqrt((math.sqrt(x * x + kz * kz) - 0.21) ** 2 + (ky + 0.22) ** 2) - 0.05
    return union(d, union(knot, tie, 0.03), 0.03)


@jit
def _afro(x: float, y: float, z: float) -> float:
    """One round mass of curls, open at the face."""
    d = ellipsoid(x, y - 0.34, z + 0.22, 0.98, 0.90, 0.95)
    d = union(d, ellipsoid(x, y + 0.03, z + 0.28, 0.88, 0.60, 0.76), 0.2)
    d = common(d, -ellipsoid(x, y + 0.30, z - 0.86, 0.60, 0.95, 0.80), 0.10)
    d = common(d, -(y + 0.50), 0.16)
    if d < 0.25:
        d -= 0.060 * (0.62 - cells(x * 6.2, y * 6.2, z * 6.2)) + 0.012 * (noise(x * 26, y * 26, z * 26) - 0.5)
    return d


@jit
def _turban(x: float, y: float, z: float) -> float:
    """Stacked wraps that cross above the brow."""
    across = math.sqrt(x * x + 0.01)
    d = ellipsoid(x, y - 0.50, z + 0.24, 0.82, 0.68, 0.91)
    rim = y - 0.02 - 0.40 * ramp(-0.3, 0.62, z) + 0.10 * ramp(-0.4, -0.9, z)
    d = common(d, -rim * 0.9, 0.10)
    run = y * 0.95 - 0.35 * z + 0.30 * across
    d -= 0.058 * math.sqrt(abs(math.sin(run * 7.5)) + 0.02) - 0.035
    return d - 0.004 * math.sin(run * 30.0 + 1.5 * noise(x * 2.0, y * 2.0, z * 2.0))


@jit
def _curls(x: float, y: float, z: float, form: Form) -> float:
    """Short antique curls: a close cap of dabs, its edge broken up by them."""
    edge = _behind_hairline(x, y, z, 0.125)
    d = skull(x, y - 0.012, z + 0.012, form) - 0.030 - 0.045 * ramp(-0.02, 0.22, edge)
    lift = 0.0
    if d < 0.25:
        flow = y * 2.0 + 0.5 * noise(x * 3.0, y * 3.0, z * 3.0)
        lift = 0.062 * (0.60 - cells(x * 7.2, flow + y * 5.0, z * 7.2)) + 0.010 * (noise(x * 30, y * 30, z * 30) - 0.5)
    d = common(d, -(edge + 0.55 * lift), 0.030) - lift * ramp(-0.04, 0.10, edge)
    return common(d, -(y + 0.42 + 0.10 * ramp(-0.2, -0.9, z)), 0.05)


@jit
def hair(x: float, y: float, z: float, form: Form) -> float:
    if form.hair == FINGER_WAVES:
        return _finger_waves(x, y, z, form)
    if form.hair == TOPKNOT:
        return _topknot(x, y, z, form)
    if form.hair == AFRO:
        return _afro(x, y, z)
    if form.hair == TURBAN:
        return _turban(x, y, z)
    if form.hair == CURLS:
        return _curls(x, y, z, form)
    return NOTHING
