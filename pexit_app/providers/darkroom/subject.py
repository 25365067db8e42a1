"""The person in the frame: which source, how large, where; every plane warped to the frame in one go."""

from dataclasses import dataclass

import numpy as np

from pexit_app.providers.darkroom import noise, raster, sources
from pexit_app.providers.darkroom.persona import Persona, Source
from pexit_app.providers.darkroom.raster import Matrix, Picture, Plane, smoothstep

_FACE_SHARE = {"close": 0.43, "half": 0.235, "wide": 0.165}
_FACE_AT = {"close": 0.47, "half": 0.365, "wide": 0.50}
_TILT_DEGREES = 1.2
_COARSE, _COARSE_FROM = 2, 0.9


@dataclass(frozen=True, slots=True)
class Face:
    """Where the face landed, in pixels of the frame."""

    x: float
    y: float
    height: float


@dataclass(frozen=True)
class Subject:
    """A source in the frame: colour (h, w, 3) linear straight, alpha (h, w); unit normals and gloss of that size or
    half of it; `face_weight` (h, w) is 1 on the face and falls off around it."""

    colour: Picture
    alpha: Plane
    normals: Picture
    gloss: Plane
    face: Face
    face_weight: Plane


def choose(persona: Persona, turn: str, seed: int) -> int:
    """The index of the source for `turn`; "auto" takes one by the seed."""
    if turn == "auto":
        return seed % len(persona.sources)
    yaws = [facts.yaw for facts in sources.facts(persona)]
    wanted = {"left": min(yaws), "right": max(yaws), "front": min(yaws, key=abs)}[turn]
    return yaws.index(wanted)


def _face_height(framing: str, width: int, height: int) -> float:
    """Of the face in the frame, in pixels; a little less in narrow frames, so that shoulders still fit."""
    return float(_FACE_SHARE[framing] * height * min(1.0, (width / height / 0.66) ** 0.6))


def scale_of(source: Source, framing: str, width: int, height: int) -> float:
    """How much `source` is enlarged in this frame."""
    return _face_height(framing, width, height) / source.face_height


def place(source: Source, framing: str, width: int, height: int, seed: int) -> tuple[Matrix, Face]:
    """The 2 x 3 matrix from source to frame pixels. Depends on framing, seed and the frame alone, so that no other knob
    ever moves the face. A source that would end above the frame's lower edge is moved down to it."""
    aspect = width / height
    face_height = _face_height(framing, width, height)
    scale = face_height / source.face_height
    random = noise.stream(seed, "place")
    sway, tilt = random.normal(), random.normal()
    across = {"close": 0.5 + 0.015 * sway, "half": 0.5 + 0.025 * sway}.get(framing)
    if across is None:
        across = 0.5 + (0.13 if seed % 2 else -0.13) * min(aspect, 1.3)
    angle = np.radians(np.clip(tilt, -1.5, 1.5) * _TILT_DEGREES)
    cos, sin = float(np.cos(angle)) * scale, float(np.sin(angle)) * scale
    centre = np.array(source.face_centre)
    matrix = np.array([[cos, -sin, 0], [sin, cos, 0]])
    matrix[:, 2] = np.array([across * width, _FACE_AT[framing] * height]) - matrix[:, :2] @ centre
    rows, columns = source.alpha.shape
    bottom = min(float((matrix @ np.array([column, rows * 0.985, 1]))[1]) for column in (columns * 0.2, columns * 0.8))
    matrix[1, 2] += max(height + 2 - bottom, 0)
    x, y = matrix @ np.array([*centre, 1])
    return matrix.astype(np.float32), Face(float(x), float(y), face_height)


def into_frame(
    source: Source, framing: str, width: int, height: int, seed: int, is_draft: bool
) -> Subject:
    """`source` placed in a frame of `width` x `height` pixels. The planes that only shade it are halved in a draft, and
    where the source is enlarged anyway: they are kept at half size in its file."""
    matrix, face = place(source, framing, width, height, seed)
    scale = face.height / source.face_height
    how = raster.LINEAR if is_draft else raster.CUBIC if scale > 0.9 else raster.AREA
    colour = np.clip(raster.warp_affine(source.colour, matrix, width, height, how), 0, 1)
    alpha = np.clip(raster.warp_affine(source.alpha, matrix, width, height, how), 0, 1)
    if scale > 1.1:
        alpha = _firm(alpha, scale)
        if not is_draft:
            colour = np.clip(colour + (colour - raster.blur(colour, 1.1 * scale)) * 0.6, 0, 1)
    alpha = alpha * _side_feather(matrix, source.alpha.shape[1], width, height)
    coarse = _COARSE if is_draft or scale > _COARSE_FROM else 1
    small = (matrix / coarse).astype(np.float32)
    normals = raster.warp_affine(source.normals, small, width // coarse, height // coarse)
    gloss = raster.warp_affine(source.gloss, small, width // coarse, height // coarse)
    return Subject(colour, raster.to_float32(alpha), normals, gloss, face, face_weight(face, width, height))


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
