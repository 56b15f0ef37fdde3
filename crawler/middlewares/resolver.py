"""Names to addresses: a name with an address that is not public is never connected to."""

from __future__ import annotations

import socket
import threading
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, ClassVar, cast
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver, dnscache
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.defer import TimeoutError as DeferredTimeoutError
from twisted.internet.error import DNSLookupError
from twisted.python.failure import Failure

from crawler.extraction.urls import split_url

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

SILENT = 2
"""Lookups that time out in a row; a process with so many looks no further name up, since DNS is
down, and each would wait for DNS_TIMEOUT again."""
_UNICAST = IPv6Network("2000::/3")  # all of global IPv6 (RFC 4291, 2.4)
_NAT64 = IPv6Network("64:ff9b::/96")  # IPv4 in the last 32 bits (RFC 6052)


class PrivateAddressError(DNSLookupError):
    """A name of which an address is not public."""


def is_public(address: str) -> bool:
    """Return whether the IP address is one of the public Internet.

    Loopback, private, link-local, shared (100.64.0.0/10), multicast, reserved and unspecified
    addresses are not, nor are these inside an IPv6 address.
    """
    ip = ip_address(address)
    if ip.version == 6:
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(ip.packed[-4:])
        if inner is None and ip not in _UNICAST:
            return False
        ip = inner or ip
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def public_address_of(name: str) -> str:
    """Return the IPv4 address to connect to for `name`, whose every address has to be public.

    :raises PrivateAddressError: an address of `name` is not public.
    :raises OSError: `name` has no address.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)]
    if hidden := [address for address in found if not is_public(address)]:
        raise PrivateAddressError(f"{name} is at {hidden[0]}, which is not public")
    for address in found:
        if ip_address(address).version == 4:
            return address
    raise OSError(f"{name} has no IPv4 address")


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which gives out addresses of the public Internet only.

    The connection goes to the address that was checked. The proxy that the user configured and a
    newsroom are on whatever address the user gave.
    """

    excepted: frozenset[str] = frozenset()
    silent: ClassVar[int] = 0
    """Lookups in a row that timed out, in this process."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        own = [*getproxies().values(), crawler.settings["NEWSROOM"] or ""]
        hosts = (split_url(url if "//" in url else f"//{url}").hostname for url in own)
        resolver.excepted = frozenset(host for host in hosts if host)
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802
        if name in self.excepted:
            return super().getHostByName(name, timeout)
        if name in dnscache:
            return succeed(cast("str", dnscache[name]))
        if PublicResolver.silent >= SILENT:
            return fail(DNSLookupError(f"address {name!r} not found: no lookup is answered"))
        lookup = self._in_thread(name)
        lookup.addTimeout(self.timeout, self.reactor)  # type: ignore[arg-type]
        lookup.addBoth(_count_silence)
        lookup.addErrback(_as_lookup_error, name)
        if dnscache.limit:
            lookup.addCallback(self._cache_result, name)
        return lookup

    def _in_thread(self, name: str) -> Deferred[str]:
        """Look `name` up in a thread that no exit waits for: the system may take a minute."""
        lookup: Deferred[str] = Deferred(lambda _: None)  # a late answer is ignored

        def look_up() -> None:
            try:
                found: str | Failure = public_address_of(name)
            except (OSError, UnicodeError) as error:
                found = Failure(error)  # type: ignore[no-untyped-call]
            self.reactor.callFromThread(lookup.callback, found)

        threading.Thread(target=look_up, name=f"lookup of {name}", daemon=True).start()
        return lookup


def _count_silence(result: str | Failure) -> str | Failure:
    is_silent = isinstance(result, Failure) and result.check(DeferredTimeoutError)  # type: ignore[no-untyped-call]
    PublicResolver.silent = PublicResolver.silent + 1 if is_silent else 0
    return result


def _as_lookup_error(failure: Failure, name: str) -> Failure:
    """Return `failure` as the kind of error that Twisted takes for an unresolved name.

    :raises DNSLookupError: in place of any other kind.
    """
    if failure.check(PrivateAddressError):  # type: ignore[no-untyped-call]
        return failure
    if failure.check(OSError, UnicodeError, DeferredTimeoutError):  # type: ignore[no-untyped-call]
        raise DNSLookupError(f"address {name!r} not found: {failure.getErrorMessage()}")
    return failure
