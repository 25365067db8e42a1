"""What signing in needs from the outside world: mail and SMS, accounts elsewhere, the operator's own issuer. Adapters live
in providers/, as those of core/ports.py do."""

from dataclasses import dataclass
from typing import Protocol


class CodeSender(Protocol):
    """Mail and SMS. What is handed over leaves soon, in the background: nobody waits for it, and no answer takes longer
    because something was sent."""

    def where(self, identifier: str) -> str:
        """Where a code for `identifier` shows up when nothing leaves this machine ("in the terminal ..."); empty: it is
        really sent."""
        ...

    async def send_code(self, identifier: str, code: str, link: str = "", use: str = "sign in to Pexit") -> None:
        """A one-time code and a link that does the same, to an e-mail address or phone number. Either may be empty. `use`
        says what for: "Use this code to ..."."""
        ...

    async def send_notice(self, identifier: str, subject: str, text: str) -> None:
        """A few plain sentences about the account."""
        ...


@dataclass(frozen=True, slots=True)
class Vouched:
    """What an issuer says of somebody. `email` is what it was told, `is_email_verified` whether it vouches for it.
    `issued_at` in seconds, `session` the issuer's own name for the sign-in, if it has one."""

    issuer: str
    subject: str
    email: str = ""
    is_email_verified: bool = False
    issued_at: int = 0
    session: str = ""


@dataclass(frozen=True, slots=True)
class Outset:
    """A sign-in elsewhere that has begun: where the browser goes, and what must be the same when it comes back. All but
    `url` stay secret."""

    url: str
    state: str
    nonce: str
    verifier: str


class ElsewhereFailed(Exception):
    """The account elsewhere did not vouch for anybody; the reason is for the log."""


class IdentityProvider(Protocol):
    """An account elsewhere that may open one here (OpenID Connect: code flow with state, nonce and PKCE)."""

    label: str  # "Google"
    posts_back: bool  # the browser comes back with a cross-site POST, which brings no SameSite=Lax cookies

    async def begin(self, redirect_uri: str) -> Outset:
        """Raises ElsewhereFailed."""
        ...

    async def finish(self, redirect_uri: str, outset: Outset, code: str) -> Vouched:
        """After the state was compared. Raises ElsewhereFailed."""
        ...


class TokenReader(Protocol):
    """The operator's own issuer, whose tokens are accepted as bearer tokens."""

    def is_theirs(self, token: str) -> bool:
        """Whether the token says it is of this issuer; nothing is verified."""
        ...

    async def read(self, token: str) -> Vouched | None:
        """None: forged, expired, for somebody else, or its keys cannot be had."""
        ...
