"""The gate: the only addresses that an outlet's requests may go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from crawler.extraction.urls import (
    is_moved_article,
    other_www,
    public_address,
    registered_domain,
    split_url,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from crawler.sources import Source


@dataclass(frozen=True)
class Gate:
    """The hosts of an outlet.

    :param domains: the outlet's own domains, as declared
    :param sources: hosts of the outlet's lists, which may be elsewhere (FeedBurner)
    """

    domains: Sequence[str]
    sources: frozenset[str] = frozenset()

    @classmethod
    def of(cls, domains: Sequence[str], sources: Iterable[Source]) -> Self:
        return cls(domains, frozenset(split_url(source.url).hostname or "" for source in sources))

    def refusal(self, url: str) -> str:
        """Return the reason for which `url` is never asked for, "" if it may be.

        `bad_link`: no address of a public host by http or https, or with user information;
        `other_port`: a port that is not the scheme's own; `offsite`: outside the registered
        domains of the outlet.
        """
        if reason := self.robots_refusal(url):
            return reason
        host = split_url(url).hostname or ""
        sites = {registered_domain(domain) for domain in self.domains}
        return "" if host in self.sources or registered_domain(host) in sites else "offsite"

    def page_refusal(self, url: str) -> str:
        """Return the reason for which no page is read at `url` that a list links to, else "".

        Articles are on the declared domains, with or without "www.".
        """
        if reason := self.robots_refusal(url):
            return reason
        host = split_url(url).hostname or ""
        below = host.endswith(tuple(f".{domain}" for domain in self.domains))
        known = host in self.sources or not {host, other_www(host)}.isdisjoint(self.domains)
        return "" if below or known else "offsite"

    def follows(self, url: str, article: re.Pattern[str]) -> bool:
        """Return True if an article is read at `url`, to which its address redirects.

        On the registered domain, an article may have moved to any host; login walls are there too,
        so that off the declared domains `article` has to take `url`.
        """
        if not self.page_refusal(url):
            return True
        return not self.refusal(url) and is_moved_article(url, article)

    def robots_refusal(self, url: str) -> str:
        """Return the reason for which a robots.txt is not read from `url`, "" if it may be.

        robots.txt may be redirected to any public host (RFC 9309, 2.3.1.2).
        """
        address = public_address(url)
        if address is None:
            return "bad_link"
        return "" if address[1] is None else "other_port"
