"""Arrays of pixels and the few OpenCV operations the darkroom stands on, typed in one place.

Conventions: a `Plane` is (h, w), a `Picture` is (h, w, 3); both are float32. Coordinates are in units of the frame's
height (x to the right, y down), so that a draft and a final of one seed hold the same picture.
"""

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]
Picture = NDArray[np.floating[Any]]
Bytes = NDArray[np.uint8]
Matrix = NDArray[np.floating[Any]]

# One thread and no OpenCL: the same sums in the same order on every run.
cv2.setNumThreads(1)
cv2.ocl.setUseOpenCL(False)

NEAREST, LINEAR, CUBIC, AREA = cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA


@lru_cache(maxsize=32)
def grid(width: int, height: int) -> tuple[Plane, Plane]:
    """Pixel centres x (1, w) and y (h, 1) in units of the height; they broadcast to the frame."""
    x = ((np.arange(width, dtype=np.float32) + 0.5) / height)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    return x, y


@lru_cache(maxsize=2)
def pixel_grid(width: int, height: int) -> tuple[Plane, Plane]:
    """Full (h, w) maps of pixel columns and rows, the identity of `remap`."""
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return columns, rows


def mix(a: Any, b: Any, t: Any) -> Any:
    """`a` at t = 0, `b` at t = 1."""
    return a + (b - a) * t


def smoothstep(low: float, high: float, x: Any) -> Any:
    """0 below `low`, 1 above `high` (reversed when low > high), smooth between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def resize(image: Plane, width: int, height: int, how: int = LINEAR) -> Plane:
    return cv2.resize(image, (width, height), interpolation=how)  # type: ignore[return-value]


def fit(image: Plane, width: int, height: int) -> Plane:
    """`image` itself when it has this size already, else stretched to it."""
    return image if image.shape[:2] == (height, width) else resize(image, width, height)


def shrink(image: Plane, factor: int) -> Plane:
    """`image` at 1/factor of its size, each pixel the mean of those it replaces."""
    height, width = image.shape[:2]
    return resize(image, max(2, width // factor), max(2, height // factor), AREA)


def blur(image: Plane, sigma: float) -> Plane:
    """Gaussian blur of `sigma` pixels; large ones run on a reduced copy, so that the cost hardly grows with sigma."""
    if sigma < 0.4:
        return image
    height, width = image.shape[:2]
    if sigma > 6 and min(height, width) > 48:
        factor = 2 if sigma < 12 else 4
        return resize(blur(shrink(image, factor), sigma / factor), width, height)
    return cv2.GaussianBlur(image, (0, 0), sigma)  # type: ignore[return-value]


def smear(image: Plane, sigma_x: float, sigma_y: float) -> Plane:
    """Gaussian blur with its own sigma (pixels) each way."""
    return cv2.GaussianBlur(image, (0, 0), sigmaX=sigma_x, sigmaY=sigma_y)  # type: ignore[return-value]


def box(image: Plane, side: int, anchor: tuple[int, int] = (-1, -1)) -> Plane:
    return cv2.boxFilter(image, -1, (side, side), anchor=anchor)  # type: ignore[return-value]


def disc_blur(image: Picture, radius: float) -> Picture:
    """What a wide lens does: every point becomes a disc of `radius` pixels. Run small when the disc is large."""
    if radius < 0.6:
        return image
    height, width = image.shape[:2]
    factor = 1
    while radius / factor > 7:
        factor *= 2
    small = shrink(image, factor) if factor > 1 else image
    reach = radius / factor
    half = int(np.ceil(reach))
    span = np.arange(-half, half + 1, dtype=np.float32)
    kernel = np.clip(reach + 0.5 - np.hypot(span[None, :], span[:, None]), 0, 1).astype(np.float32)
    out = to_float32(cv2.filter2D(small, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT_101))
    return resize(out, width, height, CUBIC) if factor > 1 else out


def warp_affine(image: Plane, matrix: Matrix, width: int, height: int, how: int = LINEAR) -> Plane:
    """`image` through the 2 x 3 forward `matrix`; what lies outside repeats the edge."""
    return cv2.warpAffine(  # type: ignore[return-value]
        image, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REPLICATE
    )


def move(image: Plane, dx: float, dy: float) -> Plane:
    """`image` moved by (dx, dy) pixels; the edge is repeated, never wrapped, so that no seam shows."""
    height, width = image.shape[:2]
    return warp_affine(image, np.array([[1, 0, dx], [0, 1, dy]], np.float32), width, height)


def remap(image: Plane, columns: Plane, rows: Plane, how: int = LINEAR) -> Plane:
    """`image` read at (columns, rows) in pixels, mirrored outside."""
    return cv2.remap(  # type: ignore[return-value]
        image,
        np.asarray(columns, np.float32),
        np.asarray(rows, np.float32),
        how,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def to_float32(image: Any) -> Plane:
    return np.ascontiguousarray(image, dtype=np.float32)


def enlarge(picture: Bytes, width: int, height: int) -> Bytes:
    return cv2.resize(picture, (width, height), interpolation=CUBIC)  # type: ignore[return-value]
