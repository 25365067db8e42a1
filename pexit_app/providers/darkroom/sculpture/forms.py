"""What can be turned on a bust. Units: the head is 2 high (chin y = -1, crown y = 1), x right, y up, z to the viewer."""
from typing import Final, NamedTuple

BALD: Final = 0
FINGER_WAVES: Final = 1
TOPKNOT: Final = 2
AFRO: Final = 3
TURBAN: Final = 4
CURLS: Final = 5

BARE: Final = 0
ROLL_NECK: Final = 1
STAND_COLLAR: Final = 2
WRAP: Final = 3
TOGA: Final = 4
TOGA_LEFT: Final = 5

NO_ORNAMENT: Final = 0
DISCS: Final = 1
PEARLS: Final = 2
HOOPS: Final = 3

SKIN: Final = 0
HAIR: Final = 1
CLOTH: Final = 2
ORNAMENT: Final = 3
MATERIAL_SLOTS: Final = 4


class Form(NamedTuple):
    """The measures of one sculpture; plain factors are 1 (or 0) for an ordinary face."""

    skull_width: float = 0.66
    skull_height: float = 0.73
    skull_depth: float = 0.85
    face_width: float = 0.58
    face_length: float = 0.72
    jaw: float = 0.0
    jaw_height: float = -0.56
    chin_width: float = 0.185
    chin_forward: float = 0.0
    cheekbone: float = 0.5
    hollow: float = 0.0
    brow: float = 0.5
    nose_length: float = 0.0
    nose_width: float = 1.0
    nose_forward: float = 0.0
    nose_hump: float = 0.0
    lip_fullness: float = 1.0
    mouth_width: float = 0.212
    mouth_height: float = -0.575
    smile: float = -0.004
    eye_size: float = 1.0
    eye_tilt: float = 0.012
    socket_depth: float = 1.0
    ear_size: float = 0.88
    age: float = 0.0
    neck_width: float = 0.37
    shoulder_width: float = 1.4
    build: float = 1.0
    tool_marks: float = 0.0
    hair: int = BALD
    garment: int = BARE
    ornament: int = NO_ORNAMENT


class Turn(NamedTuple):
    """How a bust stands: the head's rotation matrix (row by row, head to world transposed), and both yaws in radians."""

    r00: float
    r01: float
    r02: float
    r10: float
    r11: float
    r12: float
    r20: float
    r21: float
    r22: float
    head_yaw: float
    body_yaw: float
