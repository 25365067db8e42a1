"""What is said about one photo: a code, and one sentence that says how to mend it."""

from typing import Final

from pexit_app.core.ports import Pose, Reason, ReasonCode
from pexit_app.providers.darkroom.gate import thresholds as limit
from pexit_app.providers.darkroom.gate.measures import Light

_SENTENCES: Final[dict[ReasonCode, str]] = {
    "no_face": "No face was found: turn the photo upright, take away what covers the face, or come closer.",
    "several_faces": "There are several faces here: crop the photo to the one it is about, or take one of them alone.",
    "too_small": "The face is too small: come closer, or crop a larger original, until the head fills a third of it.",
    "blurred": "The face is blurred: wipe the lens, hold still in more light, and tap the face to focus on it.",
    "too_dark": "The face is too dark: face a window or a lamp, and turn off the light behind you.",
    "blown_out": "The face is too bright to show its shape: step out of the direct light or turn the flash off.",
    "turned_away": "The face is turned too far: turn back until both eyes can be seen.",
    "duplicate": "This is the same picture as another one here: add one from another moment, side or place instead.",
    "may_be_someone_else": "Is this the same person as in the other photos? If it is, keep it; if not, remove it.",
}


def reason(code: ReasonCode) -> Reason:
    return Reason(code, _SENTENCES[code], refuses=code != "may_be_someone_else")


def of_one_face(face_px: float, sharpness: float, light: Light, yaw: float, pitch: float) -> tuple[Reason, ...]:
    """Everything that is wrong with one face, the most telling first. A face too small is not called blurred as well, nor
    one without light: mending the first mends the second."""
    codes: list[ReasonCode] = []
    if abs(yaw) > limit.YAW_MAX or abs(pitch) > limit.PITCH_MAX:
        codes.append("turned_away")
    if is_too_dark(light):
        codes.append("too_dark")
    elif light.white > limit.WHITE_SHARE_MAX:
        codes.append("blown_out")
    if face_px < limit.FACE_PX_MIN:
        codes.append("too_small")
    if sharpness < limit.SHARPNESS_MIN and not {"too_small", "too_dark"} & set(codes):
        codes.append("blurred")
    return tuple(reason(code) for code in codes)


def is_too_dark(light: Light) -> bool:
    is_dim = light.bright < limit.DIM_FACE_MAX and light.picture < limit.DIM_PICTURE_MAX
    return is_dim or light.bright < limit.FACE_BRIGHT_MIN


def pose_of(yaw: float, pitch: float) -> Pose:
    """The side a photo shows most of."""
    across, up = abs(yaw) / limit.YAW_TURNED, abs(pitch) / limit.PITCH_TURNED
    if max(across, up) < 1:
        return "front"
    if across >= up:
        return "right" if yaw > 0 else "left"
    return "up" if pitch > 0 else "down"
