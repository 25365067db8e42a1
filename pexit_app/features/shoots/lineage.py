"""Where a frame comes from: its ancestors, its siblings, its children, and what changed from each to the next, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.features.packs import spoken
from pexit_app.features.packs.definition import PackDefinition
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.shoots import service
from pexit_app.features.shoots.models import Frame, on_sheet

MOST_ANCESTORS = 12
MOST_RELATIVES = 24
SAME = "nothing but chance"
NOBODY = "Off"


@dataclass(frozen=True, slots=True)
class Family:
    """`ancestors` from the oldest to the parent; None is a gap, where a frame was deleted. `siblings` come from the same
    parent as `frame`, which is not among them. Those in the trash count as deleted."""

    frame: Frame
    ancestors: Sequence[Frame | None]
    siblings: Sequence[Frame]
    children: Sequence[Frame]

    @property
    def is_alone(self) -> bool:
        return not self.ancestors and not self.children


def changes(definition: PackDefinition, one: Frame, other: Frame) -> list[str]:
    """What differs from `one` to `other`, as a person reads it: `Later in the day: 12:00 → 18:30`, `other seed`. Knobs that
    are hidden in both say nothing; one that only one of them shows stands against `Off`."""
    said = []
    if one.scene_id != other.scene_id:
        said.append(f"Scene: {one.scene_title} → {other.scene_title}")
    before = dict(spoken.recipe(definition, one.scene_id, one.knobs))
    after = dict(spoken.recipe(definition, other.scene_id, other.knobs))
    for label in dict.fromkeys([*before, *after]):
        if before.get(label) != after.get(label):
            said.append(f"{label}: {before.get(label, NOBODY)} → {after.get(label, NOBODY)}")
    if one.seed != other.seed:
        said.append("other seed")
    shapes = [ratio_of(each.width, each.height) for each in (one, other)]
    if shapes[0] != shapes[1]:
        said.append(f"Shape: {shapes[0]} → {shapes[1]}")
    elif (one.width, one.height) != (other.width, other.height):
        said.append(f"Size: {one.width} × {one.height} → {other.width} × {other.height}")
    if _cast(one.cast) != _cast(other.cast):
        said.append("other people")
    return said


def in_words(said: Sequence[str]) -> str:
    """One line: `Later in the day: 12:00 → 18:30; other seed`."""
    return "; ".join(said) or SAME


def _cast(cast: Mapping[str, Any]) -> dict[str, Any]:
    return {role: face for role, face in cast.items() if face}


async def family_of(session: AsyncSession, actor: Actor, frame_id: UUID) -> Family:
    """Raises NotFound."""
    frame = await service.find_frame(session, actor, frame_id)
    ancestors = await _ancestors(session, frame)
    siblings = await _children(session, frame, frame.parent_frame_id) if frame.parent_frame_id else []
    children = await _children(session, frame, frame.id)
    return Family(frame, ancestors, [each for each in siblings if each.id != frame.id], children)


async def _ancestors(session: AsyncSession, frame: Frame) -> list[Frame | None]:
    found: list[Frame | None] = []
    parent_id, seen = frame.parent_frame_id, {frame.id}
    while parent_id is not None and parent_id not in seen and len(found) < MOST_ANCESTORS:
        seen.add(parent_id)
        parent = await session.get(Frame, parent_id, populate_existing=True)
        is_there = parent is not None and parent.user_id == frame.user_id
        found.append(parent if parent is not None and is_there and parent.is_in_sight else None)
        parent_id = parent.parent_frame_id if parent is not None and is_there else None
    return found[::-1]


async def _children(session: AsyncSession, frame: Frame, parent_id: UUID) -> Sequence[Frame]:
    mine = Frame.parent_frame_id == parent_id, Frame.user_id == frame.user_id, on_sheet()
    query = select(Frame).where(*mine).order_by(col(Frame.position)).limit(MOST_RELATIVES)
    return (await session.exec(query, execution_options={"populate_existing": True})).all()
