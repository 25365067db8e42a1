"""Publishing, finding, listing: versions never change, pages never skip."""

import asyncio
import hashlib
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from sqlmodel import select

from pexit_app.core import db
from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import seed, service
from pexit_app.features.packs.document import parse
from pexit_app.features.packs.models import SUSPENDED, Pack, PackVersion
from pexit_app.features.packs.schemas import StoredPicture
from pexit_app.providers.disk import DiskStore
from tests.features.packs.samples import GOOD
from tests.features.shoots.support import new_user


def stored(name: str) -> StoredPicture:
    size = {"width": 8, "height": 10}
    return StoredPicture(
        name=name, scene="shore", alt="A shore", focus=(0.5, 0.4), seed=7, key=f"k/{name}.jpg", sha256="0", **size
    )


SHELF = "fantasy"  # a category of this file's own: other tests leave packs behind


async def publish(session, slug: str, **changes) -> PackVersion:
    changes = {"category": SHELF, **changes}
    definition = parse(GOOD).model_copy(update={"slug": slug, **changes})
    content = hashlib.sha256(f"{slug} {sorted(changes.items())}".encode()).hexdigest()
    return await service.publish(session, definition, content, [stored("cover"), stored("night")])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "packs" / "test-pack"
    made.mkdir(parents=True)
    (made / "pack.yaml").write_text(GOOD)
    for name, colour in (("cover", "red"), ("night", "navy")):
        Image.new("RGB", (8, 10), colour).save(made / f"{name}.jpg")
    return made


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "objects")


async def versions(session) -> list[PackVersion]:
    return list((await session.exec(select(PackVersion).order_by(PackVersion.number))).all())


async def test_seeding_again_adds_nothing(session, folder, store):
    for _ in range(2):
        await seed.seed(folder.parent, store)
    found = await service.find_pack(session, "test-pack")
    assert [each.number for each in await versions(session)] == [1]
    assert found.definition == parse(GOOD)
    assert found.pictures[0].width == 8
    assert await store.get(found.pictures[0].key) == (folder / "cover.jpg").read_bytes()


async def test_changed_content_is_the_next_version_and_the_old_one_stays(session, folder, store):
    await seed.publish_folder(folder, store)
    (folder / "pack.yaml").write_text(GOOD.replace("title: Test pack", "title: Better pack"))
    assert await seed.publish_folder(folder, store) == 2
    Image.new("RGB", (8, 10), "green").save(folder / "cover.jpg")
    assert await seed.publish_folder(folder, store) == 3
    now = await service.find_pack(session, "test-pack")
    first = await service.find_pack(session, "test-pack", 1)
    assert (now.version.number, now.pack.title, now.definition.title) == (3, "Better pack", "Better pack")
    assert first.definition.title == "Test pack"
    assert first.pictures[0].key != now.pictures[0].key
    assert await store.get(first.pictures[0].key)


async def test_content_seen_before_is_the_version_it_was(session, folder, store):
    original = (folder / "pack.yaml").read_text()
    await seed.publish_folder(folder, store)
    (folder / "pack.yaml").write_text(GOOD.replace("For tests.", "Changed."))
    await seed.publish_folder(folder, store)
    (folder / "pack.yaml").write_text(original)
    assert await seed.publish_folder(folder, store) == 1
    assert (await service.version_of(session, "test-pack")).number == 1
    assert len(await versions(session)) == 2


async def test_a_lost_picture_comes_back(connection, folder, store):
    await seed.publish_folder(folder, store)
    shutil.rmtree(store.folder)
    await seed.publish_folder(folder, store)
    assert len(list(store.folder.rglob("*.jpg"))) == 2


async def test_a_creator_who_has_the_address_keeps_it_and_the_house_still_starts(session, folder, store):
    creator = await new_user(session)
    terms = service.Terms(owner_id=creator.user_id)
    await service.publish(session, parse(GOOD.replace("title: Test pack", "title: My own")), "mine", [], terms)
    await seed.seed(folder.parent, store)
    assert (await service.find_pack(session, "test-pack")).pack.title == "My own"


