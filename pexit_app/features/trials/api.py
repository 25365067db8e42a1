"""Trials over REST: for the creator who invites, and for the testers who take part."""

from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, settings
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.trials import service
from pexit_app.features.trials.schemas import InvitationOut, JoinedOut, LinkIn, MadeOut, TrialIn, TrialOut
from pexit_app.features.trials.service import OpenTrial
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["trials"])
kept = APIRouter(prefix="/trials", route_class=IdempotentRoute)


@router.post("/trials", status_code=201, response_model=MadeOut)
@allow(WRITES)
async def make_trial(request: Request, me: Me, body: TrialIn) -> Response:
    """A link for up to 20 testers of a published pack of yours, listed or not. (A repeated Idempotency-Key makes another
    link: nothing keeps the first one's secret.)"""
    async with db.transaction() as session:
        trial, token = await service.make_trial(session, me, body.pack_id, body.testers)
    url = f"{settings.load().public_url or str(request.base_url).rstrip('/')}/t/{token}"
    return ok(request, MadeOut(trial=TrialOut.of(OpenTrial(trial, ())), url=url), 201)


@kept.get("", response_model=list[TrialOut])
@allow(READS)
async def list_trials(
    request: Request, me: Me, pack_id: UUID, cursor: str | None = None, limit: int = Query(20, ge=1, le=MAX_LIMIT)
) -> Response:
    """Of a pack of yours, newest first, with who used how many free frames."""
    async with db.transaction() as session:
        page = await service.list_trials(session, me, pack_id, cursor, limit)
        found = await service.open_trials(session, page.rows)
    return ok(request, [TrialOut.of(each) for each in found], next_cursor=page.next_cursor, limit=page.limit)


@kept.get("/joined", response_model=list[JoinedOut])
@allow(READS)
async def list_joined(request: Request, me: Me) -> Response:
    """The running trials you take part in."""
    async with db.transaction() as session:
        found = await service.joined(session, me)
    return ok(request, [JoinedOut.of(*each) for each in found])


@kept.post("/look", response_model=InvitationOut)
@allow(READS)
async def look(request: Request, me: Me, body: LinkIn) -> Response:
    """What a link invites you to; it changes nothing."""
    async with db.transaction() as session:
        found = await service.look(session, body.token, me.user_id)
    return ok(request, InvitationOut.of(found))


@kept.post("/accept", response_model=InvitationOut)
@allow(WRITES)
async def accept(request: Request, me: Me, body: LinkIn) -> Response:
    """Takes a place; who has one keeps it. 410 `trial_over`; 409 `trial_full`, `own_trial`, `already_testing`."""
    async with db.transaction() as session:
        await service.accept(session, me, body.token)
        found = await service.look(session, body.token, me.user_id)
    return ok(request, InvitationOut.of(found))


@kept.get("/{trial_id}", response_model=TrialOut)
@allow(READS)
async def read_trial(request: Request, me: Me, trial_id: UUID) -> Response:
    async with db.transaction() as session:
        [found] = await service.open_trials(session, [await service.find_trial(session, me, trial_id)])
    return ok(request, TrialOut.of(found))


@kept.post("/{trial_id}/end", response_model=TrialOut)
@allow(CHANGES)
async def end_trial(request: Request, me: Me, trial_id: UUID) -> Response:
    """No free frame is ordered in it from now on; those under way are finished."""
    async with db.transaction() as session:
        [found] = await service.open_trials(session, [await service.end_trial(session, me, trial_id)])
    return ok(request, TrialOut.of(found))


router.include_router(kept)
