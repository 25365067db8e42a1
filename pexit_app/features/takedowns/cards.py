"""A ticket as its page tells it: what was done, and what is still to come. Nothing of whoever asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pexit_app.features.takedowns.models import MatchState, Reason, Takedown, TakedownMatch

REASONS = (
    (Reason.ME, "It shows me, and I did not agree"),
    (Reason.MINOR, "It shows a minor"),
    (Reason.WORK, "It uses my work"),
    (Reason.OTHER, "Something else"),
)
OUT_OF_SIGHT = (MatchState.HIDING, MatchState.HIDDEN)


@dataclass(frozen=True)
class FormCard:
    """What was filled in, what is wrong with it by field, and what is said above it all. `had_picture`: a file was sent,
    which no browser fills in again."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    said: str = ""
    had_picture: bool = False


@dataclass(frozen=True)
class TicketCard:
    """`steps` are (what, when or how, whether it is done)."""

    number: str
    heading: str
    steps: Sequence[tuple[str, str, bool]]
    outcome: str


def _at(moment: datetime) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC"


def ticket_card(ticket: Takedown, matches: Sequence[TakedownMatch]) -> TicketCard:
    hidden = sum(match.state in OUT_OF_SIGHT for match in matches)
    waiting = sum(match.state == MatchState.PENDING and match.hide_at is not None for match in matches)
    is_closed = ticket.closed_at is not None
    heading = "Decided." if is_closed else "Hidden for now." if hidden else "We have your ticket."
    steps = [("Received", _at(ticket.created_at), True)]
    if hidden:
        steps.append((f"{_pictures(hidden)} hidden", "out of sight for everybody; links no longer open", True))
    if waiting and not is_closed:
        steps.append((f"{_pictures(waiting)} looked at by a person", "hidden within the hour at the latest", False))
    if not hidden and not waiting and not is_closed:
        steps.append(("Looked at by a person", _looking(ticket), False))
    steps.append(
        ("Decided", _at(ticket.closed_at or ticket.due_at) if is_closed else f"by {_at(ticket.due_at)}", is_closed)
    )
    return TicketCard(ticket.number, heading, steps, ticket.outcome)


def _looking(ticket: Takedown) -> str:
    if ticket.pack_slug:
        return "it names a pack of our shop"
    return "nothing of ours was found that surely is it"


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"
