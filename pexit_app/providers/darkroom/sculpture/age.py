"""What years do to a face, told with respect: weight where it settles, lines where it has moved."""
import math

from .forms import Form
from .jit import jit
from .solids import bell, ellipsoid, groove, ramp, union


@jit
def _settled(d: float, across: float, y: float, z: float, form: Form) -> float:
    """Heavier upper lids, soft pouches below the eyes, jowls beside the chin."""
    age = form.age
    lid = ellipsoid(across - 0.345, y - 0.055, z - 0.575, 0.125, 0.042, 0.080)
    d = union(d, lid + 0.030 * (1.0 - age), 0.07)
    pouch = ellipsoid(across - 0.265, y + 0.118, z - 0.560, 0.120, 0.040, 0.060)
    d = union(d, pouch + 0.022 * (1.0 - age), 0.05)
    chin = -0.30 - form.face_length
    jowl = ellipsoid(across - 0.315, y - (chin + 0.225), z - 0.315, 0.100, 0.100, 0.140)
    return union(d, jowl + 0.045 * (1.0 - age), 0.19)


@jit
def _lines(x: float, y: float, z: float, across: float, form: Form) -> float:
    """Depth of the lines: wing of the nose to mouth, mouth to jaw, below the eyes, between and above the brows."""
    mouth = form.mouth_height
    wing = 0.140 * form.nose_width
    cut = 0.015 * groove(across, y, wing, -0.325 - form.nose_length, 0.348, mouth + 0.015, 0.027)
    cut -= 0.011 * groove(across, y, wing + 0.080, -0.29 - form.nose_length, 0.400, mouth + 0.030, 0.060)
    cut += 0.005 * groove(across, y, 0.285, mouth - 0.06, 0.262, mouth - 0.22, 0.032)
    cut += 0.008 * groove(across, y, 0.120, -0.080, 0.300, -0.185, 0.026)
    cut += 0.0025 * groove(across, y, 0.055, 0.240, 0.040, 0.080, 0.018)
    for i in range(3):
        height = 0.365 + 0.105 * i + 0.030 * math.cos(across * 6.0)
        cut += 0.0030 * bell(y - height, 0.021) * ramp(0.46, 0.25, across)
    turn = math.atan2(y + 0.005, across - 0.400)
    reach = math.sqrt((y + 0.005) ** 2 + (across - 0.400) ** 2)
    rays = 0.5 + 0.5 * math.cos(turn * 11.0)
    cut += 0.0045 * rays * rays * bell(turn, 0.55) * ramp(0.055, 0.085, reach) * ramp(0.19, 0.12, reach)
    return cut * ramp(0.12, 0.30, z)


@jit
def aged(d: float, x: float, y: float, z: float, across: float, form: Form) -> float:
    return _settled(d, across, y, z, form) + form.age * _lines(x, y, z, across, form)
