"""Which version of a model to run: asked once and kept."""

from dataclasses import dataclass

from pexit_app.core import log
from pexit_app.core.ports import NotTaken
from pexit_app.providers.replicate import messages
from pexit_app.providers.replicate.account import Account, Trouble, of_refusal
from pexit_app.providers.replicate.inputs import OFFICIAL_OWNERS
from pexit_app.providers.replicate.line import Answered

logger = log.get("replicate")


@dataclass(frozen=True, slots=True)
class Runnable:
    """`version` empty: an official model, which is run by its name."""

    owner: str
    name: str
    version: str = ""

    @property
    def model(self) -> str:
        return f"{self.owner}/{self.name}"


class Catalog:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._known: dict[str, Runnable] = {}

    async def runnable(self, model: str, *, needs_version: bool = False) -> Runnable:
        """`model` is "owner/name" or "owner/name:version". Raises NotTaken."""
        path, _, version = model.partition(":")
        owner, slash, name = path.partition("/")
        if not (owner and slash and name) or "/" in name:
            logger.error("replicate_no_such_model", model=model)
            raise NotTaken(messages.NOT_ACCEPTED)
        if version or (owner in OFFICIAL_OWNERS and not needs_version):
            return Runnable(owner, name, version)
        if model not in self._known:
            self._known[model] = await self._looked_up(owner, name, needs_version)
        return self._known[model]

    def doubt(self, model: str) -> None:
        """An order for it was refused: its version may be gone, and is asked for again next time."""
        self._known.pop(model, None)

    async def _looked_up(self, owner: str, name: str, needs_version: bool) -> Runnable:
        try:
            about = await self._account.read(f"/v1/models/{owner}/{name}")
        except Trouble as trouble:
            raise no_answer(trouble) from trouble
        if about.get("is_official") is True and not needs_version:
            return Runnable(owner, name)
        latest = about.get("latest_version")
        version = str(latest.get("id") or "") if isinstance(latest, dict) else ""
        if not version:
            logger.error("replicate_model_without_version", model=f"{owner}/{name}")
            raise NotTaken(messages.NOT_ACCEPTED)
        return Runnable(owner, name, version)


def no_answer(trouble: Trouble) -> NotTaken:
    """A question before an order that was not answered: nothing was ordered."""
    refusal = of_refusal(Answered(trouble.status, "", trouble.retry_after_s)) if trouble.status else None
    return refusal if isinstance(refusal, NotTaken) else NotTaken(messages.AWAY, is_outage=True)
