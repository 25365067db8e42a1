"""One file of a stranger -> the photo that is kept, and what the gate reads on it. Runs in a worker process."""

import cv2
import numpy as np

from pexit_app.core.ports import Inspected, Reading, Reason
from pexit_app.providers.darkroom.gate import chips, measures, reasons
from pexit_app.providers.darkroom.gate import thresholds as limit
from pexit_app.providers.darkroom.gate.decode import decode, encode_kept, encode_thumb
from pexit_app.providers.darkroom.gate.faces import Faces, look_for_faces
from pexit_app.providers.darkroom.gate.prints import fingerprints
from pexit_app.providers.darkroom.raster import Bytes

# Faces are looked for on a smaller copy: the detector sees 128 px and the mesh 192 px whatever the photo has.
_SEARCH_SIDE_PX = 1024
_NOTHING = Reading(sharpness=0.0, pose=None, yaw=0.0, pitch=0.0, face_px=0.0, face_box=None, prints={})


def inspect(content: bytes) -> Inspected:
    """Raises BadPhoto. One instance at a time a process: the networks are shared."""
    picture = decode(content)
    height, width = picture.shape[:2]
    scale = min(_SEARCH_SIDE_PX / max(width, height), 1.0)
    small = picture
    if scale < 1:
        size = (max(round(width * scale), 1), max(round(height * scale), 1))
        small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    faces = look_for_faces(small)
    reading, said = _read(picture, faces, scale)
    return Inspected(encode_kept(picture), encode_thumb(picture), width, height, reading, said)


def _read(picture: Bytes, faces: Faces, scale: float) -> tuple[Reading, tuple[Reason, ...]]:
    """`scale` of the copy the faces were found on."""
    face = faces.main
    if face is None:
        return _NOTHING, (reasons.reason("no_face"),)
    height, width = picture.shape[:2]
    points = face.points / np.float32(scale)
    chip = chips.cut(picture, points, measures.CHIP_PX, measures.CHIP_EYES_PX)
    sharpness = measures.sharpness(chip)
    light = measures.light(chip, picture, limit.WHITE_LUMA)
    face_px = face.eye_distance / scale
    said = reasons.of_one_face(face_px, sharpness, light, face.yaw, face.pitch)
    if faces.others:
        said = (reasons.reason("several_faces"), *said)
    box = face.box
    shares = (box.x / scale / width, box.y / scale / height, box.width / scale / width, box.height / scale / height)
    reading = Reading(
        sharpness=round(sharpness, 1),
        pose=reasons.pose_of(face.yaw, face.pitch),
        yaw=round(face.yaw, 1),
        pitch=round(face.pitch, 1),
        face_px=round(face_px, 1),
        face_box=(round(shares[0], 4), round(shares[1], 4), round(shares[2], 4), round(shares[3], 4)),
        prints=fingerprints(picture, points, light),
    )
    return reading, said
