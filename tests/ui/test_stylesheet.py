"""The style sheet keeps its promises: contrast in both lights, every colour written once, no class without a rule."""

import re

import pytest

from pexit_app.core.settings import ROOT
from pexit_app.features.identity.components import code_page
from pexit_app.ui import gallery
from pexit_app.ui.parts.roll import INKS
from pexit_app.web.html import to_html

CSS = re.sub(r"/\*.*?\*/", "", (ROOT / "assets/pexit.css").read_text(), flags=re.S)
LIGHTS = ("table", "darkroom")
HOOKS = {"lights__set", "pencil--bracket", "pencil--line", "pencil--tick"}  # names that need no rule of their own


def tokens() -> dict[str, dict[str, str]]:
    """Colour tokens of both lights, as #RRGGBB."""
    two = re.findall(r"--([\w-]+): var\(--t, (#\w{6})\) var\(--d, (#\w{6})\);", CSS)
    one = re.findall(r"--([\w-]+): (#\w{6});", CSS)
    return {
        "table": {name: table for name, table, _ in two} | dict(one),
        "darkroom": {name: dark for name, _, dark in two} | dict(one),
    }


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT = [
    ("ink", "table"), ("ink", "sheet"), ("ink-2", "table"), ("ink-2", "sheet"), ("pencil-ink", "table"),
    ("pencil-ink", "sheet"), ("on-pencil", "pencil"), ("on-pencil", "pencil-down"), ("ok", "table"), ("ok", "sheet"),
    ("warn", "table"), ("warn", "sheet"), ("film-ink", "film"), ("film-ink", "film-2"), ("film-ink-2", "film"),
    ("film-ink-2", "film-2"), ("edge", "film"), ("edge", "film-2"), ("edge-dim", "film"), ("film-red", "film"),
    ("on-edge", "edge"), ("sheet", "ink"), ("film", "film-ink"),
]  # fmt: skip
MARKS = [("line", "table"), ("line", "sheet"), ("pencil", "table"), ("pencil", "sheet"), ("pencil", "film")]


@pytest.mark.parametrize("light", LIGHTS)
def test_text_and_marks_can_be_seen(light: str) -> None:
    colours = tokens()[light]
    weak = [(a, b, contrast(colours[a], colours[b])) for a, b in TEXT if contrast(colours[a], colours[b]) < 4.5]
    weak += [(a, b, contrast(colours[a], colours[b])) for a, b in MARKS if contrast(colours[a], colours[b]) < 3]
    assert weak == []


def test_every_ink_of_a_canister_is_there_and_can_be_read() -> None:
    inks = dict(re.findall(r'\[data-ink="(\w+)"\] \{ --can: (#\w{6}); --can-ink: #\w{6}; \}', CSS))
    words = dict(re.findall(r'\[data-ink="(\w+)"\] \{ --can: #\w{6}; --can-ink: (#\w{6}); \}', CSS))
    assert set(inks) == set(INKS)
    assert [ink for ink in INKS if contrast(inks[ink], words[ink]) < 4.5] == []


def test_colours_are_written_in_the_tokens_alone() -> None:
    """A mask's #000 is no colour: it only says where something shows."""
    parts = CSS[CSS.index("@layer base {") :]
    found = set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", re.sub(r"\[data-ink=.*?\}", "", parts)))
    assert found <= {"#000", "#FFFFFF"}
    assert parts.count("#FFFFFF") == 1 + sum(line.count("#FFFFFF") for line in parts.splitlines() if "data-ink" in line)


def test_the_files_it_names_are_ours_and_exist() -> None:
    addresses = re.findall(r'url\("([^"]+)"\)', CSS)
    assert [each for each in addresses if each != "#wax" and not (ROOT / f"assets{each}").is_file()] == []


def test_every_class_that_is_drawn_has_a_rule() -> None:
    drawn = to_html(gallery.parts_page()) + to_html(gallery.studio_page())
    drawn += to_html(code_page(action="/", again_action="/", start_over="/", identifier="a@b.c", error=""))
    used = {word for names in re.findall(r'class="([^"]*)"', drawn) for word in names.split()}
    ruled = set(re.findall(r"\.([a-zA-Z][\w-]*)", CSS))
    assert used - ruled - HOOKS == set()
