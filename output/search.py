"""Search for articles in the index, and read them in the dataset, for `browse`."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow.dataset as ds
from tantivy import FieldType, Occur, Order, Query

from output.clock import WIB
from output.dataset import open_clusters, open_dataset
from output.search_index import SCHEMA, SearchIndex, words_of
from output.views import reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from output.dataset import Location
    from output.schema import Row

PAGE = 25
"""Articles on a page of results."""
LOOK_AGAIN = 30.0
"""Seconds between looks for new files in the dataset."""
_COPIES = 200


@dataclass(frozen=True, slots=True)
class Question:
    """Each of `words` must begin a word of title, tags or body; with `heads`, of title or tags."""

    words: str = ""
    outlet: str = ""
    topic: str = ""
    since: date | None = None
    until: date | None = None
    heads: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of articles, and the number of articles on all pages."""

    articles: list[Row] = field(default_factory=list)
    total: int = 0
    more: bool = False


class Library:
    """The articles of a dataset, and their index in `folder`.

    `behind` are the outlets whose newest files are not indexed yet; `problems` the errors met.

    :raises OSError: when the dataset cannot be listed, or the folder not be written.
    """

    def __init__(self, location: Location, folder: Path) -> None:
        self.location = location
        self.index = SearchIndex(location, folder)
        self.root = self.index.root
        self.behind = self.index.behind()
        self.problems: list[str] = []
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._looked = -LOOK_AGAIN
        self._list_values()

    def close(self) -> None:
        """Stop indexing new files."""
        self.index.stopped.set()
        if self._worker:
            self._worker.join()

    def refresh(self) -> threading.Thread | None:
        """Index new files in a thread, at most every LOOK_AGAIN seconds; return the last thread."""
        with self._lock:
            working = self._worker is not None and self._worker.is_alive()
            if not working and time.monotonic() - self._looked >= LOOK_AGAIN:
                self._worker = threading.Thread(target=self.update)
                self._worker.start()
            return self._worker

    def update(self) -> None:
        """Index the new files of the dataset."""
        problems = []
        try:
            self.behind = self.index.behind()
        except OSError as error:
            problems.append(str(error))
        for outlet in list(self.behind):
            try:
                if self.index.update(outlet):
                    self.behind.remove(outlet)
                    self._list_values()
            except OSError as error:
                problems.append(str(error))
        self.problems = problems
        self._looked = time.monotonic()

    def _list_values(self) -> None:
        self.outlets, self.topics = self.index.values("outlet"), self.index.values("topics")

    # -- finding

    def search(self, question: Question) -> Found:
        """Return a page of the articles that match `question`, the newest first."""
        skip = (question.page - 1) * PAGE
        articles, total = self.index.find(_query(question), PAGE, skip)
        return Found(articles, total, total > skip + PAGE)

    def article(self, article_id: str) -> Row | None:
        """Return the indexed fields of an article, None if it is not indexed."""
        found, _ = self.index.find(Query.term_query(SCHEMA, "article_id", article_id), 1)
        return found[0] if found else None

    def copies(self, article: Row) -> list[Row] | None:
        """Return the story's other articles, the earliest first; None if not grouped yet."""
        clusters = open_clusters(self.root)
        name, cluster = ds.field("article_id"), ds.field("cluster_id")
        with reading():
            mine = clusters.to_table(filter=name == article["article_id"]).to_pylist()
            story = mine[0]["cluster_id"] if mine else article["cluster_id"]
            if not story:
                return None
            told = clusters.to_table(filter=cluster == story)["article_id"].to_pylist()
            queries = (
                Query.term_set_query(SCHEMA, "article_id", told),
                # Articles stored since the last grouping.
                Query.term_query(SCHEMA, "cluster_id", story),
            )
            either = Query.boolean_query([(Occur.Should, query) for query in queries])
            found, _ = self.index.find(either, _COPIES, order=Order.Asc)
            names = [row["article_id"] for row in found]
            moved = clusters.to_table(filter=name.isin(names) & (cluster != story))
        others = {*names} - {article["article_id"], *moved["article_id"].to_pylist()}
        return [row for row in found if row["article_id"] in others]

    # -- reading

    def captures(self, article: Row) -> list[Row]:
        """Return all captures of an article, the oldest first, with every column."""
        mine = ds.field("article_id") == article["article_id"]
        mine &= ds.field("month").isin(article["months"])
        dataset = open_dataset(self.location, outlet=article["outlet"])
        with reading():
            rows: list[Row] = dataset.to_table(filter=mine).to_pylist()
        single = {(row["fetched_at"], row["extractor_version"]): row for row in reversed(rows)}
        return [single[key] for key in sorted(single)]


def _query(question: Question) -> Query:
    asked = [*_filters(question), *_words(question)] or [Query.all_query()]
    return Query.boolean_query([(Occur.Must, query) for query in asked])


def _filters(question: Question) -> Iterator[Query]:
    if question.outlet:
        yield Query.term_query(SCHEMA, "outlet", question.outlet)
    if question.topic:
        yield Query.term_query(SCHEMA, "topics", question.topic)
    if question.since or question.until:
        first = _midnight(question.since) if question.since else None
        last = _midnight(question.until) + 24 * 3600 - 1 if question.until else None
        yield Query.range_query(SCHEMA, "at", FieldType.Integer, first, last)


def _words(question: Question) -> Iterator[Query]:
    fields = ("head",) if question.heads else ("head", "body")
    for word in words_of(question.words):  # letters and digits: no special characters in a regex
        begun = [Query.regex_query(SCHEMA, name, f"{word}.*") for name in fields]
        yield Query.boolean_query([(Occur.Should, query) for query in begun])


def _midnight(day: date) -> int:
    """Return the beginning of `day` in WIB, in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=WIB).timestamp())
