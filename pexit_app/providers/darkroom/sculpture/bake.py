"""From a traced pose to colour and gloss: pigment, hollows and wear, paint, and the softness of even light.

No highlight is baked: what mirrors is said by the gloss plane, so that the renderer's light may move.
"""
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .forms import CLOTH, MATERIAL_SLOTS, SKIN, Form
from .gbuffer import GBuffer, Plane
from .head import EYE_X
from .materials import Material
from .people import Sculpture
from .trace import mouth_at, noise_at


@dataclass(frozen=True, eq=False)
class _Relief:
    """Planes shared by every material of a pose, (h,w) float32."""

    hollow: Plane
    ridge: Plane
    openness: Plane
    sky: Plane
    facing: Plane
    broad: Plane
    fine: Plane
    muzzle: Plane
    lips: Plane
    parting: Plane
    lines: Plane


def _plane(values: NDArray[np.generic]) -> Plane:
    return values.astype(np.float32, copy=False)


def linear(colour: str) -> Plane:
    """`#rrggbb` in sRGB -> linear (3,)."""
    code = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64) / 255
    return _plane(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4))


def mixed(a: Plane, b: Plane, share: Plane) -> Plane:
    return a + (b - a) * share[..., None]


def step(a: float, b: float, x: Plane) -> Plane:
    t = np.clip((x - a) / (b - a), 0, 1)
    return _plane(t * t * (3 - 2 * t))


def curvature(normal: Plane, alpha: Plane, scale: float) -> Plane:
    """Divergence of the screen normals at two widths, -1 in creases to 1 on edges; 0 at the silhouette."""
    total = np.zeros_like(alpha)
    for width, full in ((0.010, 34.0), (0.030, 16.0)):
        sigma = max(width * scale, 0.8)
        weight = cv2.GaussianBlur(alpha, (0, 0), sigma) + 1e-3
        smooth = cv2.GaussianBlur(normal * alpha[..., None], (0, 0), sigma) / weight[..., None]
        across = cv2.Sobel(smooth[..., 0], -1, 1, 0, ksize=3)
        down = cv2.Sobel(smooth[..., 1], -1, 0, 1, ksize=3)
        total += 0.5 * np.clip(((across - down) / 8 * scale - 2.5) / full, -1, 1)
    inside = np.clip((cv2.GaussianBlur(alpha, (0, 0), 3) - 0.8) * 6, 0, 1)
    return _plane(total * alpha * inside)


def _muzzle(head: Plane) -> Plane:
    """1 about the mouth, from the wings of the nose to the chin; 0 elsewhere."""
    near = np.exp(-((head[..., 0] / 0.40) ** 4) - (((head[..., 1] + 0.60) / 0.27) ** 4))
    return _plane(near * (head[..., 2] > 0.25))


def _painted_lines(head: Plane, form: Form) -> Plane:
    """Lash line and brow, as on a shop-window figure: where the brush would go, 0-1."""
    across, y, front = np.abs(head[..., 0]), head[..., 1], head[..., 2]
    u = (across - EYE_X) / (0.172 * form.eye_size)
    slit = -0.046 * np.clip(1 - u * u, 0, 1) + form.eye_tilt * u - 0.010
    lash = np.exp(-(((y - slit) / 0.011) ** 2)) * step(1.12, 0.9, np.abs(u)) * (front > 0.3)
    ridge = 0.156 + 0.047 * np.cos((across - 0.30) * 3.4) - 0.010
    width = 0.015 * step(0.54, 0.16, across) + 0.004
    brow = np.exp(-np.abs((y - ridge) / width) ** 3) * step(0.085, 0.20, across) * step(0.48, 0.40, across)
    return _plane(np.clip(0.9 * lash + 0.75 * brow * (front > 0.2), 0, 1))


def _relief(buffer: GBuffer, form: Form) -> _Relief:
    inside = buffer.alpha > 0
    on_cloth = (buffer.material == CLOTH)[..., None]
    points = np.ascontiguousarray(np.where(on_cloth, buffer.world, buffer.head)[inside].astype(np.float32))
    broad, fine, lips, parting = (np.zeros_like(buffer.alpha) for _ in range(4))
    broad[inside] = noise_at(points, 2.6, 4, 0.55) - 0.5
    fine[inside] = noise_at(points, 30.0, 3, 0.6) - 0.5
    mouth = mouth_at(np.ascontiguousarray(buffer.head[inside].astype(np.float32)), form)
    lips[inside], parting[inside] = mouth[:, 0], mouth[:, 1]
    skin = (buffer.material == SKIN).astype(np.float32)
    bend = curvature(buffer.normal, buffer.alpha, buffer.scale)
    openness, sky = buffer.openness, buffer.sky
    if buffer.alpha.shape[0] > 600:
        openness, sky = (_plane(cv2.bilateralFilter(plane, 0, 0.10, 2.0)) for plane in (openness, sky))
    hollow = np.clip(-bend * 1.1, 0, 1) + 0.55 * (1 - openness) ** 1.5
    return _Relief(
        hollow=np.clip(hollow, 0, 1), ridge=np.clip(bend, 0, 1) * np.clip(0.2 + 0.8 * openness, 0, 1),
        openness=openness, sky=sky, facing=np.clip(buffer.normal[..., 2], 0, 1),
        broad=broad, fine=fine, muzzle=_muzzle(buffer.head) * skin, lips=lips * skin, parting=parting * skin,
        lines=_painted_lines(buffer.head, form) * skin,
    )


