"""An account elsewhere that waits to be linked: sealed, it travels through the forms of the sign-in that shall open it too,
so that nothing is linked but what the person in front of these very pages asked for."""

import json
from dataclasses import asdict, dataclass

from pexit_app.core import security
from pexit_app.core.actor import Actor
from pexit_app.core.sign_in_ports import Vouched

PURPOSE = "linking"
LIFE_S = 600


@dataclass(frozen=True, slots=True)
class Linking:
    """`provider` is its name in addresses, `label` on screen."""

    provider: str
    label: str
    vouched: Vouched

    @property
    def words(self) -> str:
        return f"{self.label} ({self.vouched.email})" if self.vouched.email else self.label

    def sealed(self) -> str:
        return security.seal(PURPOSE, json.dumps(asdict(self)))


def link_token(actor: Actor) -> str:
    """In the address where linking begins: it works for this session's own page alone, so no other site begins it."""
    return security.sign(PURPOSE, str(actor.session_id))


def is_link_token(token: str, actor: Actor) -> bool:
    return security.unsign(PURPOSE, token, LIFE_S) == str(actor.session_id)


def unsealed(text: str) -> Linking | None:
    """None when there is none, or it is older than ten minutes."""
    opened = security.unseal(PURPOSE, text, LIFE_S) if text else None
    if opened is None:
        return None
    said = json.loads(opened)
    return Linking(said["provider"], said["label"], Vouched(**said["vouched"]))
