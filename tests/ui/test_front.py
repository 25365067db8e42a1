"""The opening sheet of the first page, for any number of packs."""

from hypothesis import given
from hypothesis import strategies as st

from pexit_app.features.packs.cards import OPENING, FrontCard, PackCard, front
from pexit_app.features.storefront.components import front_page
from pexit_app.ui.parts.frame import FrameCard
from pexit_app.web.html import to_html

RATIOS = st.sampled_from(["4:5", "3:2", "1:1", "9:16"])


@st.composite
def packs(draw: st.DrawFn) -> list[PackCard]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        ratio = draw(RATIOS)
        count = draw(st.integers(0, 9))
        samples = [FrameCard(src=f"/{number}/{index}.jpg", alt="A face", ratio=ratio) for index in range(count)]
        cover = samples[0] if samples else FrameCard()
        made.append(PackCard(slug=f"p{number}", title=f"Pack {number}", code="abc", cover=cover, samples=samples))
    return made


def shown(card: FrontCard) -> list[str]:
    strips = [*card.beside, *(strip for row in card.below for strip in row)]
    return [frame.src for strip in strips for frame in strip.frames]


@given(packs())
def test_no_picture_is_shown_twice_and_each_slot_once(made: list[PackCard]) -> None:
    card = front(made)
    assert len(shown(card)) == len(set(shown(card)))
    slots = [strip.slot for strip in [*card.beside, *(strip for row in card.below for strip in row)]]
    assert len(slots) == len(set(slots)) <= len(OPENING)


@given(packs())
def test_every_pack_has_its_roll_and_a_first_pack_with_pictures_opens_the_sheet(made: list[PackCard]) -> None:
    card = front(made)
    assert [roll.href for shelf in card.shelves for roll in shelf.rolls] == [f"/p/{pack.slug}" for pack in made]
    if made and made[0].samples:
        assert any(strip.slot == "hero" for strip in card.beside)
        assert sum(frame.is_under_glass for strip in card.beside for frame in strip.frames) == 1


def test_a_shop_without_packs_is_still_a_page() -> None:
    assert to_html(front_page(front([]))).count("<h1") == 1
