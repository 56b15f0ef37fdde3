"""The order of outlets in a run: lanes of outlets on shared hosts, and shares for machines."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from crawler.extraction.urls import registered_domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def lanes(domains: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return lanes of outlets that share a registered domain and are crawled in turn.

    :param domains: hosts or URLs by outlet; the outlets of a lane keep this order.
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
    """Return the outlets that machine `number` of 1 to `hosts` crawls; a lane is never split.

    Rendezvous hashing (Thaler and Ravishankar, 1998): every lane goes to the machine whose hash
    with the lane is greatest, so that a further machine takes a share of every other and no lane
    moves between those.
    """

    def weight(lane: str, host: int) -> bytes:
        return hashlib.sha256(f"{lane} {host}".encode()).digest()

    taken: set[str] = set()
    for lane in lanes(domains):
        weights = {weight(min(lane), host): host for host in range(1, hosts + 1)}
        if weights[max(weights)] == number:
            taken.update(lane)
    return taken
