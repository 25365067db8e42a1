"""People, their photos, consent and likenesses over REST. API.md, "People, photos, likenesses"."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from pexit_app.core import db, objects, settings
from pexit_app.core.pages import MAX_LIMIT
from pexit_app.core.policy import CHANGES, PUBLIC, READS, WRITES, allow
from pexit_app.features.identity.access import Me
from pexit_app.features.people import consent, errors, handshake_api, photos, queries, service
from pexit_app.features.people.lora import lora_router
from pexit_app.features.people.photos import MAX_FILE_BYTES, MAX_FILES, MAX_PHOTOS, Refused
from pexit_app.features.people.schemas import (
    ConsentIn,
    LikenessOut,
    NoticeOut,
    PersonDetailOut,
    PersonIn,
    PersonOut,
    PersonPatch,
    PhotoOut,
    RejectedFileOut,
    UploadOut,
)
from pexit_app.features.people.uploads import received
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute
from pexit_app.web.routes import Route

__all__ = ["lora_router", "origin_of", "router"]

router = APIRouter(route_class=IdempotentRoute, tags=["people"])
uploads = APIRouter(route_class=Route, tags=["people"])
MULTIPART = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}


def origin_of(request: Request) -> str:
    """The public address when it is set; otherwise the one the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")


@router.get("/consent/notice", response_model=NoticeOut)
@allow(PUBLIC)
async def read_notice(request: Request) -> Response:
    """The words to agree to before any photo; for everybody to read."""
    return ok(request, NoticeOut.model_validate(consent.CURRENT))


@router.post("/people", status_code=201, response_model=PersonOut)
@allow(WRITES)
async def add_person(request: Request, me: Me, body: PersonIn) -> Response:
    """At most 50. With `consent`: adult, and own_likeness or release, to the present notice; otherwise 422 names the
    field."""
    attestation = body.consent.attestation() if body.consent else None
    async with db.transaction() as session:
        person = await service.add_person(
            session, me, name=body.name, kind=body.kind, relationship=body.relationship, attestation=attestation
        )
        card = await queries.person_card(session, person, origin_of(request))
    return ok(request, card, 201)


@router.get("/people", response_model=list[PersonOut])
@allow(READS)
async def list_people(
    request: Request, me: Me, cursor: str | None = None, limit: int = Query(50, ge=1, le=MAX_LIMIT)
) -> Response:
    """Newest first."""
    async with db.transaction() as session:
        page = await queries.list_people(session, me, cursor, limit)
        album = await queries.album_of(session, page.rows)
    cards = [album.card(person, origin_of(request)) for person in page.rows]
    return ok(request, cards, next_cursor=page.next_cursor, limit=page.limit)


@router.get("/people/{person_id}", response_model=PersonDetailOut)
@allow(READS)
async def read_person(request: Request, me: Me, person_id: UUID) -> Response:
    """With all photos (oldest first) and versions of the likeness (newest first)."""
    async with db.transaction() as session:
        detail = await queries.person_detail(session, me, person_id, origin_of(request))
    return ok(request, detail)


@router.patch("/people/{person_id}", response_model=PersonOut)
@allow(CHANGES)
async def change_person(request: Request, me: Me, person_id: UUID, body: PersonPatch) -> Response:
    """What is absent stays. `retention`: how long photos stay, from now on."""
    async with db.transaction() as session:
        changed = body.model_dump()
        person = await service.change_person(session, me, person_id, **changed)
        card = await queries.person_card(session, person, origin_of(request))
    return ok(request, card)


@router.delete("/people/{person_id}", status_code=204)
@allow(CHANGES)
async def delete_person(me: Me, person_id: UUID) -> Response:
    """With every photo and likeness, at once; what trains is stopped. Frames already made stay."""
    async with db.transaction() as session:
        prefixes = await service.delete_person(session, me, person_id)
    await objects.discard_now(prefixes)
    return Response(status_code=204)


@router.post("/people/{person_id}/consent", response_model=PersonOut)
@allow(CHANGES)
async def give_consent(request: Request, me: Me, person_id: UUID, body: ConsentIn) -> Response:
    async with db.transaction() as session:
        await service.give_consent(session, me, person_id, body.attestation())
        person = await service.find_person(session, me, person_id)
        card = await queries.person_card(session, person, origin_of(request))
    return ok(request, card)


@router.delete("/people/{person_id}/consent", response_model=PersonOut)
@allow(CHANGES)
async def withdraw_consent(request: Request, me: Me, person_id: UUID) -> Response:
    """What trains is stopped; photos and likenesses are deleted at once. The person stays, and may agree again."""
    async with db.transaction() as session:
        prefixes = await service.withdraw_consent(session, me, person_id)
        person = await service.find_person(session, me, person_id)
        card = await queries.person_card(session, person, origin_of(request))
    await objects.discard_now(prefixes)
    return ok(request, card)


