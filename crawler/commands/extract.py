"""`scrapy extract FILE...`: saved pages or texts in, one JSON object a line out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.exporters import PythonItemExporter

from crawler.documents import Document, UnreadableError
from crawler.explain import explain
from crawler.items import Rejected
from crawler.reader import Reader

if TYPE_CHECKING:
    import argparse


class Command(ScrapyCommand):
    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] FILE..."

    def short_desc(self) -> str:
        return "Read saved pages or texts into articles, as JSON lines"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--url", default="", help="where the page came from")
        parser.add_argument(
            "--outlet", help="whose rules to read it by; `generic` switches outlet rules off"
        )
        parser.add_argument(
            "--explain", action="store_true", help="show block by block what was kept and why"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        if not args:
            raise UsageError("no FILE given", print_help=False)
        if unknown := next((arg for arg in args if arg.startswith("-")), None):
            raise UsageError(f"unknown option: {unknown}", print_help=False)
        reader = Reader.from_settings(self.settings)
        if opts.outlet and opts.outlet not in reader.outlets:
            raise UsageError(
                f"unknown outlet: {opts.outlet} (see `scrapy outlets`)", print_help=False
            )
        exporter = PythonItemExporter(fields_to_export=self.settings.getlist("FEED_EXPORT_FIELDS"))
        for name in args:
            row: dict[str | bytes, Any] = {"file": name}
            try:
                article = reader.read(Document.load(Path(name)), url=opts.url, outlet=opts.outlet)
            except UnreadableError as error:
                self.exitcode = 1
                row["error"] = str(error)
            except Rejected as rejection:
                row |= {"rejected": rejection.reason, "evidence": rejection.evidence}
            else:
                if opts.explain:
                    explain(article, name)
                    continue
                row |= exporter.export_item(article)
            print(json.dumps(row, ensure_ascii=False), flush=True)
