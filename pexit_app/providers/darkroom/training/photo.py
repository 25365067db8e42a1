"""One kept photo as training wants it: around the person, at working size, with the mesh of their face."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pexit_app.providers.darkroom import raster
from pexit_app.providers.darkroom.raster import Bytes
from pexit_app.providers.darkroom.vision.faces import find_faces
from pexit_app.providers.darkroom.vision.mesh import Mesh

# Reach in face heights from the middle of the face: all that any framing shows, and no more.
_ABOVE, _BELOW, _ASIDE = 1.7, 3.6, 2.7
# A source of this many pixels takes some 45 MB when rendered from, like those of the stand-ins.
_WORKING_PIXELS = 1_250_000
_FACE_PX_WANTED, _ENLARGED_MOST = 240, 2.0


class UnreadablePhoto(ValueError):
    """The bytes are no picture."""


@dataclass(frozen=True, eq=False)
class Sitting:
    """`picture` (h, w, 3) sRGB bytes around one person; `mesh` in its pixels."""

    picture: Bytes
    mesh: Mesh


def read_photo(content: bytes) -> Bytes:
    """JPEG bytes -> (h, w, 3) sRGB. Raises UnreadablePhoto."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if picture is None:
        raise UnreadablePhoto
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def largest_face(picture: Bytes) -> Mesh | None:
    faces = find_faces(picture)
    return faces[0] if faces else None


def sit(picture: Bytes, mesh: Mesh) -> Sitting:
    """`picture` cropped around `mesh` and brought to working size; a small face is enlarged, at most twofold."""
    height, width = picture.shape[:2]
    x, y = mesh.centre
    face = mesh.height
    x0, x1 = int(max(x - _ASIDE * face, 0)), int(min(x + _ASIDE * face, width))
    y0, y1 = int(max(y - _ABOVE * face, 0)), int(min(y + _BELOW * face, height))
    crop = np.ascontiguousarray(picture[y0:y1, x0:x1])
    fits = float(np.sqrt(_WORKING_PIXELS / (crop.shape[0] * crop.shape[1])))
    scale = min(fits, max(1.0, min(_FACE_PX_WANTED / face, _ENLARGED_MOST)))
    size = (round(crop.shape[1] * scale), round(crop.shape[0] * scale))
    if size != crop.shape[1::-1]:
        how = raster.AREA if scale < 1 else cv2.INTER_LANCZOS4
        crop = np.asarray(cv2.resize(crop, size, interpolation=how), np.uint8)
    return Sitting(crop, _moved(mesh, -x0, -y0, scale))


def _moved(mesh: Mesh, dx: float, dy: float, scale: float) -> Mesh:
    """`mesh` in the crop's pixels."""
    shift, factor = np.array([dx, dy, 0], np.float32), np.float32(scale)
    box = mesh.box
    moved = replace(
        box,
        x=(box.x + dx) * scale,
        y=(box.y + dy) * scale,
        width=box.width * scale,
        height=box.height * scale,
        points=(box.points + shift[:2]) * factor,
    )
    return replace(mesh, box=moved, points=(mesh.points + shift) * factor)
