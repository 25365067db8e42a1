"""Drafts of packs over REST: begun, changed, undone, kept under a name."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from pexit_app.core import db
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.builder import changes, history, restoring, service, starting_points
from pexit_app.features.builder.restoring import MAX_RESTORE_POINTS
from pexit_app.features.builder.schemas import (
    AddSceneIn,
    AppliedBatchOut,
    AppliedOut,
    ApplyBatchIn,
    ApplyIn,
    ChangeDraftIn,
    CreateDraftIn,
    DocumentOut,
    DraftListedOut,
    DraftOut,
    GoToIn,
    HistoryEntryOut,
    KeepIn,
    RestorePointOut,
    StartingPointOut,
    StepIn,
)
from pexit_app.features.builder.service import MAX_SEARCH_CHARS
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots.origin import origin_of
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

router = APIRouter(route_class=IdempotentRoute, prefix="/builder", tags=["builder"])
Cursor = Annotated[str | None, Query(max_length=200)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/starting-points", response_model=list[StartingPointOut])
@allow(READS)
async def list_starting_points(request: Request, me: Me) -> Response:
    """Scenes of the house's packs that a draft can take over."""
    async with db.transaction() as session:
        points = await starting_points.list_starting_points(session, origin_of(request))
    return ok(request, [StartingPointOut.of(each) for each in points], limit=len(starting_points.SOURCES))


@router.post("/drafts", status_code=201, response_model=DraftOut)
@allow(WRITES)
async def create_draft(request: Request, me: Me, body: CreateDraftIn) -> Response:
    """At most 200 of a user, then 409 `too_many_drafts`; 403 `not_allowed` for a pack that may not be remixed."""
    async with db.transaction() as session:
        draft = await service.create_draft(session, me, body.asked())
        told = DraftOut.whole(draft, await service.lineage_of(session, draft))
    return ok(request, told, 201)


@router.get("/drafts", response_model=list[DraftListedOut])
@allow(READS)
async def list_drafts(
    request: Request,
    me: Me,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
    q: Annotated[str, Query(max_length=MAX_SEARCH_CHARS, description="words of its title or address")] = "",
) -> Response:
    """The one worked on last comes first."""
    async with db.transaction() as session:
        page = await service.list_drafts(session, me, cursor, limit, q)
    return ok(request, [DraftListedOut.of(each) for each in page.rows], 200, page.next_cursor, page.limit)


@router.get("/drafts/{draft_id}", response_model=DraftOut)
@allow(READS)
async def read_draft(request: Request, me: Me, draft_id: UUID) -> Response:
    async with db.transaction() as session:
        draft = await service.find_draft(session, me, draft_id)
        told = DraftOut.whole(draft, await service.lineage_of(session, draft))
    return ok(request, told)


@router.patch("/drafts/{draft_id}", response_model=DraftOut)
@allow(CHANGES)
async def change_draft(request: Request, me: Me, draft_id: UUID, body: ChangeDraftIn) -> Response:
    """A title is a change of the document and can be undone; the rest is how the next version is published."""
    async with db.transaction() as session:
        if body.title is not None:
            await service.rename(session, me, draft_id, body.title, body.client)
        draft = await service.change_terms(
            session, me, draft_id, is_unlisted=body.unlisted, may_fork=body.may_fork, pictures=body.pictures
        )
        told = DraftOut.whole(draft, await service.lineage_of(session, draft))
    return ok(request, told)


@router.delete("/drafts/{draft_id}", status_code=204)
@allow(CHANGES)
async def delete_draft(me: Me, draft_id: UUID) -> Response:
    """With its history; what was published from it stays."""
    async with db.transaction() as session:
        await service.delete_draft(session, me, draft_id)
    return Response(status_code=204)


@router.post("/drafts/{draft_id}/changes", status_code=201, response_model=AppliedOut)
@allow(CHANGES)
async def apply_change(request: Request, me: Me, draft_id: UUID, body: ApplyIn) -> Response:
    """Written for `base_revision`. Where others changed something else since, both are kept; where they changed the same,
    409 `draft_conflict` with both sides, and nothing is overwritten."""
    async with db.transaction() as session:
        applied = await changes.apply(session, me, draft_id, body.base_revision, body.ops, body.label, body.client)
    return ok(request, AppliedOut.of(applied), 201)


@router.post("/drafts/{draft_id}/changes/batch", response_model=AppliedBatchOut)
@allow(CHANGES)
async def apply_changes(request: Request, me: Me, draft_id: UUID, body: ApplyBatchIn) -> Response:
    """What was done offline, in order, up to the first that cannot be applied; `stopped` says why, as 409 or 422 would."""
    async with db.transaction() as session:
        applied = await changes.apply_batch(session, me, draft_id, body.base_revision, body.asked(), body.client)
    return ok(request, AppliedBatchOut.of(applied))


