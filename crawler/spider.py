"""NewsSpider: an outlet as a declaration, in which every attribute has a working default."""

from __future__ import annotations

import atexit
import gc
import re
import sqlite3
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from scrapy import Request, Spider, signals
from scrapy.exceptions import DontCloseSpider
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.utils.defer import deferred_from_coro

from crawler.extraction.article import extract
from crawler.extraction.body.multipage import further_pages, join, whole_url
from crawler.extraction.page.page import Page
from crawler.extraction.rules import Rules, Selectors
from crawler.extraction.urls import absolute, article_address
from crawler.items import Article, NothingNew, Rejected
from crawler.manners import BlockedError, failure_reason, user_agent
from crawler.sources import Candidate, Source, SourceError
from crawler.sources.discovery import Search
from crawler.sources.gate import Gate
from crawler.sources.wanted import Decision, Wanted, as_listed
from crawler.sources.window import Arguments
from crawler.state.backfill import IndexPage
from crawler.state.outlet_state import OutletState
from output import clock
from output.clock import WIB

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from datetime import date, datetime

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from crawler.state.queue import Waiting

OutletStatus = Literal["verified", "modelled", "refused", "permission", "blocked"]
GONE = ("http_404", "http_410")
REFUSALS = ("blocked", "robots", "robots_unavailable", "http_401", "http_429", "http_451")
"""Reasons of lists that a host keeps from us: no other list is looked for then."""
NAMED = "urls"
"""The source of the articles that a person named (`-a urls=FILE`)."""
BATCH = 200  # articles handed to Scrapy at a time, to bound its memory; the others wait on disk
BESIDE_LISTS = 5  # articles asked for after each page of a list, so that no list starves them
GC_THRESHOLD = 10_000  # objects; the tree of a page has thousands, in no reference cycles

# Unfreeze at exit: frozen objects are never finalised, and DuckDB warns.
atexit.register(gc.unfreeze)


def freeze_loaded_objects() -> None:
    """Take all objects that are loaded by now out of garbage collection, a tenth of all time."""
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


@dataclass
class ListPage:
    """A page of a list as it was read: decided candidates, and requests for the rest."""

    decided: list[tuple[Candidate, Decision]] = field(default_factory=list)
    further: list[Request] = field(default_factory=list)
    failed: bool = False

    @property
    def articles(self) -> int:
        """The number of candidates with an article's URL."""
        return sum(decision.is_article for _, decision in self.decided)

    @property
    def is_new(self) -> bool:
        """True if a candidate is new to this run."""
        return any(decision.is_new for _, decision in self.decided)

    @property
    def is_last(self) -> bool:
        """True if the list ends here, and none of its candidates was left to a later run."""
        cut = any(decision.skipped == "limit" for _, decision in self.decided)
        return not (self.failed or self.further or cut)


