"""The real names over TLS without the internet: a proxy that answers CONNECT for every registered host itself.

An official client needs nothing but its environment for it (HTTPS_PROXY, SSL_CERT_FILE: see Proxy.env).
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import trustme

from tests.servers.base import App, Streams, converse, listening
from tests.servers.faults import Faults

HEAD_BYTES = 64 * 1024


@dataclass(frozen=True)
class Proxy:
    """`asked` are the hosts of every CONNECT so far, refused ones included."""

    address: str
    ca: Path  # PEM, of the authority that signs every certificate
    env: Mapping[str, str]
    asked: list[str] = field(default_factory=list)


@contextmanager
def proxying(
    apps: Mapping[str, App], folder: Path, faults: Faults | None = None, *, keeps_alive: bool = False
) -> Iterator[Proxy]:
    """A proxy for https://<each host of apps>; other hosts are refused with 502. `folder` takes its CA file.

    Faults at "connect:<host>" hit a CONNECT: refused (502), status, reset, read_timeout, or untrusted (a certificate of
    nobody we trust). Every request comes over a connection of its own unless `keeps_alive`, so that they are exact."""
    authority, stranger = trustme.CA(), trustme.CA()
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    asked: list[str] = []
    contexts: dict[tuple[str, bool], ssl.SSLContext] = {}

    def context(host: str, is_trusted: bool) -> ssl.SSLContext:
        if (host, is_trusted) not in contexts:
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            (authority if is_trusted else stranger).issue_cert(host).configure_cert(made)
            contexts[host, is_trusted] = made
        return contexts[host, is_trusted]

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = await _asked_host(reader)
        asked.append(host)
        fault = faults.take(f"connect:{host}") if faults else None
        if fault and fault.kind == "read_timeout":
            await reader.read()
        if fault and fault.kind in ("reset", "read_timeout"):
            return
        if host not in apps or (fault and fault.kind in ("refused", "status")):
            status = (fault.status if fault else None) or 502
            writer.write(f"HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            return
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        is_trusted = not (fault and fault.kind == "untrusted")
        streams = await encrypted(writer, context(host, is_trusted))
        await converse(streams, apps[host], "https", keeps_alive)

    with listening(handle) as port:
        address = f"http://127.0.0.1:{port}"
        yield Proxy(address, ca, _env(address, ca), asked)


def _env(address: str, ca: Path) -> dict[str, str]:
    """Both spellings, and nothing of the machine's own that would get around the proxy."""
    proxies = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), address)
    none = dict.fromkeys(("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"), "")
    return proxies | none | {"SSL_CERT_FILE": str(ca), "REQUESTS_CA_BUNDLE": str(ca), "AWS_CA_BUNDLE": str(ca)}


async def _asked_host(reader: asyncio.StreamReader) -> str:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise ConnectionError from error
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    if method != "CONNECT":
        raise ConnectionError("only CONNECT is spoken here")
    return target.rpartition(":")[0].strip("[]").lower()


async def encrypted(writer: asyncio.StreamWriter, context: ssl.SSLContext) -> Streams:
    """The server's side of TLS on a connection that was plain so far."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(HEAD_BYTES)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport = await loop.start_tls(writer.transport, protocol, context, server_side=True)
    if transport is None:
        raise ConnectionError
    protocol.connection_made(transport)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
