"""From draft to live version: immutable, compared in words, rolled back, unlisted, scheduled; nobody else's business."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from pexit_app.core import db, objects
from pexit_app.core.clock import now
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.core.models import Event
from pexit_app.core.ports import ProviderState, ProviderUpdate
from pexit_app.features.builder import bundle, changes, comparing, grids, publishing, service, shelf, transfer
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.service import Start
from pexit_app.features.identity import account
from pexit_app.features.packs import service as packs
from pexit_app.features.packs.errors import SlugTaken
from pexit_app.features.packs.models import Pack
from tests.features.builder.test_bundle import jpeg, zipped
from tests.features.builder.test_checks import DOCUMENT
from tests.features.packs.samples import GOOD
from tests.features.packs.test_service import publish as publish_as_house
from tests.features.shoots.support import House, Script, new_user, open_house


@pytest.fixture
def house() -> House:
    return open_house()


@pytest.fixture
async def me(session):
    return await new_user(session)


@pytest.fixture
async def other(session):
    return await new_user(session)


async def draft_with(session, who, slug: str = "sea-and-roof", **fields: Any) -> PackDraft:
    document = copy.deepcopy(DOCUMENT) | {"slug": slug} | fields
    return await service.create_draft(session, who, Start(document=document))


async def edit(session, who, draft: PackDraft, path: str, value: Any) -> None:
    now_at = (await service.find_draft(session, who, draft.id)).revision
    ops = [{"op": "add", "path": path, "value": value}]
    await changes.apply(session, who, draft.id, now_at, ops, "Edited", "tab")


async def live(session, slug: str = "sea-and-roof") -> packs.OpenPack:
    session.expunge_all()
    return await packs.find_pack(session, slug)


async def test_a_draft_becomes_a_pack_that_is_live_at_once(session, house, me):
    draft = await draft_with(session, me)
    made = await publishing.publish(me, draft.id, "The first one.")
    found = await live(session)
    assert (made.slug, made.number, made.is_new, made.found) == ("sea-and-roof", 1, True, ())
    assert (found.pack.owner_id, found.version.published_by) == (me.user_id, me.user_id)
    assert found.version.changelog == "The first one."
    assert [each.name for each in found.pictures] == ["cover", "night"]
    for each in found.pictures:
        assert (await house.store.get(each.key)).startswith(b"\xff\xd8")
    assert "sea-and-roof" in [each.slug for each in (await packs.list_packs(session, limit=100)).rows]


async def test_the_same_content_is_the_same_version_and_the_same_pictures(session, house, me):
    draft = await draft_with(session, me)
    first = await publishing.publish(me, draft.id)
    rendered = len(house.images.orders)
    again = await publishing.publish(me, draft.id)
    assert (again.number, again.version_id, again.is_new) == (1, first.version_id, False)
    assert len(house.images.orders) == rendered


async def test_the_next_version_says_what_changed_and_the_first_stays(session, house, me):
    draft = await draft_with(session, me)
    await publishing.publish(me, draft.id)
    await edit(session, me, draft, "/price_dust", 3)
    with pytest.raises(BadInput) as refused:  # a starter asks no price
        await publishing.publish(me, draft.id)
    assert [each.field for each in refused.value.problems] == ["price_dust"]
    await account.become_creator(session, me)
    ahead = await comparing.compare(session, me, draft.id, "live", "draft")
    assert ahead.lines == ["The creator's fee for a frame is now 3 dust, not nothing."]
    made = await publishing.publish(me, draft.id)
    found = await live(session)
    assert (made.number, found.pack.price_dust) == (2, 3)
    assert found.version.changelog == "The creator's fee for a frame is now 3 dust, not nothing."
    assert (await packs.find_pack(session, "sea-and-roof", 1)).definition.price_dust == 0
    assert [each.number for each in await publishing.list_versions(session, me, draft.id)] == [2, 1]
    back = await publishing.roll_back(session, me, draft.id, 1)
    assert (back.version.number, back.pack.price_dust, back.pack.live_number) == (1, 0, 1)
    again = await publishing.publish(me, draft.id)
    assert (again.number, again.is_new) == (2, False)


async def test_what_is_wrong_stops_it_and_is_named(session, house, me):
    draft = await draft_with(session, me, title="x" * 50, creator="Pexit")
    with pytest.raises(BadInput, match="2 things to mend") as refused:
        await publishing.publish(me, draft.id)
    assert {each.field for each in refused.value.problems} == {"title", "creator"}
    assert house.images.orders == {}
    fine = await draft_with(session, me, slug="warned", description="Short.")
    await publishing.publish(me, fine.id)


async def test_others_find_nothing(session, house, me, other):
    draft = await draft_with(session, me)
    await publishing.publish(me, draft.id)
    later = now() + timedelta(days=1)
    for act in (
        publishing.publish(other, draft.id),
        comparing.compare(session, other, draft.id, "live", "draft"),
        publishing.release_of(session, other, draft.id),
        publishing.roll_back(session, other, draft.id, 1),
        publishing.set_listing(session, other, draft.id, is_unlisted=True),
        publishing.schedule(session, other, draft.id, later),
        publishing.list_versions(session, other, draft.id),
        transfer.export_draft(other, draft.id),
        grids.list_grids(session, other, draft.id),
    ):
        with pytest.raises(NotFound):
            await act
    with pytest.raises(NotFound):
        await publishing.roll_back(session, me, draft.id, 7)


async def test_an_address_is_taken_once_and_the_houses_packs_are_nobodys(session, house, me, other):
    await publish_as_house(session, "house-pack")
    mine = await draft_with(session, me)
    await publishing.publish(me, mine.id)
    for slug in ("house-pack", "sea-and-roof"):
        theirs = await draft_with(session, other, slug=slug)
        with pytest.raises(SlugTaken):
            await publishing.publish(other, theirs.id)
    twin = await draft_with(session, me)
    with pytest.raises(BadInput, match="Another pack of yours"):
        await publishing.publish(me, twin.id)
    await edit(session, me, mine, "/slug", "elsewhere")
    with pytest.raises(BadInput, match="stays sea-and-roof"):
        await publishing.publish(me, mine.id)


async def test_unlisted_is_found_by_its_address_alone(session, house, me):
    draft = await draft_with(session, me)
    await publishing.set_listing(session, me, draft.id, is_unlisted=True)
    await publishing.publish(me, draft.id)
    assert (await live(session)).pack.is_unlisted
    assert "sea-and-roof" not in [each.slug for each in (await packs.list_packs(session, limit=100)).rows]
    await publishing.set_listing(session, me, draft.id, is_unlisted=False)
    assert "sea-and-roof" in [each.slug for each in (await packs.list_packs(session, limit=100)).rows]


async def events_of(session, me, kind: str) -> list[Event]:
    return list((await session.exec(select(Event).where(Event.user_id == me.user_id, Event.kind == kind))).all())


async def test_what_is_due_is_published_by_the_sweep(session, house, me, monkeypatch):
    draft, wrong = await draft_with(session, me), await draft_with(session, me, slug="wrong")
    at = now() + timedelta(hours=1)
    for each in (draft, wrong):
        await publishing.schedule(session, me, each.id, at, "For the first of the month.")
    await edit(session, me, wrong, "/code", "?")
    await publishing.publish_due()
    assert (await session.exec(select(Pack).where(Pack.slug == "sea-and-roof"))).first() is None
    monkeypatch.setattr(publishing, "now", lambda: at + timedelta(seconds=1))
    await publishing.publish_due()
    version = (await live(session)).version
    assert (version.number, version.changelog) == (1, "For the first of the month.")
    assert (await session.exec(select(Pack).where(Pack.slug == "wrong"))).first() is None
    [told] = await events_of(session, me, "pack.not_published")
    assert told.data["draft_id"] == str(wrong.id)
    for each, trouble in ((draft, ""), (wrong, "The pack has 1 thing to mend before it can be published.")):
        row = await service.find_draft(session, me, each.id)
        assert (row.publish_at, row.publish_note if each is draft else "", row.publish_trouble) == (None, "", trouble)
    await publishing.publish_due()
    assert len(await events_of(session, me, "pack.published")) == 1


async def test_a_time_that_is_past_or_a_pack_with_mistakes_is_not_scheduled(session, house, me):
    draft = await draft_with(session, me)
    with pytest.raises(BadInput, match="within the next"):
        await publishing.schedule(session, me, draft.id, now() - timedelta(minutes=1))
    wrong = await draft_with(session, me, slug="wrong", title="")
    with pytest.raises(BadInput, match="to mend"):
        await publishing.schedule(session, me, wrong.id, now() + timedelta(days=1))
    with pytest.raises(BadInput, match="300 characters"):
        await publishing.schedule(session, me, draft.id, now() + timedelta(days=1), "x" * 301)
    await publishing.schedule(session, me, draft.id, now() + timedelta(days=1), "x" * 300)
    back = (await publishing.schedule(session, me, draft.id, None)).draft
    assert (back.publish_at, back.publish_note) == (None, "")


async def test_a_darkroom_that_fails_leaves_nothing_half_published(session, me):
    house = open_house()
    broken = ProviderUpdate(ProviderState.FAILED, error="the lamp broke")
    house.images.default = lambda: Script(last=broken)
    draft = await draft_with(session, me)
    with pytest.raises(Exception, match="the lamp broke"):
        await publishing.publish(me, draft.id)
    assert (await session.exec(select(Pack).where(Pack.slug == "sea-and-roof"))).first() is None


async def test_a_file_goes_out_comes_in_and_is_published_the_same(session, house, me, other):
    draft = await draft_with(session, me)
    await publishing.publish(me, draft.id)
    name, content = await transfer.export_draft(me, draft.id)
    assert name == "sea-and-roof.zip"
    imported = await transfer.import_draft(other, content)
    assert imported.document == (await service.find_draft(session, me, draft.id)).document
    again_name, again = await transfer.export_draft(other, imported.id)
    assert (again_name, again) == (name, content)


async def test_imported_pictures_are_kept_and_go_out_again(session, house, me):
    content = zipped({"pack.yaml": GOOD.encode(), "cover.jpg": jpeg(16), "night.jpg": jpeg(17)})
    draft = await transfer.import_draft(me, content)
    assert set(draft.pictures) == {"cover", "night"}
    assert all(key.startswith(shelf.prefix_of(draft.id)) for key in draft.pictures.values())
    _, out = await transfer.export_draft(me, draft.id)
    assert bundle.read(out).pictures == {"cover": jpeg(16), "night": jpeg(17)}
    async with db.transaction() as one:
        assert f"{shelf.FOLDER}/{draft.id}/" not in await objects.orphans(one, house.store)
