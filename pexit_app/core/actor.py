"""Who is asking. Every service call that belongs to somebody takes one."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """`scope` is what the key or session may do, `write` being everything. `role` is looked at by core/policy.py alone."""

    user_id: UUID
    session_id: UUID
    tier: Literal["starter", "creator"]
    scope: Literal["read", "write"] = "write"
    role: Literal["user", "admin"] = "user"
