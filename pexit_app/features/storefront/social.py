"""`/og/...jpg`: the picture of a pack or a creator, for wherever their address is shared. Named by its content's hash."""

from fastapi import APIRouter, Path, Query, Request, Response

from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import PUBLIC, allow
from pexit_app.features.packs import prints
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.api import FIVE_MINUTES, FOREVER, SlugInPath
from pexit_app.features.packs.schemas import StoredPicture
from pexit_app.features.packs.service import Pack
from pexit_app.features.storefront import card_drawing, service
from pexit_app.features.storefront.service import OpenStorefront
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
NO_PICTURE = "/og.png"


def _cover(pack: Pack) -> StoredPicture | None:
    return StoredPicture.model_validate(pack.pictures[0]) if pack.pictures else None


def _words(pack: Pack) -> tuple[str, str, str]:
    return pack.title, f"A pack by {pack.creator_name}", pack.code


def _creators_words(opened: OpenStorefront, pack: Pack) -> tuple[str, str, str]:
    return opened.row.name or f"@{opened.row.handle}", f"@{opened.row.handle} on Pexit", pack.code


def pack_image(pack: Pack) -> str:
    """Its address."""
    if (cover := _cover(pack)) is None:
        return NO_PICTURE
    return f"/og/p/{pack.slug}.jpg?h={card_drawing.fingerprint(*_words(pack), cover.sha256)}"


def creator_image(opened: OpenStorefront) -> str:
    pack = opened.banner
    if pack is None or (cover := _cover(pack)) is None:
        return NO_PICTURE
    words = _creators_words(opened, pack)
    return f"/og/@{opened.row.handle}.jpg?h={card_drawing.fingerprint(*words, cover.sha256)}"


@router.api_route("/og/p/{slug}.jpg", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def draw_pack(request: Request, slug: SlugInPath, h: str = Query("", max_length=16)) -> Response:
    async with db.transaction() as session:
        pack = (await packs.find_pack(session, slug)).pack
    return await _answer(pack, _words(pack), h)


@router.api_route("/og/@{handle}.jpg", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def draw_creator(
    request: Request, handle: str = Path(max_length=40), h: str = Query("", max_length=16)
) -> Response:
    async with db.transaction() as session:
        opened = await service.open_storefront(session, await service.find(session, handle))
    if opened.banner is None:
        raise NotFound(f"@{opened.row.handle} shows no pack yet.")
    return await _answer(opened.banner, _creators_words(opened, opened.banner), h)


async def _answer(pack: Pack, words: tuple[str, str, str], asked: str) -> Response:
    """As it is now; only under its own hash may it be kept."""
    cover, store = _cover(pack), deps.get().store
    if cover is None:
        raise NotFound(f"The pack {pack.slug} has no picture.")
    name = card_drawing.fingerprint(*words, cover.sha256)
    key = f"{cover.key.rsplit('/', 1)[0]}/card.{name}.jpg"
    try:
        content = await store.get(key)
    except FileNotFoundError:
        try:
            picture = await store.get(cover.key)
        except FileNotFoundError:
            raise NotFound(f"The pack {pack.slug} has no picture.") from None
        content = await prints.in_background(card_drawing.draw, *words, picture, cover.focus)
        await store.put(key, content, "image/jpeg")
    headers = {"ETag": f'"{name}"', "Cache-Control": FOREVER if asked == name else FIVE_MINUTES}
    return Response(content, media_type="image/jpeg", headers=headers)
