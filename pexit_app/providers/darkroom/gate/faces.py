"""The faces a photo is judged by: the main one, and how many others count."""

from dataclasses import dataclass

from pexit_app.providers.darkroom.gate import thresholds as limit
from pexit_app.providers.darkroom.raster import Bytes
from pexit_app.providers.darkroom.vision import detect
from pexit_app.providers.darkroom.vision.mesh import Mesh, read_mesh


@dataclass(frozen=True, eq=False)
class Faces:
    """`main` is the largest face; `others` counts those large enough to be meant as well."""

    main: Mesh | None
    others: int


def look_for_faces(picture: Bytes) -> Faces:
    """Faces in `picture` (h, w, 3). Small ones are only looked for when no larger one is there: they are then worth a
    word ("too small"), while nobody waits for what a search for passers-by costs."""
    found = _real(picture, detect.whole(picture) + detect.tiled(picture, detect.TILES[0]))
    found = found or _real(picture, detect.tiled(picture, limit.FAR_TILE))
    if not found:
        return Faces(None, 0)
    main = found[0]
    return Faces(main, sum(face.height >= main.height * limit.BYSTANDER_RATIO_MAX for face in found[1:]))


def _real(picture: Bytes, boxes: list[detect.FaceBox]) -> list[Mesh]:
    meshes = [read_mesh(picture, box) for box in detect.distinct(boxes)[: limit.CANDIDATES_MAX]]
    real = [mesh for mesh in meshes if mesh.confidence > limit.FACE_CONFIDENCE_MIN]
    return sorted(real, key=lambda mesh: -mesh.height)
