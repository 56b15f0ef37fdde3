"""NewsSpider: an outlet is a declaration; what it does not say has a working default."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals

from crawler.arguments import Arguments
from crawler.extraction.article import extract
from crawler.extraction.page import Page
from crawler.extraction.paging import further_pages, join
from crawler.extraction.rules import Rules, Selectors
from crawler.items import Article, Rejected
from crawler.judge import Judge
from crawler.manners import BlockedError, failure_reason, user_agent
from crawler.sources import Candidate, Source, SourceError
from crawler.state import Known

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Container, Iterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

Status = Literal["verified", "modelled", "refused", "permission", "blocked"]
SOURCE_PRIORITY = 10  # lists first, so that a headline seen in a feed spares the page in an index


class NewsSpider(Spider):
    """One outlet. To declare one, set the attributes below; newest template first in selectors.

    The attributes from `article_url` on are those of `crawler.extraction.rules.Rules`.
    Every article that its sources list ends in one counted outcome (`wartatek/` in the stats).
    """

    publisher: ClassVar[str]
    """The outlet's name as readers know it."""
    status: ClassVar[Status] = "modelled"
    """verified: extracts real saved pages of today's template; modelled: built from documented
    facts, not yet seen live; refused: its robots.txt refuses us; permission: asks in words not to
    be crawled by machines; blocked: honest clients get a challenge or 403."""
    allowed_domains: ClassVar[list[str]]
    sources: ClassVar[tuple[Source, ...]]
    """Where its articles are listed, best first."""
    technology: ClassVar[str | None] = None
    """Regex searched in article URLs: a match is technology by its section. "" matches all (a
    technology outlet); None: there is no such section, articles are picked by topic alone."""
    whole: ClassVar[str] = ""
    """What to add to an article's URL to get all its pages in one, e.g. "?page=all"."""
    next_page: ClassVar[Selectors] = ()
    """Links to further pages of one article, where `whole` does not serve."""

    article_url: ClassVar[str]

    def __init__(self, *args: Any, known: Container[str] = (), **kwargs: Any) -> None:
        """`kwargs` are spider arguments (`-a since=2023-09-01`), see crawler.arguments."""
        super().__init__(*args)
        arguments = Arguments.of(kwargs)
        self.window = arguments.window
        self.judge = Judge(
            name=self.name,
            domains=self.allowed_domains,
            article=re.compile(self.article_url),
            technology=None if self.technology is None else re.compile(self.technology),
            window=self.window,
            known=known,
            limit=arguments.limit,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        stored = Known.of(crawler.settings["OUTPUT_DIR"], cls.name)
        spider = super().from_crawler(crawler, *args, known=stored, **kwargs)
        if spider.window.past:  # a backfill takes as long as it takes; only the present has a limit
            crawler.settings.set("CLOSESPIDER_TIMEOUT", 0, priority="spider")
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")

    @classmethod
    def rules(cls) -> Rules:
        """How its article pages are read."""
        return Rules.of(cls)

    # -- lists

    async def start(self) -> AsyncIterator[Request]:
        for source in self.sources:
            for request in source.requests(self.window):
                yield self._ask(source, request)

    def parse_source(self, response: Response, source: Source) -> Iterator[Request]:
        """Ask for what `source` lists and the run wants; go on while that brings something new."""
        brought_new, is_article = False, []
        try:
            for found in source.parse(response, self.window):
                if isinstance(found, Request):
                    if brought_new or not found.meta.get("continues"):
                        yield self._ask(source, found)
                    continue
                found.via = source.label
                verdict = self.judge.judge(found)
                is_article.append(verdict.is_article)
                brought_new |= verdict.is_new
                if verdict.skipped == "duplicate":  # its outcome is counted where it came first
                    self._count("duplicates")
                    continue
                self._count("listed")
                if verdict.skipped:
                    self._count(f"skipped/{verdict.skipped}")
                else:
                    yield self._request(found, verdict.url)
        except SourceError as error:
            self._source_failed(source, error.reason, error.evidence)
        self._count(f"sources/{source.label}/listed", sum(is_article))
        if is_article and not any(is_article) and not response.meta.get("continues"):
            self._source_failed(source, "no_articles", "no link looks like one of its articles")

    def source_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = "blocked" if isinstance(failure.value, BlockedError) else failure_reason(failure)
        self._source_failed(request.cb_kwargs["source"], reason, failure.getErrorMessage())

    def _ask(self, source: Source, request: Request) -> Request:
        return request.replace(
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"source": source},
            priority=SOURCE_PRIORITY,
        )

    def _source_failed(self, source: Source, reason: str, evidence: str) -> None:
        self._count(f"sources/{source.label}/{reason}")
        # A source that nobody has seen alive is tried in hope: its silence is no news.
        level = logging.WARNING if source.status in ("verified", "reported-ok") else logging.INFO
        self.logger.log(level, "%s: %s (%s)", source.label, reason, evidence)

    # -- articles

    def parse_article(
        self, response: Response, candidate: Candidate, first: Article | None = None
    ) -> Iterator[Article | Request]:
        """The article on `response`; of further pages too, if it has any, joined to the `first`."""
        try:
            page = Page(
                response.body,
                response.url,
                content_type=_content_type(response),
                encoding=self.rules().encoding,
            )
            article = extract(page, self.rules(), fetched_at=datetime.now(UTC))
        except Rejected as reject:
            self._count("fetched")
            self._reject(reject, candidate, response)
            return
        if first is not None:
            article = join(first, article)
        read = [*response.meta.get("pages_read", ()), response.url]
        further = (
            further_pages(page, self.next_page, read) if not response.meta.get("whole") else []
        )
        if further:
            yield self._article_request(further[0], candidate, {"pages_read": read}, first=article)
            return
        self._count("fetched")
        if not self.window.holds(article.published_at or candidate.published):
            self._count("skipped/outside_window")
            return
        yield self._completed(article, candidate)

    def article_failed(self, failure: Failure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        candidate: Candidate = request.cb_kwargs["candidate"]
        if isinstance(failure.value, BlockedError):
            self._count("blocked")
            return
        reason = failure_reason(failure)
        if reason == "robots" and request.meta.get("whole"):
            # robots.txt may refuse query strings; the first page, and the links on it, it allows
            yield self._article_request(request.meta["whole"], candidate, {})
            return
        self._count(f"failed/{reason}")
        self.logger.info("Failed %s: %s", request.url, reason)

    def _request(self, candidate: Candidate, url: str) -> Request:
        if self.whole:
            return self._article_request(_with(url, self.whole), candidate, {"whole": url})
        return self._article_request(url, candidate, {})

    def _article_request(
        self, url: str, candidate: Candidate, meta: dict[str, Any], **more: Any
    ) -> Request:
        # The judge keeps duplicates out; the dupe filter would drop them without an outcome.
        return Request(
            url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"candidate": candidate, **more},
            meta=meta,
            dont_filter=True,
        )

    def _completed(self, article: Article, candidate: Candidate) -> Article:
        """`article` with what only the list knew."""
        article.discovered_via = candidate.via
        article.article_id = self.judge.article_id(candidate)
        if article.published_at is None and candidate.published is not None:
            article.published_at, article.published_source = candidate.published, candidate.via
        article.section = article.section or candidate.section
        article.tags = article.tags or candidate.tags
        return article

    def _reject(self, reject: Rejected, candidate: Candidate, response: Response) -> None:
        """Report a page that is no article to whoever counts or keeps rejects."""
        self.logger.info("Rejected %s: %s", response.url, reject)
        article = Article(outlet=self.name, url=response.url, title=candidate.title)
        article.fetched_at = datetime.now(UTC)
        self.crawler.signals.send_catch_log(
            signals.item_dropped,
            item=self._completed(article, candidate),
            response=response,
            exception=reject,
            spider=self,
        )

    def _count(self, name: str, count: int = 1) -> None:
        self.crawler.stats.inc_value(f"wartatek/{name}", count)


def _with(url: str, whole: str) -> str:
    """`url` with what asks for all pages: a query ("?page=all") or a last path segment ("/all")."""
    if whole.startswith("?"):
        return f"{url}&{whole[1:]}" if urlsplit(url).query else url + whole
    return url.rstrip("/") + whole


def _content_type(response: Response) -> str | None:
    value = response.headers.get("Content-Type")
    return value.decode("latin-1") if value else None
