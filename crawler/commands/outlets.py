"""`scrapy outlets`: publisher, status, sources and past of every outlet."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from crawler.outlets.registry import load_spiders
from crawler.state.diagnoses import Diagnosis, read_diagnoses
from crawler.terminal.base import TerminalCommand
from crawler.wording import tr

if TYPE_CHECKING:
    import argparse

    from crawler.spider import NewsSpider


def describe(outlet: type[NewsSpider], diagnosis: Diagnosis | None = None) -> dict[str, Any]:
    """Return the declaration of `outlet` as plain values, with the last result of `doctor`."""
    return {
        "name": outlet.name,
        "publisher": outlet.publisher,
        "status": outlet.status,
        "seen": asdict(diagnosis) if diagnosis else None,
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
    """Return `outlet` with words in place of the diagnosis and of the sources."""
    kinds = Counter(source["kind"] for source in outlet["sources"])
    sources = [f"{n} {kind}s" if n > 1 else kind for kind, n in kinds.items()]
    seen = str(Diagnosis(**outlet["seen"])) if outlet["seen"] else None
    return outlet | {"sources": sources, "past": "yes" if outlet["past"] else "no", "seen": seen}


class Command(TerminalCommand):
    def short_desc(self) -> str:
        return tr("List the outlets: publisher, status, doctor's result, sources, past")

    def long_desc(self) -> str:
        return tr(
            "List the outlets. crawlall takes those of status verified and modelled; outlets of"
            " status permission must have agreed and be named in PERMITTED; blocked and refused"
            " outlets are left alone. seen: whether the outlet worked when `scrapy doctor` asked it"
            " from this machine. past: a list of the outlet goes back more than two weeks, so that"
            " -a since= and -a until= find articles. --json has the address, the status and the"
            " past of each source."
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        seen = read_diagnoses(self.settings)
        spiders = load_spiders(self.settings)
        described = [describe(outlet, seen.get(name)) for name, outlet in spiders.items()]
        rows = described if self.json else [brief(outlet) for outlet in described]
        self.show(rows, ("name", "publisher", "status", "seen", "sources", "past"))
