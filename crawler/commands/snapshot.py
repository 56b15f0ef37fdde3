"""`scrapy snapshot OUTLET URL|FILE`: a fixture in our own words, and the article expected."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from scrapy import Request

from crawler.archive.scanner import find_page
from crawler.extraction.page.page import Page
from crawler.items import Rejected
from crawler.outlets.documents import Document, UnreadableError
from crawler.outlets.fixture import OwnWords, expectation
from crawler.outlets.reader import DocumentReader
from crawler.settings import BASE
from crawler.terminal.crawling import CrawlingCommand
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.wording import tr
from output import clock
from output.filesystem import Root

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

    from scrapy.http import Response

    from crawler.items import Article
    from crawler.spider import NewsSpider

FIXTURES = BASE / "tests" / "fixtures"


class Command(CrawlingCommand):
    def syntax(self) -> str:
        return "[options] OUTLET URL|FILE"

    def short_desc(self) -> str:
        return tr("Make a test fixture of a page, in words of our own")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument(
            "--url", default="", help=tr("the address of FILE, where the page states none")
        )
        parser.add_argument(
            "--expect",
            action="store_true",
            help=tr("rewrite the expected articles of the outlet's fixtures; the pages stay"),
        )
        parser.add_argument(
            "--from-archive",
            action="store_true",
            help=tr("take the last archived page of URL, offline"),
        )
        parser.add_argument(
            "--replace", action="store_true", help=tr("overwrite the fixture of the same year")
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        assert self.settings is not None
        self.location = str(self.store_nowhere(opts)["OUTPUT_DIR"])
        if opts.expect or opts.from_archive or not _is_url(args[-1:]):
            self.asks_outlets = False
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")  # no crawl runs
        options = [arg for arg in args if arg.startswith("-")]
        super().process_options(options or args[:1], opts)
        if len(args) != (1 if opts.expect else 2):
            self.complain(tr("name an outlet and a URL or FILE, or an outlet and --expect"))
        if len(args) == 2 and not _is_url(args[1:]):
            try:
                self.document = Document.load(Path(args[1]))
            except UnreadableError as error:
                self.complain(f"{args[1]}: {error}")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        self.outlet = self.outlets()[args[0]]
        self.replace = opts.replace
        assert self.settings is not None
        self.reader = DocumentReader(self.settings)
        try:
            if opts.expect:
                for page in sorted((FIXTURES / self.outlet.name).glob("*.html")):
                    self.expect(page)
            elif opts.from_archive:
                self.take(args[1])
            elif _is_url(args[1:]):
                self.fetch(args[1])
            else:
                body = self.document.body
                self.keep(body, opts.url or next(iter(Page(body, "").own_urls()), ""))
        except Rejected as reject:
            self.complain(tr("{args} is no article: {reject}", args=args[-1], reject=reject))

    def fetch(self, url: str) -> None:
        """Fetch a page as a crawl of the outlet would."""
        assert self.crawler_process is not None
        responses: list[Response] = []

        def received(response: Response) -> None:
            responses.append(response)

        async def start(self: NewsSpider) -> AsyncIterator[Request]:
            yield Request(url, callback=received)

        one_page = type(self.outlet.__name__, (self.outlet,), {"start": start})
        self.crawler_process.crawl(cast("type[NewsSpider]", one_page))
        self.crawler_process.start()
        if responses:
            self.keep(responses[0].body, responses[0].url)
        else:
            self.exitcode = UNHEALTHY
            print(tr("{url} could not be fetched; the log says why", url=url), file=sys.stderr)

    def take(self, url: str) -> None:
        """Use the archived page of a crawl."""
        try:
            capture = find_page(Root(self.location), self.outlet.name, url)
        except (OSError, pa.ArrowInvalid) as error:
            self.complain(f"{self.location}: {error}")
        if capture is None:
            self.complain(
                tr(
                    "{url}: no page of it is kept in {location}/archive",
                    url=url,
                    location=self.location,
                )
            )
        self.keep(capture.body, capture.url)

    def keep(self, body: bytes, url: str) -> None:
        """Write the page in our words; the file's name is the year, which dates the template."""
        now = clock.now().replace(microsecond=0)
        source = Page(body, url, encoding=self.outlet.rules().encoding).text
        article = self.read(body, url, now)
        words = OwnWords(article)
        year = (article.published_at or now).year
        path = FIXTURES / self.outlet.name / f"{year}.html"
        if path.exists() and not self.replace:
            self.complain(
                tr(
                    "{relative_to} is there: rename it and its JSON to keep both, or give"
                    " --replace",
                    relative_to=path.relative_to(BASE),
                )
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words.page(source), encoding="utf-8")
        self.expect(path, words.url(url), now)

    def read(self, body: bytes, url: str, fetched_at: datetime) -> Article:
        """Return the article on a page of the outlet.

        :raises Rejected: the page holds no article.
        """
        page = Document(body, "html")
        return self.reader.read(page, url=url, outlet=self.outlet.name, fetched_at=fetched_at)

    def expect(self, path: Path, url: str = "", fetched_at: datetime | None = None) -> None:
        """Write the article expected of the page at `path`, with a known URL and time unchanged."""
        target = path.with_suffix(".json")
        known: dict[str, Any] = json.loads(target.read_text("utf-8")) if target.exists() else {}
        url = url or known["url"]
        moment = fetched_at or datetime.fromisoformat(known["fetched_at"])
        article = self.read(path.read_bytes(), url, moment)
        expected = {"url": url, "fetched_at": moment.isoformat(), **expectation(article)}
        text = json.dumps(expected, ensure_ascii=False, indent=1)
        target.write_text(text + "\n", encoding="utf-8")
        name, paragraphs = str(path.relative_to(BASE)), len(article.paragraphs)
        self.say(
            tr(
                "{name}: {paragraphs} paragraphs; read the JSON through",
                name=name,
                paragraphs=paragraphs,
            ),
            file=name,
            paragraphs=paragraphs,
        )


def _is_url(last: list[str]) -> bool:
    return bool(last) and last[0].startswith(("http://", "https://"))
