"""Pages from WARC files into the dataset: the way of an article from extraction on.

A page is compared with the row of the same capture only; where there is none, with what the
dataset held of the article before, as a crawl does. So whatever is read twice, in another order or
by two at once adds nothing, and no old page ever becomes the latest.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import pyarrow as pa
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object

from crawler.captures import read_captures
from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.article import extract
from crawler.extraction.page import Page
from crawler.extraction.paging import further_pages
from crawler.extraction.urls import canonical_url
from crawler.items import Rejected
from crawler.pending import decode
from crawler.reader import FIRST_STAGE_WITH_MEMORY
from crawler.sources.candidate import Candidate, Window
from output.filesystem import Root, open_file
from output.history import History, publish_captures
from output.rows import RowCheck, RowError
from output.schema import ARTICLES, content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crawler.captures import Capture
    from crawler.items import Article
    from crawler.spider import NewsSpider
    from output.history import Content, Moment
    from output.rows import Row

BATCH = 500
BATCH_BYTES = 32 << 20
EXAMPLES = 200
COMPARED = [
    name
    for name in ARTICLES.names
    if name
    not in (
        *("run_id", "extractor_version", "cluster_id", "archive", "discovered_via"),
        *("content_hash", "fetched_at", "url"),
    )
]
"""What a page says: a row is written when any of these has changed."""

BUGS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a page raises that meets a bug of ours; a crawl counts it too, and goes on."""

logger = logging.getLogger(__name__)
_check = RowCheck(ARTICLES)


@dataclass(frozen=True)
class Job:
    """What to do with every file; plain values, so that any process can take it over.

    :param location: of the dataset
    :param outlets: whose pages to read; none: of all
    :param window: of publication
    :param rejects: reasons; if any, only pages that were rejected for one of them are read
    :param diff: write nothing, and read also what this version has read before
    :param overrides: settings that differ from the project's
    """

    location: str
    run_id: str
    outlets: tuple[str, ...] = ()
    window: Window = field(default_factory=Window)
    rejects: tuple[str, ...] = ()
    diff: bool = False
    overrides: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Change:
    """A field that is read differently now."""

    url: str
    field: str
    old: Any
    new: Any


@dataclass
class Result:
    """What became of the pages of a file. `problem`: why it was not read to its end."""

    path: str
    counts: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    examples: list[Change] = field(default_factory=list)
    problem: str = ""

    @property
    def pages(self) -> int:
        return self.counts["pages"]


class Outlet:
    """What turns the pages of one outlet into rows."""

    def __init__(self, spider: type[NewsSpider], settings: Settings) -> None:
        self.name = spider.name
        self.rules = spider.rules()
        self.next_page = spider.next_page
        self.article_url = re.compile(spider.article_url)
        pipelines = settings.getdict("ITEM_PIPELINES")
        paths = build_component_list(
            {path: order for path, order in pipelines.items() if order < FIRST_STAGE_WITH_MEMORY}
        )
        crawler = Crawler(spider, settings.copy())
        self.stages = [build_from_crawler(load_object(path), crawler) for path in paths]

    def read(self, capture: Capture) -> Article:
        """The finished article on a page.

        :raises Rejected: it is none, or not a whole one.
        """
        page = Page(
            capture.body,
            capture.url,
            content_type=capture.content_type,
            encoding=self.rules.encoding,
        )
        if self.next_page and further_pages(page, self.next_page, [capture.url]):
            raise Rejected("incomplete", "its other pages are not on this one")
        article = extract(page, self.rules, fetched_at=capture.fetched_at)
        if listed := self._listed(capture.listed):
            article = listed[1].complete(article, listed[0])
        for stage in self.stages:
            article = stage.process_item(article)
        article.content_hash = content_hash(article.title, article.body)
        return article

    def _listed(self, said: bytes) -> tuple[str, Candidate] | None:
        """What the crawl knew of the article, unless somebody made it up."""
        if not said:
            return None
        try:
            values = json.loads(said)
            article_id, candidate = str(values["article_id"]), decode(values["candidate"])
        except (ValueError, TypeError, KeyError):
            return None
        return (article_id, candidate) if article_id.startswith(f"{self.name}:") else None


