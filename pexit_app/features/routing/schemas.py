"""What a webhook's sender is told."""

from pydantic import BaseModel, ConfigDict


class HookOut(BaseModel):
    """`known`: the order is one of ours. False is no fault of the sender's, and nothing to send again for."""

    model_config = ConfigDict(frozen=True)

    known: bool
