"""Drafts and whom they are shown with, as the page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pexit_app.core import deps
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.starting_points import StartingPoint
from pexit_app.features.packs.service import Pack
from pexit_app.features.people.faces import Face

URL_S = 3600
FACE_NOTES = {"likeness": "likeness", "photo": "one photo"}


@dataclass(frozen=True)
class DraftCard:
    id: str = ""
    title: str = ""
    line: str = ""
    href: str = ""


@dataclass(frozen=True)
class ForkCard:
    """A pack that lets others start from it."""

    slug: str = ""
    title: str = ""
    line: str = ""


def draft_card(draft: PackDraft) -> DraftCard:
    scenes, knobs = _count(draft, "scenes"), _count(draft, "knobs")
    state = "published" if draft.pack_id else "not published yet"
    line = f"{_of(scenes, 'scene')}, {_of(knobs, 'knob')}, {state}"
    return DraftCard(str(draft.id), draft.title, line, f"/builder/{draft.id}")


def fork_cards(packs: Sequence[Pack]) -> list[ForkCard]:
    return [ForkCard(pack.slug, pack.title, pack.tagline) for pack in packs if pack.may_fork]


def start_card(point: StartingPoint) -> dict[str, str]:
    return {"id": point.id, "title": point.title, "pack": point.pack_title, "picture": point.picture_url or ""}


def face_card(face: Face) -> dict[str, str]:
    thumb = deps.get().store.signed_url(face.thumb, "image/jpeg", URL_S)
    return {"id": str(face.id), "label": face.label, "note": FACE_NOTES[face.kind], "thumb": thumb}


def drafts_line(count: int) -> str:
    drafts = _of(count, "draft") if count else "No draft yet"
    return f"{drafts}. Every change is kept; nothing is shown before you publish it."


def _count(draft: PackDraft, field: str) -> int:
    items = draft.document.get(field)
    return len(items) if isinstance(items, list) else 0


def _of(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
