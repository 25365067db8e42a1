"""Who is asking. Every service call that belongs to somebody takes one."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    user_id: UUID
    session_id: UUID
    tier: Literal["starter", "creator"]