async def test_a_broken_folder_publishes_nothing(session, folder, store):
    (folder / "night.jpg").unlink()
    with pytest.raises(BadInput) as caught:
        await seed.seed(folder.parent, store)
    assert [each.field for each in caught.value.problems] == ["night.jpg"]
    assert await versions(session) == []


async def test_two_who_publish_at_once_make_one_version(live_db):
    slug = f"twice-{uuid4().hex[:12]}"

    async def one() -> int:
        async with db.transaction() as session:
            return (await publish(session, slug, category="city")).number

    assert set(await asyncio.gather(*(one() for _ in range(8)))) == {1}
    async with db.transaction() as session:
        assert (await service.find_pack(session, slug)).pack.live_number == 1


async def test_a_suspended_pack_is_gone_but_its_versions_open(session):
    version = await publish(session, "hidden")
    pack = (await session.exec(select(Pack).where(Pack.slug == "hidden"))).one()
    pack.status = SUSPENDED
    await session.flush()
    for look in (service.find_pack(session, "hidden"), service.version_of(session, "hidden")):
        with pytest.raises(NotFound):
            await look
    assert (await service.list_packs(session, category=SHELF)).rows == []
    assert (await service.version_of(session, version.id)).definition["slug"] == "hidden"


async def test_what_is_not_there_is_not_found(session):
    await publish(session, "here")
    for look in (
        service.find_pack(session, "there"),
        service.find_pack(session, "here", 2),
        service.version_of(session, uuid4()),
    ):
        with pytest.raises(NotFound):
            await look


async def listed(session, **asked) -> list[str]:
    asked = {"category": SHELF, **asked}
    return [pack.slug for pack in (await service.list_packs(session, **asked)).rows]


async def test_search_wants_every_word_and_takes_signs_as_they_are(session):
    await publish(session, "sea", title="By the sea", description="100% salt_light")
    await publish(session, "city", title="By the road", style="print")
    assert await listed(session, q="SEA by") == ["sea"]
    assert await listed(session, q="sea road") == []
    assert await listed(session, q="100%") == ["sea"]
    assert await listed(session, q="%") == []
    assert await listed(session, q="salt_") == ["sea"]
    assert await listed(session, q="shore") == ["city", "sea"]
    assert await listed(session, style="print") == ["city"]
    assert await listed(session, style="print", category="moon") == []


ORDERS = {
    "new": lambda pack: (pack.created_at, pack.id),
    "title": lambda pack: (pack.title.lower(), pack.id),
    "price": lambda pack: (pack.price_dust, pack.id),
}


@pytest.mark.parametrize("sort", ORDERS)
async def test_pages_follow_each_other_without_gaps(session, sort):
    for slug, title, price in (("a", "A", 2), ("b", "c", 1), ("c", "B", 9), ("d", "D", 1), ("e", "c", 0)):
        await publish(session, slug, title=title, price_dust=price)
    packs = [(await service.find_pack(session, slug)).pack for slug in "abcde"]
    expected = [pack.slug for pack in sorted(packs, key=ORDERS[sort], reverse=sort == "new")]
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = await service.list_packs(session, category=SHELF, sort=sort, cursor=cursor, limit=2)
        seen += [pack.slug for pack in page.rows]
        cursor = page.next_cursor
    assert seen == expected
    assert cursor is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"sort": "best"}, "sort"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"cursor": "junk"}, "cursor"),
        ({"cursor": "WyJuZXciLCAieCIsICJ5Il0"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
    ],
)
async def test_bad_questions_are_named(session, asked, field):
    with pytest.raises(BadInput) as caught:
        await service.list_packs(session, **asked)
    assert caught.value.problems[0].field == field
