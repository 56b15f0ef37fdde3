"""Pages from WARC files into the dataset: the way of an article from extraction on.

A page is compared with the row of the same capture; without such a row, with the article's earlier
contents in the dataset, as a crawl does. So a second reading, in another order or by two processes
at the same time, adds no row, and no old page becomes the latest.
"""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from crawler.archive.containers import warcs_in
from crawler.archive.scanner import Counts, read_pages
from crawler.archive.writer import ARCHIVE
from crawler.extraction import EXTRACTOR_VERSION
from crawler.extraction.walls import SAME_PAGE
from crawler.items import Rejected
from crawler.outlets.reader import ReaderError, one_page
from crawler.reparse.capture_order import CaptureOrder
from crawler.reparse.held_back import HeldBack
from crawler.reparse.job import Change, Job, Result
from crawler.reparse.multipage import Paged
from crawler.reparse.outlet_reader import outlet_readers
from output.captures import Content, History, publish_captures
from output.filesystem import Root, open_file
from output.lifted import published_hash
from output.row_check import RowCheck, RowError
from output.same_text import is_same_text
from output.schema import ARTICLES, PARAGRAPH, Row, outlet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
    from typing import BinaryIO

    from crawler.archive.reader import ArchivedPage
    from crawler.items import Article
    from crawler.reparse.outlet_reader import OutletReader
    from output.captures import Moment

_LARGE = 64 << 20
"""Bytes of a file of our own archive, above which the file is not held until all pages are met."""
BATCH = 500
BATCH_BYTES = 32 << 20
EXAMPLES = 200
OTHER_ORIGIN = "skipped/other_origin"
COMPARED = [
    name
    for name in ARTICLES.names
    if name
    not in (
        *("run_id", "extractor_version", "cluster_id", "archive", "discovered_via"),
        *("content_hash", "published_hash", "lifted", "fetched_at", "url"),
    )
]
"""Columns with the content of a page: a changed value in any of them makes a new row."""

logger = logging.getLogger(__name__)
_check = RowCheck(ARTICLES)


class _Page(NamedTuple):
    """A page, the name that rows have for the page's file, and the article's further pages.

    `further` is None where a page of the article is missing.
    """

    capture: ArchivedPage
    file: str
    further: Sequence[ArchivedPage] | None = ()

    def shifted(self, start: int) -> _Page:
        """Return the page of a WARC that begins at `start` of the file."""
        capture = replace(self.capture, offset=self.capture.offset + start)
        return self._replace(capture=capture) if start else self

    @property
    def outlet(self) -> str:
        return self.capture.outlet

    @property
    def moment(self) -> Moment:
        return self.capture.url, self.capture.fetched_at

    @property
    def size(self) -> int:
        return sum(len(page.body) for page in (self.capture, *(self.further or ())))


