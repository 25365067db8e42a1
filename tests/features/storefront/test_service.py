"""Storefronts: a handle is one person's for ever, links are harmless, packs lie in the order their owner chose."""

import asyncio
from uuid import uuid4

import pytest
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.models import Pack
from pexit_app.features.storefront import service
from pexit_app.features.storefront.errors import HandleTaken, NoHandle, TooManyHandles
from pexit_app.features.storefront.schemas import StorefrontIn
from tests.features.packs.test_service import publish
from tests.features.shoots.support import new_user


async def own(session, actor, *slugs: str) -> None:
    """Packs of theirs, the last one the newest."""
    for slug in slugs:
        await publish(session, slug)
        await give(session, actor, slug)


async def give(session, actor, slug: str) -> None:
    row = (await session.exec(select(Pack).where(Pack.slug == slug))).one()
    row.owner_id = actor.user_id
    await session.flush()


@pytest.mark.parametrize("handle", ["ab", "a" * 31, "Ab_c", "a--b", "-abc", "абв", "admin", "@pexit", "a b c", ""])
def test_what_is_no_handle_says_why(handle: str) -> None:
    with pytest.raises(BadInput) as caught:
        service.checked_handle(handle)
    assert caught.value.problems[0].field == "handle"


@pytest.mark.parametrize(
    "link",
    ["http://a.example", "javascript:alert(1)", "https://u:p@a.example", "https://a.example/<b>", "https://[", "https://a"],
)  # fmt: skip
def test_only_plain_https_links_are_taken(link: str) -> None:
    with pytest.raises(BadInput):
        service.checked_links([link])
    assert service.checked_links([" https://a.example/x ", "", "https://a.example/x"]) == ["https://a.example/x"]


async def test_a_handle_stays_whose_it_was(session):
    ann, bo = await new_user(session), await new_user(session)
    with pytest.raises(NoHandle):
        await service.keep(session, ann, StorefrontIn(bio="First"))
    await service.keep(session, ann, StorefrontIn(handle="@Silver-Hour", bio="First"))
    await service.keep(session, ann, StorefrontIn(handle="gold-hour"))
    for handle in ("silver-hour", "gold-hour"):
        assert (await service.find(session, handle)).user_id == ann.user_id
        with pytest.raises(HandleTaken):
            await service.keep(session, bo, StorefrontIn(handle=handle))
    row = await service.keep(session, ann, StorefrontIn(handle="silver-hour"))
    assert (row.handle, row.bio) == ("silver-hour", "First")
    await service.keep(session, ann, StorefrontIn(handle="third-hour"))
    with pytest.raises(TooManyHandles):
        await service.keep(session, ann, StorefrontIn(handle="fourth-hour"))
    with pytest.raises(NotFound):
        await service.mine(session, bo)


async def test_packs_lie_as_their_owner_put_them_and_new_ones_follow(session):
    ann, bo = await new_user(session), await new_user(session)
    await own(session, ann, "a", "b", "c")
    await own(session, bo, "d")
    await service.keep(session, ann, StorefrontIn(handle="silver-hour", order=["a", "c"]))

    async def lying() -> list[str]:
        opened = await service.open_storefront(session, await service.mine(session, ann))
        return [pack.slug for pack in opened.packs]

    assert await lying() == ["a", "c", "b"]
    await service.move(session, ann, "b", -1)
    assert await lying() == ["a", "b", "c"]
    await service.move(session, ann, "c", 1)
    await own(session, ann, "e")
    assert await lying() == ["a", "b", "c", "e"]
    for asked in (StorefrontIn(order=["d"]), StorefrontIn(banner="d")):
        with pytest.raises(BadInput):
            await service.keep(session, ann, asked)
    with pytest.raises(NotFound):
        await service.move(session, ann, "d", 1)
    listed = await packs.find_packs(session, packs.Asked(owner_id=ann.user_id))
    assert {pack.slug for pack in listed.rows} == {"a", "b", "c", "e"}
    assert "silver-hour" in await service.list_shown(session, 100)


async def test_of_two_who_want_a_handle_at_once_one_gets_it(live_db):
    handle = f"h-{uuid4().hex[:12]}"
    async with db.transaction() as session:
        users = [await new_user(session) for _ in range(4)]

    async def take(actor) -> bool:
        try:
            async with db.transaction() as session:
                await service.keep(session, actor, StorefrontIn(handle=handle))
        except HandleTaken:
            return False
        return True

    assert sum(await asyncio.gather(*map(take, users))) == 1
