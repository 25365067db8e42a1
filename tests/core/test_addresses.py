"""Which addresses lead out of our own network, and which only look as if they did."""

import pytest

from pexit_app.core.addresses import is_public, resolve


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:93.184.216.34"),
        *("64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "2001:0:a00:1::", "nonsense", ""),
    ],
)
def test_addresses_of_no_public_machine(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"])
def test_addresses_of_public_machines(address: str) -> None:
    assert is_public(address)


async def test_every_address_of_a_name() -> None:
    assert set(await resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
    assert await resolve("8.8.8.8", 443) == ["8.8.8.8"]
