"""Fetching from an address that somebody else gave: only from where it may be, only so much, only so long.

https only; the host must be one of the allowed, its every address a public one, and the connection goes to an address
that was looked at (so that a second answer of the name server changes nothing). Redirects are followed by hand, each
looked at like the first. Behind an HTTP proxy the proxy resolves names: there the host's name alone decides. Hosts that
the operator trusts may be private and speak plain http.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from pexit_app.core import addresses, log
from pexit_app.core.addresses import Resolve, is_public

MAX_URL_CHARS = 4000
MAX_REDIRECTS = 3
TRIES = 3
READ_S, CONNECT_S = 30.0, 10.0
CHUNK_BYTES = 2**20
RESOLVE_S = 3.0
INWARD = (".localhost", ".local", ".internal", ".intranet", ".lan", ".corp", ".home.arpa")  # names of no public host
GONE = frozenset((403, 404, 410))
PASSING = frozenset((429, 500, 502, 503, 504))

logger = log.get("downloads")
MakeClient = Callable[[str | None, bool | ssl.SSLContext], httpx.AsyncClient]


class Trouble(StrEnum):
    """Why a download came to nothing."""

    NOT_HTTPS = "not https"
    UNTRUSTED = "not an allowed host"
    PRIVATE = "not a public address"
    REDIRECTS = "too many redirects"
    GONE = "expired or never there"
    STATUS = "an error answer"
    TOO_LARGE = "too large"
    LATE = "not in time"
    BROKEN = "the connection failed"
    NO_ROOM = "no room to keep it"


class DownloadError(Exception):
    """`is_passing`: another try may go better."""

    def __init__(self, trouble: Trouble, *, is_passing: bool = False) -> None:
        super().__init__(trouble.value)
        self.trouble, self.is_passing = trouble, is_passing


def make_client(proxy: str | None, verify: bool | ssl.SSLContext) -> httpx.AsyncClient:
    timeout = httpx.Timeout(READ_S, connect=CONNECT_S)
    return httpx.AsyncClient(proxy=proxy, verify=verify, trust_env=False, follow_redirects=False, timeout=timeout)


def proxy_of(url: httpx.URL) -> str | None:
    """The proxy that the environment wants for `url` (HTTPS_PROXY and its like, without those of NO_PROXY)."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    if not found or proxy_bypass(url.netloc.decode()):
        return None
    return found if "://" in found else f"http://{found}"


