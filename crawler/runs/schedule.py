"""Which hosts belong together."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tldextract import TLDExtract


@cache
def _suffixes() -> TLDExtract:
    """The list of public suffixes that the package ships: no look-up goes out."""
    from tldextract import TLDExtract  # here: it loads an HTTP client that we never use

    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def registered_domain(address: str) -> str:
    """The name somebody registered, of a URL or a host: kontan.co.id for www.kontan.co.id."""
    host = urlsplit(address).hostname if "//" in address else address
    return _suffixes()(host or "").top_domain_under_public_suffix or host or ""


def lanes(domains: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Outlets that share a registered domain in one lane, to be crawled one after another.

    :param domains: hosts or URLs by outlet; within a lane the outlets keep their order here.
    """
    found: list[tuple[set[str], list[str]]] = []
    for outlet, addresses in domains.items():
        names, members = {registered_domain(address) for address in addresses}, [outlet]
        for lane in [lane for lane in found if lane[0] & names]:
            found.remove(lane)
            names, members = names | lane[0], lane[1] + members
        found.append((names, members))
    return [members for _, members in found]


def share(domains: Mapping[str, Iterable[str]], number: int, hosts: int) -> set[str]:
    """The outlets that crawl host `number` of 1 to `hosts` takes; a lane stays together.

    Rendezvous hashing (Thaler and Ravishankar, 1998): every lane goes to the host whose hash with
    it is greatest, so that one more host takes over its share and nothing else moves.
    """

    def weight(lane: str, host: int) -> bytes:
        return hashlib.sha256(f"{lane} {host}".encode()).digest()

    taken: set[str] = set()
    for lane in lanes(domains):
        weights = {weight(min(lane), host): host for host in range(1, hosts + 1)}
        if weights[max(weights)] == number:
            taken.update(lane)
    return taken