@router.get("/drafts/{draft_id}/changes", response_model=list[HistoryEntryOut])
@allow(READS)
async def list_changes(
    request: Request, me: Me, draft_id: UUID, cursor: Cursor = None, limit: Annotated[int, Query(ge=1, le=100)] = 50
) -> Response:
    """Every change there ever was, also those undone, the newest first."""
    async with db.transaction() as session:
        page = await history.list_changes(session, me, draft_id, cursor, limit)
    return ok(request, [HistoryEntryOut.of(each) for each in page.entries], 200, page.next_cursor, page.limit)


@router.get("/drafts/{draft_id}/changes/{number}", response_model=DocumentOut)
@allow(READS)
async def read_change(request: Request, me: Me, draft_id: UUID, number: Number) -> Response:
    """The document as that change left it."""
    async with db.transaction() as session:
        draft = await service.find_draft(session, me, draft_id)
        told = DocumentOut(number=number, document=await changes.document_at(session, draft, number))
    return ok(request, told)


@router.post("/drafts/{draft_id}/undo", response_model=AppliedOut)
@allow(CHANGES)
async def undo(request: Request, me: Me, draft_id: UUID, body: StepIn) -> Response:
    """409 `nothing_to_undo`, or `draft_conflict` when the draft changed since `base_revision`."""
    async with db.transaction() as session:
        applied = await changes.undo(session, me, draft_id, body.base_revision, body.client)
    return ok(request, AppliedOut.of(applied))


@router.post("/drafts/{draft_id}/redo", response_model=AppliedOut)
@allow(CHANGES)
async def redo(request: Request, me: Me, draft_id: UUID, body: StepIn) -> Response:
    """409 `nothing_to_redo`, or `draft_conflict` when the draft changed since `base_revision`."""
    async with db.transaction() as session:
        applied = await changes.redo(session, me, draft_id, body.base_revision, body.client)
    return ok(request, AppliedOut.of(applied))


@router.post("/drafts/{draft_id}/go-to", response_model=AppliedOut)
@allow(CHANGES)
async def go_to(request: Request, me: Me, draft_id: UUID, body: GoToIn) -> Response:
    """To any change of its history, by number."""
    async with db.transaction() as session:
        applied = await changes.travel(session, me, draft_id, body.base_revision, body.number, body.client)
    return ok(request, AppliedOut.of(applied))


@router.post("/drafts/{draft_id}/scenes", status_code=201, response_model=AppliedOut)
@allow(CHANGES)
async def add_scene(request: Request, me: Me, draft_id: UUID, body: AddSceneIn) -> Response:
    """From a starting point, made to fit the draft's knobs, at the end of the scenes there are now."""
    async with db.transaction() as session:
        applied = await starting_points.add_scene(session, me, draft_id, body.starting_point, body.client)
    return ok(request, AppliedOut.of(applied), 201)


@router.post("/drafts/{draft_id}/restore-points", status_code=201, response_model=RestorePointOut)
@allow(WRITES)
async def keep_restore_point(request: Request, me: Me, draft_id: UUID, body: KeepIn) -> Response:
    """At most 100 of a draft, then 409 `too_many_restore_points`."""
    async with db.transaction() as session:
        point = await restoring.keep(session, me, draft_id, body.name)
    return ok(request, RestorePointOut.of(point), 201)


@router.get("/drafts/{draft_id}/restore-points", response_model=list[RestorePointOut])
@allow(READS)
async def list_restore_points(request: Request, me: Me, draft_id: UUID) -> Response:
    async with db.transaction() as session:
        points = await restoring.list_points(session, me, draft_id)
    return ok(request, [RestorePointOut.of(each) for each in points], limit=MAX_RESTORE_POINTS)


@router.post("/drafts/{draft_id}/restore-points/{point_id}/restore", response_model=AppliedOut)
@allow(CHANGES)
async def restore(request: Request, me: Me, draft_id: UUID, point_id: UUID, body: StepIn) -> Response:
    """A change like any other: it can be undone."""
    async with db.transaction() as session:
        applied = await restoring.restore(session, me, draft_id, point_id, body.base_revision, body.client)
    return ok(request, AppliedOut.of(applied))


@router.delete("/drafts/{draft_id}/restore-points/{point_id}", status_code=204)
@allow(CHANGES)
async def delete_restore_point(me: Me, draft_id: UUID, point_id: UUID) -> Response:
    """Only the name goes."""
    async with db.transaction() as session:
        await restoring.delete_point(session, me, draft_id, point_id)
    return Response(status_code=204)
