"""A scene of a draft, as it would be rendered right now, on stand-ins or on faces of the creator's own. Only what the scene
needs has to be valid: while the listing or another scene is half typed, the picture goes on."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, FieldProblem, NotFound
from pexit_app.features.builder import shape
from pexit_app.features.packs import words
from pexit_app.features.packs.compose import Composed, compose
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.people import faces

# What a picture does not depend on: set right, so that it cannot be in the way.
_LISTING: dict[str, Any] = {
    "slug": "draft", "title": "Draft", "tagline": "Draft", "code": "DFT", "ink": "rust", "creator": "Draft",
    "category": "studio", "style": "photograph", "description": "Draft", "price_dust": 0, "unlock_dust": 0,
    "samples": [],
}  # fmt: skip


def compose_scene(document: Mapping[str, Any], scene_id: str, knobs: Mapping[str, Any]) -> Composed:
    """Raises NotFound for a scene the draft has not, BadInput naming the field of the document that is in the way."""
    place, definition = _of_scene(document, scene_id)
    try:
        return compose(definition, scene_id, knobs)
    except (KeyError, words.BadTemplate) as error:
        message = f"The words name {{{error.args[0]}}}, and there is no such knob."
        raise BadInput.of(f"scenes[{place}].prompt", message) from None


async def find_personas(
    session: AsyncSession, actor: Actor, composed: Composed, asked: Sequence[str], known: Collection[str]
) -> tuple[str, ...]:
    """As in ImageOrder: `asked` is one a role, a stand-in's name or the id of a likeness or photo of the user's; empty or
    not asked for, the scene's own stand-in plays. `known` are the stand-ins there are. Raises BadInput, NotFound,
    ConsentRequired."""
    found = []
    for place, own in enumerate(composed.stand_ins):
        name = asked[place] if place < len(asked) and asked[place] else own
        if name in known:
            found.append(f"standin:{name}")
            continue
        try:
            face_id = UUID(name)
        except ValueError:
            raise BadInput.of(f"faces[{place}]", f"There is no stand-in {name[:40]}.", name[:40], list(known)) from None
        found.append((await faces.find_face(session, actor, face_id)).persona)
    return tuple(found)


def _of_scene(document: Mapping[str, Any], scene_id: str) -> tuple[int, PackDefinition]:
    """Where the scene stands, and a pack of it alone."""
    listed = document.get("scenes")
    scenes = listed if isinstance(listed, list) else []
    place = next(
        (at for at, each in enumerate(scenes) if isinstance(each, Mapping) and each.get("id") == scene_id), None
    )
    if place is None:
        raise NotFound(f"This draft has no scene {scene_id[:60]!r}.")
    scene = {**scenes[place], "title": "Draft", "knobs": _unlabelled(scenes[place].get("knobs", []))}
    alone = {
        **document,
        **_LISTING,
        "knobs": _unlabelled(document.get("knobs", [])),
        "scenes": [scene],
        "cover": {"name": "c", "scene": scene_id, "alt": "Draft"},
    }
    definition, found = shape.read(alone)
    if definition is None:
        raise BadInput("The scene cannot be drawn yet.", [_placed(each, place) for each in found])
    return place, definition


def _unlabelled(knobs: Any) -> Any:
    """Knobs as they are drawn: what they are called does not show in a picture."""
    plain = {"label": "Knob", "hint": "", "group": ""}
    return (
        [{**each, **plain} if isinstance(each, Mapping) else each for each in knobs]
        if isinstance(knobs, list)
        else knobs
    )


def _placed(problem: Any, place: int) -> FieldProblem:
    """As it is called in the whole document."""
    field = problem.field.replace("scenes[0]", f"scenes[{place}]", 1)
    return FieldProblem(field, problem.message, problem.value, problem.limit)
