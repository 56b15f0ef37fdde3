"""NewsSpider: an outlet is a declaration; what it does not say has a working default."""

from __future__ import annotations

import logging
import re
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider

from crawler.collector import spare_what_is_loaded
from crawler.extraction.article import extract
from crawler.extraction.body.multipage import further_pages, is_further, join
from crawler.extraction.indonesian.dates import WIB
from crawler.extraction.page.page import Page
from crawler.extraction.rules import Rules, Selectors
from crawler.extraction.urls import canonical_url
from crawler.items import Article, NothingNew, Rejected
from crawler.manners import BlockedError, failure_reason, user_agent
from crawler.sources import Candidate, Source, SourceError
from crawler.sources.wanted import Decision, Wanted, as_listed
from crawler.sources.window import Arguments
from crawler.state.backfill import IndexPage
from crawler.state.outlet_state import OutletState
from output import clock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from datetime import date, datetime

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.state.queue import Waiting

Status = Literal["verified", "modelled", "refused", "permission", "blocked"]
NOT_MODIFIED = 304
GONE = ("http_404", "http_410")
BATCH = 200  # articles asked for at a time; the others wait on disk


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

    outlet_state: OutletState
    """The state of earlier runs, which `from_crawler` opens."""

    def __init__(
        self, *args: Any, known: Callable[[str], str | None] = lambda _: None, **kwargs: Any
    ) -> None:
        """`kwargs` are spider arguments (`-a since=2023-09-01`), see crawler.arguments."""
        super().__init__(*args)
        arguments = Arguments.of(kwargs)
        self.window = arguments.window
        self.limit = arguments.limit
        self._asked = 0
        self.wanted = Wanted(
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
        outlet_state = OutletState.of(crawler.settings, cls.name)
        spider = super().from_crawler(crawler, *args, known=outlet_state.known, **kwargs)
        spider.outlet_state = outlet_state
        crawler.signals.connect(spider.ask_for_articles, signals.spider_idle)
        crawler.signals.connect(spider.item_dropped, signals.item_dropped)
        crawler.signals.connect(spider.callback_failed, signals.spider_error)
        if spider.window.past:  # a backfill takes as long as it takes; only the present has a limit
            crawler.settings.set("CLOSESPIDER_TIMEOUT", 0, priority="spider")
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")

    @property
    def is_routine(self) -> bool:
        """Whether all of the present is asked for, as cron does, so that runs compare."""
        return not self.window.past and self.limit is None

    @classmethod
    def rules(cls) -> Rules:
        """How its article pages are read."""
        return Rules.of(cls)

    @classmethod
    def further_pages(cls, page: Page, read: Sequence[str]) -> list[str]:
        """Where the rest of the article on `page` stands, in order, without what was `read`.

        Where `whole` should have served, links of the page to parts of itself say that it did not:
        robots.txt refused it, or somebody else kept the page.
        """
        if cls.is_whole(page.url):
            return []
        if cls.next_page or not cls.whole:
            return further_pages(page, cls.next_page, read)
        own = canonical_url(page.url)
        slug = re.sub(r'(["\\])', r"\\\1", (own or "").rpartition("/")[2])
        links = further_pages(page, (f'a[href*="{slug}"]', 'a[href^="?"]'), read)
        parts = [url for url in links if canonical_url(url) == own]
        numbered = [url for url in parts if is_further(url)]
        if numbered or is_further(page.url):
            return numbered
        return [url for url in parts if cls.is_whole(url)]

    @classmethod
    def is_whole(cls, url: str) -> bool:
        """Whether `url` asks for all pages of its article in one."""
        parts = urlsplit(url)
        if cls.whole.startswith("?"):
            return cls.whole[1:] in parts.query.split("&")
        return bool(cls.whole) and parts.path.rstrip("/").endswith(cls.whole)

    def closed(self, reason: str) -> None:
        self.outlet_state.close(self.crawler.stats.get_value("wartatek/run_id"))

    # -- lists

    async def start(self) -> AsyncIterator[Request]:
        spare_what_is_loaded()
        if self.window.past:
            self.outlet_state.queue.bring_back(self.window)
        walked = self.outlet_state.backfill.is_walked
        for source in self.sources:
            for request in source.requests(self.window):
                day = request.meta.get("index_day")
                if not (self.window.past and day and walked(day, source.label)):
                    yield self._ask(source, request)

    def parse_source(self, response: Response, source: Source) -> Iterator[Request]:
        """Keep what `source` lists and the run wants; go on while that brings something new."""
        if response.status == NOT_MODIFIED:
            self._count(f"sources/{source.label}/unchanged")
            return
        decided: list[tuple[Candidate, Decision]] = []
        wanted: list[tuple[str, Candidate]] = []
        further: list[Request] = []
        failed = False
        try:
            for found in source.parse(response, self.window):
                if not isinstance(found, Request):
                    found.via = source.label
                    decision = self.wanted.decide(found)
                    decided.append((found, decision))
                    if self._count_listed(decision):
                        wanted.append(
                            (self.wanted.article_id(found), replace(found, url=decision.url))
                        )
                elif not found.meta.get("continues") or any(d.is_new for _, d in decided):
                    further.append(found)
        except SourceError as error:
            failed = True
            self._source_failed(source, error.reason, error.evidence)
        articles = sum(decision.is_article for _, decision in decided)
        self._count(f"sources/{source.label}/listed", articles)
        if decided and not articles and not response.meta.get("continues"):
            self._source_failed(source, "no_articles", "no link looks like one of its articles")
        is_last = not (failed or further or any(d.skipped == "limit" for _, d in decided))
        self.outlet_state.listed(wanted, response, is_last=is_last and not self.window.past)
        if self.window.past:
            self._note_day(response, source, decided, is_last=is_last)
        for request in further:
            yield self._ask(source, request)

    def _count_listed(self, decision: Decision) -> bool:
        """Count the candidate, and return True if it is wanted."""
        if decision.skipped == "duplicate":  # its outcome is counted where it came first
            self._count("duplicates")
            return False
        self._count("listed")
        if decision.skipped:
            self._count(f"skipped/{decision.skipped}")
        return not decision.skipped

    def _note_day(
        self,
        response: Response,
        source: Source,
        decided: list[tuple[Candidate, Decision]],
        *,
        is_last: bool,
    ) -> None:
        """Keep how far a backfill has come; a day that is not over yet is never done."""
        day: date | None = response.meta.get("index_day")
        if day and day < clock.now().astimezone(WIB).date():
            is_first = not response.meta.get("continues")
            page = IndexPage.of(day, decided, is_first=is_first, is_last=is_last)
            self.outlet_state.backfill.add(day, source.label, page)

    def source_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = "blocked" if isinstance(failure.value, BlockedError) else failure_reason(failure)
        self._source_failed(request.cb_kwargs["source"], reason, failure.getErrorMessage())

    def _ask(self, source: Source, request: Request) -> Request:
        meta = {} if self.window.past else {"changed_only": "list"}
        return request.replace(
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"source": source},
            meta={**request.meta, **meta},
        )

    def _source_failed(self, source: Source, reason: str, evidence: str) -> None:
        self._count(f"sources/{source.label}/{reason}")
        # A source that nobody has seen alive is tried in hope: its silence is no news.
        level = logging.WARNING if source.status in ("verified", "reported-ok") else logging.INFO
        self.logger.log(level, "%s: %s (%s)", source.label, reason, evidence)

    # -- articles

    def ask_for_articles(self) -> None:
        """Once the lists are read, ask for the next articles, until none waits any more."""
        most = BATCH if self.limit is None else min(BATCH, self.limit - self._asked)
        try:
            waiting = self.outlet_state.queue.take(most)
        except sqlite3.Error as error:  # Scrapy would only log it
            self.crawler.stats.set_value("wartatek/state_error", str(error))
            return
        for one in waiting:
            if one.look or self.window.holds(one.candidate.published):
                self._asked += 1
                if one.article_id not in self.wanted:
                    self._count("resumed")
                self.crawler.engine.crawl(self._request(one))
        if waiting:
            raise DontCloseSpider

    def parse_article(
        self, response: Response, waiting: Waiting, first: Article | None = None
    ) -> Iterator[Article | Request]:
        """The article on `response`; of further pages too, if it has any, joined to the `first`."""
        if response.status == NOT_MODIFIED:
            self._count("unchanged")
            self.outlet_state.queue.unchanged(waiting.article_id)
            return
        fetched_at = response.meta.get("fetched_at") or clock.now()
        try:
            page = Page(
                response.body,
                response.url,
                content_type=_content_type(response),
                encoding=self.rules().encoding,
            )
            if first is None:
                article = extract(page, self.rules(), fetched_at=fetched_at)
                article.archive = response.meta.get("archive")
            else:
                article = join(first, page, self.rules())
        except Rejected as reject:
            self._count("fetched")
            self._reject(reject, waiting, response.url, fetched_at)
            return
        read = [*response.meta.get("pages_read", ()), response.url]
        if not response.meta.get("whole") and (further := self.further_pages(page, read)):
            yield self._article_request(further[0], waiting, {"pages_read": read}, first=article)
            return
        self._count("fetched")
        published = article.published_at or waiting.candidate.published
        if not (waiting.look or self.window.holds(published)):
            self._count("skipped/outside_window")
            self.outlet_state.queue.set_aside(waiting.article_id, published)
            return
        if not (waiting.look or self.window.past):
            self.outlet_state.validators.keep_response(response)
        yield waiting.candidate.complete(article, waiting.article_id)

    def article_failed(self, failure: Failure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        waiting: Waiting = request.cb_kwargs["waiting"]
        reason = failure_reason(failure)
        if isinstance(failure.value, BlockedError):
            self._count("blocked")
            self.outlet_state.queue.host_refused(waiting.article_id, failure.value.until)
        elif reason == "robots" and request.meta.get("whole"):
            # robots.txt may refuse query strings; the first page, and the links on it, it allows
            yield self._article_request(request.meta["whole"], waiting, {})
        elif waiting.look and reason in GONE:
            self._reject(Rejected("gone", reason), waiting, request.url)
        elif self.outlet_state.queue.failed(waiting.article_id, reason):
            self._count(f"failed/{reason}")
            self.logger.info("Failed %s: %s", request.url, reason)
        else:
            self._reject(Rejected("given_up", f"the last try: {reason}"), waiting, request.url)

    def item_dropped(self, item: Article, response: Response | None, exception: Exception) -> None:
        """Keep when a second look found nothing new."""
        if isinstance(exception, NothingNew) and item.article_id:
            self.outlet_state.queue.unchanged(item.article_id)
            if response is not None:
                self.outlet_state.validators.keep_response(response)

    def callback_failed(self, response: Response) -> None:
        """A bug must not make us ask for the same page in every run."""
        if response.request and "waiting" in response.request.cb_kwargs:
            waiting: Waiting = response.request.cb_kwargs["waiting"]
            self.outlet_state.queue.failed(waiting.article_id, "callback_error")

    def _request(self, waiting: Waiting) -> Request:
        listed = waiting.candidate.url
        url = as_listed(canonical_url(listed) or listed, listed)
        if self.whole:
            return self._article_request(_with(url, self.whole), waiting, {"whole": url})
        return self._article_request(url, waiting, {})

    def _article_request(
        self, url: str, waiting: Waiting, meta: dict[str, Any], **more: Any
    ) -> Request:
        # `Wanted` keeps duplicates out; Scrapy's filter would drop them without an outcome.
        return Request(
            url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"waiting": waiting, **more},
            meta={**meta, "changed_only": "article"} if waiting.look and not more else meta,
            dont_filter=True,
        )

    def _reject(
        self, reject: Rejected, waiting: Waiting, url: str, fetched_at: datetime | None = None
    ) -> None:
        """Report a page that is no article to whoever counts or keeps rejects."""
        self.logger.info("Rejected %s: %s", url, reject)
        article = Article(outlet=self.name, url=url, title=waiting.candidate.title)
        article.fetched_at = fetched_at or clock.now()
        self.crawler.signals.send_catch_log(
            signals.item_dropped,
            item=waiting.candidate.complete(article, waiting.article_id),
            response=None,
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