class Outlets:
    """All outlets of the project, by what their articles' URLs look like."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._made: dict[str, Outlet] = {}
        self._domains: dict[str, list[type[NewsSpider]]] = defaultdict(list)
        loader = get_spider_loader(settings)
        for name in sorted(loader.list()):
            spider = cast("type[NewsSpider]", loader.load(name))
            for domain in spider.allowed_domains:
                self._domains[domain].append(spider)

    def find(self, url: str) -> tuple[str, str]:
        """The outlet of the article at `url`, or "" and why there is none."""
        canonical = canonical_url(url)
        if canonical is None:
            return "", "bad_url"
        labels = (urlsplit(canonical).hostname or "").split(".")
        known = False
        for start in range(len(labels)):
            for spider in self._domains.get(".".join(labels[start:]), ()):
                known = True
                if re.search(spider.article_url, canonical):
                    return spider.name, ""
        return "", "not_an_article" if known else "other_host"

    def __getitem__(self, name: str) -> Outlet:
        if name not in self._made:
            spider = next(s for found in self._domains.values() for s in found if s.name == name)
            self._made[name] = Outlet(spider, self._settings)
        return self._made[name]


@cache
def outlets(overrides: tuple[tuple[str, Any], ...]) -> Outlets:
    """The project's outlets, in any process; `overrides` as in `Job`."""
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    settings.setdict(dict(overrides), priority="cmdline")
    return Outlets(settings)


def reparse(job: Job, path: str, progress: Callable[[int, int], None] | None = None) -> Result:
    """Read the pages of the WARC file at `path` into the dataset.

    :param progress: told the bytes and the pages that were done since it was told last
    :raises OSError: the dataset cannot be opened
    """
    return _File(job, path).reparse(progress or (lambda size, pages: None))


