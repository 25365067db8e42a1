"""SMS by Twilio: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""

import httpx

from pexit_app.providers.post_office import CarryError

API = "https://api.twilio.com"
TIMEOUT_S = 10.0
PASSING = frozenset((408, 429, 500, 502, 503, 504))


class Twilio:
    """`sender` is a number of ours, or a messaging service (`MG...`)."""

    def __init__(self, account_sid: str, auth_token: str, sender: str, api: str = API) -> None:
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._from = {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}
        self._client = httpx.AsyncClient(
            base_url=api, auth=(account_sid, auth_token), timeout=TIMEOUT_S, follow_redirects=False
        )

    async def carry(self, number: str, text: str) -> None:
        try:
            answer = await self._client.post(self._path, data={"To": number, "Body": text, **self._from})
        except httpx.HTTPError as error:
            raise CarryError(f"twilio: {type(error).__name__}", is_passing=True) from error
        if answer.is_error or answer.is_redirect:
            raise CarryError(f"twilio: {answer.status_code}", is_passing=answer.status_code in PASSING)

    async def close(self) -> None:
        await self._client.aclose()
