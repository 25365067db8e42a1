"""Who plays whom: ids by role -> faces that may be used, and what the renderer and the prompt are told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs.compose import UNNAMED, Composed, compose
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.people import faces
from pexit_app.features.people.faces import Face

PHOTOS = "photos"


@dataclass(frozen=True, slots=True)
class Cast:
    """One face a role, in the pack's order; None is played by the scene's stand-in."""

    faces: Mapping[str, Face | None]

    @property
    def ids(self) -> dict[str, str | None]:
        """As shoots and frames keep it: a likeness or photo id by role."""
        return {role: str(face.id) if face else None for role, face in self.faces.items()}

    @property
    def own(self) -> Sequence[Face]:
        return [face for face in self.faces.values() if face is not None]

    def compose(
        self, definition: PackDefinition, scene_id: str, knobs: Mapping[str, Any], *, is_preview: bool = False
    ) -> Composed:
        """The scene with these people in its prompt; `is_preview`: for a model that sees the photo of the one who is
        cast. Raises NotFound, BadInput."""
        says_photo = is_preview and not definition.needs_prompt
        named = zip(self.faces.values(), UNNAMED, strict=False)
        people = [_called(face, says_photo) if face else unnamed for face, unnamed in named]
        return compose(definition, scene_id, knobs, people=people)

    def personas(self, composed: Composed) -> tuple[str, ...]:
        """As in ImageOrder."""
        pairs = zip(self.faces.values(), composed.standin_personas, strict=True)
        return tuple(face.persona if face else standin for face, standin in pairs)


def _called(face: Face, says_photo: bool) -> str:
    """`TOK person`; `the person in this photo` where the model that reads it sees the photo."""
    return f"the {face.words.partition(' ')[2]} in this photo" if says_photo else face.words


async def prepare(personas: Sequence[str]) -> None:
    """Outside of any transaction: every persona file that is made of one photo exists afterwards. Raises NotFound,
    Unavailable."""
    for key in personas:
        folder, _, rest = key.partition("/")
        if folder == PHOTOS:
            await faces.ensure_photo_persona(UUID(rest.split("/")[0]))


async def find_cast(
    session: AsyncSession, actor: Actor, definition: PackDefinition, ids: Mapping[str, UUID | str | None]
) -> Cast:
    """`ids` by role; a role that is not named is played by the stand-in. Raises BadInput naming `cast.<role>` for a role
    the pack does not have and for a face that is not the user's (or gone), ConsentRequired, UseNotAgreed."""
    roles = [role.id for role in definition.cast]
    for role in ids:
        if role not in roles:
            raise BadInput.of(f"cast.{role[:40]}", f"This pack casts {', '.join(roles)}.", role[:40], roles)
    found: dict[str, Face | None] = {}
    for role in roles:
        given = ids.get(role)
        face_id = _as_id(role, given) if given is not None else None
        found[role] = await faces.find_face(session, actor, face_id, definition.slug) if face_id else None
    return Cast(found)


def _as_id(role: str, given: UUID | str) -> UUID:
    try:
        return given if isinstance(given, UUID) else UUID(given)
    except ValueError:
        raise NotFound(f"cast.{role}: there is no such likeness or photo.") from None
