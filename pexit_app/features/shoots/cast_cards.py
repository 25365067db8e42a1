"""Who can be cast, as the studio shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pexit_app.core import deps
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.people.faces import Face

URL_S = 3600
NOTES = {"likeness": "likeness", "photo": "one photo"}


@dataclass(frozen=True)
class FaceChip:
    """One face to choose; an empty id is the stand-in."""

    id: str = ""
    name: str = ""
    note: str = ""
    thumb: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class RoleCard:
    """A role and who can play it. `hint` says what is worth knowing about the one who does."""

    id: str = ""
    label: str = ""
    hint: str = ""
    faces: list[FaceChip] = field(default_factory=list)


def role_cards(
    definition: PackDefinition,
    faces: Sequence[Face],
    chosen: Mapping[str, str],
    extra: Mapping[str, Face],
    poster: str = "",
) -> list[RoleCard]:
    """`extra` holds chosen faces that `faces` does not list: another version, another photo. `poster` is a picture of the
    pack's stand-in."""
    cards = []
    for role in definition.cast:
        own = [*faces, *([extra[role.id]] if role.id in extra else [])]
        here = chosen.get(role.id, "")
        chips = [FaceChip("", "Stand-in", "sculpture", poster, here == "")]
        chips += [_chip(face, is_chosen=str(face.id) == here) for face in own]
        label = role.label if len(definition.cast) > 1 else "In the picture"
        cards.append(RoleCard(role.id, label, _hint(own, here), chips))
    return cards


def _chip(face: Face, is_chosen: bool) -> FaceChip:
    thumb = deps.get().store.signed_url(face.thumb, "image/jpeg", URL_S)
    return FaceChip(str(face.id), face.label, NOTES[face.kind], thumb, is_chosen)


def _hint(faces: Sequence[Face], chosen: str) -> str:
    face = next((each for each in faces if str(each.id) == chosen), None)
    if face is None:
        return "" if faces else "Add photos of yourself, and every draft shows your own face."
    if face.kind == "photo":
        return f"From one photo: less like {face.label} than a trained likeness."
    return ""
