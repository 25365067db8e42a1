"""Cutting a person out: how much of each pixel is theirs, and what colour that part has.

The segmenter's soft map becomes a band of doubt around a firm shape; a guided filter (He, Sun, Tang 2013) draws the
edge in that band along the photo's own edges, so that hair is kept; the colour there is freed of the old background
(blur fusion: Forte 2021).
"""

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes, Picture, Plane
from pexit_app.providers.darkroom.vision.detect import FaceBox
from pexit_app.providers.darkroom.vision.segment import segment

_REFERENCE_PX = 512
_HOLE_MAX = 0.02
_INSIDE_PX, _OUTSIDE_PX = 7, 9
# Radius in reference pixels, and the variance below which the photo is flat.
_PASSES = ((6.0, 2e-4), (2.5, 6e-5))


def matte(picture: Bytes, box: FaceBox) -> Plane:
    """Opacity (h, w) 0-1 of the person with the face in `box`; `picture` (h, w, 3) sRGB bytes."""
    height, width = picture.shape[:2]
    scale = max(height, width) / _REFERENCE_PX
    likely = segment(picture, box)
    shape = _shape(likely, box, scale)
    inside = cv2.erode(shape, _disc(_INSIDE_PX * scale), borderType=cv2.BORDER_CONSTANT, borderValue=1)
    outside = cv2.dilate(shape, _disc(_OUTSIDE_PX * scale)) == 0
    guide = picture.astype(np.float32) * np.float32(1 / 255)
    alpha = raster.to_float32(likely * 0.6 + shape * np.float32(0.4))
    alpha[inside > 0], alpha[outside] = 1, 0
    for radius, flat in _PASSES:
        alpha = np.clip(_guided(guide, alpha, max(2, int(radius * scale)), flat), 0, 1)
        alpha[inside > 0], alpha[outside] = 1, 0
    firm = np.clip((alpha - 0.22) / 0.68, 0, 1)
    return raster.to_float32(firm * firm * (3 - 2 * firm) * 0.6 + firm * 0.4)


def _shape(likely: Plane, box: FaceBox, scale: float) -> Bytes:
    """The one connected shape the face belongs to (0 or 1), without specks and small holes."""
    firm = (likely > 0.5).astype(np.uint8)
    opened = cv2.morphologyEx(firm, cv2.MORPH_OPEN, np.ones((_odd(11 * scale),) * 2, np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    if count <= 1:
        return _face_only(likely.shape, box)
    row = int(np.clip(box.y + box.height / 2, 0, likely.shape[0] - 1))
    column = int(np.clip(box.x + box.width / 2, 0, likely.shape[1] - 1))
    label = int(labels[row, column]) or 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    shape: Bytes = (labels == label).astype(np.uint8)
    _fill_holes(shape)
    return shape


def _face_only(shape: tuple[int, ...], box: FaceBox) -> Bytes:
    """An oval over the face: the least that can be said of a photo in which the segmenter finds nobody."""
    mask = np.zeros(shape[:2], np.uint8)
    centre = (int(box.x + box.width / 2), int(box.y + box.height * 0.45))
    cv2.ellipse(mask, centre, (int(box.width * 0.62), int(box.height * 0.78)), 0, 0, 360, 1, -1)
    return mask


def _fill_holes(shape: Bytes) -> None:
    """Closes what the shape encloses when it is small, in place; an arm on the hip keeps its gap."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats((shape == 0).astype(np.uint8), connectivity=4)
    height, width = shape.shape
    for label in range(1, count):
        x, y, across, down, area = (int(number) for number in stats[label])
        is_enclosed = x > 0 and y > 0 and x + across < width and y + down < height
        if is_enclosed and area < _HOLE_MAX * height * width:
            shape[labels == label] = 1


def _odd(pixels: float) -> int:
    return int(pixels) | 1


def _disc(pixels: float) -> Bytes:
    side = _odd(pixels)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _mean(plane: Plane, radius: int) -> Plane:
    """Mean over a square of 2 `radius` + 1 pixels."""
    side = 2 * radius + 1
    return cv2.boxFilter(plane, -1, (side, side), borderType=cv2.BORDER_REFLECT)  # type: ignore[return-value]


def _guided(guide: Picture, plane: Plane, radius: int, flat: float) -> Plane:
    """The guided filter with a colour guide: in every window `plane` becomes a linear function of the colour.

    The 3 x 3 system of each window is solved by its adjugate, in closed form.
    """
    layers = [np.ascontiguousarray(guide[..., i]) for i in range(3)]
    means = [_mean(layer, radius) for layer in layers]
    level = _mean(plane, radius)
    shared = [_mean(layer * plane, radius) - mean * level for layer, mean in zip(layers, means, strict=True)]
    rr, rg, rb, gg, gb, bb = (
        _mean(layers[i] * layers[j], radius) - means[i] * means[j] + (np.float32(flat) if i == j else np.float32(0))
        for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    )
    a, b, c = gg * bb - gb * gb, gb * rb - rg * bb, rg * gb - gg * rb
    d, e, f = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    by = 1 / (rr * a + rg * b + rb * c)
    slopes = [
        (a * shared[0] + b * shared[1] + c * shared[2]) * by,
        (b * shared[0] + d * shared[1] + e * shared[2]) * by,
        (c * shared[0] + e * shared[1] + f * shared[2]) * by,
    ]
    out = _mean(level - sum(slope * mean for slope, mean in zip(slopes, means, strict=True)), radius)
    for slope, layer in zip(slopes, layers, strict=True):
        out += _mean(slope, radius) * layer
    return out


def foreground(picture: Bytes, alpha: Plane) -> Picture:
    """The person's own colour (h, w, 3), display values 0-1, with the old background taken out of the edge and bled
    outward past it."""
    height = picture.shape[0]
    image = picture.astype(np.float32) * np.float32(1 / 255)
    wide, narrow = max(20, height // 12), max(3, max(20, height // 12) // 8)
    colour = _fused(image, alpha, wide, narrow)
    return _edge_from_core(colour, alpha, wide, narrow)


def _fused(image: Picture, alpha: Plane, wide: int, narrow: int) -> Picture:
    cover = alpha[..., None]
    ours, theirs = image, image
    for radius in (wide, narrow):
        share = _mean(alpha, radius)[..., None]
        near = _mean(ours * cover, radius) / (share + np.float32(1e-4))
        behind = _mean(theirs * (1 - cover), radius) / (1 - share + np.float32(1e-4))
        ours = np.clip(near + cover * (image - cover * near - (1 - cover) * behind), 0, 1)
        theirs = behind
    return raster.to_float32(ours)


def _edge_from_core(colour: Picture, alpha: Plane, wide: int, narrow: int) -> Picture:
    """Pixels of the edge take the colour of the solid person beside them, so that no fringe of the old place is left."""
    reach = max(1, wide // 28)
    core = cv2.erode((alpha > 0.97).astype(np.float32), np.ones((2 * reach + 1,) * 2))
    spread = raster.blur(raster.to_float32(core), narrow * 0.6)
    inner = raster.blur(colour * core[..., None], narrow * 0.6) / (spread[..., None] + 1e-4)
    own = np.clip((alpha - 0.55) / 0.43, 0, 1) * np.where(core > 0, 1, 0.55)
    taken = ((1 - own) * np.clip(spread * 6, 0, 1))[..., None]
    return raster.to_float32(colour + (inner - colour) * taken)
