"""Finding articles in the dataset and reading them, for a person who looks around.

Titles, tags and dates are held in memory; texts stay in Parquet and are scanned month by month,
the newest first. DuckDB's full-text search is an extension that must be downloaded, and its index
would have to be built anew for every run of a crawl.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from output.dataset import open_dataset
from output.filesystem import Root
from output.views import WIB, connect, reading

if TYPE_CHECKING:
    from datetime import date

    import duckdb

    from output.dataset import Location

Row = dict[str, Any]

PAGE = 25
"""Articles a page of results."""
LOOK_AGAIN = 30.0
"""Seconds after which the dataset is looked at for new files."""


@dataclass(frozen=True, slots=True)
class Question:
    """`words` must all stand in title or tags, with `texts` in title, tags or body."""

    words: str = ""
    outlet: str = ""
    topic: str = ""
    since: date | None = None
    until: date | None = None
    texts: bool = False
    page: int = 1


@dataclass(slots=True)
class Found:
    """`total` is None where counting would mean reading on for the sake of a number."""

    articles: list[Row] = field(default_factory=list)
    total: int | None = 0
    more: bool = False


class Library:
    """The articles of a dataset, as it was when it was last looked at.

    :raises OSError: a file cannot be read.
    """

    def __init__(self, location: Location) -> None:
        self.location = location
        self.root = Root(location)
        self._lock = threading.Lock()
        self._looked = 0.0
        self._seen: list[tuple[str, int | None]] = []
        self._connection = self._read()

    def refresh(self) -> None:
        """Read the dataset again if its files have changed.

        :raises OSError: a file cannot be read; what was known before stays.
        """
        with self._lock:
            if time.monotonic() - self._looked < LOOK_AGAIN:
                return
            self._looked = time.monotonic()
            if self._files() != self._seen:
                before, self._connection = self._connection, self._read()
                before.close()

    def _read(self) -> duckdb.DuckDBPyConnection:
        self._looked = time.monotonic()
        self._seen = self._files()
        with reading():
            connection = connect(self.location)
            connection.execute(_INDEX)
        outlets = "SELECT DISTINCT outlet FROM index ORDER BY outlet"
        topics = "SELECT DISTINCT unnest(topics) AS topic FROM index ORDER BY topic"
        self.outlets = [name for (name,) in connection.execute(outlets).fetchall()]
        self.topics = [name for (name,) in connection.execute(topics).fetchall()]
        for view in ("captures", "all_clusters"):  # their files are not held open
            connection.unregister(view)
        return connection

    def _files(self) -> list[tuple[str, int | None]]:
        files = [*self.root.files("articles"), *self.root.files("clusters")]
        return [(file.path, file.size) for file in files]

    def _rows(self, query: str, values: dict[str, Any]) -> list[Row]:
        with self._lock:
            result = self._connection.execute(query, values)
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    # -- finding

    def search(self, question: Question) -> Found:
        """A page of the articles that answer `question`, the newest first."""
        words = question.words.lower().split()
        if question.texts and words:
            return self._search_texts(question, words)
        conditions, values = _conditions(question)
        for number, word in enumerate(words):
            conditions.append(f"contains(haystack, $word{number})")
            values[f"word{number}"] = word
        where = " AND ".join(conditions)
        total = self._rows(f"SELECT count(*) AS total FROM index WHERE {where}", values)[0]["total"]
        skip = (question.page - 1) * PAGE
        page = f"SELECT * FROM index WHERE {where} {_NEWEST} LIMIT {PAGE} OFFSET {skip}"
        return Found(self._rows(page, values), total, total > skip + PAGE)

    def _search_texts(self, question: Question, words: list[str]) -> Found:
        conditions, values = _conditions(question)
        where = " AND ".join(conditions)
        months = self._rows(
            f"SELECT DISTINCT month FROM index WHERE {where} ORDER BY month DESC", values
        )
        wanted = question.page * PAGE + 1
        found: list[Row] = []
        for month in months:
            ids = self._with_words(question.outlet, month["month"], words)
            here = values | {"ids": ids, "month": month["month"]}
            query = (
                f"SELECT * FROM index WHERE {where} AND month = $month AND key IN $ids {_NEWEST}"
            )
            found += self._rows(query, here) if ids else []
            if len(found) >= wanted:
                break
        page = found[wanted - 1 - PAGE : wanted - 1]
        exhausted = len(found) < wanted
        return Found(page, len(found) if exhausted else None, not exhausted)

    def _with_words(self, outlet: str, month: str, words: list[str]) -> list[str]:
        """The captures of a month in which all `words` stand."""
        wanted = ds.field("month") == month
        for word in words:
            wanted &= pc.match_substring(ds.field("title"), word, ignore_case=True) | (
                pc.match_substring(ds.field("body"), word, ignore_case=True)
            )
        dataset = open_dataset(self.location, outlet=outlet or None)
        with reading():
            table = dataset.to_table(["article_id", "fetched_at"], filter=wanted)
        moments = table["fetched_at"].cast(pa.int64()).to_pylist()  # microseconds
        ids = table["article_id"].to_pylist()
        return [f"{one} {moment}" for one, moment in zip(ids, moments, strict=True)]

    # -- reading

    def article(self, article_id: str) -> Row | None:
        """What the index says of an article."""
        rows = self._rows("SELECT * FROM index WHERE article_id = $id", {"id": article_id})
        return rows[0] if rows else None

    def captures(self, article: Row) -> list[Row]:
        """All captures of an article, the oldest first, with every column."""
        dataset = open_dataset(self.location, outlet=article["outlet"])
        mine = (ds.field("article_id") == article["article_id"]) & ds.field("month").isin(
            article["months"]
        )
        with reading():
            rows: list[Row] = dataset.to_table(filter=mine).to_pylist()
        return sorted(rows, key=lambda row: (row["fetched_at"], row["extractor_version"]))

    def copies(self, article: Row) -> list[Row]:
        """The other articles of the same story, the earliest first."""
        if not article["cluster_id"]:
            return []
        return self._rows(
            """SELECT * FROM index WHERE cluster_id = $cluster AND article_id <> $id
            ORDER BY coalesce(published, fetched), article_id LIMIT 200""",
            {"cluster": article["cluster_id"], "id": article["article_id"]},
        )


def _conditions(question: Question) -> tuple[list[str], dict[str, Any]]:
    """What SQL asks besides the words; every value is a parameter."""
    tests = {
        "outlet": ("outlet = $outlet", question.outlet),
        "topic": ("list_contains(topics, $topic)", question.topic),
        "since": ("day >= $since", question.since),
        "until": ("day <= $until", question.until),
    }
    asked = {name: test for name, test in tests.items() if test[1]}
    return ["true", *(sql for sql, _ in asked.values())], {n: v for n, (_, v) in asked.items()}


_NEWEST = "ORDER BY coalesce(published, fetched) DESC, article_id"
_PUBLISHED, _FETCHED = WIB.format("published_at"), WIB.format("fetched_at")
_INDEX = f"""
CREATE TEMP TABLE index AS
WITH last AS (
    SELECT article_id, max((fetched_at, extractor_version)) AS last, list(DISTINCT month) AS months,
        count(DISTINCT hash(content_hash)) AS contents
    FROM captures GROUP BY article_id)
SELECT captures.article_id, outlet, month, months, contents, title,
    left(coalesce(description, ''), 200) AS lead,
    lower(title || ' ' || coalesce(array_to_string(tags, ' '), '')) AS haystack,
    coalesce(topics, []) AS topics, {_PUBLISHED} AS published, {_FETCHED} AS fetched,
    coalesce({_PUBLISHED}, {_FETCHED})::DATE AS day,
    coalesce(clusters.cluster_id, captures.cluster_id) AS cluster_id,
    captures.article_id || ' ' || epoch_us(fetched_at) AS key
FROM captures
JOIN last ON captures.article_id = last.article_id
    AND (captures.fetched_at, captures.extractor_version) = last.last
LEFT JOIN clusters ON clusters.article_id = captures.article_id"""
