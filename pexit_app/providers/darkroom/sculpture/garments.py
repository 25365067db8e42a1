"""Clothes laid over the trunk: offset, cut open, folded."""
import math

from .forms import ROLL_NECK, STAND_COLLAR, TOGA, TOGA_LEFT, WRAP, Form
from .jit import jit
from .solids import bell, common, noise, ramp, union

NOTHING = 9.0


@jit
def _tension(x: float, y: float, z: float) -> float:
    """Soft folds that run from the armpits and down the sleeve."""
    across = abs(x)
    reach = math.sqrt((across - 0.98) ** 2 + (y + 2.75) ** 2)
    turn = math.atan2(y + 2.75, across - 0.98)
    fan = math.sin(turn * 7.0 + reach * 3.0 + 1.5 * noise(x * 1.3, y * 1.3, z * 1.3))
    fan *= bell(reach - 0.62, 0.34) * ramp(0.18, 0.62, reach)
    sleeve = math.sin(y * 6.5 + across * 4.0 + 2.0 * noise(x * 2.0, y, z)) * ramp(1.0, 1.3, across)
    return 0.018 * fan + 0.012 * sleeve * ramp(-2.6, -3.3, y)


@jit
def _roll_neck(x: float, y: float, z: float, form: Form, trunk: float) -> float:
    """A knitted jumper: ribbed roll collar, folded over once."""
    rise = min(max((y + 1.95) / 1.4, 0.0), 1.0)
    centre = -0.42 + 0.24 * rise
    turn = math.atan2(x, z - centre)
    radius = math.sqrt(x * x + ((z - centre) / 1.06) ** 2)
    top = -1.22 - 0.10 * math.cos(turn)
    collar = radius - form.neck_width - 0.115
    collar = common(common(collar, y - top, 0.07), -(y + 2.1), 0.1)
    fold = math.sqrt((radius - form.neck_width - 0.105) ** 2 + (y - (top - 0.22)) ** 2 * 0.16) - 0.075
    collar = union(collar, fold, 0.05) + 0.0085 * math.cos(turn * 42.0)
    knit = 0.0018 * math.cos(x * 110.0) * ramp(-1.9, -2.3, y)
    return union(common(trunk - 0.03, y + 1.46, 0.2) + knit, collar, 0.12) - _tension(x, y, z)


@jit
def _stand_collar(x: float, y: float, z: float, form: Form, trunk: float) -> float:
    """A jacket with an open stand collar, a placket and cloth buttons."""
    centre = -0.40 + 0.10 * (y + 1.95)
    radius = math.sqrt(x * x + ((z - centre) / 1.10) ** 2)
    top = -1.42 - 0.20 * ramp(-0.2, 0.5, z)
    collar = abs(radius - form.neck_width - 0.10 - 0.10 * (y + 1.9)) - 0.030
    collar = common(common(collar, y - top, 0.03), -(y + 2.15), 0.1)
    gap = 0.05 + 0.16 * max(y + 1.98, 0.0)
    collar = common(collar, -common(abs(x) - gap, -z, 0.05), 0.03)
    d = union(common(trunk - 0.03, y + 1.52, 0.2), collar, 0.08)
    front = ramp(0.0, 0.2, z)
    d += 0.024 * bell(x - 0.075, 0.016) * front - 0.008 * ramp(0.080, 0.060, x) * ramp(-0.12, -0.095, x) * front
    nearest = y + 2.16 - 0.36 * math.floor((y + 2.16) / 0.36 + 0.5)
    button = math.sqrt((x + 0.015) ** 2 + nearest * nearest) - 0.042
    if y < -2.0:
        d -= 0.026 * ramp(0.020, -0.020, button) * front
    return d - _tension(x, y, z)


@jit
def _wrap(x: float, y: float, z: float, trunk: float) -> float:
    """Two fronts crossed at the breast, each with a broad band."""
    fall = -1.55 - y
    right = x + 0.04 - (0.36 - 0.33 * fall)
    left = -x + 0.04 - (0.36 - 0.33 * fall)
    shell = common(trunk - 0.060, y + 1.40, 0.12)
    under = common(shell, -left, 0.03)
    under = union(under, common(common(trunk - 0.100, -left, 0.03), left - 0.20, 0.03), 0.015)
    over = common(shell - 0.040, -right, 0.03)
    over = union(over, common(common(trunk - 0.150, -right, 0.03), right - 0.20, 0.03), 0.015)
    stitched = 0.006 * (bell(right - 0.165, 0.010) + bell(left - 0.165, 0.010)) * ramp(-0.2, 0.1, z)
    return common(min(under, over), y + 1.36, 0.06) + stitched - _tension(x, y, z)


@jit
def _toga(x: float, y: float, z: float, trunk: float) -> float:
    """Heavy cloth slung from one shoulder, its folds fanning from there, a double roll at the edge."""
    edge = (y + 2.30) - 0.62 * (x + 0.1) + 0.10 * x * x
    d = common(trunk - 0.06, edge, 0.05)
    run = y + 2.3 - 0.62 * x + 0.12 * x * x
    phase = run * 11.0 + 0.9 * math.sin(x * 1.3 + 1.0) + 1.6 * noise(x * 1.1, y * 1.1, z * 1.1)
    depth = 0.050 * (0.45 + 0.55 * noise(x * 0.9 + 4.0, y * 0.9, z))
    depth *= (1.0 - 0.55 * ramp(1.0, 1.45, x)) * (1.0 - 0.5 * ramp(-3.0, -3.8, y))
    fold = math.sqrt(abs(math.sin(phase * 0.5)) + 0.02) * 1.6 - 1.0 + 0.25 * math.sin(phase * 1.7 + 2.0)
    d -= depth * fold
    rise = (trunk - 0.05) ** 2
    roll = math.sqrt(edge * edge + rise) - 0.070
    second = math.sqrt((edge + 0.16 + 0.04 * math.sin(x * 2.0)) ** 2 + rise) - 0.068
    return union(d, union(roll, second, 0.04) - 0.006 * math.sin(x * 9.0 + y * 12.0), 0.05)


@jit
def garment(x: float, y: float, z: float, form: Form, trunk: float) -> float:
    """Distance of the garment, given that of the trunk beneath it."""
    if form.garment == ROLL_NECK:
        return _roll_neck(x, y, z, form, trunk)
    if form.garment == STAND_COLLAR:
        return _stand_collar(x, y, z, form, trunk)
    if form.garment == WRAP:
        return _wrap(x, y, z, trunk)
    if form.garment == TOGA:
        return _toga(x, y, z, trunk)
    if form.garment == TOGA_LEFT:
        return _toga(-x, y, z, trunk)
    return NOTHING
