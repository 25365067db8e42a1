"""What the routes of trials take and answer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict

from pexit_app.features.trials.models import MAX_TESTERS, Trial, TrialTester
from pexit_app.features.trials.service import MAX_TOKEN_CHARS, Invitation, OpenTrial, Seated, Standing


class TrialIn(BaseModel):
    pack_id: UUID
    testers: Annotated[int, Strict(), Field(ge=1, le=MAX_TESTERS, description="how many may take part")]


class LinkIn(BaseModel):
    token: Annotated[str, Field(min_length=1, max_length=MAX_TOKEN_CHARS, description="what follows /t/ in the link")]


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class TesterOut(Out):
    """Free frames: `delivered`, and under way the rest of `ordered`. `paid_dust` is what they cost the creator."""

    fairyname: str
    created_at: datetime
    ordered: int
    delivered: int
    left: int
    paid_dust: int

    @classmethod
    def of(cls, trial: Trial, seated: Seated) -> "TesterOut":
        row = seated.row
        plain = {name: getattr(row, name) for name in ("created_at", "ordered", "delivered", "paid_dust")}
        return cls(**plain, fairyname=seated.fairyname, left=trial.frames - row.ordered)


class TrialOut(Out):
    """As its creator sees it. `dry_at`: since when their dust has not paid for a tester's next frame."""

    id: UUID
    created_at: datetime
    updated_at: datetime
    pack_id: UUID
    testers: int = Field(description="how many may take part")
    frames: int = Field(description="free ones for each")
    expires_at: datetime
    ended_at: datetime | None
    dry_at: datetime | None
    standing: Literal["running", "expired", "ended"]
    joined: list[TesterOut]

    @classmethod
    def of(cls, found: OpenTrial) -> "TrialOut":
        trial = found.trial
        plain = {name: getattr(trial, name) for name in cls.model_fields if name not in ("standing", "joined")}
        joined = [TesterOut.of(trial, each) for each in found.testers]
        return cls(**plain, standing=found.standing, joined=joined)


class MadeOut(Out):
    """`url` is told in this answer and never again."""

    trial: TrialOut
    url: str


class InvitationOut(Out):
    """`left` free frames; of each tester's, before one has joined. `unlock_dust` and `price_dust` are what a frame costs
    otherwise, without its rendering."""

    pack_id: UUID
    pack: str
    title: str
    creator: str
    price_dust: int
    unlock_dust: int
    standing: Standing
    frames: int
    left: int
    expires_at: datetime

    @classmethod
    def of(cls, found: Invitation) -> "InvitationOut":
        pack, trial = found.pack.pack, found.trial
        return cls(
            pack_id=pack.id,
            pack=pack.slug,
            title=pack.title,
            creator=pack.creator_name,
            price_dust=pack.price_dust,
            unlock_dust=pack.unlock_dust,
            standing=found.standing,
            frames=trial.frames,
            left=found.left,
            expires_at=trial.expires_at,
        )


class JoinedOut(Out):
    """A trial that the caller takes part in."""

    trial_id: UUID
    pack_id: UUID
    frames: int
    left: int
    delivered: int
    expires_at: datetime

    @classmethod
    def of(cls, trial: Trial, row: TrialTester) -> "JoinedOut":
        return cls(
            trial_id=trial.id,
            pack_id=trial.pack_id,
            frames=trial.frames,
            left=trial.frames - row.ordered,
            delivered=row.delivered,
            expires_at=trial.expires_at,
        )
