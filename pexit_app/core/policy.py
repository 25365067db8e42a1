"""Who may call an operation, what a key must be allowed for it, and how it is counted: said once, where it is declared.

A REST operation says it by `@allow(...)` under its route (web/routes.py asks for it), a live handler by `@event(...)`
(features/identity/state.py). One without a policy stops the app before it starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

Who = Literal["anybody", "user", "person", "admin"]  # a person: a user themselves, never their API key
Scope = Literal["read", "write"]
# The windows of web/rates.py, where their figures are.
Window = Literal["read", "spend", "public", "draft", "sign_in", "socket", "event"]
_MARK = "pexit_policy"
F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Policy:
    """`who` may call it; `scope` is what the caller's key must be allowed: a key for reading cannot write. `window` None:
    it is not counted, or counts itself."""

    who: Who
    scope: Scope
    window: Window | None


OPEN = Policy("anybody", "read", None)
PUBLIC = Policy("anybody", "read", "public")
SIGN_IN = Policy("anybody", "write", "sign_in")
FORM = Policy("anybody", "write", None)  # counts itself, and says on the page when it was too often
READS = Policy("user", "read", "read")
DRAWS = Policy("user", "read", None)  # a draft: of each picture the newest wins instead
CHANGES = Policy("user", "write", "read")  # costs nothing, and may come with every few letters
WRITES = Policy("user", "write", "spend")  # creates or spends
LOOKS_AFTER = Policy("person", "read", "read")  # sees their own account
MANAGES = Policy("person", "write", "spend")  # changes it, and who may come in: no key that leaked shall do that
ADMINISTERS = Policy("admin", "write", "spend")


def allow(policy: Policy) -> Callable[[F], F]:
    """Declares the policy of the function under it."""

    def mark(function: F) -> F:
        setattr(function, _MARK, policy)
        return function

    return mark


def find(function: object) -> Policy | None:
    """The policy that was declared, if any."""
    return getattr(function, _MARK, None)


def of(function: Callable[..., object]) -> Policy:
    """Raises TypeError when none was declared."""
    if (policy := find(function)) is None:
        name = f"{function.__module__}.{function.__qualname__}"
        raise TypeError(
            f"{name} says not who may call it: declare a policy, such as @allow(READS). See core/policy.py."
        )
    return policy
