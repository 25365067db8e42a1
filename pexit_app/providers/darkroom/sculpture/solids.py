"""The sculptor's clay: solids, soft unions and noise, compiled. Distances are negative inside."""
import math

from .jit import jit


@jit
def union(a: float, b: float, k: float) -> float:
    """Union of two distances with a fillet of width k (quadratic polynomial smooth minimum, after Inigo Quilez)."""
    h = max(k - abs(a - b), 0.0) / k
    return min(a, b) - h * h * k * 0.25


@jit
def common(a: float, b: float, k: float) -> float:
    """What two solids have in common, with a fillet of width k; `common(a, -b, k)` carves b out of a."""
    return -union(-a, -b, k)


@jit
def ellipsoid(x: float, y: float, z: float, rx: float, ry: float, rz: float) -> float:
    """An ellipsoid at the origin; first-order distance, exact on the surface (Quilez)."""
    x1, y1, z1 = x / rx, y / ry, z / rz
    k0 = math.sqrt(x1 * x1 + y1 * y1 + z1 * z1)
    x2, y2, z2 = x1 / rx, y1 / ry, z1 / rz
    return k0 * (k0 - 1.0) / max(math.sqrt(x2 * x2 + y2 * y2 + z2 * z2), 1e-6)


@jit
def ellipse(x: float, y: float, rx: float, ry: float) -> float:
    """An ellipse at the origin of a plane; as `ellipsoid`."""
    x1, y1 = x / rx, y / ry
    k0 = math.sqrt(x1 * x1 + y1 * y1)
    x2, y2 = x1 / rx, y1 / ry
    return k0 * (k0 - 1.0) / max(math.sqrt(x2 * x2 + y2 * y2), 1e-6)


@jit
def limb(
    x: float, y: float, z: float,
    ax: float, ay: float, az: float, bx: float, by: float, bz: float,
    ra: float, rb: float,
) -> float:
    """A round limb from a (radius ra) to b (radius rb)."""
    dx, dy, dz = bx - ax, by - ay, bz - az
    px, py, pz = x - ax, y - ay, z - az
    t = min(max((px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz), 0.0), 1.0)
    px, py, pz = px - t * dx, py - t * dy, pz - t * dz
    return math.sqrt(px * px + py * py + pz * pz) - (ra + (rb - ra) * t)


@jit
def ramp(a: float, b: float, x: float) -> float:
    """0 at a, 1 at b, smooth between; a may be above b."""
    t = min(max((x - a) / (b - a), 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


@jit
def bell(x: float, width: float) -> float:
    """1 at x = 0, falling off within about two widths."""
    q = x / width
    return math.exp(-q * q)


@jit
def groove(px: float, py: float, ax: float, ay: float, bx: float, by: float, width: float) -> float:
    """1 along the stroke from a to b in a plane, thinning to nothing at both ends."""
    dx, dy = bx - ax, by - ay
    t = ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)
    across = ((px - ax) * dy - (py - ay) * dx) / math.sqrt(dx * dx + dy * dy)
    return bell(across, width) * ramp(-0.15, 0.2, t) * ramp(1.15, 0.75, t)


@jit
def hashed(i: int, j: int, k: int) -> float:
    n = (i * 374761393 + j * 668265263 + k * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = (n ^ (n >> 16)) & 0xFFFFFF
    return n / 16777216.0


@jit
def noise(x: float, y: float, z: float) -> float:
    """Value noise, 0-1, one lattice step a unit."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = x - i, y - j, z - k
    u, v, w = u * u * (3 - 2 * u), v * v * (3 - 2 * v), w * w * (3 - 2 * w)
    a = hashed(i, j, k) * (1 - u) + hashed(i + 1, j, k) * u
    b = hashed(i, j + 1, k) * (1 - u) + hashed(i + 1, j + 1, k) * u
    c = hashed(i, j, k + 1) * (1 - u) + hashed(i + 1, j, k + 1) * u
    d = hashed(i, j + 1, k + 1) * (1 - u) + hashed(i + 1, j + 1, k + 1) * u
    return (a * (1 - v) + b * v) * (1 - w) + (c * (1 - v) + d * v) * w


@jit
def cells(x: float, y: float, z: float) -> float:
    """Distance to the nearest of one scattered point a unit cube, softly joined: clusters, curls, dabs of clay."""
    i0, j0, k0 = math.floor(x), math.floor(y), math.floor(z)
    nearest = 9.0
    for i in range(i0 - 1, i0 + 2):
        for j in range(j0 - 1, j0 + 2):
            for k in range(k0 - 1, k0 + 2):
                a = i + 0.5 + 0.75 * (hashed(i, j, k) - 0.5) - x
                b = j + 0.5 + 0.75 * (hashed(i + 57, j, k) - 0.5) - y
                c = k + 0.5 + 0.75 * (hashed(i, j + 91, k) - 0.5) - z
                nearest = union(nearest, a * a + b * b + c * c, 0.12)
    return math.sqrt(max(nearest, 0.0))
