"""Who is asking. Every service call that belongs to somebody takes one."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Actor:
    """`session_id` is what let them in: a sign-in, or an API key (then it is `key_id` too). `scope` is what that may do,
    `write` being everything. `role` is looked at by core/policy.py alone."""

    user_id: UUID
    session_id: UUID
    tier: Literal["starter", "creator"]
    scope: Scope = "write"
    role: Literal["user", "admin"] = "user"
    key_id: UUID | None = None
