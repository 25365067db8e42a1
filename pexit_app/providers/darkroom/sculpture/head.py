"""The head without hair: skull, planes of the face, brow, eyes, ears. Nose and mouth are in `features`, age in `age`."""
import math

from .age import aged
from .features import with_mouth, with_nose
from .forms import Form
from .jit import jit
from .solids import common, ellipsoid, limb, ramp, union

EYE_X = 0.275
EYE_Z = 0.425
EYE_RADIUS = 0.190


@jit
def skull(x: float, y: float, z: float, form: Form) -> float:
    across = math.sqrt(x * x + 0.008)
    d = ellipsoid(x, y - 0.27, z + 0.13, form.skull_width, form.skull_height, form.skull_depth)
    return union(d, ellipsoid(across - 0.18, y - 0.42, z - 0.34, 0.28, 0.25, 0.31), 0.26)


@jit
def _planes(x: float, y: float, z: float, across: float, form: Form) -> float:
    """Skull, mask of the face, cheekbones, cheeks, jaw, chin, temples, muzzle."""
    width = form.face_width
    d = union(skull(x, y, z, form), ellipsoid(x, y + 0.30, z - 0.17, width, form.face_length, 0.53), 0.20)
    chin = -0.30 - form.face_length
    cheekbone = ellipsoid(across - (width - 0.185), y + 0.12, z - 0.33, 0.20, 0.12, 0.20 + 0.03 * form.cheekbone)
    d = union(d, cheekbone, 0.22 - 0.04 * form.cheekbone)
    d = union(d, ellipsoid(across - 0.25, y + 0.34, z - 0.37, 0.19, 0.21, 0.235), 0.18)
    if form.jaw > 0.0:
        back, front = 0.09 + 0.05 * form.jaw, 0.10 + 0.03 * form.jaw
        bone = limb(across, y, z, width - 0.13, form.jaw_height, 0.0, 0.12, chin + 0.13, 0.47, back, front)
        d = union(d, bone, 0.16)
    d = union(d, ellipsoid(x, y - (chin + 0.135), z - (0.545 + form.chin_forward), form.chin_width, 0.135, 0.185), 0.17)
    if form.hollow > 0.0:
        inset = width + 0.155 - 0.09 * form.hollow
        d = common(d, -ellipsoid(across - inset, y + 0.44, z - 0.42, 0.20, 0.24, 0.22), 0.26)
    d = common(d, -ellipsoid(across - 0.86, y - 0.18, z - 0.48, 0.16, 0.26, 0.20), 0.30)
    return union(d, ellipsoid(x, y - form.mouth_height, z - 0.455, 0.27, 0.21, 0.285), 0.20)


@jit
def _with_eyes(d: float, across: float, y: float, z: float, form: Form) -> float:
    """Sockets, the ridge of the brow, and eyes at rest: two lids over a ball, closed to a fine line."""
    d = common(d, -ellipsoid(across - EYE_X - 0.012, y - 0.01, z - 0.765, 0.205, 0.110, 0.160 * form.socket_depth), 0.15)
    ridge_y = 0.148 + 0.047 * math.cos((across - 0.29) * 3.4)
    ridge_z = 0.650 - 0.62 * across * across - 0.04 * across - 1.2 * max(across - 0.34, 0.0) ** 2
    ridge = math.sqrt((y - ridge_y) ** 2 + (z - ridge_z) ** 2) - 0.048 + 2.4 * max(across - 0.27, 0.0) ** 2
    if form.brow > 0.0:
        d = union(d, ridge, 0.05 + 0.11 * form.brow)
    radius = EYE_RADIUS * form.eye_size
    ex, ez = across - EYE_X, z - EYE_Z
    ball = math.sqrt(ex * ex + y * y + ez * ez)
    u = ex / (0.172 * form.eye_size)
    arch = max(1.0 - u * u, 0.0)
    slit = -0.046 * arch + form.eye_tilt * u - 0.010
    upper = common(ball - radius - 0.022, slit - y, 0.010)
    lower = common(ball - radius - 0.004, y - slit, 0.012)
    crease = abs(y - ((0.050 - 0.018 * form.age) * arch + form.eye_tilt * u + 0.012))
    upper += (0.011 + 0.004 * form.age) * math.exp(-((crease / 0.013) ** 2)) * ramp(0.0, 0.4, arch)
    return min(union(d, union(upper, lower, 0.004), 0.050), ball - radius)


@jit
def ear(x: float, y: float, z: float, size: float) -> float:
    """Both ears: shell, bowl inside the helix, antihelix, tragus, lobe; tilted back and flared out a little."""
    px, py, pz = (abs(x) - 0.665) / size, (y + 0.09) / size, (z + 0.10) / size
    py, pz = py * 0.966 - pz * 0.259, pz * 0.966 + py * 0.259
    px, pz = px * 0.91 + pz * 0.41, pz * 0.91 - px * 0.41
    shell = ellipsoid(px, py - 0.04, pz + 0.02, 0.070, 0.235, 0.150)
    d = union(shell, ellipsoid(px, py + 0.165, pz - 0.045, 0.045, 0.085, 0.070), 0.06)
    d = common(d, -ellipsoid(px - 0.072, py - 0.045, pz, 0.062, 0.178, 0.105), 0.03)
    d = union(d, limb(px, py, pz, 0.028, 0.13, -0.03, 0.030, -0.09, -0.055, 0.018, 0.026), 0.03)
    return union(d, ellipsoid(px - 0.015, py + 0.035, pz - 0.105, 0.035, 0.055, 0.035), 0.04) * size


@jit
def head(x: float, y: float, z: float, form: Form) -> float:
    across = math.sqrt(x * x + 0.0012)
    d = _planes(x, y, z, across, form)
    d = _with_eyes(d, across, y, z, form)
    d = with_nose(d, x, y, z, across, form)
    if form.age > 0.0 and z > 0.0:
        d = aged(d, x, y, z, across, form)
    d = with_mouth(d, x, y, z, across, form)
    if form.ear_size > 0.0:
        d = union(d, ear(x, y, z, form.ear_size), 0.035)
    return d
