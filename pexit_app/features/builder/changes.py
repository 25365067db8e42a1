"""Changes to a draft: brought behind what happened since, or refused with both sides; undone, done again, found again.

Everybody says which revision they saw. A change on an older one is rewritten to do the same to the draft as it is now;
undo, redo and going elsewhere are only done to what was seen. Each that does anything makes one new revision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import events
from pexit_app.core.actor import Actor
from pexit_app.core.errors import BadInput, NotFound, PexitError
from pexit_app.features.builder import conflicts, guard, patch, timeline
from pexit_app.features.builder.errors import NothingToRedo, NothingToUndo
from pexit_app.features.builder.models import (
    MAX_CLIENT_CHARS,
    MAX_LABEL_CHARS,
    MAX_SLUG_CHARS,
    MAX_TITLE_CHARS,
    PackChange,
    PackDraft,
    PackMove,
)
from pexit_app.features.builder.patch import Json, Step
from pexit_app.features.builder.rebase import rebase
from pexit_app.features.builder.timeline import Leg

MAX_BATCH = 500
UNTITLED = "Untitled pack"


@dataclass(frozen=True, slots=True)
class ChangeAsk:
    """One change in a batch: RFC 6902 operations on the document that the changes before it made."""

    ops: Sequence[Json]
    label: str


@dataclass(frozen=True, slots=True)
class Applied:
    """The draft afterwards. `change` is None for what changed nothing; `is_rebased`: others had changed it since, and
    the document holds that as well."""

    revision: int
    document: Json
    change: PackChange | None = None
    is_rebased: bool = False


@dataclass(frozen=True, slots=True)
class AppliedBatch:
    """`done` of the changes asked for were applied, in order; `stopped` is what the next one met, if any."""

    revision: int
    document: Json
    done: int
    stopped: PexitError | None
    is_rebased: bool


@dataclass(slots=True)
class _Desk:
    """A draft under change. `local` is the document as this client has it; `theirs` are the steps of others since its
    base revision, as they would be done to `local`."""

    draft: PackDraft
    actor: Actor
    client: str
    legs: list[Leg]
    local: Any
    theirs: Sequence[Step]


async def apply(
    session: AsyncSession,
    actor: Actor,
    draft_id: UUID,
    base_revision: int,
    ops: Sequence[Json],
    label: str,
    client: str,
) -> Applied:
    """Raises NotFound; BadInput for a change that does not fit revision `base_revision`; DraftConflict."""
    desk = await _open_desk(session, actor, draft_id, base_revision, client)
    before = desk.draft.revision
    change = await _apply_one(session, desk, ops, label)
    if desk.draft.revision > before:
        await _tell(session, desk.draft, client)
    return Applied(desk.draft.revision, desk.draft.document, change, bool(desk.legs))


async def apply_batch(
    session: AsyncSession,
    actor: Actor,
    draft_id: UUID,
    base_revision: int,
    changes: Sequence[ChangeAsk],
    client: str,
) -> AppliedBatch:
    """What was done without a connection, in order, up to the first change that clashes or does not fit: those before it
    stay applied. Raises NotFound, BadInput for what is wrong with the batch itself."""
    if not 1 <= len(changes) <= MAX_BATCH:
        raise BadInput.of("changes", f"Send 1 to {MAX_BATCH} changes at a time.", len(changes), MAX_BATCH)
    desk = await _open_desk(session, actor, draft_id, base_revision, client)
    before, done, stopped = desk.draft.revision, 0, None
    for each in changes:
        try:
            await _apply_one(session, desk, each.ops, each.label)
        except PexitError as error:
            stopped = error
            break
        done += 1
    if desk.draft.revision > before:
        await _tell(session, desk.draft, client)
    return AppliedBatch(desk.draft.revision, desk.draft.document, done, stopped, bool(desk.legs))


async def undo(session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, client: str) -> Applied:
    """One step back. Raises NotFound, DraftConflict for a draft that changed since, NothingToUndo."""
    draft = await _locked_as_seen(session, actor, draft_id, base_revision, client)
    head = await _change(session, draft.head_change_id)
    if head.parent_change_id is None:
        raise NothingToUndo("This is where the draft began.")
    return await _go(session, actor, draft, [Leg(head, True)], "undo", client)


async def redo(session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, client: str) -> Applied:
    """One step forward again, to where the last undo from here came from. Raises as undo does, NothingToRedo."""
    draft = await _locked_as_seen(session, actor, draft_id, base_revision, client)
    head = await _change(session, draft.head_change_id)
    if head.redo_change_id is None:
        raise NothingToRedo("Nothing was undone here.")
    return await _go(session, actor, draft, [Leg(await _change(session, head.redo_change_id), False)], "redo", client)


async def travel(
    session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, number: int, client: str
) -> Applied:
    """To any change there ever was, also one that was undone and left behind. Raises as undo does; NotFound."""
    draft = await _locked_as_seen(session, actor, draft_id, base_revision, client)
    target = await _numbered(session, draft_id, number)
    legs = await timeline.way(session, draft_id, draft.head_change_id, target.id)
    if not legs:
        return Applied(draft.revision, draft.document)
    return await _go(session, actor, draft, legs, "travel", client)


async def put_document(
    session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, document: Json, label: str, client: str
) -> Applied:
    """The whole document becomes this one, by one change that can be undone. Raises as undo does, BadInput."""
    draft = await _locked_as_seen(session, actor, draft_id, base_revision, client)
    guard.check_document(document)
    steps = patch.difference(draft.document, document)
    change = await _record(session, draft, actor, steps, label, client)
    if change is not None:
        await _tell(session, draft, client)
    return Applied(draft.revision, draft.document, change)


async def document_at(session: AsyncSession, draft: PackDraft, number: int) -> Json:
    """The document as change `number` left it. Raises NotFound."""
    target = await _numbered(session, draft.id, number)
    legs = await timeline.way(session, draft.id, draft.head_change_id, target.id)
    document: Json = timeline.gone(draft.document, legs)[1]
    return document


async def first_document(session: AsyncSession, draft_id: UUID) -> Json:
    """What the draft began with: what its first pictures, if any, came with."""
    root: Json = (await _numbered(session, draft_id, 1)).patch[0]["value"]
    return root


async def begin(session: AsyncSession, draft: PackDraft, actor: Actor, label: str, client: str) -> None:
    """The root of a new draft's history: the document it starts with."""
    root = PackChange(
        id=draft.head_change_id,
        draft_id=draft.id,
        number=1,
        revision_before=0,
        revision_after=1,
        label=label,
        patch=[{"op": "replace", "path": "", "value": draft.document}],
        inverse=[],
        client=client,
        user_id=actor.user_id,
    )
    session.add(root)
    session.add(_move(draft, actor, "start", client))
    await session.flush()


