"""The queue of appeals in words, for the operator's terminal."""

from typing import Any

from pexit_app.core.clock import now
from pexit_app.features.safety import appeals
from pexit_app.features.safety.models import Appeal


def line(appeal: Appeal) -> str:
    """One appeal, whole: who waits how long, what was refused, all its words, and what granting it would let through."""
    hours = int((now() - appeal.created_at).total_seconds() // 3600)
    beside = f" beside “{appeal.beside}”" if appeal.beside else ""
    lines = [
        f"{appeal.id}  {appeal.category}, waiting {hours} h",
        f"  refused  “{appeal.typed}” ({appeal.term}){beside} in {appeal.label}",
        f"  face     {'a real one' if appeal.has_likeness else 'nobody’s'}",
    ]
    lines += [f"  {_where(each):<9}{_one_line(each['text'])}" for each in appeal.texts]
    lines.append(f"  says     {_one_line(appeal.note) or '-'}")
    lines += [f"  lets     {' '.join(words)}" for words in appeals.to_grant(appeal)]
    return "\n".join(lines)


def _where(text: dict[str, Any]) -> str:
    field = str(text["field"]).removeprefix("knobs.")
    return f"not {field} " if text["is_negative"] else f"{field} "


def _one_line(text: str) -> str:
    """Of a stranger: nothing in it may move the cursor."""
    return "".join(each if each.isprintable() else " " for each in text)
