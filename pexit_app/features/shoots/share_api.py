"""Links to frames and sheets over REST, for whoever owns them."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict

from pexit_app.core import db
from pexit_app.core.policy import CHANGES, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.shoots import shares
from pexit_app.features.shoots.models import FrameShare
from pexit_app.web.api import ok
from pexit_app.web.heads import origin_of
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["shoots"])


class ShareIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    days: shares.Days = 7


class ShareOut(BaseModel):
    """Without `frame_id` it is of the whole sheet."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    shoot_id: UUID
    frame_id: UUID | None
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: FrameShare) -> "ShareOut":
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class SharedOut(BaseModel):
    """`url` is told this once."""

    share: ShareOut
    url: str


def link_of(origin: str, token: str) -> str:
    return f"{origin}/f/{token}"


@router.post("/frames/{frame_id}/shares", status_code=201, response_model=SharedOut)
@allow(WRITES)
async def share_frame(request: Request, me: Me, frame_id: UUID, body: ShareIn) -> Response:
    """A link to one finished frame, for 1, 7 or 30 days. (A repeated Idempotency-Key makes another link: nothing keeps the
    first one's secret.) 409 `too_many_shares`."""
    async with db.transaction() as session:
        share, token = await shares.share_frame(session, me, frame_id, body.days)
    return ok(request, SharedOut(share=ShareOut.of(share), url=link_of(origin_of(request), token)), 201)


@router.post("/shoots/{shoot_id}/shares", status_code=201, response_model=SharedOut)
@allow(WRITES)
async def share_sheet(request: Request, me: Me, shoot_id: UUID, body: ShareIn) -> Response:
    """A link to a sheet as it is whenever somebody looks: what is finished, and neither rejected nor in the trash."""
    async with db.transaction() as session:
        share, token = await shares.share_sheet(session, me, shoot_id, body.days)
    return ok(request, SharedOut(share=ShareOut.of(share), url=link_of(origin_of(request), token)), 201)


@router.get("/shares", response_model=list[ShareOut])
@allow(READS)
async def list_shares(request: Request, me: Me) -> Response:
    """Your open links, newest first."""
    async with db.transaction() as session:
        found = await shares.list_shares(session, me)
    return ok(request, [ShareOut.of(each) for each in found])


@router.delete("/shares/{share_id}", status_code=204)
@allow(CHANGES)
async def end_share(me: Me, share_id: UUID) -> Response:
    async with db.transaction() as session:
        await shares.end_share(session, me, share_id)
    return Response(status_code=204)
