"""Sample values for the gallery. Its pictures are drawn here, as tiny SVGs, so that it needs no database."""

from urllib.parse import quote

from pexit_app.ui.parts.frame import FrameCard
from pexit_app.ui.parts.ledger import LedgerLine
from pexit_app.ui.parts.teststrip import Exposure

_SKIES = [("#6FA8D8", "#F4E9C8"), ("#9DB6D0", "#F6D9A8"), ("#E9A86B", "#FBE3A0"), ("#D9735A", "#F7B267"),
          ("#6B4C8A", "#E58A7B"), ("#2A2E5C", "#8A6BB0"), ("#10152E", "#3C4C7A")]  # fmt: skip
_BUST = (
    "M52 150c0-20 14-26 24-29l2-14c-9-8-14-19-14-33 0-20 12-33 28-33s28 13 28 33c0 14-5 25-14 33l2 14c10 3 24 9 24 29z"
)


def picture_of(index: int) -> str:
    """A data URL: somebody by the sea, later in the day the higher the index."""
    above, below = _SKIES[index % len(_SKIES)]
    sun = 30 + 14 * (index % len(_SKIES))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 180 150" width="720" height="600">'
        f'<linearGradient id="s" x2="0" y2="1"><stop stop-color="{above}"/><stop offset="1" stop-color="{below}"/>'
        f'</linearGradient><path fill="url(#s)" d="M0 0h180v150H0z"/><circle cx="142" cy="{sun}" r="13" fill="#FFF6D6"/>'
        f'<path fill="{above}" d="M0 104h180v46H0z" opacity=".75"/><path fill="#1B1A22" opacity=".88" d="{_BUST}"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg)


def sample(index: int) -> FrameCard:
    number = f"{index // 2 + 1}{'A' if index % 2 else ''}"
    return FrameCard(
        id=f"sample-{index}", number=number, seed=str(40117 + 7 * index), src=picture_of(index), width=720, height=600,
        alt="Somebody by the sea", variant=index,
    )  # fmt: skip


def _frame(number: str, **changes: object) -> FrameCard:
    values: dict[str, object] = {
        "id": f"state-{number}", "number": number, "src": picture_of(3), "width": 720, "height": 600,
        "alt": "Somebody by the sea", "seed": "40117",
    }  # fmt: skip
    return FrameCard(**(values | changes))  # type: ignore[arg-type]


DEVELOPING = _frame("4A", state="developing", percent=46, stage="light, 3 of 6", elapsed="0:21", eta="0:24")
STATES = [
    _frame("1", state="empty", src="", seed="", headline="Empty", detail="Turn a knob, then render."),
    _frame("1A", state="draft", seed="draft"),
    _frame("2", state="waiting", headline="Waiting, 2nd in line", fine="starts in about 0:50"),
    _frame("2A", state="developing", percent=8, stage="backdrop, 1 of 6", elapsed="0:04"),
    DEVELOPING,
    _frame("3A", state="developing", percent=92, stage="grain, 6 of 6", elapsed="0:41", eta="0:04"),
    _frame("4", code="PCF"),
    _frame("5", code="PCF", is_here=True),
    _frame("5A", seed="ringed", mark="ring", variant=2),
    _frame("6", seed="rejected", mark="reject", variant=3),
    _frame("6A", seed="crop", mark="crop", variant=4),
    _frame(
        "7", state="failed", src="", headline="Stopped at 64 %.",
        detail="The darkroom went quiet. 1 dust is back with you.",
        action="Try again, 1 dust", action_href="#",
    ),
    _frame(
        "7A", state="withheld", src="", headline="Withheld.",
        detail="The words on the sign name a brand. 1 dust is back.",
        action="Ask a person to look", action_href="#",
    ),
    _frame("8", state="hidden", src="", headline="Hidden", detail="Somebody in it asked for it to be taken down."),
]  # fmt: skip
EXPOSURES = [Exposure(str(14 + n), f"{14 + n}:30", picture_of(n)) for n in range(7)]
SWATCHES = [(str(14 + n), name, picture_of(n)) for n, name in enumerate(["Noon", "Warm", "Faded", "Dusk"])]
LEDGER = [
    LedgerLine("20 Nov 14:08", "Golden hour, Pacific, 3 frames rendered", "−9", "16"),
    LedgerLine("20 Nov 14:07", "Frame 2 given back, the darkroom went quiet", "+3", "25"),
    LedgerLine("20 Nov 14:01", "Welcome grant", "+25", "25"),
]