def reparse(
    job: Job, paths: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> Result:
    """Read the pages of the WARC files at `paths` into the dataset.

    :param progress: called with the bytes and pages done since the last call
    :raises OSError: the dataset cannot be opened
    """
    return _Task(job, paths).reparse(progress or (lambda size, pages: None))


class _Task:
    """WARC files on the way into the dataset, file after file."""

    def __init__(self, job: Job, paths: Sequence[str]) -> None:
        self.job = job
        self.root = Root(job.location)
        self.history = History(job.location)
        self.readers = outlet_readers(job.overrides)
        self.result = Result(paths)
        self.tally = self.result.tally
        self._done = 0  # bytes
        self.held_back = HeldBack(self.history.evidence(SAME_PAGE))
        self._written: dict[str, list[Content]] = defaultdict(list)  # not yet in history

    def reparse(self, progress: Callable[[int, int], None]) -> Result:
        told = 0
        try:
            for batch in _batches(self._in_capture_order()):
                self._read(batch)
                progress(self._done - told, len(batch))
                told = self._done
            self._read_held_back()
        except (
            OSError,
            pa.ArrowInvalid,
        ) as error:  # of the dataset; errors of files are caught in _pages
            for path in self.result.paths:
                self.result.problems.setdefault(path, str(error))
        progress(self._done - told, 0)
        return self.result

    # -- from files

    def _in_capture_order(self) -> Iterator[_Page]:
        """Yield the pages of all files, the earliest capture first.

        Large files of our own archive are read as they are, before all others: a crawl wrote them
        in that order.
        """
        with CaptureOrder[_Page]() as held:
            for path in self.result.paths:
                is_ordered = self._is_large_crawl(path)
                for page in self._pages(path):
                    if is_ordered:
                        yield page
                    else:
                        held.keep(page, page.capture.fetched_at)
            yield from held.pages()

    def _is_large_crawl(self, path: str) -> bool:
        if not self.root.name(path).startswith(f"{ARCHIVE}/"):
            return False
        try:
            with open_file(path) as source:
                return source.seek(0, os.SEEK_END) > _LARGE
        except (OSError, pa.ArrowInvalid):  # `_pages` says so
            return False

    def _pages(self, path: str) -> Iterator[_Page]:
        before, counts = self._done, Counts()
        try:
            with open_file(path) as source:
                for start, warc in warcs_in(source):
                    for page in self._pages_in(warc, self.root.name(path), counts):
                        yield page.shifted(start)
                        self._done = before + start + warc.tell()
                self._done = before + source.seek(0, os.SEEK_END)
        except (OSError, pa.ArrowInvalid) as error:
            self.result.problems[path] = str(error)
        if counts["", "bad/cut_off"]:
            self.result.problems[path] = "it is cut off, or ends in what is no WARC record"
        if any(name == OTHER_ORIGIN for _, name in counts):
            self.result.problems[path] = "pages in it are of another origin than the dataset"
        self.tally.update(counts)

    def _pages_in(self, source: BinaryIO, file: str, counts: Counts) -> Iterator[_Page]:
        paged = Paged()
        for capture in read_pages(source, self._find, counts):
            if self.job.origin not in (None, capture.origin):
                counts[capture.outlet, OTHER_ORIGIN] += 1
                continue
            reader = self.readers[capture.outlet]
            links = _links(reader, capture)
            if links or reader.may_be_part(capture.url):
                paged.keep(capture, links)
            else:
                yield _Page(capture, file)
        for capture, further in paged.articles(source, counts):
            for part in further or ():
                counts[part.outlet, "skipped/further_page"] += 1
            yield _Page(capture, file, further)

    def _find(self, url: str) -> str:
        name, reason = self.readers.registry.find(url)
        if name and self.job.outlets and name not in self.job.outlets:
            name, reason = "", "other_outlet"
        if reason:
            self.tally["", f"skipped/{reason}"] += 1
        return name

    # -- to articles

    def _read(self, batch: list[_Page]) -> None:
        for page in batch:
            self.tally[page.outlet, "pages"] += 1
        batch = self._to_be_judged(batch)
        outlets = {page.outlet for page in batch}
        versions = self.history.versions(outlets, [page.moment for page in batch])
        batch = self._not_done(batch, versions)
        older = [page.moment for page in batch if page.moment in versions]
        rows = self.history.rows(outlets, older)
        read = ((self._article(page, rows.get(page.moment)), page) for page in batch)
        pairs = [(article, rows.get(page.moment)) for article, page in read if article]
        self._publish(self._changed([pair for pair in pairs if not self.held_back.takes(*pair)]))

    def _read_held_back(self) -> None:
        """Reject the articles whose text is a wall's, and publish the others held back."""
        judged = list(self.held_back.judged())
        for (article, row), is_wall in judged:
            if is_wall:
                self._reject(Rejected(SAME_PAGE), article.outlet, article.url, row)
        pairs = sorted(
            ((held.article, held.row) for held, is_wall in judged if not is_wall),
            key=lambda pair: (pair[0].fetched_at, pair[0].url),
        )
        for start in range(0, len(pairs), BATCH):
            self._publish(self._changed(pairs[start : start + BATCH]))

    def _to_be_judged(self, batch: list[_Page]) -> list[_Page]:
        if not self.job.rejects:
            return batch
        outlets, moments = {page.outlet for page in batch}, [page.moment for page in batch]
        rejected = self.history.rejected(outlets, moments, self.job.rejects)
        return self._without(batch, {*moments} - rejected, "skipped/not_rejected")

    def _not_done(self, batch: list[_Page], versions: Mapping[Moment, str]) -> list[_Page]:
        if self.job.diff:
            return batch
        done = {moment for moment, version in versions.items() if version >= EXTRACTOR_VERSION}
        return self._without(batch, done, "done_before")

    def _without(self, batch: list[_Page], moments: Set[Moment], name: str) -> list[_Page]:
        """Return the pages of `batch` whose moment is not in `moments`, and count the others."""
        for page in batch:
            if page.moment in moments:
                self.tally[page.outlet, name] += 1
        return [page for page in batch if page.moment not in moments]

    def _article(self, page: _Page, row: Row | None) -> Article | None:
        """Return the article on `page`; None, and a count, where no article is wanted from it."""
        try:
            if page.further is None:
                raise Rejected("incomplete", "not all of its pages are in the file")
            with one_page():
                article = self.readers[page.outlet].read(page.capture, page.further)
                is_inside = self.job.window.holds(article.published_at)
        except Rejected as reject:
            self._reject(reject, page.outlet, page.capture.url, row)
            return None
        except ReaderError as error:
            self._bug(error, page.outlet, page.capture.url)
            return None
        if not is_inside:
            self.tally[page.outlet, "skipped/outside_window"] += 1
            return None
        if row and self.readers[page.outlet].had_id(article, row["article_id"]):
            article.article_id = row["article_id"]
        article.run_id = self.job.run_id
        article.archive = {"file": page.file, "offset": page.capture.offset}
        return article

    def _bug(self, error: ReaderError, outlet: str, url: str) -> None:
        logger.error("could not read %s", url, exc_info=error)
        self.tally[outlet, "bad/reader_error"] += 1
        self.tally[outlet, f"error/{error.name}"] += 1

    def _reject(self, reject: Rejected, outlet: str, url: str, row: Row | None) -> None:
        self.tally[outlet, f"rejected/{reject.reason}"] += 1
        if row:  # the row stays: somebody may have read it
            self.tally[outlet, "rejected_now"] += 1
            self._show(url, "(the whole row)", row["title"], str(reject))

    # -- to rows

    def _changed(self, pairs: Sequence[tuple[Article, Row | None]]) -> Iterator[Row]:
        """Yield the rows whose content the dataset does not hold."""
        fresh = {a.article_id for a, row in pairs if row is None and a.article_id}
        outlets = {article.outlet for article, _ in pairs}
        stated = {a.article_id: self.readers[a.outlet].stated_id(a) for a, _ in pairs}
        before = self.history.contents(outlets, fresh.union(stated[one] for one in fresh))
        forgotten = self.history.forgotten(outlets, fresh)
        for article, old in pairs:
            if article.article_id in forgotten:
                self.tally[article.outlet, "skipped/forgotten"] += 1
                continue
            try:
                with one_page():
                    new = self.job.evidence.clean(article.row(), article.outlet)
                    _check.weigh(new)
            except RowError:
                self.tally[article.outlet, "rejected/bad_row"] += 1
                continue
            except ReaderError as error:
                self._bug(error, article.outlet, article.url)
                continue
            if not self._is_new(new, old, before, stated[article.article_id]):
                self.tally[article.outlet, "unchanged"] += 1
                continue
            content = Content(new["fetched_at"], new["extractor_version"], published_hash(new))
            self._written[new["article_id"]].append(content)
            self.tally[article.outlet, "changed" if old else "new"] += 1
            if old:  # stories are grouped by crawls and compact
                new["cluster_id"] = old["cluster_id"]
            yield {"outlet": article.outlet, **new}

    def _is_new(
        self, new: Row, old: Row | None, before: Mapping[str, Sequence[Content]], stated: str
    ) -> bool:
        """Return whether `new` has content that the dataset does not hold.

        :param before: the contents of articles when this task began
        :param stated: the id by the address that the page states; an article that is stored by
            that id, with the same content, is no new one
        """
        written = self._written.get(new["article_id"], [])
        if any(content.fetched_at == new["fetched_at"] for content in written):
            return False
        if old:
            old = _as_read(self.job.evidence.clean(old, outlet_of(old["article_id"])))
            fields = [name for name in COMPARED if old[name] != new[name]]
            self.result.fields.update(fields)
            for name in fields:
                self._show(new["url"], name, old[name], new[name])
            return bool(fields)
        said = [*before.get(new["article_id"], ()), *written]
        earlier = [content for content in said if content.fetched_at <= new["fetched_at"]]
        if earlier:
            return not self._is_unchanged(new, max(earlier))
        elsewhere = [*before.get(stated, ()), *self._written.get(stated, ())]
        joined = stated != new["article_id"] and not said
        return not (joined and published_hash(new) in {one.content_hash for one in elsewhere})

    def _is_unchanged(self, new: Row, last: Content) -> bool:
        """Return whether the outlet published in `new` what the earlier capture `last` has; other
        rules may have read the one than the other."""
        if last.content_hash == published_hash(new):
            return True
        row = self.history.row(outlet_of(new["article_id"]), new["article_id"], last)
        return row is not None and is_same_text(row, new)

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


def _as_read(row: Row) -> Row:
    """Return `row` as readers see the row: an older one, without kinds, is paragraphs alone."""
    if row["kinds"] is not None or row["paragraphs"] is None:
        return row
    return {**row, "kinds": [PARAGRAPH] * len(row["paragraphs"])}


def _links(reader: OutletReader, capture: ArchivedPage) -> list[str]:
    try:
        with one_page():
            return reader.further_pages(capture)
    except (Rejected, ReaderError):  # raised again, and counted, when the page is read
        return []


def _batches(pages: Iterable[_Page]) -> Iterator[list[_Page]]:
    """Yield `pages` in batches of at most BATCH pages or about BATCH_BYTES.

    The limits depend on the files alone, so that a second reading makes the same batches.
    """
    batch: list[_Page] = []
    size = 0
    for page in pages:
        batch.append(page)
        size += page.size
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
