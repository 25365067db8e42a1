"""GET /packs: the storefront, a pack, its pictures, and drafts of it on a stand-in. Open to everybody."""

import json
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request, Response

from pexit_app.core import db, deps, settings
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.policy import OPEN, PUBLIC, allow
from pexit_app.features.identity.access import who
from pexit_app.features.packs import drafts, lineage, looking, prints, service, unlocks
from pexit_app.features.packs.compose import compose
from pexit_app.features.packs.definition import Aspect, Category, Style
from pexit_app.features.packs.drafts import MAX_PX, MAX_SEED, MIN_PX
from pexit_app.features.packs.queries import BANDS, MAX_SEARCH_CHARS
from pexit_app.features.packs.schemas import PackDetailOut, PackOut, Width
from pexit_app.web import rates
from pexit_app.web.api import ok
from pexit_app.web.idempotency import IdempotentRoute

MAX_KNOBS_CHARS = 4_000
MAX_VERSION = 2**31 - 1
FOREVER = "public, max-age=31536000, immutable"
A_DAY = "public, max-age=86400"
FIVE_MINUTES = "public, max-age=300"
PRICES = (
    ", ".join(f"{name}: {least} to {most} dust" for name, (least, most) in list(BANDS.items())[:3]) + ", high: more"
)

router = APIRouter(prefix="/packs", tags=["packs"], route_class=IdempotentRoute)
kept_drafts = drafts.KeptDrafts()


SlugInPath = Annotated[str, Path(pattern=r"^[a-z0-9-]+$", max_length=60)]


def _origin(request: Request) -> str:
    """The public address when it is set; otherwise the one the request came to."""
    return settings.load().public_url or str(request.base_url).rstrip("/")


@router.get("")
@allow(PUBLIC)
async def list_packs(
    request: Request,
    q: Annotated[str, Query(max_length=MAX_SEARCH_CHARS, description="words that must all occur")] = "",
    category: Category | None = None,
    style: Style | None = None,
    price: Annotated[service.Price | None, Query(description=PRICES)] = None,
    sort: Annotated[service.Sort | None, Query(description="none: match where there is a `q`, else new")] = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
    facets: Annotated[bool, Query(description="count what each filter would leave")] = False,
) -> Response:
    """The shop: `[PackOut]`. Whoever is signed in is told which packs they have unlocked.

    `meta.mended` says which words of `q` were read as others, because no pack has them. `meta.facets`, if asked for:
    `{total, is_capped, counts: {category, style, price}}`; capped counts are so many at least."""
    me = await who(request)
    asked = service.Asked(q, category or "", style or "", price or "", sort or "")
    async with db.transaction() as session:
        found = await looking.look(session, asked, cursor, limit, counts=facets)
        page = found.page
        opened = await unlocks.opened_by(session, me.user_id if me else None, page.rows)
    cards = [PackOut.of(pack, _origin(request), is_unlocked=pack.id in opened) for pack in page.rows]
    more = {"mended": found.mended} | ({"facets": found.facets} if facets else {})
    return ok(request, cards, next_cursor=page.next_cursor, limit=page.limit, more=more)


@router.get("/{slug}")
@allow(PUBLIC)
async def read_pack(request: Request, slug: SlugInPath) -> Response:
    """One pack with its scenes and knobs: `PackDetailOut`."""
    me = await who(request)
    async with db.transaction() as session:
        found = await service.find_pack(session, slug)
        source = await service.lineage_of(session, found.pack.forked_from_version_id)
        royalties = await lineage.royalties_of(session, found.pack)
        opened = await unlocks.opened_by(session, me.user_id if me else None, [found.pack])
    pack, version, definition = found.pack, found.version, found.definition
    is_unlocked = pack.id in opened
    detail = PackDetailOut.whole(
        pack, version, definition, _origin(request), is_unlocked=is_unlocked, source=source, royalties=royalties
    )
    return ok(request, detail)


