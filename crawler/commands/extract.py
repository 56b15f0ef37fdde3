"""`scrapy extract FILE...`: read saved pages or texts, print an article a line as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.exporters import PythonItemExporter

from crawler.items import Rejected
from crawler.outlets.documents import Document, UnreadableError
from crawler.outlets.explain import explain
from crawler.outlets.reader import DocumentReader, ReaderError, one_page
from crawler.terminal.base import TerminalCommand

if TYPE_CHECKING:
    import argparse


class Command(TerminalCommand):
    def syntax(self) -> str:
        return "[options] FILE..."

    def short_desc(self) -> str:
        return "Read saved pages or texts into articles, as JSON lines"

    def long_desc(self) -> str:
        return (
            "Read saved pages or texts into articles, by the code that a crawl uses, as JSON lines."
            " Exit 0 done, 1 a file could not be read, 2 usage."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", default="", help="the address of the page")
        parser.add_argument(
            "--outlet", help="the outlet whose rules apply; `generic` switches outlet rules off"
        )
        parser.add_argument(
            "--explain", action="store_true", help="show each block: kept or removed, and the rule"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if not args:
            self.complain("no FILE given")
        reader = DocumentReader(self.settings)
        if opts.outlet and opts.outlet not in reader.names:
            self.complain(f"there is no outlet {opts.outlet}; `scrapy outlets` lists them")
        for name in args:
            self._read(reader, name, opts)

    def _read(self, reader: DocumentReader, name: str, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        exporter = PythonItemExporter(fields_to_export=self.settings.getlist("FEED_EXPORT_FIELDS"))
        row: dict[str | bytes, Any] = {"file": name}
        try:
            with one_page():
                article = reader.read(Document.load(Path(name)), url=opts.url, outlet=opts.outlet)
                row |= exporter.export_item(article)
                if opts.explain:
                    row["blocks"] = [
                        {"kind": block.kind, "rule": block.rule, "text": block.text}
                        for block in article.blocks
                    ]
                if opts.explain and not (self.json or self.quiet):
                    explain(article, name)
                    return
        except (UnreadableError, ReaderError) as error:
            self.exitcode = 1
            row = {"file": name, "error": str(error)}
        except Rejected as rejection:
            row |= {"rejected": rejection.reason, "evidence": rejection.evidence}
        if self.json or not (self.quiet or opts.explain):
            print(_printable(json.dumps(row, ensure_ascii=False)), flush=True)
        elif "error" in row:
            print(f"{name}: {row['error']}", file=sys.stderr)
        elif "rejected" in row:
            self.say(_printable(f"{name}: rejected as {row['rejected']}: {row['evidence']}"))


def _printable(text: str) -> str:
    """Return `text` with lone surrogates, which broken JSON-LD can hold, as JSON escapes them."""
    return text.encode("utf-8", "backslashreplace").decode()
