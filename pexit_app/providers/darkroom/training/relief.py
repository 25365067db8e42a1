"""The form of a photographed person: the face from its mesh, the rest swelling from its outline."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.colour import LUMA
from pexit_app.providers.darkroom.raster import Bytes, Picture, Plane, mix
from pexit_app.providers.darkroom.vision.mesh import Mesh

# All lengths in face heights.
_FACE_SMOOTH = 0.022
_FACE_EDGE = 0.10
_BODY_ROUND = 0.55
_BODY_DEEP = 0.55
_FOLD = 0.012
# A mesh is a little flatter than the head it describes.
_FACE_RELIEF = 1.15
_COARSE = 6
_THINNEST_PX2 = 0.5


def face_weight(mesh: Mesh, height: int, width: int) -> Plane:
    """(h, w): 1 on the face, softly 0 around it."""
    hull = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(hull, cv2.convexHull(np.rint(mesh.points[:, :2]).astype(np.int32)), 1)
    soft = raster.blur(raster.to_float32(hull), _FACE_EDGE * mesh.height)
    return raster.to_float32(np.clip(soft * 1.9 - 0.95, 0, 1))


def relief(picture: Bytes, alpha: Plane, mesh: Mesh, on_face: Plane) -> tuple[Picture, Plane]:
    """Unit normals (h, w, 3) and depth (h, w) in pixels towards the viewer, of the face alone."""
    face = _face_depth(mesh, *alpha.shape)
    body = _body_slopes(alpha, mesh.height) + _slopes(_folds(picture, mesh.height))
    normals = mix(_facing(body), _facing(_slopes(face * np.float32(_FACE_RELIEF))), on_face[..., None])
    soft = raster.blur(raster.to_float32(normals), 0.015 * mesh.height)
    normals = mix(normals, soft, np.clip(on_face * 2, 0, 1)[..., None])
    normals = normals / np.linalg.norm(normals, axis=2, keepdims=True)
    level = float(np.percentile(face[on_face > 0.5], 12)) if (on_face > 0.5).any() else 0.0
    depth = raster.blur(raster.to_float32(np.maximum(face - level, 0) * on_face), 0.035 * mesh.height)
    return raster.to_float32(normals), depth


def _face_depth(mesh: Mesh, height: int, width: int) -> Plane:
    """The mesh's depth (h, w), linear within each triangle of its points, a little smoothed, and carried on around the
    face at the level of its border."""
    which, planes = _triangles(mesh.points, height, width)
    columns, rows = raster.pixel_grid(width, height)
    inside = which > 0
    flat = planes[np.where(inside, which - 1, 0)]
    depth = np.where(inside, -(flat[..., 0] * columns + flat[..., 1] * rows + flat[..., 2]), 0)
    sigma = _FACE_SMOOTH * mesh.height
    cover = raster.to_float32(inside)
    near, wide = (
        raster.blur(raster.to_float32(depth), s) / np.maximum(raster.blur(cover, s), 1e-3) for s in (sigma, sigma * 5)
    )
    return raster.to_float32(mix(wide, near, np.clip(raster.blur(cover, sigma) * 2, 0, 1)))


def _triangles(points: Picture, height: int, width: int) -> tuple[NDArray[np.int32], Picture]:
    """Delaunay triangles of the points: which one (from 1; 0 is none) covers a pixel, and for each its depth as a plane
    a x + b y + c, rows (a, b, c)."""
    within = (points[:, 0] >= 0) & (points[:, 0] < width) & (points[:, 1] >= 0) & (points[:, 1] < height)
    mine = points[within]
    net = cv2.Subdiv2D((0, 0, width, height))
    at = {net.insert((float(x), float(y))): z for x, y, z in mine}
    which = np.zeros((height, width), np.int32)
    planes: list[NDArray[np.floating[Any]]] = [np.zeros(3)]
    for corners in np.asarray(net.getTriangleList(), np.float32).reshape(-1, 3, 2):
        ids = [net.locate((float(x), float(y)))[2] for x, y in corners if 0 <= x < width and 0 <= y < height]
        if len(ids) < 3 or any(each not in at for each in ids):
            continue
        system = np.column_stack([corners, np.ones(3)]).astype(np.float64)
        if abs(np.linalg.det(system)) < _THINNEST_PX2:
            continue
        planes.append(np.linalg.solve(system, np.array([at[each] for each in ids], np.float64)))
        cv2.fillConvexPoly(which, np.rint(corners).astype(np.int32), len(planes))
    return which, raster.to_float32(np.array(planes))


def _body_slopes(alpha: Plane, face_height: float) -> Picture:
    """Hair, neck and shoulders as a cushion that rises from the outline: steep at the edge, flat in the middle. Its
    slopes (h, w, 2) are worked out small and enlarged, as steps of an enlarged depth would show as bands of light."""
    height, width = alpha.shape
    small = raster.shrink(alpha, _COARSE)
    unit = face_height / _COARSE
    inside = cv2.distanceTransform((small > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    reach = _BODY_ROUND * unit
    rise = np.clip(raster.to_float32(inside) / reach, 0, 1)
    cushion = np.sqrt(np.clip(1 - (1 - rise) ** 2, 0, 1)) * (reach * _BODY_DEEP)
    round_ = cv2.GaussianBlur(raster.to_float32(cushion), (0, 0), max(0.06 * unit, 1.0))
    swell = cv2.GaussianBlur(small, (0, 0), 0.45 * unit, borderType=cv2.BORDER_REPLICATE) * (0.9 * unit)
    slopes = raster.resize(_slopes(raster.to_float32(round_ + swell)), width, height)
    return raster.blur(slopes, _COARSE * 0.6)


def _folds(picture: Bytes, face_height: float) -> Plane:
    """Folds of cloth and strands of hair, from small changes of lightness: a hint, as colour is no form."""
    level = raster.to_float32((picture.astype(np.float32) * np.float32(1 / 255)) @ LUMA)
    wide = max(_FOLD * 4 * face_height, 2.0)
    return raster.blur(level - raster.blur(level, wide), max(_FOLD * face_height, 1.0)) * (0.014 * face_height)


def _slopes(depth: Plane) -> Picture:
    """How steeply a height field falls to the right and downwards: (h, w, 2)."""
    across = cv2.Sobel(depth, -1, 1, 0, ksize=3) * np.float32(-1 / 8)
    down = cv2.Sobel(depth, -1, 0, 1, ksize=3) * np.float32(-1 / 8)
    return raster.to_float32(np.dstack([across, down]))


def _facing(slopes: Picture) -> Picture:
    """Unit normals of slopes, x right, y down, z to the viewer."""
    normals = np.dstack([slopes, np.ones(slopes.shape[:2], np.float32)])
    return raster.to_float32(normals / np.linalg.norm(normals, axis=2, keepdims=True))
