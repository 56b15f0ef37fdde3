"""A name that has an address of a private network is resolved to nothing at all."""

from __future__ import annotations

import socket

import pytest
from twisted.internet.error import DNSLookupError

from crawler.middlewares.resolver import (
    PrivateAddressError,
    PublicResolver,
    is_public,
    public_address_of,
)

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.0.1",
    "198.18.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["8.8.8.8", "104.18.0.1", "2606:4700::6812:1", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.fixture
def names(monkeypatch):
    """Answer every look-up from a table of addresses by name."""
    table: dict[str, list[str]] = {}

    def look_up(name, port, **_):
        if name not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        families = (socket.AF_INET6 if ":" in one else socket.AF_INET for one in table[name])
        return [
            (f, socket.SOCK_STREAM, 6, "", (a, 0))
            for f, a in zip(families, table[name], strict=True)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("addresses", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1"], ["8.8.8.8", "::1"]])
def test_a_name_with_any_private_address_is_refused(names, addresses):
    names["warta.example.co.id"] = addresses
    with pytest.raises(
        PrivateAddressError, match=r"warta\.example\.co\.id is at (127\.0\.0\.1|::1)"
    ):
        public_address_of("warta.example.co.id")


def test_a_public_name_is_resolved_to_ipv4(names):
    names["warta.example.co.id"] = ["2606:4700::6812:1", "8.8.8.8"]
    assert public_address_of("warta.example.co.id") == "8.8.8.8"


def test_a_name_in_ipv6_alone_or_without_an_address_is_an_unresolved_name(names):
    names["enam.example.co.id"] = ["2606:4700::6812:1"]
    for name in ("enam.example.co.id", "tiada.example.co.id"):
        with pytest.raises(OSError, match=r"no IPv4|not known"):
            public_address_of(name)
    assert not issubclass(OSError, DNSLookupError)


@pytest.mark.parametrize("name", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0"])
def test_a_number_that_the_system_reads_as_loopback_is_refused(name: str):
    with pytest.raises(PrivateAddressError):
        public_address_of(name)


def test_the_proxy_that_the_user_configured_is_excepted(monkeypatch):
    class Crawler:
        from scrapy.settings import Settings

        settings = Settings({"NEWSROOM": "http://127.0.0.1:8000"})

    monkeypatch.setenv("http_proxy", "http://budi:rahasia@proxy.kantor.local:3128")
    resolver = PublicResolver.from_crawler(Crawler, None)
    assert resolver.excepted == {"proxy.kantor.local", "127.0.0.1"}
