"""The life of a draft over REST: two states compared in words and pictures, the shop's pictures, versions, the listing,
a time to publish."""

import json
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Path, Query, Request, Response

from pexit_app.core import db, deps
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import CHANGES, DRAWS, READS, allow
from pexit_app.features.builder import comparing, live, picks, publishing
from pexit_app.features.builder.life_schemas import (
    DifferencesOut,
    ListingIn,
    OfferOut,
    PickIn,
    ReleaseOut,
    ScheduleIn,
    ShownOut,
    VersionOut,
)
from pexit_app.features.builder.schemas import AppliedOut
from pexit_app.features.builder.service import find_draft
from pexit_app.features.identity.access import Me
from pexit_app.features.packs import drafts
from pexit_app.features.packs.drafts import MAX_PX, MAX_SEED, MIN_PX
from pexit_app.features.shoots.origin import origin_of
from pexit_app.web.api import ok
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, prefix="/builder/drafts/{draft_id}", tags=["builder"])
MAX_KNOBS_CHARS = 4_000
JPEG_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"image/jpeg": {}}}}
FOREVER = "private, max-age=31536000, immutable"
AN_HOUR = "private, max-age=3600"
NAMED = "draft, live, version-<n>, change-<n> or point-<id>"
StateName = Annotated[str, Query(pattern=comparing.NAME, description=NAMED)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
PictureName = Annotated[str, Path(pattern=r"^[a-z0-9-]+$", max_length=60)]


@router.get("/differences", response_model=DifferencesOut)
@allow(READS)
async def list_differences(
    request: Request, me: Me, draft_id: UUID, before: StateName = "live", after: StateName = "draft"
) -> Response:
    """What people would see change from one state to the other: by default what a publication would bring. Nothing before
    the first one."""
    async with db.transaction() as session:
        found = await comparing.compare(session, me, draft_id, before, after)
    return ok(request, DifferencesOut.of(draft_id, found))


@router.get("/sights/{state}.jpg", response_class=Response, responses=JPEG_ANSWER)
@allow(DRAWS)
async def draw_sight(
    me: Me,
    draft_id: UUID,
    state: Annotated[str, Path(pattern=comparing.NAME, description=NAMED)],
    scene: Annotated[str, Query(min_length=1, max_length=60)],
    knobs: Annotated[str, Query(max_length=MAX_KNOBS_CHARS, description='JSON, such as {"hour":18.5}')] = "{}",
    seed: Annotated[int | None, Query(ge=0, le=MAX_SEED, description="none: the scene's own")] = None,
    stand_ins: Annotated[
        str, Query(max_length=90, description="one a part, such as alba,onyx; none: the scene's")
    ] = "",
    size: Annotated[int, Query(ge=MIN_PX, le=MAX_PX, description="longer side, px")] = 384,
) -> Response:
    """A scene as it looks in a state, as a draft on its stand-ins. What names its content for ever may be kept as long."""
    async with db.transaction() as session:
        draft = await find_draft(session, me, draft_id)
        found = await comparing.find_state(session, me, draft, state)
    composed = live.compose_scene(found.document, scene, _knobs(knobs))
    made = await drafts.draft(
        composed,
        personas=_personas(stand_ins, composed.stand_ins),
        seed=composed.seed if seed is None else seed,
        size_px=size,
        owner=f"user:{me.user_id}",
        stream=str(uuid4()),
    )
    kept = FOREVER if found.name == state else "private, no-cache"
    return Response(made.content, media_type="image/jpeg", headers={"Cache-Control": kept})


def _personas(asked: str, own: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(asked.split(",")) if asked else own
    known = deps.get().stand_ins
    if asked and (len(names) != len(own) or not set(names) <= set(known)):
        raise BadInput.of("stand_ins", f"Name {len(own)} of {', '.join(known)}.", asked, list(known))
    return tuple(f"standin:{name}" for name in names)


def _knobs(text: str) -> dict[str, Any]:
    try:
        knobs = json.loads(text)
    except (ValueError, RecursionError):
        knobs = None
    if not isinstance(knobs, dict):
        raise BadInput.of("knobs", 'The knobs must be a JSON object, such as {"hour": 18.5}.', text[:80])
    return knobs


@router.get("/release", response_model=ReleaseOut)
@allow(READS)
async def read_release(request: Request, me: Me, draft_id: UUID) -> Response:
    """Where the draft stands with the public."""
    async with db.transaction() as session:
        found = await publishing.release_of(session, me, draft_id)
    return ok(request, ReleaseOut.of(found, origin_of(request)))


@router.get("/versions", response_model=list[VersionOut])
@allow(READS)
async def list_versions(request: Request, me: Me, draft_id: UUID) -> Response:
    """Newest first; none before the first publication."""
    async with db.transaction() as session:
        release = await publishing.release_of(session, me, draft_id)
        found = await publishing.list_versions(session, me, draft_id)
    pack = release.pack
    return ok(request, [VersionOut.of(each, pack, origin_of(request)) for each in found] if pack else [])


@router.post("/versions/{number}/live", response_model=VersionOut)
@allow(CHANGES)
async def roll_back(request: Request, me: Me, draft_id: UUID, number: Number) -> Response:
    """Shows that version from now on; the draft stays as it is."""
    async with db.transaction() as session:
        opened = await publishing.roll_back(session, me, draft_id, number)
    return ok(request, VersionOut.of(opened.version, opened.pack, origin_of(request)))


@router.put("/listing", response_model=ReleaseOut)
@allow(CHANGES)
async def set_listing(request: Request, me: Me, draft_id: UUID, body: ListingIn) -> Response:
    """On the storefront or found by its address alone; open to remixes or not: at once if it is published."""
    async with db.transaction() as session:
        found = await publishing.set_listing(
            session, me, draft_id, is_unlisted=body.is_unlisted, may_fork=body.may_fork
        )
    return ok(request, ReleaseOut.of(found, origin_of(request)))


@router.put("/schedule", response_model=ReleaseOut)
@allow(CHANGES)
async def schedule(request: Request, me: Me, draft_id: UUID, body: ScheduleIn) -> Response:
    """Publishes what the draft will hold then. 422 for a draft that could not be published now."""
    async with db.transaction() as session:
        found = await publishing.schedule(session, me, draft_id, body.publish_at, body.note)
    return ok(request, ReleaseOut.of(found, origin_of(request)))


@router.get("/pictures", response_model=list[ShownOut])
@allow(READS)
async def list_pictures(request: Request, me: Me, draft_id: UUID) -> Response:
    """What the shop will show, cover first."""
    async with db.transaction() as session:
        draft = await find_draft(session, me, draft_id)
        found = await picks.shown(session, me, draft, draft.document)
        state = await comparing.find_state(session, me, draft, "draft")
    return ok(request, [ShownOut.of(draft_id, each, state.name) for each in found])


@router.get("/pictures/{name}.jpg", response_class=Response, responses=JPEG_ANSWER)
@allow(READS)
async def read_picture(me: Me, draft_id: UUID, name: PictureName) -> Response:
    """A picture that came with the pack as a file."""
    async with db.transaction() as session:
        key = (await find_draft(session, me, draft_id)).pictures.get(name, "")
    try:
        content = await deps.get().store.get(key) if "/" in key else b""
    except FileNotFoundError:
        content = b""
    if not content:
        raise NotFound(f"There is no file for the picture {name}.")
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": AN_HOUR})


@router.put("/pictures/{name}", response_model=AppliedOut)
@allow(CHANGES)
async def pick_frame(request: Request, me: Me, draft_id: UUID, name: PictureName, body: PickIn) -> Response:
    """A frame of yours becomes this picture, and the document says its recipe: a change like any other. 422 for a frame
    that the pack as it is now does not make."""
    async with db.transaction() as session:
        applied = await picks.pick(session, me, draft_id, name, body.frame_id, body.client)
    return ok(request, AppliedOut.of(applied))


@router.delete("/pictures/{name}", status_code=204)
@allow(CHANGES)
async def release_picture(me: Me, draft_id: UUID, name: PictureName) -> Response:
    """Nothing is picked for it any more: the house renders it."""
    async with db.transaction() as session:
        await picks.release(session, me, draft_id, name)
    return Response(status_code=204)


@router.get("/frames", response_model=list[OfferOut])
@allow(READS)
async def list_frames(request: Request, me: Me, draft_id: UUID) -> Response:
    """Frames that you rendered with this pack, of scenes the draft has: the ringed first, then the newest, 60 at most."""
    async with db.transaction() as session:
        draft = await find_draft(session, me, draft_id)
        found = await picks.offers(session, me, draft)
    return ok(request, [OfferOut.of(each) for each in found])
