"""Finding packs by words: titles first, mended words, counts of what each filter would leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.packs import facets, looking, search, service
from pexit_app.features.packs.queries import Asked
from tests.features.packs.test_service import SHELF, publish

LETTERS = st.text("abcdé1", max_size=7)


@given(LETTERS, LETTERS)
def test_a_distance_is_one(left: str, right: str) -> None:
    found = search.distance(left, right)
    assert found == search.distance(right, left)
    assert (found == 0) == (left == right)
    assert abs(len(left) - len(right)) <= found <= max(len(left), len(right))


@pytest.mark.parametrize(
    ("word", "other", "steps"), [("harbr", "harbor", 1), ("harobr", "harbor", 1), ("abc", "ca", 3)]
)
def test_swapped_neighbours_are_one_step(word: str, other: str, steps: int) -> None:
    assert search.distance(word, other) == steps


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_query(typed: str) -> None:
    words = search.words_of(typed)
    assert len(words) <= search.MAX_WORDS
    assert all(letter.isalnum() or letter in " &:*" for letter in search.query_of(words))


async def slugs(session, **asked) -> list[str]:
    return [pack.slug for pack in (await service.list_packs(session, category=SHELF, **asked)).rows]


async def test_a_title_comes_before_a_mention_and_pages_go_on_from_one_to_the_other(session):
    for slug, title in (("a", "Harbor one"), ("b", "Pier"), ("c", "The harbor"), ("d", "Quay"), ("e", "Dock")):
        await publish(session, slug, title=title, description="Boats in a harbor.")
    assert await slugs(session, q="harbor") == ["c", "a", "e", "d", "b"]
    assert await slugs(session, q="harbor", sort="new") == ["e", "d", "c", "b", "a"]
    for size in (1, 2, 3):
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = await service.list_packs(session, "harbor", SHELF, cursor=cursor, limit=size)
            seen += [pack.slug for pack in page.rows]
            cursor, pages = page.next_cursor, pages + 1
        assert seen == ["c", "a", "e", "d", "b"]


async def test_forms_of_a_word_and_beginnings_of_the_last_one_are_found(session):
    await publish(session, "a", title="Running late", description="Lanterns on the water.")
    assert await slugs(session, q="lantern run") == ["a"]
    assert await slugs(session, q="water lant") == ["a"]
    assert await slugs(session, q="lant water") == []
    assert await slugs(session, q="'; DROP TABLE pack; -- lantern") == []


async def test_a_mistyped_word_is_read_as_the_nearest_that_is_there(session):
    await publish(session, "a", title="Quay of lanterns")
    await publish(session, "b", title="Lantern")
    found = await looking.look(session, Asked(q="lantrns quay", category=SHELF))
    assert (found.mended, [pack.slug for pack in found.page.rows]) == ({"lantrns": "lanterns"}, ["a"])
    nothing = await looking.look(session, Asked(q="zzzzzzzz", category=SHELF))
    assert (nothing.mended, list(nothing.page.rows)) == ({}, [])
    near = await looking.nearest(session, Asked(q="lanterns zzzzzzzz", category=SHELF))
    assert near[0] == "With some of your words" and {pack.slug for pack in near[1]} == {"a", "b"}
    assert (await looking.nearest(session, Asked(q="lanterns", category="print")))[0].startswith("With your words")


async def test_each_filter_is_counted_as_if_it_were_chosen_instead(session):
    for slug, style, price, unlock in (
        ("a", "photograph", 0, 0), ("b", "print", 3, 0), ("c", "print", 0, 40), ("d", "print", 9, 60),
    ):  # fmt: skip
        await publish(session, slug, title="Wharf", style=style, price_dust=price, unlock_dust=unlock)
    counted = await facets.count(session, Asked(q="wharf", style="print"))
    assert (counted.total, counted.is_capped) == (3, False)
    assert counted.counts["style"] == {"photograph": 1, "print": 3, "drawing": 0}
    assert counted.counts["price"] == {"free": 0, "low": 1, "middle": 1, "high": 1}
    assert counted.counts["category"][SHELF] == 3
    assert await slugs(session, q="wharf", price="middle") == ["c"]
    assert await slugs(session, q="wharf", sort="price") == ["a", "b", "c", "d"]


async def test_counts_of_many_are_so_many_at_least(session, monkeypatch):
    monkeypatch.setattr(facets, "LOOKED_AT", 2)
    for slug in "abcd":
        await publish(session, slug, title="Wharf")
    counted = await facets.count(session, Asked(q="wharf"))
    assert counted.is_capped
    assert facets.words(counted.total, counted.is_capped) == "3+"


async def test_many_hits_are_found_along_the_order_as_well(session, monkeypatch):
    monkeypatch.setattr("pexit_app.features.packs.queries.FEW", 1)
    for slug, title in (("a", "Wharf"), ("b", "Pier"), ("c", "Wharf")):
        await publish(session, slug, title=title, description="A wharf.")
    assert await slugs(session, q="wharf") == ["c", "a", "b"]
