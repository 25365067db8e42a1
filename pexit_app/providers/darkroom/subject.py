"""The people in the frame: every plane of their sources warped to it in one go, and two of them laid over each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pexit_app.providers.darkroom import placing, raster
from pexit_app.providers.darkroom.persona import Facts, Source
from pexit_app.providers.darkroom.placing import Face
from pexit_app.providers.darkroom.raster import Matrix, Picture, Plane, mix, smoothstep

_COARSE, _COARSE_FROM = 2, 0.9
_SHADOW = 0.42


@dataclass(frozen=True)
class Subject:
    """Who stands in the frame: colour (h, w, 3) linear straight, alpha (h, w); unit normals and gloss of that size or
    half of it; `face_weight` (h, w) is 1 on a face and falls off around it."""

    colour: Picture
    alpha: Plane
    normals: Picture
    gloss: Plane
    faces: tuple[Face, ...]
    face_weight: Plane


def into_frame(source: Source, framing: str, width: int, height: int, seed: int, is_draft: bool) -> Subject:
    """`source` alone in a frame of `width` x `height` pixels."""
    matrix, face = placing.place_one(source.facts, framing, width, height, seed)
    coarse = _COARSE if is_draft or face.height / source.face_height > _COARSE_FROM else 1
    return _warped(source, matrix, face, width, height, is_draft, coarse)


def pair_into_frame(
    look_at: Callable[[int], Source],
    facts: Sequence[Facts],
    framing: str,
    width: int,
    height: int,
    seed: int,
    is_draft: bool,
) -> Subject:
    """Two people in one frame; `look_at(role)` brings the source of a role, one at a time as they are large."""
    places = placing.place_two(facts, framing, width, height, seed)
    behind = placing.behind_role(seed)
    back, front = (
        _warped(look_at(role), *places[role], width, height, is_draft, _COARSE) for role in (behind, 1 - behind)
    )
    return _together(back, front, tuple(face for _, face in places))


def _warped(
    source: Source, matrix: Matrix, face: Face, width: int, height: int, is_draft: bool, coarse: int
) -> Subject:
    """`source` through `matrix`. The planes that only shade it are of 1/`coarse` of the size: halved in a draft, and
    where the source is enlarged anyway, as they are kept at half size in its file."""
    scale = face.height / source.face_height
    how = raster.LINEAR if is_draft else raster.CUBIC if scale > 0.9 else raster.AREA
    colour = np.clip(raster.warp_affine(source.colour, matrix, width, height, how), 0, 1)
    alpha = np.clip(raster.warp_affine(source.alpha, matrix, width, height, how), 0, 1)
    if scale > 1.1:
        alpha = _firm(alpha, scale)
        if not is_draft:
            colour = np.clip(colour + (colour - raster.blur(colour, 1.1 * scale)) * 0.6, 0, 1)
    alpha = alpha * _side_feather(matrix, source.alpha.shape[1], width, height)
    small = (matrix / coarse).astype(np.float32)
    normals = raster.warp_affine(source.normals, small, width // coarse, height // coarse)
    gloss = raster.warp_affine(source.gloss, small, width // coarse, height // coarse)
    return Subject(colour, raster.to_float32(alpha), normals, gloss, (face,), face_weight(face, width, height))


def _together(back: Subject, front: Subject, faces: tuple[Face, ...]) -> Subject:
    """`front` before `back`, on whom their soft shadow falls. One subject again, so that one light falls on both."""
    over = front.alpha
    alpha = over + back.alpha * (1 - over)
    share = (over / np.maximum(alpha, 1e-3))[..., None]
    shadow = raster.blur(over, 0.10 * front.faces[0].height) * (1 - over)
    colour = back.colour * (1 - _SHADOW * shadow)[..., None]
    colour += (front.colour - colour) * share
    rows, columns = front.gloss.shape
    part = raster.fit(raster.to_float32(share[..., 0]), columns, rows)
    normals = mix(back.normals, front.normals, part[..., None])
    normals = normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-3)
    weight = np.maximum(front.face_weight, back.face_weight * (1 - over))
    return Subject(
        raster.to_float32(colour),
        raster.to_float32(alpha),
        raster.to_float32(normals),
        raster.to_float32(mix(back.gloss, front.gloss, part)),
        faces,
        raster.to_float32(weight),
    )


def _firm(alpha: Plane, scale: float) -> Plane:
    """An enlarged matte is soft: steepen it about its middle, so that the edge is as crisp as the picture."""
    return np.asarray(np.clip((alpha - 0.5) * min(scale, 2.5) ** 0.8 + 0.5, 0, 1))


def _side_feather(matrix: Matrix, columns: int, width: int, height: int) -> Plane:
    """Fades the person where the source's own left or right border cut them off."""
    a, b = matrix[0, 0], matrix[0, 1]
    scale_squared = a * a + b * b
    x = np.arange(width, dtype=np.float32)[None, :] - matrix[0, 2]
    y = np.arange(height, dtype=np.float32)[:, None] - matrix[1, 2]
    source_x = (a * x - b * y) / scale_squared
    inside = np.minimum(source_x, columns - source_x) / columns
    return np.asarray(smoothstep(-0.004, 0.03, inside))


def face_weight(face: Face, width: int, height: int) -> Plane:
    """A soft superellipse over the face, 1 inside."""
    x, y = raster.grid(width, height)
    fx, fy, fh = face.x / height, face.y / height, face.height / height
    return raster.to_float32(np.exp(-(((x - fx) / (0.38 * fh)) ** 4 + ((y - fy) / (0.50 * fh)) ** 4)))
