"""A photo fetched from an address that a user gave: https only, never from inside our own network.

The name is looked up once, every address it has must be a public one, and the connection goes to an address that was
looked at (so that a second answer of the name server changes nothing). Redirects are followed by hand, each looked at
like the first. Proxies of the environment are not used: they would reach what we must not.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from pexit_app.core import addresses
from pexit_app.core.addresses import Resolve, is_public
from pexit_app.core.errors import BadInput
from pexit_app.features.people.errors import AddressRefused
from pexit_app.features.people.photos import MAX_FILE_BYTES
from pexit_app.features.people.uploads import Spooled, base_name

MAX_URL_CHARS = 2000
MAX_REDIRECTS = 3
FETCH_S, CONNECT_S = 20.0, 5.0
CHUNK_BYTES = 64 * 1024

MakeClient = Callable[[], httpx.AsyncClient]


def make_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=httpx.Timeout(FETCH_S, connect=CONNECT_S))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`field` is named when an address is refused ("images.2")."""

    field: str
    resolve: Resolve = addresses.resolve
    make_client: MakeClient = make_client

    async def fetch(self, url: str) -> Spooled:
        """The file at `url`, at most 20 MB; close it afterwards. Raises AddressRefused."""
        try:
            async with asyncio.timeout(FETCH_S), self.make_client() as client:
                return await self._follow(client, url)
        except TimeoutError:
            raise self._refused(url, "This address did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._refused(url, "Nothing could be fetched from this address.") from error

    async def _follow(self, client: httpx.AsyncClient, url: str) -> Spooled:
        asked = url
        for _ in range(MAX_REDIRECTS + 1):
            target = self._checked(asked, url)
            address = await self._address_of(target, url)
            request = client.build_request(
                "GET",
                target.copy_with(host=address),
                headers={"Host": target.netloc.decode(), "Accept": "image/*", "Accept-Encoding": "identity"},
                extensions={"sni_hostname": target.host},
            )
            response = await client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._read(response, url)
                asked = str(target.join(response.headers["location"]))
            finally:
                await response.aclose()
        raise self._refused(url, "This address leads from one to the next.")

    def _checked(self, asked: str, url: str) -> httpx.URL:
        if len(asked) > MAX_URL_CHARS:
            raise self._refused(url, f"Addresses have at most {MAX_URL_CHARS} characters.")
        target = httpx.URL(asked)
        if target.scheme != "https" or not target.host:
            raise self._refused(url, "Give an https address.", "https://")
        if target.userinfo:
            raise self._refused(url, "Leave name and password out of the address.")
        return target

    async def _address_of(self, target: httpx.URL, url: str) -> str:
        found = await self.resolve(target.host, target.port or 443)
        if not found or not all(is_public(each) for each in found):
            raise self._refused(url, "This address is not on the public internet.")
        return found[0]

    async def _read(self, response: httpx.Response, url: str) -> Spooled:
        if response.status_code != 200:
            raise self._refused(url, f"This address answered {response.status_code}, not a photo.")
        spooled = Spooled(base_name(httpx.URL(url).path) or "photo")
        try:
            async for chunk in response.aiter_raw(CHUNK_BYTES):
                spooled.write(chunk)
                if spooled.is_too_large:
                    limit = f"{MAX_FILE_BYTES // 2**20} MB"
                    raise self._refused(url, f"What is there is larger than {limit}.", limit)
        except BaseException:
            spooled.close()
            raise
        return spooled

    def _refused(self, url: str, message: str, limit: str | None = None) -> BadInput:
        return AddressRefused.of(self.field, message, url[:200], limit)