@dataclass(frozen=True, slots=True)
class Downloads:
    """`hosts`: domains whose hosts may be fetched from, the domains themselves included; None: any public host, which
    behind a proxy is any that has a public name and no private address known here. `trusted`: more hosts, "name" or
    "name:port"."""

    hosts: Sequence[str] | None
    trusted: Sequence[str] = ()
    resolve: Resolve = addresses.resolve
    make_client: MakeClient = make_client
    pause_s: float = 0.5
    _verify: list[ssl.SSLContext] = field(default_factory=list)  # made at the first use: it takes a while

    async def download(self, url: str, into: BinaryIO, most_bytes: int, within_s: float) -> str:
        """The whole of `url` written over `into`, with two more tries where that may help; gives its media type ("" where
        none was said). Raises DownloadError."""
        try:
            async with asyncio.timeout(within_s):
                return await self._tried(url, into, most_bytes)
        except TimeoutError:
            raise DownloadError(Trouble.LATE) from None

    async def _tried(self, url: str, into: BinaryIO, most_bytes: int) -> str:
        for attempt in range(TRIES):
            try:
                return await self._once(url, into, most_bytes, attempt)
            except DownloadError as error:
                if not error.is_passing or attempt == TRIES - 1:
                    raise
            await asyncio.sleep(self.pause_s * (attempt + 1))
        raise AssertionError("unreachable")

    async def _once(self, url: str, into: BinaryIO, most_bytes: int, attempt: int) -> str:
        into.seek(0)
        into.truncate()
        async with self.open(url, attempt=attempt) as response:
            if response.status_code != 200:
                raise _of_status(response.status_code)
            if length_of(response) > most_bytes:
                raise DownloadError(Trouble.TOO_LARGE)
            written = 0
            async for chunk in response.aiter_raw(CHUNK_BYTES):
                written += len(chunk)
                if written > most_bytes:
                    raise DownloadError(Trouble.TOO_LARGE)
                await _write(into, chunk)
            return media_type_of(response)

    @asynccontextmanager
    async def open(
        self, url: str, headers: Mapping[str, str] | None = None, attempt: int = 0
    ) -> AsyncIterator[httpx.Response]:
        """The answer to a GET of `url` after its redirects, to be streamed. `attempt` goes to another of the host's
        addresses. Raises DownloadError, also for what breaks while it is read."""
        try:
            asked = url
            for _ in range(MAX_REDIRECTS + 1):
                target = self._checked(asked)
                async with self._asked(target, headers or {}, attempt) as response:
                    if not response.has_redirect_location:
                        yield response
                        return
                    asked = str(target.join(response.headers["location"]))
            raise DownloadError(Trouble.REDIRECTS)
        except httpx.InvalidURL:
            raise DownloadError(Trouble.UNTRUSTED) from None
        except httpx.TimeoutException:
            raise DownloadError(Trouble.LATE, is_passing=True) from None
        except httpx.HTTPError as error:
            logger.warning("download_broken", host=urlsplit(url).hostname, error=type(error).__name__)
            raise DownloadError(Trouble.BROKEN, is_passing=True) from error

    def _checked(self, asked: str) -> httpx.URL:
        if len(asked) > MAX_URL_CHARS:
            raise DownloadError(Trouble.UNTRUSTED)
        target = httpx.URL(asked)
        if self._is_trusted(target):
            return target
        if target.scheme != "https" or not target.host:
            raise DownloadError(Trouble.NOT_HTTPS)
        if target.userinfo:
            raise DownloadError(Trouble.UNTRUSTED)
        if not self._is_allowed(target):
            logger.warning("download_refused", host=target.host, reason="PEXIT_TRUSTED_RESULT_HOSTS does not name it")
            raise DownloadError(Trouble.UNTRUSTED)
        return target

    def _is_trusted(self, target: httpx.URL) -> bool:
        if target.scheme not in ("http", "https") or target.userinfo:
            return False
        port = target.port or (443 if target.scheme == "https" else 80)
        for entry in self.trusted:
            parts = urlsplit(f"//{entry.strip()}")
            if parts.hostname == target.host.lower() and parts.port in (None, port):
                return True
        return False

    def _is_allowed(self, target: httpx.URL) -> bool:
        if self.hosts is None:
            return True
        host = target.host.lower()
        return target.port is None and any(host == each or host.endswith(f".{each}") for each in self.hosts)

    @asynccontextmanager
    async def _asked(
        self, target: httpx.URL, headers: Mapping[str, str], attempt: int
    ) -> AsyncIterator[httpx.Response]:
        """The answer of one host. A host that is not trusted is spoken to at the address that was looked at."""
        proxy, address = proxy_of(target), target.host
        if not self._is_trusted(target):
            if proxy is None:
                address = await self._address_of(target, attempt)
            elif self.hosts is None:
                await self._check_name(target)
        async with self.make_client(proxy, self._context(target)) as client:
            request = client.build_request(
                "GET",
                target.copy_with(host=address),
                headers={"Accept-Encoding": "identity", **headers, "Host": target.netloc.decode()},
                extensions={"sni_hostname": target.host},
            )
            response = await client.send(request, stream=True)
            try:
                yield response
            finally:
                await response.aclose()

    def _context(self, target: httpx.URL) -> bool | ssl.SSLContext:
        """SSL_CERT_FILE and SSL_CERT_DIR count, as in every client of httpx."""
        if target.scheme == "http":
            return True
        if not self._verify:
            self._verify.append(httpx.create_ssl_context())
        return self._verify[0]

    async def _address_of(self, target: httpx.URL, attempt: int) -> str:
        try:
            found = await self.resolve(target.host, target.port or 443)
        except OSError as error:
            raise DownloadError(Trouble.BROKEN, is_passing=True) from error
        _check_public(target.host, found)
        return found[attempt % len(found)]

    async def _check_name(self, target: httpx.URL) -> None:
        """Before a proxy is asked for a host of anybody's choice. Names that are unknown here are the proxy's affair."""
        host = target.host.lower().rstrip(".")
        if "." not in host or host.endswith(INWARD):
            _check_public(host, (host,))
            return
        try:
            async with asyncio.timeout(RESOLVE_S):
                found = await self.resolve(host, target.port or 443)
        except (OSError, TimeoutError):
            return
        _check_public(host, found)


def _check_public(host: str, found: Sequence[str]) -> None:
    if not found or not all(is_public(each) for each in found):
        logger.warning("download_refused", host=host, reason="not a public address")
        raise DownloadError(Trouble.PRIVATE)


def length_of(response: httpx.Response) -> int:
    """What the answer says its length is in bytes; 0 where it does not say."""
    said = response.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0


def media_type_of(response: httpx.Response) -> str:
    said: str = response.headers.get("content-type", "")
    return said.partition(";")[0].strip().lower()


def _of_status(status: int) -> DownloadError:
    if status in GONE:
        return DownloadError(Trouble.GONE)
    logger.warning("download_answered", status=status)
    return DownloadError(Trouble.STATUS, is_passing=status in PASSING)


async def _write(into: BinaryIO, chunk: bytes) -> None:
    try:
        await asyncio.to_thread(into.write, chunk)
    except OSError as error:
        raise DownloadError(Trouble.NO_ROOM) from error
