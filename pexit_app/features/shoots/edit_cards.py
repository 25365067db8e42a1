"""What can be done to a finished frame, as its panel shows it."""

from collections.abc import Sequence
from typing import Any

from pexit_app.core.ports import Kind
from pexit_app.features.shoots import archive
from pexit_app.features.shoots.edits import FACTOR, MAX_SIDE_PX, Offer
from pexit_app.features.shoots.models import OWN, RENTED, Frame

SAID_CHARS = 120  # of a person's words, where they stand in one line


def offer_cards(frame: Frame, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """{kind, dust, note} of what can be done to this frame; `note` says what comes of it."""
    fits = max(frame.width, frame.height) * FACTOR <= MAX_SIDE_PX
    return [
        {"kind": str(each.kind), "dust": each.dust, "note": _note(each.kind, frame)}
        for each in offers
        if fits or each.kind != Kind.UPSCALE
    ]


def _note(kind: Kind, frame: Frame) -> str:
    if kind == Kind.UPSCALE:
        width, height = frame.width * FACTOR, frame.height * FACTOR
        return f"Twice as large: {width:,} × {height:,} px. Prints {archive.print_size(width, height)}."
    if kind == Kind.FILL:
        return "The rest stays as it is."
    return "A new frame; this one stays."


def in_words(frame: Frame) -> str:
    """How an edited frame came from its parent: `changed: rain instead of sun`; empty for one that was rendered."""
    said = shortened(frame.prompt)
    if frame.kind == Kind.EDIT:
        return f"changed: {said}"
    if frame.kind == Kind.FILL:
        return f"mended: {said}"
    if frame.kind == Kind.UPSCALE:
        return f"enlarged to {frame.width:,} × {frame.height:,} px"
    return ""


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SAID_CHARS else line[: SAID_CHARS - 1].rstrip() + "…"


def for_nothing(reason: str) -> str:
    """Why a frame failed, and that it costs nothing, said once."""
    if "costs nothing" in reason:
        return reason
    return f"{reason} It costs nothing." if reason.endswith((".", "!", "?")) else f"{reason}. It costs nothing."


def rendered_by(frame: Frame) -> str:
    """Where the picture comes from: a photograph by a GPU, or the darkroom's own."""
    if frame.provider in ("", OWN):
        return "in the darkroom"
    return "by a GPU" if frame.provider == RENTED else f"by a GPU, {frame.provider}"