def _pigment(material: Material, relief: _Relief, skin: bool) -> tuple[Plane, Plane]:
    """Colour before light (h,w,3), and how much each pixel is hollow or patina (h,w)."""
    calm = 1 - 0.85 * relief.lips if skin else np.ones_like(relief.lips)
    # Patina gathers in folds; around a mouth it would read as paint.
    quiet = 1 - 0.65 * relief.muzzle if material.patina else np.float32(1)
    blotch = relief.broad * material.grain[0] * 2.2 if material.patina else np.float32(0)
    hollow = _plane(np.clip(relief.hollow * (0.35 + 0.65 * calm) * quiet + blotch, 0, 1) * material.cavity_share)
    worn = relief.ridge * material.edge_share * calm * quiet
    colour = np.broadcast_to(linear(material.base), (*relief.hollow.shape, 3)).astype(np.float32)
    colour = mixed(colour, linear(material.cavity), hollow)
    colour = mixed(colour, linear(material.edge), worn)
    mottle = 1 + 1.6 * material.grain[0] * relief.broad + 1.2 * material.grain[1] * relief.fine
    return colour * mottle[..., None], hollow


def _painted(colour: Plane, material: Material, relief: _Relief, sculpture: Sculpture) -> Plane:
    colour = mixed(colour, linear(material.cavity) * 0.6, relief.parting * 0.55)
    if sculpture.lip_paint:
        thin = np.clip(relief.lips * sculpture.lip_strength * (1 + 0.5 * relief.fine), 0, 1)
        colour = mixed(colour, linear(sculpture.lip_paint), thin)
        colour = mixed(colour, linear(sculpture.lip_paint) * 0.35, relief.parting * 0.5)
    if sculpture.line_paint:
        colour = mixed(colour, linear(sculpture.line_paint), relief.lines * sculpture.line_strength)
    return colour


def _lit_evenly(colour: Plane, material: Material, relief: _Relief) -> Plane:
    """An overcast day: occlusion (paler pigments let more light back out), a little more from above, dark at the turn."""
    shade = np.clip(relief.openness, 0.02, 1)[..., None] ** (1.05 - 0.60 * np.clip(colour, 0, 1))
    even = (0.52 + 0.52 * relief.sky) * (0.80 + 0.22 * relief.facing)
    turn = 1 - relief.facing
    lit = colour * shade * (even * (1 - material.contour * turn**2.5))[..., None]
    warm = np.array([1, 0.55, 0.35], np.float32)
    lit += colour * (4 * relief.openness * (1 - relief.openness) * material.bleed)[..., None] * warm
    veil = material.sheen * 0.5 * turn**3 * relief.openness * (1 - material.contour)
    return _plane(lit + veil[..., None] * (colour * 0.75 + 0.25))


def bake(buffer: GBuffer, sculpture: Sculpture) -> tuple[Plane, Plane]:
    """Colour (h,w,3) linear 0-1 and gloss (h,w) 0-1 of a pose; both are zero off the bust."""
    relief = _relief(buffer, sculpture.form)
    colour = np.zeros((*buffer.alpha.shape, 3), np.float32)
    gloss = np.zeros_like(buffer.alpha)
    for slot in range(MATERIAL_SLOTS):
        cover = buffer.cover[..., slot]
        if not cover.any():
            continue
        material = sculpture.materials[slot]
        pigment, hollow = _pigment(material, relief, slot == SKIN)
        if slot == SKIN:
            pigment = _painted(pigment, material, relief, sculpture)
        colour += _lit_evenly(pigment, material, relief) * cover[..., None]
        dulled = np.clip(hollow * 1.3 + np.abs(relief.broad) * 1.2, 0, 1) * material.patchy
        gloss += material.gloss * (1 - dulled) * cover
    return np.clip(colour, 0, 1), np.clip(gloss, 0, 1)


def bleed_outward(values: Plane, alpha: NDArray[np.float32], rings: int = 6) -> Plane:
    """Carry `values` (h,w) or (h,w,c) past the edge of `alpha` in ever wider blurs, so that no resampling meets black."""
    planes = values if values.ndim == 3 else values[..., None]
    out, known = planes.copy(), alpha > 0.02
    weighted = planes * alpha[..., None]
    for ring in range(rings):
        sigma = 2.0 * 2**ring
        weight = _blur(alpha, sigma)
        spread = _blur(weighted, sigma).reshape(planes.shape) / np.maximum(weight, 1e-6)[..., None]
        reached = ~known & (weight > 1e-3)
        out[reached] = spread[reached]
        known |= reached
    mean = weighted.reshape(-1, planes.shape[2]).sum(0) / max(float(alpha.sum()), 1e-6)
    out[~known] = mean
    return out if values.ndim == 3 else out[..., 0]


def _blur(plane: Plane, sigma: float) -> Plane:
    if sigma < 9:
        return _plane(cv2.GaussianBlur(plane, (0, 0), sigma))
    small = cv2.resize(plane, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return _plane(cv2.resize(blurred, plane.shape[1::-1]))
