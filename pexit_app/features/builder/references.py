"""The pictures a creator sets scenes up after: their own, or frames of theirs. They are shown beside the scene while it is
worked on, go with the pack's folder, and are what a diffusion model starts from where it can. Nobody sees them in the shop.
Pure; the bytes are in reference_files.py."""

from collections.abc import Mapping
from typing import Any

NAME = "ref-"
GONE = "The reference picture is not here. Choose another, or go without."


def names_in(document: Mapping[str, Any]) -> set[str]:
    """What the scenes of a document go by, however broken it is otherwise."""
    scenes = document.get("scenes")
    named = [each.get("reference") for each in scenes if isinstance(each, dict)] if isinstance(scenes, list) else []
    return {each for each in named if isinstance(each, str)}


def without(document: Mapping[str, Any]) -> dict[str, Any]:
    """A definition without references, for somebody else: those are the creator's own."""
    scenes = [{name: value for name, value in scene.items() if name != "reference"} for scene in document["scenes"]]
    return {**document, "scenes": scenes}
