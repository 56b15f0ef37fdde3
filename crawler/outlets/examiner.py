"""The examiner: an outlet's spider that asks each source once, and for a few articles of each."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from scrapy import Request, signals
from scrapy.utils.httpobj import urlparse_cached

from crawler.extraction.page.page import Page
from crawler.items import OWN_BODY, Article, Rejected
from crawler.manners import BlockedError, RobotsError, failure_reason
from crawler.outlets.examination import Examination, PageFinding, SourceFinding, form_of
from crawler.outlets.matched_rules import unmatched
from crawler.sources import Candidate, Source, SourceError
from crawler.sources.wanted import Wanted
from crawler.spider import NewsSpider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.sources.wanted import Decision
    from crawler.state.queue import Waiting
    from crawler.state.refusals import Refusals

EACH = 2
"""Articles of each source that are asked for, unless `limit` says another number."""
PAGES = 2
"""Further pages of a source that are asked for: the first child of a sitemap index and the last,
as either may be the newest."""


class Examiner(NewsSpider):
    """An outlet in a run that stores nothing and finds out what works; `examiner_of` makes it.

    Refusals by hosts are those of the project's own state, in which blocks are kept too.
    """

    examination: ClassVar[Examination]
    refusals: ClassVar[Refusals]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked_for: dict[str, str] = {}  # the source of each article by article_id
        self._wanted_by: dict[str, Wanted] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Examiner:
        spider = cast("Examiner", super().from_crawler(crawler, *args, **kwargs))
        spider.outlet_state.refusals = cls.refusals
        crawler.signals.connect(spider.article_read, signals.item_scraped)
        crawler.signals.connect(spider.article_rejected, signals.item_dropped)
        return spider

    # -- lists

    def parse_source(self, response: Response, source: Source) -> Iterator[Request]:
        """Note how `source` answers, and queue a few articles of it."""
        finding = self._finding(source)
        finding.status, finding.problem = response.status, ""
        is_first = not response.meta.get("sitemap_depth")
        if is_first and response.meta.get("redirect_urls"):
            finding.moved_to = response.url
        listed: list[Candidate] = []
        further: list[Request] = []
        try:
            for found in source.parse(response, self.window):
                if isinstance(found, Candidate):
                    listed.append(replace(found, via=source.label))
                elif not found.meta.get("continues") and not self.gate.refusal(found.url):
                    further.append(found)
        except SourceError as error:
            self._source_failed(source, error.reason, error.evidence)
        self._note_listed(finding, listed)
        if listed and not finding.articles:
            finding.problem = "no_articles"
        for request in _ends(further):
            yield self._ask(source, request)

    def _note_listed(self, finding: SourceFinding, listed: Iterable[Candidate]) -> None:
        """Count the links of a source, and queue the first of its articles."""
        wanted = self._wanted_by.setdefault(finding.source.label, self._wanted_of_any_day())
        decided = [(candidate, wanted.decide(candidate)) for candidate in listed]
        articles = [(found, decision) for found, decision in decided if decision.is_article]
        finding.items += len(decided)
        finding.articles += len(articles)
        finding.strange.update(form_of(c.url) for c, decision in decided if not decision.is_article)
        for found, decision in articles:
            finding.dated(found.published or found.modified)
            if self.technology:
                is_inside = bool(wanted.technology and wanted.technology.search(decision.url))
                self.examination.technology[is_inside] += 1
                self.examination.sections.update([] if is_inside else [form_of(decision.url)])
        self._queue_some(articles)

    def _queue_some(self, articles: list[tuple[Candidate, Decision]]) -> None:
        """Queue the first articles that no other source gave, those about technology first."""
        for candidate, decision in sorted(articles, key=lambda pair: bool(pair[1].skipped)):
            article_id = self.wanted.article_id(candidate)
            few = list(self._asked_for.values()).count(candidate.via) < (self.limit or EACH)
            if few and article_id not in self._asked_for:
                self._asked_for[article_id] = candidate.via
                self.outlet_state.listed([(article_id, replace(candidate, url=decision.url))])

    def _wanted_of_any_day(self) -> Wanted:
        """Return decisions for one source, which know nothing of what other sources list."""
        ours = self.wanted
        return Wanted(
            name=ours.name,
            gate=ours.gate,
            article=ours.article,
            technology=ours.technology,
            window=self.window,
            known=lambda _: None,
        )

    def _finding(self, source: Source) -> SourceFinding:
        declared = source in self.sources
        return self.examination.sources.setdefault(source.label, SourceFinding(source, declared))

    def source_failed(self, failure: Failure) -> None:
        super().source_failed(failure)
        finding = self._finding(failure.request.cb_kwargs["source"])  # type: ignore[attr-defined]
        finding.problem = self._reason(failure)
        if finding.problem.startswith("http_"):
            finding.status = int(finding.problem.removeprefix("http_"))

    def _needs_lists(self) -> bool:
        """Return True if lists are to be looked for: in robots.txt and on home pages always, in
        their sections where a declared list is dead and no other was found."""
        findings = self.examination.sources.values()
        dead = any(not finding.works for finding in findings if finding.declared)
        found = any(finding.works for finding in findings if not finding.declared)
        self._search.with_sections = dead and not found
        self._has_list = False
        return super()._needs_lists()

    def _source_failed(self, source: Source, reason: str, evidence: str) -> None:
        super()._source_failed(source, reason, evidence)
        self._finding(source).problem = reason

    # -- articles

    def article_read(self, item: Article, response: Response) -> None:
        """Note the fields that rules of the outlet's own found on a page."""
        self._note_page(item, response, "")

    def article_rejected(
        self, item: Article, response: Response | None, exception: Exception
    ) -> None:
        """Note the reason for which a page is no article."""
        reason = exception.reason if isinstance(exception, Rejected) else str(exception)
        self._note_page(item, response, reason)

    def _note_page(self, item: Article, response: Response | None, problem: str) -> None:
        finding = self.examination.sources[item.discovered_via or ""]
        if response is None:
            finding.pages.append(PageFinding(item.url, problem))
            return
        rules = self.rules()
        missing = unmatched(Page(response.body, response.url, encoding=rules.encoding), rules)
        finding.dated(item.published_at)
        finding.pages.append(
            PageFinding(
                item.url,
                problem,
                (item.body_source or "").startswith(OWN_BODY) if rules.body else None,
                "published" not in [*missing, *item.contradicted] if rules.published else None,
                bool(item.paywalled),
                "published" in item.contradicted,
            )
        )

    def article_failed(self, failure: Failure) -> Iterator[Request]:
        waiting: Waiting = failure.request.cb_kwargs["waiting"]  # type: ignore[attr-defined]
        again = list(super().article_failed(failure))
        if not again:
            finding = self.examination.sources[waiting.candidate.via]
            finding.pages.append(PageFinding(waiting.candidate.url, self._reason(failure)))
        yield from again

    def _reason(self, failure: Failure) -> str:
        """Return the reason of a failure; of a host that refuses us, the wall's own words."""
        error = failure.value
        if isinstance(error, BlockedError):
            return error.reason
        reason = failure_reason(failure)
        host = urlparse_cached(failure.request).netloc  # type: ignore[attr-defined]
        if not (isinstance(error, RobotsError) and error.evidence):
            return reason
        refusal = self.refusals.current(host)
        return refusal.reason if refusal else f"robots.txt: {error.evidence}"


def examiner_of(outlet: type[NewsSpider], refusals: Refusals) -> type[Examiner]:
    """Return the examiner of `outlet`.

    :param refusals: those of the project's state
    """
    sources = {source.label: SourceFinding(source) for source in outlet.sources}
    examination = Examination(outlet.name, bool(outlet.rules().body), sources)
    attributes = {"examination": examination, "refusals": refusals, "__doc__": outlet.__doc__}
    return type(outlet.__name__, (Examiner, outlet), attributes)


def _ends(requests: list[Request]) -> list[Request]:
    return requests if len(requests) <= PAGES else [requests[0], requests[-1]]
