"""Two states of a draft side by side: what differs for the people who use the pack, in words and in pictures.

A state is named: `draft` (as it is now), `live` (what people get), `version-3`, `change-12` (as that change left it),
`point-<id>` (a restore point). The last three name the same content for ever, so their pictures may be kept.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound
from pexit_app.features.builder import changes, patch, restoring, shape
from pexit_app.features.builder.diffs import differences
from pexit_app.features.builder.models import PackChange, PackDraft
from pexit_app.features.builder.patch import Json
from pexit_app.features.builder.problems import place_of
from pexit_app.features.builder.service import find_draft
from pexit_app.features.builder.sights import Sight, knob_sights, sights
from pexit_app.features.packs import service as packs
from pexit_app.features.packs import versions

NAME = r"^(draft|live|version-[1-9][0-9]{0,8}|change-[1-9][0-9]{0,8}|point-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
MOST_PLACES = 40


@dataclass(frozen=True, slots=True)
class State:
    """`name` is one that keeps naming this content."""

    name: str
    document: Json


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` and `after` name the states, `before` empty where there is none yet. `is_whole`: both are packs in order;
    otherwise the lines only name the fields that differ."""

    before: str
    after: str
    lines: list[str]
    sights: list[Sight]
    is_whole: bool


async def find_state(session: AsyncSession, actor: Actor, draft: PackDraft, name: str) -> State:
    """Raises NotFound, for `live` also before the first publication."""
    kind, _, which = name.partition("-")
    if kind == "draft":
        return await _as_it_is(session, draft)
    if kind == "change":
        return State(name, await changes.document_at(session, draft, int(which)))
    if kind == "point":
        return State(name, (await restoring.find_point(session, actor, draft.id, UUID(which))).document)
    if draft.pack_id is None:
        raise NotFound("This draft was not published yet.")
    if kind == "live":
        version = (await packs.find_owned(session, actor, draft.pack_id)).version
    else:
        version = await versions.find_version(session, actor, draft.pack_id, int(which))
    return State(f"version-{version.number}", version.definition)


async def compare(session: AsyncSession, actor: Actor, draft_id: UUID, before: str, after: str) -> Comparison:
    """Raises NotFound. With `live` before the first publication there is nothing to compare, and nothing differs."""
    draft = await find_draft(session, actor, draft_id)
    second = await find_state(session, actor, draft, after)
    if before == "live" and draft.pack_id is None:
        return Comparison("", second.name, [], [], True)
    first = await find_state(session, actor, draft, before)
    lines, found, is_whole = await asyncio.to_thread(_compared, first.document, second.document)
    return Comparison(first.name, second.name, lines, found, is_whole)


async def head_numbers(session: AsyncSession, drafts: Sequence[PackDraft]) -> dict[UUID, int]:
    """The change each draft stands on: with it a draft's pictures have a name that lasts."""
    heads = [draft.head_change_id for draft in drafts]
    rows = await session.exec(select(PackChange.draft_id, PackChange.number).where(col(PackChange.id).in_(heads)))
    return dict(rows.all())


async def _as_it_is(session: AsyncSession, draft: PackDraft) -> State:
    numbers = await head_numbers(session, [draft])
    return State(f"change-{numbers[draft.id]}", draft.document)


def _compared(before: Json, after: Json) -> tuple[list[str], list[Sight], bool]:
    old, new = shape.read(before)[0], shape.read(after)[0]
    if old is None or new is None:
        return _places(before, after), sights(before, after), False
    opened = sights(before, after)
    seen = {each.after.scene for each in opened if each.after}
    turned = [each for each in knob_sights(old, new) if each.after and each.after.scene not in seen]
    return [each.words for each in differences(old, new)], [*opened, *turned], True


def _places(before: Any, after: Any) -> list[str]:
    """The fields that differ, in words."""
    named: dict[str, None] = {}
    for step in patch.difference(before, after):
        then = patch.taken(before, step)
        named[place_of(before if step.kind in ("drop", "delete") else then, step.path)] = None
        before = then
    return list(named)[:MOST_PLACES]
