"""An invitation to a trial, as its page says it. Pure."""

from dataclasses import dataclass

from pexit_app.features.trials.service import Invitation, day


@dataclass(frozen=True)
class InvitationCard:
    """`refusal` says why nothing can be accepted; empty where it can, or was. `step` and `href`: the way on from there."""

    heading: str = ""
    text: str = ""
    refusal: str = ""
    can_accept: bool = False
    step: str = ""
    href: str = ""


def frames(count: int) -> str:
    return "1 frame" if count == 1 else f"{count} frames"


def invitation_card(found: Invitation) -> InvitationCard:
    pack, trial = found.pack.pack, found.trial
    until = f"until {day(trial.expires_at)}"
    studio, shop = f"/studio/{pack.slug}", f"/p/{pack.slug}"
    if found.standing == "open":
        text = (
            f"{pack.creator_name} lets you render {frames(trial.frames)} of this pack for nothing, {until}. They are yours "
            "to keep. A frame that fails does not count."
        )
        return InvitationCard(f"Try {pack.title}.", text, can_accept=True)
    if found.standing == "joined" and found.left:
        text = f"You have {frames(found.left)} of {pack.title} left for nothing, {until}. The ticket counts them."
        return InvitationCard("You are in.", text, step="Open the studio", href=studio)
    return InvitationCard(f"Try {pack.title}.", "", _refusal(found, until), step=f"See {pack.title}", href=shop)


def _refusal(found: Invitation, until: str) -> str:
    trial = found.trial
    match found.standing:
        case "joined":
            return f"Your {frames(trial.frames)} of this trial are used up. Thank you for testing."
        case "testing":
            return "You are testing this pack already, by another link. Use its free frames first."
        case "own":
            return f"This is your own pack. Send the link to somebody else; it is good {until}."
        case "full":
            taken = "The one place" if trial.testers == 1 else f"All {trial.testers} places"
            return f"{taken} of this trial {'is' if trial.testers == 1 else 'are'} taken. Ask its creator for another link."
        case "expired":
            return f"This trial ended on {day(trial.expires_at)}. Ask its creator for a new link."
        case _:
            return "Its creator has ended this trial."
