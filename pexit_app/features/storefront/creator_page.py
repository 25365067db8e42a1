"""A creator's page and the posts that change it. Plain forms: they work without a script."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

import reflex as rx
from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from pexit_app.core import db
from pexit_app.core.actor import Actor
from pexit_app.core.errors import NotFound, PexitError
from pexit_app.core.policy import FORM, MANAGES, PUBLIC, allow
from pexit_app.features.identity.access import check, check_origin, who
from pexit_app.features.identity.state import visitor_of
from pexit_app.features.packs.cards import pack_roll, pack_strip
from pexit_app.features.storefront import service
from pexit_app.features.storefront.creator_components import HOME, CreatorCard, creator_page, opening_page
from pexit_app.features.storefront.missing import missing
from pexit_app.features.storefront.models import Storefront
from pexit_app.features.storefront.schemas import StorefrontIn
from pexit_app.features.storefront.service import OpenStorefront
from pexit_app.features.storefront.social import creator_image
from pexit_app.features.storefront.state import cards_for
from pexit_app.web import plain, rates
from pexit_app.web.heads import Page, origin_of
from pexit_app.web.routes import Route

router = APIRouter(route_class=Route, include_in_schema=False)
Field = Annotated[str, Form(max_length=2000)]
Change = Callable[[AsyncSession, Actor], Awaitable[Storefront]]
BANNER_FRAMES = 8


@router.api_route("/@{handle}", methods=["GET", "HEAD"])
@allow(PUBLIC)
async def read_creator(request: Request, handle: str = Path(max_length=60)) -> Response:
    """An earlier handle leads to the one of today."""
    me = await who(request)
    try:
        async with db.transaction() as session:
            row = await service.find(session, handle)
    except NotFound:
        return await missing(request)
    if row.handle != handle:
        return RedirectResponse(f"/@{row.handle}", 301)
    return await _draw(request, row, me)


@router.get(HOME)
@allow(PUBLIC)
async def begin(request: Request) -> Response:
    """One's own page, or the way to one."""
    if (me := await who(request)) is None:
        return _to_sign_in()
    return await _own(request, me)


@router.post(f"{HOME}/handle")
@allow(FORM)
async def take_handle(request: Request, handle: Field = "") -> Response:
    return await _change(request, lambda session, me: service.keep(session, me, StorefrontIn(handle=handle)), handle)


@router.post(f"{HOME}/words")
@allow(FORM)
async def keep_words(
    request: Request, name: Field = "", bio: Field = "", links: Field = "", accent: Field = "", banner: Field = ""
) -> Response:
    def keep(session: AsyncSession, me: Actor) -> Awaitable[Storefront]:
        said = {
            "name": name,
            "bio": bio.replace("\r\n", "\n"),
            "links": links.split(),
            "accent": accent,
            "banner": banner,
        }
        return service.keep(session, me, StorefrontIn.model_validate(said))

    return await _change(request, keep)


@router.post(f"{HOME}/order")
@allow(FORM)
async def move_pack(request: Request, slug: Field = "", by: Field = "") -> Response:
    return await _change(request, lambda session, me: service.move(session, me, slug, -1 if by == "-1" else 1))


def _to_sign_in() -> Response:
    return RedirectResponse(f"/login?next={quote(HOME, safe='')}", 303)


async def _change(request: Request, change: Change, handle: str = "") -> Response:
    """Post, redirect, get; what refuses it is said on the page itself."""
    check_origin(request)
    if (me := await who(request)) is None:
        return _to_sign_in()
    try:
        check(me, MANAGES)
        await rates.count(request, "spend", str(me.user_id), me.tier)
        async with db.transaction() as session:
            row = await change(session, me)
    except PexitError as error:
        return await _own(request, me, error.message, handle, error.status)
    except ValidationError as error:
        fields = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in error.errors()))
        return await _own(request, me, f"Mend these fields: {fields}.", handle, 422)
    return RedirectResponse(f"/@{row.handle}", 303)


async def _own(request: Request, me: Actor, problem: str = "", handle: str = "", status: int = 200) -> Response:
    async with db.transaction() as session:
        visitor = await visitor_of(session, me)
        try:
            row = await service.mine(session, me)
        except NotFound:
            body = opening_page(handle, visitor, problem)
            return plain.answer("Your storefront: Pexit", body, status)
    return await _draw(request, row, me, problem, status)


async def _draw(request: Request, row: Storefront, me: Actor | None, problem: str = "", status: int = 200) -> Response:
    async with db.transaction() as session:
        opened = await service.open_storefront(session, row)
        draw = await cards_for(session, me, opened.packs)
        visitor = await visitor_of(session, me)
    cards = draw(opened.packs)
    card = CreatorCard(
        handle=row.handle,
        name=row.name or (cards[0].creator if cards else f"@{row.handle}"),
        bio=row.bio,
        links=row.links,
        accent=row.accent,
        banner_slug=row.banner,
        rolls=[pack_roll(each) for each in cards],
        slugs=[each.slug for each in cards],
        is_own=me is not None and me.user_id == row.user_id,
    )
    if opened.banner is not None:
        first = next(each for each in cards if each.slug == opened.banner.slug)
        frames = list({each.src: each for each in [first.cover, *first.samples]}.values())[:BANNER_FRAMES]
        card = replace(card, banner=replace(pack_strip(first, frames, size="l"), href=""))
    return plain.public(request, _page(request, opened, card, creator_page(card, visitor, problem)), status)


def _page(request: Request, opened: OpenStorefront, card: CreatorCard, body: rx.Component) -> Page:
    """A page without packs is nothing to be found: it would be a place for links."""
    path = f"/@{card.handle}"
    person: dict[str, object] = {
        "@type": "Person",
        "name": card.name,
        "alternateName": f"@{card.handle}",
        "description": card.bio,
    }
    person |= {"url": origin_of(request) + path, "sameAs": list(card.links)}
    titles = ", ".join(each.title for each in card.rolls[:3])
    description = card.bio.split("\n")[0][:200] or (f"Packs by {card.name}: {titles}." if titles else card.name)
    return Page(
        f"{card.name} (@{card.handle}): Pexit",
        description,
        body,
        image=creator_image(opened),
        json_ld={"@type": "ProfilePage", "mainEntity": person},
        links=[("application/atom+xml", f"Packs by {card.name}", f"{path}/feed.xml")],
        path=path,
        is_indexed=bool(card.rolls),
    )
