"""Nose and mouth. The lips are ellipses carried along the mouth's arc and blended onto whatever muzzle lies beneath."""
from .forms import Form
from .jit import jit
from .solids import bell, common, ellipse, ellipsoid, limb, ramp, union


@jit
def with_nose(d: float, x: float, y: float, z: float, across: float, form: Form) -> float:
    """Bridge with its side planes, tip, wings, nostrils."""
    width = form.nose_width
    tip_y, tip_z = -0.320 - form.nose_length, 0.835 + form.nose_forward
    flank = limb(across, y, z, 0.045, 0.09, 0.590, 0.062 * width, tip_y + 0.07, 0.695, 0.042, 0.050)
    d = union(d, flank, 0.12)
    bridge = limb(across / width, y, z, 0.0, 0.12, 0.640, 0.0, tip_y, tip_z, 0.052, 0.062)
    if form.nose_hump != 0.0:
        bridge -= form.nose_hump * bell(y + 0.08, 0.10)
    d = union(d, bridge, 0.10)
    d = union(d, ellipsoid(x, y - tip_y + 0.004, z - tip_z - 0.002, 0.072 * width, 0.062, 0.074), 0.06)
    wing = ellipsoid(across - 0.093 * width, y - (tip_y - 0.024), z - 0.742 - form.nose_forward * 0.6,
                     0.047 * width, 0.054, 0.084)
    d = union(d, wing, 0.055)
    nostril = ellipsoid(across - 0.052 * width, y - (tip_y - 0.100), z - 0.815 - form.nose_forward * 0.7,
                        0.034 * width, 0.032, 0.058)
    return common(d, -nostril, 0.025)


@jit
def mouth_line(u: float, form: Form) -> float:
    """Height of the closed mouth at u (0 middle, 1 corner): a resting bow, low in the middle and towards the corners."""
    return form.mouth_height + form.smile * u * u - 0.005 * bell(u, 0.25) + 0.003 * bell(u - 0.45, 0.25)


@jit
def lip_heights(u: float, form: Form) -> tuple[float, float]:
    """Half the height of the upper lip, with the dip of Cupid's bow, and of the lower at u; both thin to the corner."""
    arch = max(1.0 - u * u, 0.0)
    upper = 0.044 * form.lip_fullness * (0.55 * arch + 0.45 * max(1.0 - u, 0.0)) * (1.0 - 0.20 * bell(u, 0.15)) + 0.003
    lower = 0.053 * form.lip_fullness * arch**0.95 + 0.002
    return upper, lower


@jit
def with_mouth(d: float, x: float, y: float, z: float, across: float, form: Form) -> float:
    if z < 0.2 or abs(y - form.mouth_height) > 0.30 or across > 0.42:
        return d
    u = abs(x) / form.mouth_width
    arch = max(1.0 - u * u, 0.0)
    v = y - mouth_line(u, form)
    near = ramp(0.2, 0.45, z)
    d += 0.006 * bell(x, 0.042) * ramp(0.06, 0.11, v) * ramp(0.21, 0.15, v) * near
    d += 0.016 * bell(x, 0.15) * bell(v + 0.185, 0.045) * near
    d += 0.005 * bell(across - form.mouth_width - 0.012, 0.036) * bell(v, 0.045) * near
    if u > 1.12:
        return d
    high, low = lip_heights(u, form)
    fade = arch**0.75
    upper = ellipse(v - 0.84 * high, d + 0.006, high, (0.028 + 0.009 * bell(u, 0.24)) * form.lip_fullness * fade + 0.002)
    pillow = 1.0 - 0.10 * bell(u, 0.12)
    lower = ellipse(v + 0.88 * low, d + 0.008, low, 0.038 * form.lip_fullness * fade * pillow + 0.002)
    lips = union(upper, lower, 0.010) + 0.05 * ramp(0.90, 1.12, u)
    d = union(d, lips, 0.032)
    return d + 0.005 * bell(v, 0.008) * ramp(1.02, 0.60, u) * near


@jit
def vermilion(x: float, y: float, z: float, form: Form) -> float:
    """How much of a painter's lip colour lies at a point of the head: 1 on the lips, 0 beyond their border."""
    if z < 0.3:
        return 0.0
    u = abs(x) / form.mouth_width
    v = y - mouth_line(u, form)
    high, low = lip_heights(u, form)
    inside = min(1.72 * high - v, v + 1.80 * low)
    return ramp(-0.010, 0.012, inside) * ramp(1.06, 0.92, u)


@jit
def parting(x: float, y: float, z: float, form: Form) -> float:
    """1 on the line between closed lips."""
    if z < 0.3:
        return 0.0
    u = abs(x) / form.mouth_width
    return bell(y - mouth_line(u, form), 0.009) * ramp(1.08, 0.90, u)
