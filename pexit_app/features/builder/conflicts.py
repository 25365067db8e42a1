"""A conflict in words and values: what they did since, what I wanted, and each field that both touched."""

from collections.abc import Sequence
from typing import Any

from pexit_app.features.builder.errors import DraftConflict
from pexit_app.features.builder.models import PackDraft
from pexit_app.features.builder.patch import Path, Step, inverted, pointer, taken, value_at
from pexit_app.features.builder.problems import place_of
from pexit_app.features.builder.rebase import Clash, Rebased, follow_all
from pexit_app.features.builder.timeline import Leg

_GONE = object()


def stale(draft: PackDraft, legs: Sequence[Leg]) -> DraftConflict:
    """For what is only done to the draft as it was seen: undo, redo, going elsewhere."""
    return DraftConflict(
        "This draft was changed elsewhere since. Look at it as it is now, then do it again.",
        {**_now(draft, legs), "mine": None, "fields": []},
    )


def told(draft: PackDraft, legs: Sequence[Leg], rebased: Rebased, before: Any, after: Any, label: str) -> DraftConflict:
    """`before` and `after`: my own document without and with this change."""
    fields: dict[str, dict[str, Any]] = {}
    for clash in rebased.clashes:
        place = _place_now(draft.document, rebased, clash)
        fields.setdefault(pointer(clash.mine.path), _field(draft.document, clash, place, before, after))
    places = ", ".join(each["place"] for each in fields.values())
    return DraftConflict(
        f"{label}: the same was changed elsewhere since, at {places}. Nothing was overwritten; choose which to keep.",
        {**_now(draft, legs), "mine": {"label": label, "paths": list(fields)}, "fields": list(fields.values())},
    )


def paths_of(patch: Sequence[dict[str, Any]]) -> list[str]:
    """The places that a patch touches."""
    return list(dict.fromkeys(place for op in patch for place in (op.get("from"), op["path"]) if place is not None))


def _now(draft: PackDraft, legs: Sequence[Leg]) -> dict[str, Any]:
    return {
        "revision": draft.revision,
        "document": draft.document,
        "theirs": [
            {
                "number": leg.change.number,
                "label": leg.change.label,
                "undone": leg.is_undone,
                "client": leg.change.client,
                "user_id": leg.change.user_id,
                "paths": paths_of(leg.patch),
                "created_at": leg.change.created_at,
            }
            for leg in legs
        ],
    }


def _place_now(document: Any, rebased: Rebased, clash: Clash) -> Path | None:
    """Where the place is in the draft as it is, without what this change did first. That much of it fits the draft."""
    backwards: list[Step] = []
    for step in rebased.mine[: min(clash.after, rebased.clashes[0].after)]:
        backwards.insert(0, inverted(document, step))
        document = taken(document, step)
    return clash.there and follow_all(clash.there, backwards)


def _field(now: Any, clash: Clash, place: Path | None, before: Any, after: Any) -> dict[str, Any]:
    """`path` is where the field was for me, `place` the same in words, `path_now` where it is; values are null where it is
    not, and then `removed_by` says who did that."""
    was = value_at(before, clash.mine.path)
    mine = _mine(clash.mine, after)
    theirs = _GONE if place is None else value_at(now, place, _GONE)
    removed_by = "me" if mine is _GONE else "them" if theirs is _GONE else None
    return {
        "path": pointer(clash.mine.path),
        "place": place_of(before, clash.mine.path),
        "path_now": None if place is None else pointer(place),
        "was": was,
        "mine": None if mine is _GONE else mine,
        "theirs": None if theirs is _GONE else theirs,
        "removed_by": removed_by,
    }


def _mine(step: Step, after: Any) -> Any:
    if step.kind in ("put", "insert", "test"):
        return step.value
    if step.kind == "move":
        return value_at(after, (*step.path[:-1], step.to))
    return _GONE