def name_of(document: Json) -> tuple[str, str]:
    """A document's title and slug for lists, whatever was typed there."""
    title, slug = document.get("title"), document.get("slug")
    shown = title.strip()[:MAX_TITLE_CHARS] if isinstance(title, str) else ""
    return shown or UNTITLED, slug[:MAX_SLUG_CHARS] if isinstance(slug, str) else ""


async def locked(session: AsyncSession, actor: Actor, draft_id: UUID) -> PackDraft:
    """A draft of this user's that nobody else changes until the transaction ends. Raises NotFound."""
    await events.take_turn(session, actor.user_id)
    query = select(PackDraft).where(PackDraft.id == draft_id, PackDraft.user_id == actor.user_id)
    rows = await session.exec(query.with_for_update().execution_options(populate_existing=True))
    draft = rows.first()
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


async def _open_desk(session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, client: str) -> _Desk:
    draft = await locked(session, actor, draft_id)
    legs = await _since(session, draft, base_revision)
    local = timeline.gone_back(draft.document, legs)
    theirs, _ = timeline.gone(local, legs)
    return _Desk(draft, actor, _checked_client(client), legs, local, theirs)


async def _apply_one(session: AsyncSession, desk: _Desk, ops: Sequence[Json], label: str) -> PackChange | None:
    label = guard.check_line("label", label, MAX_LABEL_CHARS)
    guard.check_patch(list(ops))
    mine, after = patch.read(desk.local, ops)
    rebased = rebase(mine, desk.theirs)
    if rebased.clashes:
        raise conflicts.told(desk.draft, desk.legs, rebased, desk.local, after, label)
    change = await _record(session, desk.draft, desk.actor, rebased.mine, label, desk.client)
    desk.local, desk.theirs = after, rebased.theirs
    return change