class NewsSpider(Spider):
    """An outlet. To declare an outlet, set the attributes below; selectors, newest template first.

    Further attributes are those of `crawler.extraction.rules.Rules`.
    Every article that a source lists ends in one counted outcome (`wartatek/` in the stats).
    """

    publisher: ClassVar[str]
    """The outlet's name for readers."""
    status: ClassVar[OutletStatus] = "modelled"
    """verified: extracts real saved pages of today's template; modelled: built from documented
    facts, not yet seen live; refused: its robots.txt refuses us; permission: asks in words not to
    be crawled by machines; blocked: honest clients get a challenge or 403."""
    allowed_domains: ClassVar[list[str]]
    sources: ClassVar[tuple[Source, ...]]
    """The lists of articles, best first."""
    technology: ClassVar[str | None] = None
    """Regex searched in article URLs: a match is technology by its section. "" matches all (a
    technology outlet); None: there is no such section, articles are picked by topic alone."""
    whole: ClassVar[str] = ""
    """Suffix of an article's URL that gives all pages of the article in one, e.g. "?page=all"."""
    next_page: ClassVar[Selectors] = ()
    """Links to further pages of one article, where `whole` does not serve."""

    article_url: ClassVar[str]

    outlet_state: OutletState
    """The state of earlier runs, which `from_crawler` opens."""

    def __init__(
        self, *args: Any, known: Callable[[str], str | None] = lambda _: None, **kwargs: Any
    ) -> None:
        """`kwargs` are spider arguments (`-a since=2023-09-01`), see crawler.sources.window."""
        super().__init__(*args)
        arguments = Arguments.of(kwargs)
        self.window = arguments.window
        self.limit = arguments.limit
        self.urls = arguments.urls
        self._asked = 0
        self.gate = Gate.of(self.allowed_domains, self.sources)
        self.wanted = Wanted(
            name=self.name,
            gate=self.gate,
            article=re.compile(self.article_url),
            technology=self._technology(),
            window=self.window,
            known=known,
            limit=arguments.limit,
        )
        self._has_list = self._is_refused = False
        self._search = Search(
            Gate(self.allowed_domains),
            self.wanted.article,
            self.wanted.technology,
            [source.url for source in self.sources],
        )
        self._steps = self._search.steps()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsSpider:
        window = Arguments.of(kwargs).window
        pattern = re.compile(cls.article_url)
        outlet_state = OutletState.of(crawler.settings, cls.name, pattern, window)
        spider = super().from_crawler(crawler, *args, known=outlet_state.known, **kwargs)
        spider.outlet_state = outlet_state
        crawler.signals.connect(spider.ask_for_articles, signals.spider_idle)
        crawler.signals.connect(spider.item_dropped, signals.item_dropped)
        crawler.signals.connect(spider.callback_failed, signals.spider_error)
        crawler.signals.connect(spider.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(spider.request_dropped, signals.request_dropped)
        if spider.window.past:  # only runs of the present have a time limit
            crawler.settings.set("CLOSESPIDER_TIMEOUT", 0, priority="spider")
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        settings.set("USER_AGENT", user_agent(settings), priority="spider")

    @property
    def is_routine(self) -> bool:
        """True if all of the present is asked for, as cron does, so that runs compare."""
        return not self.window.past and self.limit is None and self.urls is None

    @classmethod
    def rules(cls) -> Rules:
        """Return the rules by which article pages are read."""
        return Rules.of(cls)

    def closed(self, reason: str) -> None:
        if reason == "closespider_timeout":
            waiting = sum(1 for _ in self.outlet_state.queue.new())
            self.crawler.stats.set_value("wartatek/waiting", waiting)
        self.outlet_state.close(self.crawler.stats.get_value("wartatek/run_id"))

    # -- lists

    async def start(self) -> AsyncIterator[Request]:
        freeze_loaded_objects()
        if self.urls is not None:
            self._take_named(self.urls)
            return
        self.outlet_state.queue.bring_back(self.window.or_last_days(clock.now()))
        for source in self.sources:
            for request in source.requests(self.window):
                if self._is_walked(request.meta.get("index_day"), source):
                    self._count(f"sources/{source.label}/walked")
                else:
                    yield self._ask(source, request)

    def _take_named(self, urls: Iterable[str]) -> None:
        """Queue the articles that a person named, as if a list of the outlet had named them."""
        wanted, articles = [], 0
        for url in urls:
            candidate = Candidate(url=url, via=NAMED)
            decision = self.wanted.decide(candidate)
            self._count_listed(decision)
            articles += decision.is_article
            if not decision.skipped:
                found = replace(candidate, url=decision.url)
                wanted.append((self.wanted.article_id(candidate), found))
        self._count(f"sources/{NAMED}/listed", articles)
        self.outlet_state.listed(wanted)

    def _technology(self) -> re.Pattern[str] | None:
        """Return the pattern of the technology section; of articles that a person named, all."""
        if self.urls is not None:
            return re.compile("")
        return None if self.technology is None else re.compile(self.technology)

    def _is_walked(self, day: date | None, source: Source) -> bool:
        """Return True if a backfill has read `source` for `day`, and this run is a backfill."""
        walked = self.outlet_state.backfill.is_walked
        return self.window.past and day is not None and walked(day, source.label)

    def parse_source(self, response: Response, source: Source) -> Iterator[Request]:
        """Queue the wanted candidates of a list; yield requests for the rest of the list."""
        if response.status == HTTPStatus.NOT_MODIFIED:
            self._count(f"sources/{source.label}/unchanged")
            self._has_list = True
            return
        if response.meta.get("redirect_urls"):
            self.logger.warning("%s was redirected to %s", source.label, response.url)
        page = self._read_list(response, source)
        self._count(f"sources/{source.label}/listed", page.articles)
        if page.articles:
            self._has_list = True
            self._note_found(source)
        goes_on = page.further or response.meta.get("continues")
        if page.decided and not page.articles and not goes_on:
            self._source_failed(source, "no_articles", "no link looks like one of its articles")
        wanted = [
            (self.wanted.article_id(candidate), replace(candidate, url=decision.url))
            for candidate, decision in page.decided
            if not decision.skipped
        ]
        is_last = page.is_last and not self.window.past
        self.outlet_state.listed(wanted, response, is_last=is_last)
        if self.window.past:
            self._note_day(response, source, page)
        for request in page.further:
            yield self._ask(source, request)
        yield from self._next_articles(BESIDE_LISTS)

    def _read_list(self, response: Response, source: Source) -> ListPage:
        """Return the candidates in `response`, decided and counted, and the requests after them.

        A page that continues the list is requested only after a page with something new.
        """
        page = ListPage()
        try:
            for found in source.parse(response, self.window):
                if not isinstance(found, Request):
                    found.via = source.label
                    decision = self.wanted.decide(found)
                    page.decided.append((found, decision))
                    self._count_listed(decision)
                elif reason := self.gate.refusal(found.url):
                    self._count("listed")
                    self._count(f"skipped/{reason}")
                    self.logger.info("%s names %s: %s", source.label, found.url, reason)
                elif not found.meta.get("continues") or page.is_new:
                    page.further.append(found)
        except SourceError as error:
            page.failed = True
            self._source_failed(source, error.reason, error.evidence)
        return page

    def _count_listed(self, decision: Decision) -> None:
        if decision.skipped == "duplicate":  # the outcome is counted at the first listing
            self._count("duplicates")
            return
        self._count("listed")
        if decision.skipped:
            self._count(f"skipped/{decision.skipped}")

    def _note_day(self, response: Response, source: Source, page: ListPage) -> None:
        """Keep the progress of a backfill; a day that is not over is never done."""
        day: date | None = response.meta.get("index_day")
        if day and day < clock.now().astimezone(WIB).date():
            is_first = not response.meta.get("continues")
            walked = IndexPage.of(day, page.decided, is_first=is_first, is_last=page.is_last)
            self.outlet_state.backfill.add(day, source.label, walked)

    def source_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        reason = "blocked" if isinstance(failure.value, BlockedError) else failure_reason(failure)
        self._source_failed(request.cb_kwargs["source"], reason, failure.getErrorMessage())

    def request_dropped(self, request: Request) -> None:
        """Count a list that was redirected to one which this run has asked for."""
        if request.meta.get("redirect_times") and (source := request.cb_kwargs.get("source")):
            self._source_failed(source, "same_list", request.url)

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
        self._is_refused = self._is_refused or reason in REFUSALS
        self.logger.warning("%s: %s (%s)", source.label, reason, evidence)

    # -- lists that are not declared, where no declared list names an article

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Keep the sitemaps that the robots.txt of the host of `request` names."""
        if isinstance(robotparser, ProtegoRobotParser):
            robots = absolute(request.url, "/robots.txt")
            named = [absolute(robots, sitemap) for sitemap in robotparser.rp.sitemaps]
            self._search.sitemaps += named

    def _needs_lists(self) -> bool:
        """Return True if lists are to be looked for: the outlet answers and refuses nothing, and no
        list names an article."""
        answered = self.crawler.stats.get_value("downloader/response_count")
        is_present = not self.window.past and self.urls is None
        return bool(answered) and is_present and not (self._has_list or self._is_refused)

    def _go_on_searching(self) -> bool:
        """Take the next steps of the search for lists; return True if a request was sent."""
        while self._needs_lists() and (step := next(self._steps, None)):
            # A declared list may have been redirected there in vain: Scrapy's filter knows the URL.
            requests = [
                self._ask(source, request.replace(dont_filter=True))
                for source in step.lists
                for request in source.requests(self.window)
            ]
            requests += [
                Request(url, self.parse_page, errback=self.page_failed, dont_filter=True)
                for url in step.pages
            ]
            for source, response in step.taken:
                requests += self.parse_source(response, source)
            for request in requests:
                self.crawler.engine.crawl(request)
            if requests:
                return True
        return False

    def parse_page(self, response: Response) -> None:
        """Take a home page or a section's, on which lists are looked for."""
        self._search.take(response)

    def page_failed(self, failure: Failure) -> None:
        reason = "blocked" if isinstance(failure.value, BlockedError) else failure_reason(failure)
        self._is_refused = self._is_refused or reason in REFUSALS
        self.logger.info("no lists found on a page: %s", failure.getErrorMessage())

    def _note_found(self, source: Source) -> None:
        """Count a source that lists articles and is not declared."""
        if source not in self.sources:
            self._count(f"discovered/{source.label}")
            self.logger.warning("found %s, not declared", source.url)

    # -- articles

    def ask_for_articles(self) -> None:
        """Ask for the next articles of the queue, after a search for lists where none names an
        article; Scrapy calls it when idle."""
        if self._go_on_searching():
            raise DontCloseSpider
        batch = list(self._next_articles(BATCH))
        for request in batch:
            self.crawler.engine.crawl(request)
        if batch:
            raise DontCloseSpider

    def _next_articles(self, most: int) -> Iterator[Request]:
        """Yield requests for at most `most` articles of the queue."""
        if self.limit is not None:
            most = min(most, self.limit - self._asked)
        while most > 0:
            try:
                batch = self.outlet_state.queue.take(most)
            except sqlite3.Error as error:  # Scrapy would only log it
                self.crawler.stats.set_value("wartatek/state_error", str(error))
                return
            if not batch:
                return
            for waiting in batch:
                if waiting.look or self.window.holds(waiting.candidate.published):
                    most -= 1
                    self._asked += 1
                    if waiting.article_id not in self.wanted:
                        self._count("resumed")
                    yield self._request(waiting)

    def parse_article(
        self, response: Response, waiting: Waiting, first: Article | None = None
    ) -> Iterator[Article | Request]:
        """Yield the article on `response`, or a request for a further page of the article.

        :param first: the article as read from the pages before, None on the first page.
        """
        if response.status == HTTPStatus.NOT_MODIFIED:
            self._count("unchanged")
            self.outlet_state.queue.unchanged(waiting.article_id)
            return
        try:
            page, article = self._read_page(response, first)
        except Rejected as reject:
            self._count("fetched")
            self._reject(reject, waiting, response.url, _fetched_at(response))
            return
        read = [*response.meta.get("pages_read", ()), response.url]
        if not response.meta.get("whole") and (further := further_pages(page, self.rules(), read)):
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

    def _read_page(self, response: Response, first: Article | None) -> tuple[Page, Article]:
        """Return the parsed page, and the article on it, joined to its `first` pages.

        :raises Rejected: when the page is no article.
        """
        rules = self.rules()
        page = Page(
            response.body,
            response.url,
            content_type=_content_type(response),
            encoding=rules.encoding,
        )
        if first is not None:
            return page, join(first, page, rules)
        article = extract(page, rules, fetched_at=_fetched_at(response))
        article.archive = response.meta.get("archive")
        return page, article

    def article_failed(self, failure: Failure) -> Iterator[Request]:
        request: Request = failure.request  # type: ignore[attr-defined]
        waiting: Waiting = request.cb_kwargs["waiting"]
        reason = failure_reason(failure)
        if isinstance(failure.value, BlockedError):
            self._count("blocked")
            self.outlet_state.queue.host_refused(waiting.article_id, failure.value.until)
        elif reason == "robots" and request.meta.get("whole"):
            # robots.txt may refuse the query string alone: read the article page by page
            yield self._article_request(request.meta["whole"], waiting, {})
        elif waiting.look and reason in GONE:
            self._reject(Rejected("gone", reason), waiting, request.url)
        elif self.outlet_state.queue.failed(waiting.article_id, reason):
            self._count(f"failed/{reason}")
            self.logger.info("Failed %s: %s", request.url, reason)
        else:
            self._reject(Rejected("given_up", f"the last try: {reason}"), waiting, request.url)

    def item_dropped(self, item: Article, response: Response | None, exception: Exception) -> None:
        """Put off the next look at an article in which a second look found nothing new."""
        if isinstance(exception, NothingNew) and item.article_id:
            self.outlet_state.queue.unchanged(item.article_id)
            if response is not None:
                self.outlet_state.validators.keep_response(response)

    def callback_failed(self, failure: Failure, response: Response) -> None:
        """Count a bug of ours: a try of the article, or a problem of the list. End the run without
        a state that can be written."""
        if failure.check(sqlite3.Error):  # type: ignore[no-untyped-call]
            deferred_from_coro(self.crawler.engine.close_spider_async(reason="state_error"))
            return
        told = response.request.cb_kwargs if response.request else {}
        if waiting := told.get("waiting"):  # else the same page is asked for in every run
            self.outlet_state.queue.failed(waiting.article_id, "callback_error")
        elif source := told.get("source"):
            self._source_failed(source, "callback_error", response.url)

    def _request(self, waiting: Waiting) -> Request:
        listed = waiting.candidate.url
        url = as_listed(article_address(listed, self.wanted.article) or listed, listed)
        whole = whole_url(url, self.rules())
        return self._article_request(whole, waiting, {"whole": url} if self.whole else {})

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
        """Report a page that is no article to the extensions that count and keep rejects."""
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


def _content_type(response: Response) -> str | None:
    value = response.headers.get("Content-Type")
    return value.decode("latin-1") if value else None


def _fetched_at(response: Response) -> datetime:
    fetched_at: datetime = response.meta.get("fetched_at") or clock.now()
    return fetched_at
