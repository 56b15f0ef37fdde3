"""`scrapy outlets`: what we know of every outlet."""

from __future__ import annotations

import inspect
import json
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand
from scrapy.spiderloader import get_spider_loader

if TYPE_CHECKING:
    import argparse

    from crawler.spider import NewsSpider


def describe(outlet: type[NewsSpider]) -> dict[str, Any]:
    """What the declaration of `outlet` says, as plain values."""
    return {
        "name": outlet.name,
        "publisher": outlet.publisher,
        "status": outlet.status,
        "note": inspect.getdoc(outlet),
        "domains": list(outlet.allowed_domains),
        "sources": [
            {"kind": type(source).__name__.lower(), "url": source.url, "status": source.status}
            for source in outlet.sources
        ],
        "lines": len(inspect.getsource(outlet).splitlines()),
    }


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[--json]"

    def short_desc(self) -> str:
        return "List the outlets: publisher, status, sources"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        loader = get_spider_loader(self.settings)
        outlets = [cast("type[NewsSpider]", loader.load(name)) for name in sorted(loader.list())]
        described = [describe(outlet) for outlet in outlets]
        if opts.json:
            for one in described:
                print(json.dumps(one, ensure_ascii=False))
            return
        table = Table("outlet", "publisher", "status", "sources", "lines")
        for one in described:
            sources = ", ".join(f"{s['kind']} ({s['status']})" for s in one["sources"])
            table.add_row(one["name"], one["publisher"], one["status"], sources, str(one["lines"]))
        Console().print(table)
