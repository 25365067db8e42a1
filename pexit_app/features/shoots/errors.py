"""What can be wrong when asking for frames."""

from typing import ClassVar

from pexit_app.core.errors import BadInput, Conflict, Gone, PexitError, TooMany


class TooManyWaiting(TooMany):
    """`details`: waiting, limit."""

    code: ClassVar[str] = "too_many_waiting"


class PromptNeedsGpu(BadInput):
    """A prompt or a LoRA of one's own needs a diffusion model, and none is configured."""

    code: ClassVar[str] = "prompt_needs_gpu"


class NeedsGpu(BadInput):
    """Changing a finished frame needs a GPU that does this, and none is configured."""

    code: ClassVar[str] = "needs_gpu"


class PriceChanged(Conflict):
    """The operator's price is not the quoted one any more."""

    code: ClassVar[str] = "price_changed"


class TooManyRecipes(Conflict):
    """`details`: limit."""

    code: ClassVar[str] = "too_many_recipes"


class NotReady(Conflict):
    """What was asked needs a frame in another state."""

    code: ClassVar[str] = "frame_not_ready"


class FrameHidden(Gone):
    """Whoever is in it wants it out of sight, or somebody asked for it to be taken down."""

    code: ClassVar[str] = "frame_hidden"


class DraftOvertaken(PexitError):
    """A newer draft of the same stream took this one's place. 499, as for a client that went away: nobody waits for it."""

    code: ClassVar[str] = "superseded"
    status: ClassVar[int] = 499


class ShareOver(Gone):
    """The time of a link is up."""

    code: ClassVar[str] = "share_over"


class TooManyShares(Conflict):
    code: ClassVar[str] = "too_many_shares"