@router.get("/{slug}/pictures/{name}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
@allow(OPEN)
async def read_picture(
    request: Request,
    slug: SlugInPath,
    name: str,
    v: Annotated[
        int | None, Query(ge=1, le=MAX_VERSION, description="version; with it the answer never changes")
    ] = None,
    w: Annotated[Width | None, Query(description="px; none: as it is, in JPEG")] = None,
) -> Response:
    """A shop picture, such as `cover.jpg`. In a width it is AVIF or WebP for whoever accepts those."""
    async with db.transaction() as session:
        found = await service.find_pack(session, slug, v)
    picture = next((each for each in found.pictures if each.name == name.removesuffix(".jpg")), None)
    if picture is None:
        raise NotFound(f"The pack {slug} has no picture {name[:60]}.")
    kind = prints.taken_by(request.headers.get("accept", "")) if w else "jpeg"
    etag = f"{picture.sha256[:32]}-{w:d}-{kind}" if w else picture.sha256[:32]
    headers = {"ETag": f'"{etag}"', "Cache-Control": FOREVER if v is not None else FIVE_MINUTES}
    headers |= {"Vary": "Accept"} if w else {}
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    try:
        content = await prints.sized(picture, w, kind) if w else await deps.get().store.get(picture.key)
    except FileNotFoundError:
        raise NotFound(f"The picture {name[:60]} of the pack {slug} is gone.") from None
    return Response(content, media_type=prints.FORMATS[kind][0], headers=headers)


@router.get(
    "/{slug}/draft",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}},
)
@allow(PUBLIC)
async def draft_scene(
    request: Request,
    slug: SlugInPath,
    scene: Annotated[str, Query(max_length=60)],
    seed: Annotated[int | None, Query(ge=0, le=MAX_SEED, description="none: the scene's own")] = None,
    size: Annotated[int, Query(ge=MIN_PX, le=MAX_PX, description="longer side, px")] = 512,
    version: Annotated[int | None, Query(ge=1, le=MAX_VERSION, description="none: the live one")] = None,
    knobs: Annotated[str, Query(max_length=MAX_KNOBS_CHARS, description='JSON, such as {"hour":18.5}')] = "{}",
    stream: Annotated[
        str, Query(max_length=60, description="one word per picture on screen: of its drafts the newest wins")
    ] = "",
    aspect: Annotated[Aspect | None, Query(description="none: the scene's own")] = None,
) -> Response:
    """A scene on its stand-in. Same input, same bytes. A draft overtaken in its stream answers 409 `superseded`."""
    async with db.transaction() as session:
        found = await service.find_pack(session, slug, version)
    composed = compose(found.definition, scene, _knobs(knobs)).shaped(aspect)
    used_seed = composed.seed if seed is None else seed
    key = drafts.key_of(composed, used_seed, size)
    timing = "kept;dur=0"
    content = kept_drafts.find(key)
    if content is None:
        await rates.count(request, "draft", rates.address_of(request))
        made = await drafts.draft(
            composed,
            personas=composed.standin_personas,
            seed=used_seed,
            size_px=size,
            owner=f"public:{rates.address_of(request)}",
            stream=stream or str(uuid4()),
        )
        content, timing = made.content, drafts.server_timing(made)
        kept_drafts.keep(key, content)
    headers = {"ETag": drafts.etag_of(content), "Cache-Control": A_DAY, "Server-Timing": timing}
    if _is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="image/jpeg", headers=headers)


def _knobs(text: str) -> dict[str, Any]:
    try:
        knobs = json.loads(text)
    except (ValueError, RecursionError):
        knobs = None
    if not isinstance(knobs, dict):
        raise BadInput.of("knobs", 'The knobs must be a JSON object, such as {"hour": 18.5}.', text[:80])
    return knobs


def _is_known(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    return etag in (each.strip().removeprefix("W/") for each in known.split(","))
