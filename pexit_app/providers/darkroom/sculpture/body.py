"""Neck, shoulders and chest, bare; and the simpler trunk that stands under clothes."""
import math

from .forms import BARE, ROLL_NECK, TOGA, TOGA_LEFT, Form
from .jit import jit
from .solids import bell, common, ellipsoid, limb, ramp, union


@jit
def is_open(form: Form) -> bool:
    """Whether the garment leaves a shoulder bare."""
    return form.garment == TOGA or form.garment == TOGA_LEFT or form.garment == BARE


@jit
def neck(x: float, y: float, z: float, form: Form) -> float:
    across = math.sqrt(x * x + 0.0015)
    width = form.neck_width
    rise = min(max((y + 1.95) / 1.4, 0.0), 1.0)
    centre = -0.42 + 0.24 * rise
    radius = width * (1.05 - 0.05 * rise) + 0.10 * bell(y + 2.0, 0.22)
    d = (math.sqrt(x * x + ((z - centre) / 1.08) ** 2) - radius) * 0.93
    d = common(common(d, y + 0.35, 0.2), -(y + 2.3), 0.2)
    cord = limb(across, y, z, 0.43 * width / 0.37, -0.50, -0.22, 0.085, -1.86, 0.085, 0.062, 0.050)
    d = union(d, cord + 0.016, 0.18)
    if form.jaw > 0.3:
        d = union(d, ellipsoid(x, y + 1.20, z - (centre + radius * 1.04), 0.07, 0.12, 0.06), 0.12)
    return d


@jit
def torso(x: float, y: float, z: float, form: Form) -> float:
    """Chest, trapezius, deltoids, upper arms, pectorals."""
    across = math.sqrt(x * x + 0.004)
    width, build = form.shoulder_width, form.build
    d = ellipsoid(x, y + 3.25, z + 0.35, 1.18 * (0.75 + 0.25 * build) * width / 1.55, 1.62, 0.70 * build)
    slope = limb(across, y, z, 0.20, -1.40, -0.46, width - 0.10, -2.18, -0.42, 0.16 * build, 0.23 * build)
    d = union(d, slope, 0.60)
    d = union(d, ellipsoid(across - width + 0.03, y + 2.50, z + 0.40, 0.34 * build, 0.50, 0.38 * build), 0.38)
    arm = limb(across, y, z, width + 0.01, -2.5, -0.42, width + 0.03, -4.9, -0.36, 0.31 * build, 0.29 * build)
    d = union(d, arm, 0.40)
    return union(d, ellipsoid(across - 0.58 * width / 1.55, y + 2.78, z - 0.02, 0.52, 0.46, 0.36 * build), 0.35)


@jit
def collarbones(x: float, y: float, z: float, form: Form) -> float:
    across, width = abs(x), form.shoulder_width
    inner = limb(across, y, z, 0.12, -1.95, 0.10, 0.62, -1.93, 0.01, 0.052, 0.034)
    outer = limb(across, y, z, 0.62, -1.93, 0.01, width - 0.22, -2.00, -0.30, 0.034, 0.034)
    return union(inner, outer, 0.25)


@jit
def body(x: float, y: float, z: float, nx: float, nz: float, form: Form) -> float:
    """Bare body at a point; (nx, nz) is the same point in the neck's frame, which follows the head's turn."""
    if y > -0.75:
        return neck(nx, y, nz, form)
    d = torso(x, y, z, form)
    if is_open(form):
        d = union(d, neck(nx, y, nz, form), 0.22)
        d = union(d, collarbones(x, y, z, form) + 0.062, 0.24)
        return common(d, -ellipsoid(x, y + 1.84, z - 0.24, 0.085, 0.12, 0.13), 0.16)
    # Under clothes only what an opening shows may stand proud of them.
    d += 0.30 * ramp(0.25, 0.70, abs(x))
    d = union(d, neck(nx, y, nz, form), 0.22)
    if form.garment == ROLL_NECK:
        d += 0.12 * ramp(-1.35, -1.60, y)
    return common(d, -ellipsoid(x, y + 1.84, z - 0.24, 0.085, 0.12, 0.13), 0.16)


@jit
def trunk(x: float, y: float, z: float, form: Form) -> float:
    """What cloth lies on: no anatomy, sloping shoulders, arms close to the side."""
    across = math.sqrt(x * x + 0.01)
    width, build = form.shoulder_width, form.build
    d = ellipsoid(x, y + 3.2, z + 0.33, 1.04 * (0.75 + 0.25 * build) * width / 1.55, 1.58, 0.70 * build)
    slope = limb(across, y, z, 0.18, -1.42, -0.44, width - 0.13, -2.16, -0.42, 0.17 * build, 0.23 * build)
    d = union(d, slope, 0.58)
    arm = limb(across, y, z, width - 0.10, -2.52, -0.41, width + 0.02, -5.2, -0.34, 0.34 * build, 0.37 * build)
    d = union(d, arm, 0.42)
    return union(d, ellipsoid(x, y + 2.85, z - 0.02, 0.80 * width / 1.55, 0.60, 0.34 * build), 0.55)
