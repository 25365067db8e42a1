"""The six stand-ins: whose measures, which materials, which poses. A new one is one entry here."""
from dataclasses import dataclass

from . import forms
from .forms import Form
from .gbuffer import Pose
from .materials import (
    BISQUE,
    BRASS,
    BRONZE,
    BRONZE_DARK,
    CELADON,
    EBONY,
    INDIGO,
    JET,
    LINEN,
    NAVY,
    PEARL,
    PLASTER,
    PORCELAIN,
    ROSE,
    SAFFRON,
    SLIP,
    TERRACOTTA,
    UMBER,
    Material,
)

FRONT, RIGHT, LEFT, FAR_RIGHT = Pose(-7, 2, 1, 9), Pose(27, 3, -3, 8), Pose(-33, 4, 2, -16), Pose(52, 2, 0, 22)


@dataclass(frozen=True)
class Sculpture:
    """A stand-in to be. `materials`: skin, hair, cloth, ornament. Paint is thin colour on the skin: lips, and a line
    of lash and brow; '' leaves the material bare, as on stone and metal."""

    form: Form
    materials: tuple[Material, Material, Material, Material]
    poses: tuple[Pose, ...] = (FRONT, RIGHT, LEFT)
    lip_paint: str = ""
    lip_strength: float = 0.0
    line_paint: str = ""
    line_strength: float = 0.0


PEOPLE: dict[str, Sculpture] = {
    "alba": Sculpture(
        Form(face_width=0.565, nose_width=0.94, nose_length=-0.01, lip_fullness=1.05, neck_width=0.345,
             shoulder_width=1.22, build=0.88, ear_size=0.0, hair=forms.FINGER_WAVES, garment=forms.TOGA),
        (PLASTER, PLASTER, LINEN, PLASTER),
        poses=(FRONT, RIGHT, LEFT, FAR_RIGHT),
        line_paint="#6b5a4a", line_strength=0.55,
    ),
    "onyx": Sculpture(
        Form(cheekbone=0.9, nose_width=1.20, lip_fullness=1.18, mouth_width=0.222, neck_width=0.355,
             shoulder_width=1.20, build=0.90, ear_size=0.84, hair=forms.AFRO, garment=forms.ROLL_NECK,
             ornament=forms.DISCS),
        (EBONY, JET, SAFFRON, BRASS),
        poses=(FRONT, RIGHT, LEFT, FAR_RIGHT),
        line_paint="#1a110c", line_strength=0.45,
    ),
    "rosa": Sculpture(
        Form(face_width=0.562, face_length=0.70, nose_width=0.93, nose_length=-0.02, lip_fullness=1.0,
             neck_width=0.345, shoulder_width=1.20, build=0.88, ear_size=0.82, hair=forms.TOPKNOT,
             garment=forms.WRAP, ornament=forms.PEARLS),
        (PORCELAIN, ROSE, CELADON, PEARL),
        lip_paint="#a8434a", lip_strength=0.62, line_paint="#3a1c1e", line_strength=0.7,
    ),
    "verde": Sculpture(
        Form(jaw=0.65, face_width=0.572, brow=0.95, hollow=0.35, age=0.9, nose_width=1.12, nose_length=0.02,
             nose_hump=0.016, lip_fullness=0.80, mouth_width=0.218, ear_size=0.98, neck_width=0.43,
             shoulder_width=1.42, build=1.0, hair=forms.BALD, garment=forms.TOGA_LEFT),
        (BRONZE, BRONZE, BRONZE_DARK, BRASS),
    ),
    "azur": Sculpture(
        Form(face_width=0.570, cheekbone=0.95, hollow=0.25, age=0.6, brow=0.45, nose_width=1.04, nose_hump=0.008,
             lip_fullness=0.92, ear_size=0.90, neck_width=0.345, shoulder_width=1.18, build=0.88, hair=forms.TURBAN,
             garment=forms.WRAP, ornament=forms.HOOPS),
        (BISQUE, NAVY, INDIGO, BRASS),
        lip_paint="#8a4a38", lip_strength=0.45, line_paint="#2a1a14", line_strength=0.55,
    ),
    "terra": Sculpture(
        Form(jaw=0.7, face_width=0.572, brow=0.9, nose_width=1.08, lip_fullness=0.98, chin_width=0.195,
             neck_width=0.42, shoulder_width=1.38, build=0.98, tool_marks=1.0, ear_size=0.9, hair=forms.CURLS,
             garment=forms.STAND_COLLAR),
        (TERRACOTTA, UMBER, SLIP, BRASS),
    ),
}
