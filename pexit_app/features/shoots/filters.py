"""What of a sheet is shown: everything, or the frames a word names. The word stands in the page's address."""

from sqlalchemy import ColumnElement
from sqlmodel import col

from pexit_app.features.shoots.models import Frame, FrameStatus, Mark

ALL, RINGED, KEPT, FAILED = "all", "ringed", "kept", "failed"
SCENE = "scene:"
LABELS = {ALL: "All", RINGED: "Ringed", KEPT: "Without rejects", FAILED: "Failed"}
EMPTY = {
    RINGED: "No frame is ringed yet. Open one and ring it, or press F on it.",
    KEPT: "Every frame here is rejected.",
    FAILED: "No frame failed.",
}


def known(word: str, scenes: list[str]) -> str:
    """`word` if it filters this sheet, or else ALL."""
    is_scene = word.startswith(SCENE) and word.removeprefix(SCENE) in scenes
    return word if word in LABELS or is_scene else ALL


def shown(word: str) -> ColumnElement[bool]:
    """Of a query for frames: those that `word` shows."""
    if word.startswith(SCENE):
        return col(Frame.scene_id) == word.removeprefix(SCENE)
    if word == RINGED:
        return col(Frame.mark) == Mark.RING
    if word == KEPT:
        return col(Frame.mark) != Mark.REJECT
    assert word == FAILED, "ALL needs no condition"
    return col(Frame.status).in_((FrameStatus.FAILED, FrameStatus.CANCELED))


def empty_words(word: str) -> str:
    return EMPTY.get(word, "No frame of this scene is rendered yet.")