async def _record(
    session: AsyncSession, draft: PackDraft, actor: Actor, steps: Sequence[Step], label: str, client: str
) -> PackChange | None:
    """A child of where the head stands. None, and nothing written, for steps that change nothing."""
    made = patch.record(draft.document, steps)
    if not made.patch:
        return None
    guard.check_document(made.document)
    last = select(func.max(PackChange.number)).where(PackChange.draft_id == draft.id)
    change = PackChange(
        draft_id=draft.id,
        number=((await session.exec(last)).one() or 0) + 1,
        parent_change_id=draft.head_change_id,
        revision_before=draft.revision,
        revision_after=draft.revision + 1,
        label=label,
        patch=made.patch,
        inverse=made.inverse,
        client=client,
        user_id=actor.user_id,
    )
    session.add(change)
    await _stand(session, draft, actor, change.id, made.document, "change", client)
    return change


async def _go(
    session: AsyncSession, actor: Actor, draft: PackDraft, legs: Sequence[Leg], kind: str, client: str
) -> Applied:
    _, document = timeline.gone(draft.document, legs)
    under = {leg.change.parent_change_id: leg.change.id for leg in legs}  # whichever way, redo leads back along it
    for parent in (await session.exec(select(PackChange).where(col(PackChange.id).in_(under)))).all():
        parent.redo_change_id = under[parent.id]
        session.add(parent)
    last = legs[-1]
    head_id = last.change.parent_change_id if last.is_undone else last.change.id
    assert head_id is not None, "the root is never undone"
    await _stand(session, draft, actor, head_id, document, kind, client)
    await _tell(session, draft, client)
    return Applied(draft.revision, draft.document, last.change)


async def _stand(
    session: AsyncSession, draft: PackDraft, actor: Actor, head_id: UUID, document: Json, kind: str, client: str
) -> None:
    draft.document, draft.head_change_id, draft.revision = document, head_id, draft.revision + 1
    draft.title, draft.slug = name_of(document)
    session.add(draft)
    session.add(_move(draft, actor, kind, client))
    await session.flush()


def _move(draft: PackDraft, actor: Actor, kind: str, client: str) -> PackMove:
    return PackMove(
        draft_id=draft.id,
        revision=draft.revision,
        change_id=draft.head_change_id,
        kind=kind,
        client=client,
        user_id=actor.user_id,
    )


async def _locked_as_seen(
    session: AsyncSession, actor: Actor, draft_id: UUID, base_revision: int, client: str
) -> PackDraft:
    _checked_client(client)
    draft = await locked(session, actor, draft_id)
    if legs := await _since(session, draft, base_revision):
        raise conflicts.stale(draft, legs)
    return draft


async def _since(session: AsyncSession, draft: PackDraft, revision: int) -> list[Leg]:
    """What lies between the draft at `revision` and now: nothing where it was all undone again."""
    if not 1 <= revision <= draft.revision:
        message = f"This draft is at revision {draft.revision}."
        raise BadInput.of("base_revision", message, revision, draft.revision)
    if revision == draft.revision:
        return []
    start = await timeline.head_at(session, draft.id, revision)
    return await timeline.way(session, draft.id, start, draft.head_change_id)


async def _change(session: AsyncSession, change_id: UUID | None) -> PackChange:
    return (await session.exec(select(PackChange).where(PackChange.id == change_id))).one()


async def _numbered(session: AsyncSession, draft_id: UUID, number: int) -> PackChange:
    query = select(PackChange).where(PackChange.draft_id == draft_id, col(PackChange.number) == number)
    change = (await session.exec(query)).first()
    if change is None:
        raise NotFound("There is no such change.")
    return change


def _checked_client(client: str) -> str:
    return guard.check_line("client", client, MAX_CLIENT_CHARS)


async def _tell(session: AsyncSession, draft: PackDraft, client: str) -> None:
    data = {"draft_id": str(draft.id), "revision": draft.revision, "client": client}
    await events.emit(session, draft.user_id, "draft_changed", data)
