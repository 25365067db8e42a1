"""Every part draws with plain values (first HTML) and with State Vars (live page), and breaks no policy."""

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import reflex as rx

from pexit_app.ui import gallery
from pexit_app.ui.both import each, nth, pick, when
from pexit_app.ui.gallery_samples import LEDGER, STATES
from pexit_app.ui.layout import page
from pexit_app.ui.parts.frame import STATES as FRAME_STATES
from pexit_app.ui.parts.frame import FrameCard, frame
from pexit_app.ui.parts.ledger import LedgerLine, ledger
from pexit_app.ui.parts.notices import ToastCard
from pexit_app.ui.parts.roll import RollCard, roll
from pexit_app.ui.parts.ruler import Visitor
from pexit_app.ui.parts.sheet import StripCard, sheet, strip
from pexit_app.ui.parts.ticket import TicketCard, ticket
from pexit_app.ui.react import loupe, sheet_keys, takeover
from pexit_app.web.html import to_html


class PartsState(rx.State):
    frames: list[FrameCard]
    strip: StripCard = StripCard()
    roll: RollCard = RollCard()
    ticket: TicketCard = TicketCard()
    lines: list[LedgerLine]
    visitor: Visitor = Visitor()
    toasts: list[ToastCard]
    index: int = 0
    word: str = ""


class Attributes(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += attrs


DRAWN = [gallery.parts_page, gallery.studio_page]


@pytest.mark.parametrize("view", DRAWN)
def test_no_inline_style_no_script_no_id_twice(view) -> None:  # type: ignore[no-untyped-def]
    text = to_html(view())
    attributes = Attributes(text).found
    assert not [name for name, _ in attributes if name == "style" or name.startswith("on")]
    assert "<script" not in text and "<style" not in text
    assert [
        each for each, count in Counter(value for name, value in attributes if name == "id").items() if count > 1
    ] == []


@pytest.mark.parametrize("view", DRAWN)
def test_every_picture_has_a_text_or_is_decoration(view) -> None:  # type: ignore[no-untyped-def]
    images = re.findall(r"<img [^>]*>", to_html(view()))
    assert images and [image for image in images if " alt=" not in image] == []


def test_the_gallery_shows_every_state_and_mark() -> None:
    assert {card.state for card in STATES} == set(FRAME_STATES)
    assert {"ring", "reject", "crop"} <= {card.mark for card in STATES}


def test_parts_draw_with_state_vars() -> None:
    state = PartsState
    live = page(
        "Parts",
        takeover(),
        sheet_keys(sheet(state.frames), on_open=rx.console_log, on_mark=lambda frame, mark: rx.console_log(mark)),
        loupe(strip(state.strip)),
        roll(state.roll),
        ticket(state.ticket),
        ledger(state.lines, "Statement"),
        visitor=state.visitor,
        messages=state.toasts,
        on_close=rx.console_log,
    )
    drawn = str(live.render())
    assert "frames_rx_state_" in drawn and "toasts_rx_state_" in drawn and "style" not in drawn


def test_a_frame_speaks_its_number_mark_and_picture() -> None:
    card = FrameCard(id="a", number="12A", src="/a.jpg", alt="By the sea", mark="ring")
    text = to_html(frame(card, opens="button"))
    assert "Frame 12A, ringed. " in re.sub(r"<[^>]+>", "", text)
    assert 'alt="By the sea"' in text and 'data-mark="ring"' in text


@pytest.mark.parametrize("percent", [0, 9, 10, 46, 100])
def test_a_developing_frame_shows_the_real_percent(percent: int) -> None:
    text = to_html(frame(FrameCard(number="1", state="developing", src="/a.jpg", percent=percent)))
    assert f'<progress max="100" value="{percent}"' in text or f'value="{percent}" max="100"' in text
    assert f'data-tone="{percent // 10}"' in text and f"{percent} %" in text


def test_texts_are_escaped() -> None:
    text = to_html(frame(replace(STATES[0], headline="<b>", detail='"&', src="", alt="")))
    assert "<b>" not in re.sub(r"<b>1</b>", "", text) and "&lt;b&gt;" in text


def test_words_for_both() -> None:
    assert each([1, 2], lambda number: number) == [1, 2]
    assert (when(True, "a", "b"), when(False, "a", "b")) == ("a", "b")
    assert pick("x", {"x": 1}, 2) == 1
    assert [nth(["a", "b", "c"], index) for index in (0, 4, -1)] == ["a", "b", "c"]
    assert isinstance(nth(["a"], PartsState.index), rx.Var)
    assert isinstance(pick(PartsState.word, {"x": "1"}, "2"), rx.Var)


def test_the_ledger_keeps_its_roles_when_rows_fold() -> None:
    text = to_html(ledger(LEDGER, "Statement"))
    assert text.count('role="row"') == 1 + len(LEDGER)
    assert text.count('role="cell"') == 4 * len(LEDGER) and text.count('role="columnheader"') == 4
