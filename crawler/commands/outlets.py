"""`scrapy outlets`: publisher, status, sources and past of every outlet."""

from __future__ import annotations

import inspect
from collections import Counter
from typing import TYPE_CHECKING, Any

from crawler.outlets.registry import load_spiders
from crawler.terminal.base import TerminalCommand

if TYPE_CHECKING:
    import argparse

    from crawler.spider import NewsSpider


def describe(outlet: type[NewsSpider]) -> dict[str, Any]:
    """Return the declaration of `outlet` as plain values."""
    return {
        "name": outlet.name,
        "publisher": outlet.publisher,
        "status": outlet.status,
        "note": inspect.getdoc(outlet),
        "domains": list(outlet.allowed_domains),
        "sources": [
            {
                "kind": type(source).__name__.lower(),
                "url": source.url,
                "status": source.status,
                "past": source.has_past,
            }
            for source in outlet.sources
        ],
        "past": any(source.has_past for source in outlet.sources),
        "lines": len(inspect.getsource(outlet).splitlines()),
    }


def brief(outlet: dict[str, Any]) -> dict[str, Any]:
    """Return `outlet` with the kinds of the sources alone."""
    kinds = Counter(source["kind"] for source in outlet["sources"])
    sources = [f"{n} {kind}s" if n > 1 else kind for kind, n in kinds.items()]
    return outlet | {"sources": sources, "past": "yes" if outlet["past"] else "no"}


class Command(TerminalCommand):
    def short_desc(self) -> str:
        return "List the outlets: publisher, status, sources, past"

    def long_desc(self) -> str:
        return (
            "List the outlets. crawlall takes those of status verified and modelled; outlets of"
            " status permission must have agreed and be named in PERMITTED; blocked and refused"
            " outlets are left alone. past: a list of the outlet goes back more than two weeks, so"
            " that -a since= and -a until= find articles. --json has the address, the status and"
            " the past of each source."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        described = [describe(outlet) for outlet in load_spiders(self.settings).values()]
        rows = described if self.json else [brief(outlet) for outlet in described]
        self.show(rows, ("name", "publisher", "status", "sources", "past"))
