"""`scrapy check OUTLET`: crawl a few pages and name the rule that gave each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy import signals

from crawler.extraction.page.page import Page
from crawler.outlets.matched_rules import matched_rules, unmatched
from crawler.terminal.base import print_table, tabulate
from crawler.terminal.examining import ExaminingCommand
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.wording import tr

if TYPE_CHECKING:
    import argparse

    from scrapy.http import Response

    from crawler.items import Article

PAGES = "3"


class Command(ExaminingCommand):
    def syntax(self) -> str:
        return "[options] OUTLET"

    def short_desc(self) -> str:
        return tr("Crawl a few pages of an outlet and name the rule that gave each field")

    def long_desc(self) -> str:
        return tr(
            "Examine an outlet as `scrapy doctor` does, store nothing, and name the rule that gave"
            " each field."
            " Exit 0 all well, 1 no page became an article or no rule of the outlet found the body,"
            " 2 usage. -a limit=9 takes nine pages; default: 3."
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        if len(args) != 1:
            self.complain(tr("name one outlet"))
        opts.spargs.setdefault("limit", PAGES)

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.crawler_process is not None
        self.read = 0
        crawler, examination = self.examiner(args[0])
        self.rules = crawler.spidercls.rules()  # type: ignore[attr-defined]
        crawler.signals.connect(self.show_page, signals.item_scraped)
        crawler.signals.connect(self.show_rejected, signals.item_dropped)
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        self.show_sources([examination])
        self.say(tr("{read} pages became articles", read=self.read), articles=self.read)
        doubtful = any(page.own_body is False for page in examination.pages)
        self.exitcode = 0 if self.read and not doubtful else UNHEALTHY

    def show_page(self, item: Article, response: Response) -> None:
        """Print every field of a page, with the value and the rule that gave the value."""
        page = Page(response.body, response.url, encoding=self.rules.encoding)
        self.read += 1
        values: dict[str, Any] = {
            "title": item.title,
            "body": f"{len(item.paragraphs)} paragraphs, {item.word_count} words",
            "published": item.published_at and item.published_at.isoformat(),
            "byline": ", ".join(item.authors),
            "editor": ", ".join(item.editors),
            "section": item.section,
            "tags": ", ".join(item.tags),
        }
        rows = [
            {"field": field, "rule": rule, "value": values[field] or None}
            for field, rule in matched_rules(page, self.rules, item).items()
        ]
        missing = unmatched(page, self.rules)
        self.say(response.url, url=response.url, fields=rows, unmatched=missing)
        if not (self.quiet or self.json):
            print_table(tabulate(rows, ("field", "rule", "value")))
        if missing and not self.json:
            self.say(tr("no rule of its own matched: {missing}\n", missing=", ".join(missing)))

    def show_rejected(self, item: Article, exception: Exception) -> None:
        self.say(
            tr("{url}: rejected, {exception}\n", url=item.url, exception=exception),
            url=item.url,
            rejected=str(exception),
        )