@uploads.post(
    "/people/{person_id}/photos",
    status_code=201,
    response_model=UploadOut,
    openapi_extra=MULTIPART,
    description=(
        f"At most {MAX_FILES} files of {MAX_FILE_BYTES // 2**20} MB each and 200 MB together, JPEG, PNG, WebP or HEIC; "
        f"{MAX_PHOTOS} photos a person. Every file is judged by itself: what is no photo stands in `rejected_files`, a "
        "photo with faults is kept with its reasons. An error status only when nothing could be stored. The same file "
        "twice is one photo, so that a repeated request needs no Idempotency-Key."
    ),
)
@allow(WRITES)
async def add_photos(request: Request, me: Me, person_id: UUID) -> Response:
    async with db.transaction() as session:
        await photos.check_may_add(session, me, person_id)
    async with received(request) as upload:
        added = await photos.add_photos(me, person_id, upload.files)
    refused = (*upload.refused, *added.refused)
    if not added.photos:
        raise _nothing_stored(refused)
    origin = origin_of(request)
    async with db.transaction() as session:
        readiness = await queries.read_readiness(session, person_id)
    data = UploadOut(
        photos=[PhotoOut.of(each, origin) for each in added.photos],
        rejected_files=[RejectedFileOut.model_validate(each) for each in refused],
        readiness=readiness,
    )
    return ok(request, data, 201)


def _nothing_stored(refused: Sequence[Refused]) -> errors.NoUsableFile:
    """One status when all have the same fault."""
    kinds: dict[str, type[errors.NoUsableFile]] = {
        "too_large": errors.FilesTooLarge,
        "not_an_image": errors.FilesUnsupported,
        "unsupported": errors.FilesUnsupported,
        "too_many_photos": errors.FilesOverLimit,
        "busy": errors.GateBusy,
    }
    found = {kinds.get(each.code, errors.NoUsableFile) for each in refused}
    kind = found.pop() if len(found) == 1 else errors.NoUsableFile
    details = [
        {
            "field": "files",
            "message": each.message,
            "value": each.file,
            "limit": None,
            "file": each.file,
            "code": each.code,
        }
        for each in refused
    ]
    message = refused[0].message if len(refused) == 1 else "None of these files could be stored."
    return kind(message, details, {"Retry-After": "10"} if kind is errors.GateBusy else None)


@router.get("/people/{person_id}/photos", response_model=list[PhotoOut])
@allow(READS)
async def list_photos(request: Request, me: Me, person_id: UUID) -> Response:
    """All of them, oldest first."""
    async with db.transaction() as session:
        await service.find_person(session, me, person_id)
        rows = await photos.list_photos(session, person_id)
    return ok(request, [PhotoOut.of(each, origin_of(request)) for each in rows], limit=MAX_PHOTOS)


@router.get("/photos/{photo_id}", response_model=PhotoOut)
@allow(READS)
async def read_photo(request: Request, me: Me, photo_id: UUID) -> Response:
    async with db.transaction() as session:
        photo = await service.find_photo(session, me, photo_id)
    return ok(request, PhotoOut.of(photo, origin_of(request)))


@router.delete("/photos/{photo_id}", status_code=204)
@allow(CHANGES)
async def delete_photo(me: Me, photo_id: UUID) -> Response:
    """A training that learns from it is stopped. What was refused only for being like it is judged again."""
    async with db.transaction() as session:
        prefixes = await service.delete_photo(session, me, photo_id)
    await objects.discard_now(prefixes)
    return Response(status_code=204)


@router.get("/people/{person_id}/likenesses", response_model=list[LikenessOut])
@allow(READS)
async def list_likenesses(request: Request, me: Me, person_id: UUID) -> Response:
    """Every version, newest first."""
    async with db.transaction() as session:
        person = await service.find_person(session, me, person_id)
        versions = (await queries.album_of(session, [person])).versions(person, origin_of(request))
    return ok(request, versions, limit=max(1, len(versions)))


@router.get("/likenesses/{likeness_id}", response_model=LikenessOut)
@allow(READS)
async def read_likeness(request: Request, me: Me, likeness_id: UUID) -> Response:
    async with db.transaction() as session:
        likeness = await service.find_likeness(session, me, likeness_id)
        card = await queries.likeness_card(session, likeness, origin_of(request))
    return ok(request, card)


@router.post("/likenesses/{likeness_id}/choose", response_model=LikenessOut)
@allow(CHANGES)
async def choose_likeness(request: Request, me: Me, likeness_id: UUID) -> Response:
    """Pictures are made with this version from now on. 409 `likeness_not_ready`."""
    async with db.transaction() as session:
        likeness = await service.choose_likeness(session, me, likeness_id)
        card = await queries.likeness_card(session, likeness, origin_of(request))
    return ok(request, card)


@router.delete("/likenesses/{likeness_id}", status_code=204)
@allow(CHANGES)
async def delete_likeness(me: Me, likeness_id: UUID) -> Response:
    """One that trains is stopped first. Frames made with it stay."""
    async with db.transaction() as session:
        prefixes = await service.delete_likeness(session, me, likeness_id)
    await objects.discard_now(prefixes)
    return Response(status_code=204)


router.include_router(uploads)
router.include_router(handshake_api.router)
