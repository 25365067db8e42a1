"""Mail by Resend: https://resend.com/docs/api-reference/emails/send-email"""

import httpx

from pexit_app.providers.letters import Letter
from pexit_app.providers.post_office import CarryError

API = "https://api.resend.com"
TIMEOUT_S = 10.0
PASSING = frozenset((408, 409, 425, 429, 500, 502, 503, 504))  # 409: the first try with this key still runs


class Resend:
    """`sender` is the From line: an address of a domain that is verified there."""

    def __init__(self, api_key: str, sender: str, api: str = API) -> None:
        self.sender = sender
        self._client = httpx.AsyncClient(
            base_url=api, headers={"Authorization": f"Bearer {api_key}"}, timeout=TIMEOUT_S, follow_redirects=False
        )

    async def carry(self, address: str, letter: Letter, key: str) -> None:
        body = {
            "from": self.sender,
            "to": [address],
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
        }
        try:
            answer = await self._client.post("/emails", json=body, headers={"Idempotency-Key": key})
        except httpx.HTTPError as error:
            raise CarryError(f"resend: {type(error).__name__}", is_passing=True) from error
        if answer.is_error or answer.is_redirect:
            raise CarryError(f"resend: {answer.status_code}", is_passing=answer.status_code in PASSING)

    async def close(self) -> None:
        await self._client.aclose()
