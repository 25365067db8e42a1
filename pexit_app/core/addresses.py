"""Which machines an address leads to: looked up by us, so that a connection goes where was looked."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Addresses of the other protocol in disguise: what they lead to is not what they look like.
DISGUISED = tuple(ipaddress.ip_network(each) for each in ("2002::/16", "2001::/32", "2001:db8::/32"))

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """Every address of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Whether anybody on the internet could reach the same machine at this address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return ip.version == 4 or (ip in GLOBAL_V6 and not any(ip in each for each in DISGUISED))