class _File:
    """One WARC file on its way into the dataset."""

    def __init__(self, job: Job, path: str) -> None:
        self.job = job
        self.path = path
        self.root = Root(job.location)
        self.name = self.root.name(path)
        self.history = History(job.location)
        self.outlets = outlets(job.overrides)
        self.result = Result(path)
        self.counts = self.result.counts
        self._names: dict[str, str] = {}  # of the outlets, by URL, for the batch that is being made
        self._seen: set[int] = set()

    def reparse(self, progress: Callable[[int, int], None]) -> Result:
        done = 0
        try:
            with open_file(self.path) as source:
                for batch in _batches(read_captures(source, self._is_wanted, self.counts)):
                    self._read(batch)
                    self._names.clear()
                    position = source.tell()
                    progress(position - done, len(batch))
                    done = position
                progress(source.seek(0, os.SEEK_END) - done, 0)
        except (OSError, pa.ArrowInvalid) as error:
            self.result.problem = str(error)
        if self.counts["bad/cut_off"]:
            self.result.problem = "it is cut off, or ends in what is no WARC record"
        return self.result

    def _is_wanted(self, url: str) -> bool:
        name, reason = self.outlets.find(url)
        if name and self.job.outlets and name not in self.job.outlets:
            reason = "other_outlet"
        if reason:
            self.counts[f"skipped/{reason}"] += 1
        else:
            self._names[url] = name
        return not reason

    def _read(self, batch: list[Capture]) -> None:
        self.counts["pages"] += len(batch)
        batch = self._to_be_judged(batch)
        if not batch:
            return
        names = [self._names[capture.url] for capture in batch]
        rows = self.history.rows({*names}, _moments(batch))
        pairs: list[tuple[Article, Row | None]] = []
        for name, capture in zip(names, batch, strict=True):
            row = rows.get((capture.url, capture.fetched_at))
            if row and row["extractor_version"] >= EXTRACTOR_VERSION and not self.job.diff:
                self.counts["done_before"] += 1
                continue
            try:
                article = self.outlets[name].read(capture)
            except Rejected as reject:
                self._reject(reject, capture, row)
                continue
            except BUGS:
                logger.exception("could not read %s", capture.url)
                self.counts["bad/reader_error"] += 1
                continue
            if not self.job.window.holds(article.published_at):
                self.counts["skipped/outside_window"] += 1
                continue
            article.run_id = self.job.run_id
            article.archive = {"file": self.name, "offset": capture.offset}
            pairs.append((article, row))
        self._publish(self._changed(pairs))

    def _to_be_judged(self, batch: list[Capture]) -> list[Capture]:
        if not self.job.rejects:
            return batch
        names = {self._names[capture.url] for capture in batch}
        rejected = self.history.rejected(names, _moments(batch), self.job.rejects)
        wanted = [c for c in batch if (c.url, c.fetched_at) in rejected]
        self.counts["skipped/not_rejected"] += len(batch) - len(wanted)
        return wanted

    def _reject(self, reject: Rejected, capture: Capture, row: Row | None) -> None:
        self.counts[f"rejected/{reject.reason}"] += 1
        if row:  # it stays: what was stored may have been read by somebody
            self.counts["rejected_now"] += 1
            self._show(capture.url, "(the whole row)", row["title"], str(reject))

    def _changed(self, pairs: Iterable[tuple[Article, Row | None]]) -> Iterator[Row]:
        """The rows that say what the dataset does not."""
        pairs = list(pairs)
        fresh = {a.article_id for a, row in pairs if row is None and a.article_id}
        names = {article.outlet for article, _ in pairs}
        before = self.history.contents(names, fresh)
        forgotten = self.history.forgotten(names, fresh)
        article_row = load_object("pipelines.store.article_row")
        for article, old in pairs:
            if article.article_id in forgotten:
                self.counts["skipped/forgotten"] += 1
                continue
            new = article_row(article)
            try:
                _check.weigh(new)
            except RowError:
                self.counts["rejected/bad_row"] += 1
                continue
            key = hash((article.article_id, article.fetched_at))
            if key in self._seen or not self._is_new(article, new, old, before):
                self.counts["unchanged"] += 1
                continue
            self._seen.add(key)
            self.counts["changed" if old else "new"] += 1
            yield {"outlet": article.outlet, **new}

    def _is_new(
        self, article: Article, new: Row, old: Row | None, before: dict[str, list[Content]]
    ) -> bool:
        if old:
            fields = [name for name in COMPARED if old[name] != new[name]]
            self.result.fields.update(fields)
            for name in fields:
                self._show(article.url, name, old[name], new[name])
            return bool(fields)
        assert article.fetched_at
        said = [
            content.content_hash
            for content in before.get(str(article.article_id), [])
            if content.fetched_at <= article.fetched_at
        ]
        return not said or said[-1] != article.content_hash

    def _show(self, url: str, name: str, old: Any, new: Any) -> None:
        if len(self.result.examples) < EXAMPLES:
            self.result.examples.append(Change(url, name, old, new))

    def _publish(self, rows: Iterable[Row]) -> None:
        by_outlet = defaultdict(list)
        for row in rows:
            by_outlet[row.pop("outlet")].append(row)
        if not self.job.diff:
            for outlet, held in by_outlet.items():
                publish_captures(self.root, outlet, held)


def _batches(captures: Iterable[Capture]) -> Iterator[list[Capture]]:
    """As many as memory holds easily. Where one ends depends on the file alone, so that whoever
    reads it again makes the same ones."""
    batch: list[Capture] = []
    size = 0
    for capture in captures:
        batch.append(capture)
        size += len(capture.body)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _moments(batch: Iterable[Capture]) -> list[Moment]:
    return [(capture.url, capture.fetched_at) for capture in batch]
