"""`scrapy report`: a page with the content, freshness and cleanness of the dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crawler.outlets.registry import load_spiders
from crawler.state.diagnoses import words_of_diagnoses
from crawler.state.recurrence.table import stored_suspects
from crawler.terminal.base import NO_ARGUMENTS
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import LANGUAGES, language, number, size, speaking, tr

if TYPE_CHECKING:
    import argparse


class Command(MaintenanceCommand):
    extra = "report"

    def syntax(self) -> str:
        return NO_ARGUMENTS

    def short_desc(self) -> str:
        return tr("Write a page about the dataset: freshness, fill rates, rejects, topics, runs")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--since", metavar="DAY", help=tr("the first day, in WIB: 2023-09-01"))
        parser.add_argument("--until", metavar="DAY", help=tr("the last day, in WIB"))
        parser.add_argument(
            "-o", "--output", metavar="FILE", help=tr("default OUTPUT_DIR/report.html")
        )
        parser.add_argument(
            "--lang", choices=LANGUAGES, help=tr("of the page; the default is as LANG says")
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if not opts.output and "://" in self.location:
            self.complain(tr("the dataset is not on this machine: say -o FILE"))
        self.days = self.window(opts)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        # Imported here, since Scrapy imports every command at each start.
        from crawler.web.report.page import write_page
        from output.summary import Summary

        page = Path(opts.output or Path(self.location) / "report.html")
        try:
            with self.waiting(tr("reading the dataset")):
                summary = Summary(self.location, self.days.since, self.days.until)
        except OSError as error:
            self.complain(
                tr("the dataset cannot be read, as `scrapy verify` can tell: {error}", error=error)
            )
        try:
            with self.waiting(tr("drawing the page")), speaking(opts.lang or language()):
                html = write_page(
                    summary,
                    self._declared(),
                    words_of_diagnoses(self.settings),
                    [found._asdict() for found in stored_suspects(self.settings)],
                )
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(html, "utf-8")
        except OSError as error:
            self.complain(tr("cannot write {page}: {strerror}", page=page, strerror=error.strerror))
        finally:
            summary.close()
        written, articles = len(html.encode()), summary.articles
        self.say(
            f"{page}: {number(articles)} {tr('articles')}, {size(written)}",
            file=str(page),
            bytes=written,
            articles=articles,
        )

    def _declared(self) -> dict[str, tuple[str, str]]:
        """Return publisher and status of every outlet that has a spider, by name."""
        assert self.settings is not None
        spiders = load_spiders(self.settings)
        return {name: (spider.publisher, spider.status) for name, spider in spiders.items()}
