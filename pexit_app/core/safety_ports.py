"""A second opinion on the words of a picture, such as a moderation service's. Beside core/ports.py."""

from typing import Protocol


class WordJudge(Protocol):
    """Asked once for each picture, after our own lists and before any of its words is sent to a GPU service. An outage
    closes: what cannot be judged is not sent."""

    async def judge(self, prompt: str, *, has_likeness: bool) -> str:
        """Why these words are not rendered, in a sentence for the person who ordered them; empty: they may be. Raises
        ProviderError when it cannot say."""
        ...
