"""The whole bust as one distance: head, hair and ornaments in the head's frame, body and garment in the shoulders'."""
import math

from .body import body, is_open, torso, trunk
from .forms import CLOTH, DISCS, HAIR, NO_ORNAMENT, ORNAMENT, PEARLS, SKIN, Form, Turn
from .garments import garment
from .hair import hair
from .head import head
from .jit import jit, jit_exact
from .solids import cells, common, ellipsoid, noise, ramp, union

# The head turns about the base of the skull; the shoulders sit this much higher than they are modelled.
PIVOT_Y = -0.80
PIVOT_Z = -0.22
SHOULDER_LIFT = 0.20
# Beyond this the head is only a ball: it must stay above the reach of the occlusion rays (0.55).
HEAD_RADIUS = 1.42
HEAD_MARGIN = 0.75


@jit
def to_head(x: float, y: float, z: float, turn: Turn) -> tuple[float, float, float]:
    """A world point in the head's own frame."""
    y, z = y - PIVOT_Y, z - PIVOT_Z
    hx = turn.r00 * x + turn.r01 * y + turn.r02 * z
    hy = turn.r10 * x + turn.r11 * y + turn.r12 * z
    hz = turn.r20 * x + turn.r21 * y + turn.r22 * z
    return hx, hy + PIVOT_Y, hz + PIVOT_Z


@jit
def ornament(x: float, y: float, z: float, form: Form) -> float:
    """Ear-rings: brass discs, pearls, or hoops with a clasp for the turban."""
    if form.ornament == NO_ORNAMENT:
        return 9.0
    px, py, pz = abs(x) - 0.695, y + 0.42, z - 0.01
    if form.ornament == DISCS:
        return common(math.sqrt(py * py + pz * pz) - 0.120, abs(px) - 0.022, 0.012)
    if form.ornament == PEARLS:
        return math.sqrt((px + 0.015) ** 2 + (py - 0.060) ** 2 + pz * pz) - 0.058
    ring = math.sqrt(py * py + pz * pz) - 0.125
    hoop = math.sqrt(ring * ring + px * px) - 0.019
    return min(hoop, ellipsoid(x, y - 0.615, z - 0.665, 0.080, 0.115, 0.060))


@jit
def tooled(x: float, y: float, z: float, amount: float) -> float:
    """The marks of a hand in clay: dabs pressed flat, and a rake drawn across them here and there."""
    dab = cells(x * 4.3 + 7.0, y * 3.4, z * 4.3)
    drawn = noise(x * 1.7 + 3.0, y * 1.7, z * 1.7)
    rake = math.sin((y * 0.9 + x * 0.55 + 0.25 * drawn) * 95.0) * ramp(0.50, 0.66, drawn)
    return amount * (0.017 * (dab - 0.45) + 0.0006 * rake)


@jit
def figure(x: float, y: float, z: float, form: Form, turn: Turn) -> tuple[float, int]:
    """Distance to the bust and the material of its nearest part."""
    hx, hy, hz = to_head(x, y, z, turn)
    ball = math.sqrt(hx * hx + (hy - 0.15) ** 2 + (hz + 0.1) ** 2) - HEAD_RADIUS
    skin, locks, jewel, cloth = 9.0, 9.0, 9.0, 9.0
    if ball > HEAD_MARGIN:
        skin = ball + 0.08
    else:
        skin = head(hx, hy, hz, form)
        locks = hair(hx, hy, hz, form)
        jewel = ornament(hx, hy, hz, form)
    y -= SHOULDER_LIFT
    if y < -0.3:
        c, s = math.cos(turn.body_yaw), math.sin(turn.body_yaw)
        bx, bz = c * x - s * z, s * x + c * z
        twist = (turn.body_yaw - turn.head_yaw) * ramp(-1.75, -0.75, y) * 0.8
        c, s = math.cos(twist), math.sin(twist)
        nx, nz = c * bx + s * (bz + 0.3), -s * bx + c * (bz + 0.3) - 0.3
        skin = union(skin, body(bx, y, bz, nx, nz, form), 0.19)
        if y <= -0.75:
            near = torso(bx, y, bz, form)
            cloth = near - 0.35
            if near < 1.0:
                under = trunk(bx, y, bz, form)
                cloth = garment(bx, y, bz, form, union(under, near, 0.1) if is_open(form) else under)
    if form.tool_marks > 0.0 and min(skin, min(locks, cloth)) < 0.08:
        mark = tooled(x, y, z, form.tool_marks) if cloth < skin else tooled(hx, hy, hz, form.tool_marks)
        skin, cloth = skin + mark, cloth + mark
    d, material = skin, SKIN
    if locks < d:
        d, material = locks, HAIR
    if cloth < d:
        d, material = cloth, CLOTH
    if jewel < d:
        d, material = jewel, ORNAMENT
    return d, material


@jit_exact
def normal(x: float, y: float, z: float, step: float, form: Form, turn: Turn) -> tuple[float, float, float]:
    """Unit gradient by central differences; compiled without reassociation, which the differences would not survive."""
    a = figure(x + step, y, z, form, turn)[0] - figure(x - step, y, z, form, turn)[0]
    b = figure(x, y + step, z, form, turn)[0] - figure(x, y - step, z, form, turn)[0]
    c = figure(x, y, z + step, form, turn)[0] - figure(x, y, z - step, form, turn)[0]
    scale = 1.0 / max(math.sqrt(a * a + b * b + c * c), 1e-12)
    return a * scale, b * scale, c * scale
