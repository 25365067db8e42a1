"""The first page's shelves: picked by hand, rising, new; and sizes of pictures."""

from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import select

from pexit_app.core.errors import BadInput, NotFound
from pexit_app.features.packs import prints, seed, shelf
from pexit_app.features.packs.models import Pack
from pexit_app.features.packs.schemas import Width
from tests.features.packs.test_api import app, engine, http  # noqa: F401  (fixtures)
from tests.features.packs.test_service import folder, publish, store  # noqa: F401  (fixtures)

URL = "/api/v1/packs/test-pack/pictures/cover.jpg?v=1&w=320"


async def pack(session, slug: str) -> Pack:
    return (await session.exec(select(Pack).where(Pack.slug == slug).execution_options(populate_existing=True))).one()


async def test_what_was_picked_last_comes_first_and_is_taken_off_again(session):
    for slug in "abc":
        await publish(session, slug)
    for slug in "ab":
        await shelf.pick(session, slug, f"For {slug}.")
    assert [(each.slug, each.picked_why) for each in await shelf.picked(session, 9)] == [
        ("b", "For b."),
        ("a", "For a."),
    ]
    await shelf.pick(session, "b", "")
    assert [each.slug for each in await shelf.picked(session, 9)] == ["a"]
    with pytest.raises(NotFound):
        await shelf.pick(session, "nothing", "x")
    with pytest.raises(BadInput):
        await shelf.pick(session, "a", "x" * 161)


async def test_rising_wants_some_people_and_makes_no_pack_younger(session):
    for slug in "abc":
        await publish(session, slug)
    before = (await pack(session, "a")).updated_at
    await shelf.note_rising(session, {"a": 3, "b": 9, "c": shelf.LEAST_RISING - 1})
    assert [each.slug for each in await shelf.rising(session, 9)] == ["b", "a"]
    assert (await pack(session, "a")).updated_at == before
    await shelf.note_rising(session, {"a": 5})
    assert [(await pack(session, slug)).rising for slug in "abc"] == [5, 0, 0]
    await shelf.note_rising(session, {})
    assert not await shelf.rising(session, 9)


async def test_related_packs_are_of_the_same_kind_and_never_itself(session):
    for slug, style in (("a", "print"), ("b", "drawing"), ("c", "print")):
        await publish(session, slug, style=style)
    await publish(session, "d", style="print", category="city")
    assert [each.slug for each in await shelf.related(session, await pack(session, "a"), 3)] == ["c", "b"]


async def test_a_new_place_has_its_picks_and_keeps_other_ones(session, folder, store):  # noqa: F811
    (folder.parent / seed.PICKS).write_text("- {slug: nothing, why: Gone.}\n- {slug: test-pack, why: For tests.}\n")
    await seed.seed(folder.parent, store)
    assert [each.picked_why for each in await shelf.picked(session, 9)] == ["For tests."]
    await shelf.pick(session, "test-pack", "Better.")
    await seed.seed(folder.parent, store)
    assert [each.picked_why for each in await shelf.picked(session, 9)] == ["Better."]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("image/avif,image/webp,*/*", "avif"), ("image/webp,*/*", "webp"), ("*/*", "jpeg")],
)
async def test_a_picture_comes_in_what_the_browser_takes(http, store, accept, kind):  # noqa: F811
    answer = await http.get(URL, headers={"Accept": accept})
    assert answer.headers["content-type"] == f"image/{kind}"
    assert answer.headers["vary"] == "Accept"
    assert "immutable" in answer.headers["cache-control"]
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (8, 10)  # never larger than it is
    again = await http.get(URL, headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert (await http.get(URL.replace("320", "321"))).status_code == 422


def test_a_size_keeps_the_mark_of_the_picture() -> None:
    whole = BytesIO()
    Image.new("RGB", (640, 800), "red").save(whole, "JPEG", xmp=b"<x:xmpmeta>ai</x:xmpmeta>")
    for name in prints.FORMATS:
        with Image.open(BytesIO(prints._print(whole.getvalue(), Width.SMALL, name))) as image:
            assert image.size == (320, 400)
            assert b"ai" in image.info["xmp"]
