"""The faces in a photo, each with its mesh: the detector proposes, the mesh decides."""

from pexit_app.providers.darkroom.raster import Bytes
from pexit_app.providers.darkroom.vision import detect
from pexit_app.providers.darkroom.vision.mesh import Mesh, read_mesh

# The mesh says 0.97 and more of faces and below 0.3 of foliage, cloth and clocks; between lies little.
_CONFIDENCE_MIN = 0.6
_CANDIDATES_MAX = 24


def find_faces(picture: Bytes) -> tuple[Mesh, ...]:
    """Every face in `picture` (h, w, 3) sRGB bytes, the largest first; empty when there is none.

    Small, far faces are only looked for when no larger one is there: they are then worth a word ("too small"), while
    passers-by behind a portrait are not.
    """
    near = _real(picture, detect.whole(picture) + detect.tiled(picture, detect.TILES[0]))
    for share in detect.TILES[1:]:
        near = near or _real(picture, detect.tiled(picture, share))
    return near


def _real(picture: Bytes, boxes: list[detect.FaceBox]) -> tuple[Mesh, ...]:
    candidates = detect.distinct(boxes)[:_CANDIDATES_MAX]
    meshes = [read_mesh(picture, box) for box in candidates]
    real = [mesh for mesh in meshes if mesh.confidence > _CONFIDENCE_MIN]
    return tuple(sorted(real, key=lambda mesh: -mesh.box.height))
