"""One bust in one pose, seen by the bench's camera: trace, upsampled occlusion, smooth edges."""
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .figure import PIVOT_Y, PIVOT_Z
from .forms import Form, Turn
from .trace import ALPHA, COVER, HEAD, MATERIAL, NORMAL, OCCLUSION, SKY, WORLD, Grid, trace

Plane = NDArray[np.float32]

# The view in units: width, height, the origin's distance from the top edge, the eye's from the origin.
VIEW_WIDTH, VIEW_HEIGHT, VIEW_TOP, EYE = 4.36, 4.98, 1.52, 15.0
# Above this height occlusion, which is smooth, is traced at half size.
_HALF_FROM_PX = 600


@dataclass(frozen=True)
class Pose:
    """Degrees: the head's yaw (positive to the picture's right), pitch (up), roll, and the yaw of the shoulders."""

    yaw: float
    pitch: float
    roll: float
    body_yaw: float


@dataclass(frozen=True, eq=False)
class GBuffer:
    """Planes of one pose, (h,w) or (h,w,3) float32: y up in `normal`, `world` and `head`; `scale` px a unit."""

    normal: Plane
    world: Plane
    head: Plane
    material: NDArray[np.int32]
    openness: Plane
    sky: Plane
    alpha: Plane
    cover: Plane
    scale: float


def rotation(pose: Pose) -> NDArray[np.float64]:
    """Head to world: yaw after pitch after roll."""
    a, b, c = np.radians([pose.yaw, pose.pitch, pose.roll])
    yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pitch = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    roll = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(yaw @ pitch @ roll, np.float64)


def turned(pose: Pose) -> Turn:
    to_head = (float(value) for value in rotation(pose).T.ravel())
    return Turn._make((*to_head, float(np.radians(pose.yaw)), float(np.radians(pose.body_yaw))))


def project(point: NDArray[np.float64], pose: Pose, height_px: int) -> tuple[float, float]:
    """Where a point of the head falls in the picture, px."""
    pivot = np.array([0.0, PIVOT_Y, PIVOT_Z])
    x, y, z = rotation(pose) @ (point - pivot) + pivot
    scale = height_px / VIEW_HEIGHT
    near = EYE / (EYE - z)
    return round(VIEW_WIDTH * scale) / 2 + x * near * scale, (VIEW_TOP - y * near) * scale


def sphere(count: int) -> NDArray[np.float64]:
    """Evenly spread directions (n,3): a Fibonacci sphere."""
    i = np.arange(count) + 0.5
    polar, around = np.arccos(1 - 2 * i / count), np.pi * (1 + 5**0.5) * i
    return np.stack([np.cos(around) * np.sin(polar), np.cos(polar), np.sin(around) * np.sin(polar)], -1)


def capture(form: Form, pose: Pose, height_px: int, rays: int = 18) -> GBuffer:
    """Trace a pose; `rays` directions for the occlusion, 0 for none."""
    scale = height_px / VIEW_HEIGHT
    width_px = round(VIEW_WIDTH * scale)
    turn, directions = turned(pose), sphere(rays) if rays else np.zeros((0, 3))

    def traced(width: int, height: int, samples: int, wanted: NDArray[np.uint8], dirs: NDArray[np.float64]) -> Grid:
        ratio = height / height_px * scale
        return trace(width, height, ratio, width / 2, VIEW_TOP * ratio, EYE, form, turn, samples, wanted, dirs)

    halved = height_px > _HALF_FROM_PX and rays > 0
    everywhere = np.ones((height_px, width_px), np.uint8)
    grid = traced(width_px, height_px, 1, everywhere, np.zeros((0, 3)) if halved else directions)
    if halved:
        small = traced(round(width_px / 2), height_px // 2, 1, everywhere[::2, ::2].copy(), directions)
        _upsample_occlusion(grid, small)
        steps = _steps(grid, scale)
        near = traced(width_px, height_px, 1, steps, directions)
        grid[..., OCCLUSION : SKY + 1] = np.where(
            steps[..., None] > 0, near[..., OCCLUSION : SKY + 1], grid[..., OCCLUSION : SKY + 1]
        )
    edges = _edges(grid, scale)
    fine = traced(width_px, height_px, 3, edges, np.zeros((0, 3)))
    return _assemble(grid, fine, edges, scale)


def _upsample_occlusion(grid: Grid, small: Grid) -> None:
    """Bring half-size occlusion up to the grid, weighted by coverage so that nothing leaks in from the empty ground."""
    size, hit = grid.shape[1::-1], small[..., ALPHA]

    def filled(plane: Plane) -> Plane:
        return plane + np.float32(1e-3) * cv2.GaussianBlur(plane, (0, 0), 2.0)

    weight = np.maximum(cv2.resize(filled(hit), size, interpolation=cv2.INTER_CUBIC), 1e-4)
    for channel in (OCCLUSION, SKY):
        value = cv2.resize(filled(small[..., channel] * hit), size, interpolation=cv2.INTER_CUBIC)
        grid[..., channel] = value / weight


def _steps(grid: Grid, scale: float) -> NDArray[np.uint8]:
    """Where one part stands before another: there, half-size occlusion would fray."""
    depth = np.ascontiguousarray(grid[..., WORLD][..., 2])
    jump = cv2.dilate(depth, np.ones((3, 3))) - cv2.erode(depth, np.ones((3, 3))) > 6 / scale
    inside = cv2.erode(np.ascontiguousarray(grid[..., ALPHA]), np.ones((3, 3))) > 0
    return cv2.dilate((jump & inside).astype(np.uint8), np.ones((5, 5))).astype(np.uint8)


def _edges(grid: Grid, scale: float) -> NDArray[np.uint8]:
    """Pixels worth nine rays: where depth, normal, material or coverage jumps."""
    kernel = np.ones((3, 3))

    def span(channel: int) -> Plane:
        plane = np.ascontiguousarray(grid[..., channel])
        return cv2.dilate(plane, kernel) - cv2.erode(plane, kernel)

    bend = span(0) + span(1) + span(2)
    jump = (span(5) > 4 / scale) | (bend > 1.0) | (span(MATERIAL) > 0) | (span(ALPHA) > 0)
    return jump.astype(np.uint8)


def _assemble(grid: Grid, fine: Grid, edges: NDArray[np.uint8], scale: float) -> GBuffer:
    refined = edges > 0
    merged = np.where(refined[..., None], fine, grid)
    known = np.ascontiguousarray(grid[..., ALPHA])
    spread = np.maximum(cv2.blur(known, (5, 5)), 1e-3)
    fresh = refined & (known <= 0) & (fine[..., ALPHA] > 0)
    for channel in (OCCLUSION, SKY):
        around = cv2.blur(np.ascontiguousarray(grid[..., channel] * known), (5, 5)) / spread
        merged[..., channel] = np.where(fresh, around, grid[..., channel])
    length = np.linalg.norm(merged[..., NORMAL], axis=2, keepdims=True)
    return GBuffer(
        normal=(merged[..., NORMAL] / np.maximum(length, 1e-6)).astype(np.float32),
        world=merged[..., WORLD],
        head=merged[..., HEAD],
        material=np.rint(merged[..., MATERIAL]).astype(np.int32),
        openness=np.clip(merged[..., OCCLUSION], 0, 1),
        sky=np.clip(merged[..., SKY], 0, 1),
        alpha=merged[..., ALPHA],
        cover=merged[..., COVER],
        scale=scale,
    )
