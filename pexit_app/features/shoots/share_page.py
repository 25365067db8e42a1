"""`/f/<secret>`: what a link shows, to anybody. Whole without a script; search engines are kept out, and the address is
told to no other site."""

from fastapi import APIRouter, Request, Response

from pexit_app.core import db, deps
from pexit_app.core.errors import NotFound
from pexit_app.core.policy import PUBLIC, allow
from pexit_app.features.identity.access import who
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.packs.showcase import ratio_of
from pexit_app.features.shoots import shares
from pexit_app.features.shoots.errors import ShareOver
from pexit_app.features.shoots.models import Frame, key_of
from pexit_app.features.shoots.share_components import no_share_page, shared_page
from pexit_app.features.shoots.shares import Shared
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.web import plain
from pexit_app.web.headers import pictures_from
from pexit_app.web.heads import Page
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
SIGNED_S = 600


@router.api_route("/f/{token}", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def open_link(request: Request, token: str) -> Response:
    me = await who(request)
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        try:
            found = await shares.look(session, token)
        except NotFound:
            return _answer(request, "Nothing here", no_share_page("This link opens nothing.", visitor), 404)
        except ShareOver:
            return _answer(request, "Over", no_share_page("The time of this link is up.", visitor), 410)
    cards = [frame_card(found, frame) for frame in found.frames]
    until = found.share.expires_at
    body = shared_page(found, cards, f"{until.day} {until:%B %Y}", visitor)
    return _answer(request, f"{found.title}, rendered with Pexit", body, image=cards[0].src)


def frame_card(found: Shared, frame: Frame) -> FrameCard:
    """By a link to its picture that holds for some minutes."""
    src = deps.get().store.signed_url(key_of(frame.id, "view", frame.output_format), "image/jpeg", SIGNED_S)
    return FrameCard(
        number=frame.number,
        code=found.code,
        src=src,
        width=frame.width,
        height=frame.height,
        ratio=ratio_of(frame.width, frame.height),
        alt=f"{frame.scene_title}, of the pack {found.title}",
    )


def _answer(
    request: Request, title: str, body: object, status: int = 200, image: str = "", size: tuple[int, int] | None = None
) -> Response:
    text = "Somebody shows you what they made of a pack, a photoshoot with the knobs left in."
    page = Page(f"{title}: Pexit", text, body, image=image or "/og.png", is_indexed=False, path="/")  # type: ignore[arg-type]
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return plain.public(request, page, status, headers, pictures_from())
