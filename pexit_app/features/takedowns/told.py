"""Tickets in words, for the operator's terminal."""

from collections.abc import Sequence

from pexit_app.core.clock import now
from pexit_app.core.ports import ObjectStore
from pexit_app.features.shoots import taken_down
from pexit_app.features.takedowns.models import Takedown, TakedownEvent, TakedownMatch, picture_key
from pexit_app.features.takedowns.service import how_far


def line(ticket: Takedown, matches: Sequence[TakedownMatch]) -> str:
    """`T-7K2QM-9XW4C  41 h left  me     2 hidden, 1 pending`."""
    states = [match.state for match in matches]
    counts = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    counts += [f"pack {ticket.pack_slug}"] if ticket.pack_slug else []
    return f"{ticket.number}  {clock(ticket):<14}{ticket.reason:<7}{', '.join(counts) or 'nothing found'}"


def clock(ticket: Takedown) -> str:
    """What is left of the 48 hours."""
    if ticket.closed_at is not None:
        return "closed"
    minutes = int((ticket.due_at - now()).total_seconds() // 60)
    if minutes < 0:
        return f"OVERDUE {-minutes // 60} h"
    return f"{minutes // 60} h left" if minutes >= 60 else f"{minutes} min left"


def whole(ticket: Takedown, matches: Sequence[TakedownMatch], trail: Sequence[TakedownEvent]) -> str:
    who = f"{_plain(ticket.name)} <{ticket.email}>" if ticket.email else "forgotten"
    lines = [line(ticket, matches), f"  from     {who}", f"  address  {_plain(ticket.address) or '-'}"]
    lines.append(f"  says     {_plain(ticket.words) or '-'}")
    for match in matches:
        lines.append(f"  frame    {match.frame_id}  {match.state:<8} {how_far(match.bits)}")
    lines += [f"  trail    {_event(event)}" for event in trail]
    return "\n".join([*lines, f"  decided  {_plain(ticket.outcome)}"] if ticket.outcome else lines)


def _event(event: TakedownEvent) -> str:
    words = f": {_plain(event.words)}" if event.words else ""
    return f"{event.created_at:%Y-%m-%d %H:%M} {event.kind} {event.about} by {_plain(event.by)}{words}"


def _plain(text: str) -> str:
    """Of a stranger: nothing in it may move the cursor."""
    return "".join(each if each.isprintable() else " " for each in text)


async def pictures(store: ObjectStore, ticket: Takedown, matches: Sequence[TakedownMatch]) -> dict[str, bytes]:
    """What was sent and a thumb of each frame, hidden or not, by the name of a file."""
    wanted = {"sent.jpg": [picture_key(ticket.id)]} if ticket.phash else {}
    wanted |= {f"{match.frame_id}.jpg": [*taken_down.thumb_keys(match.frame_id)] for match in matches}
    found = {name: await _first(store, keys) for name, keys in wanted.items()}
    return {name: content for name, content in found.items() if content is not None}


async def _first(store: ObjectStore, keys: Sequence[str]) -> bytes | None:
    for key in keys:
        try:
            return await store.get(key)
        except FileNotFoundError:
            continue
    return None
