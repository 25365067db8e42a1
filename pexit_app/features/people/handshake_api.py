"""Asking somebody by a link, over REST: for whoever asks. Who is asked answers on the link's page."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from pexit_app.core import db
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.people import handshakes, service
from pexit_app.features.people.consent import Use
from pexit_app.features.people.handshake_doors import link_of
from pexit_app.features.people.handshakes import MAX_NOTE_CHARS, MAX_PACKS, Ask
from pexit_app.features.people.models import Handshake
from pexit_app.features.people.schemas import Out
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, tags=["people"])
Slug = Annotated[str, Field(min_length=1, max_length=60)]


class HandshakeIn(BaseModel):
    """What somebody is asked for. `packs` empty: any pack."""

    uses: Annotated[list[Use], Field(min_length=1, max_length=len(Use))] = list(Use)
    packs: Annotated[list[Slug], Field(max_length=MAX_PACKS)] = []
    note: Annotated[str, Field(max_length=MAX_NOTE_CHARS, description="a few words to them")] = ""


class HandshakeOut(Out):
    """`status`: asked, approved, declined, revoked, ended or expired. `uses` and `packs` are what was asked for, and once
    it is approved what was agreed to."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    status: str
    uses: list[str]
    packs: list[str]
    expires_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Handshake) -> "HandshakeOut":
        return cls.model_validate({**row.model_dump(), "status": handshakes.standing_of(row)})


class AskedOut(HandshakeOut):
    url: str = Field(description="to be sent to the person in the photos; told in this answer and never again")


@router.post("/people/{person_id}/handshake", status_code=201, response_model=AskedOut)
@allow(WRITES)
async def ask(request: Request, me: Me, person_id: UUID, body: HandshakeIn) -> Response:
    """Asks the person in the photos by a link. A question that still waits is over then. (A repeated Idempotency-Key asks
    again: nothing keeps the first link.)"""
    async with db.transaction() as session:
        row, secret = await handshakes.ask(session, me, person_id, Ask(body.uses, body.packs, body.note))
    return ok(request, AskedOut(**HandshakeOut.of(row).model_dump(), url=link_of(secret)), 201)


@router.get("/people/{person_id}/handshake", response_model=HandshakeOut)
@allow(READS)
async def read(request: Request, me: Me, person_id: UUID) -> Response:
    """The latest question about this person, and what came of it."""
    async with db.transaction() as session:
        await service.find_person(session, me, person_id)
        row = (await handshakes.latest(session, [person_id])).get(person_id)
    if row is None:
        raise NotFound("Nobody was asked about this person.")
    return ok(request, HandshakeOut.of(row))


@router.delete("/people/{person_id}/handshake", status_code=204)
@allow(WRITES)
async def take_back(me: Me, person_id: UUID) -> Response:
    """A question that waits for its answer; what was agreed to is taken back with the consent."""
    async with db.transaction() as session:
        await handshakes.take_question_back(session, me, person_id)
    return Response(status_code=204)
