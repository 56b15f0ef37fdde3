"""The dataset's rows of given captures, which a reparse compares its own with."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from output.dataset import again, open_dataset
from output.lifted import published_hash
from output.once import not_stored
from output.schema import ARTICLES, KEYS, Row
from output.takedown import FORGOTTEN, buried, takedowns_held
from output.writer import encode, month_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from output.dataset import Location
    from output.filesystem import Root

_INSTANT = pa.timestamp("us", tz="UTC")
Moment = tuple[str, "datetime"]
"""A capture: URL and fetched_at."""


class Content(NamedTuple):
    """The published content of a capture, as read by a version of the extractor."""

    fetched_at: datetime
    version: str
    content_hash: str


class History:
    """The dataset as of opening, except for takedowns, which are read when asked for.

    Files that are too many to be held open, or on object storage, may be replaced meanwhile: then
    the dataset is opened again.
    """

    def __init__(self, location: Location) -> None:
        self._location = location
        self._open()

    def _open(self) -> None:
        self._articles = open_dataset(self._location)
        self._rejects = open_dataset(self._location, "rejects")

    def _rows_of(self, table: str, columns: list[str], wanted: pc.Expression | None) -> pa.Table:
        def rows() -> pa.Table:
            dataset = self._articles if table == "articles" else self._rejects
            try:
                return dataset.to_table(columns, filter=wanted)
            except FileNotFoundError:
                self._open()
                raise

        return again(rows)

    def versions(self, outlets: Collection[str], moments: Collection[Moment]) -> dict[Moment, str]:
        """Return the newest extractor_version of each capture that has a row."""
        if not moments:
            return {}
        columns = ["url", "fetched_at", "extractor_version"]
        table = self._rows_of("articles", columns, _of(outlets, moments))
        found: dict[Moment, str] = {}
        for row in table.to_pylist():
            moment, version = (row["url"], row["fetched_at"]), row["extractor_version"]
            found[moment] = max(version, found.get(moment, ""))
        return {moment: found[moment] for moment in moments if moment in found}

    def rows(self, outlets: Collection[str], moments: Collection[Moment]) -> dict[Moment, Row]:
        """Return the row of each capture that has one, by the newest extractor_version."""
        if not moments:
            return {}
        table = self._rows_of("articles", ARTICLES.names, _of(outlets, moments))
        found: dict[Moment, Row] = {}
        for row in sorted(table.to_pylist(), key=lambda row: row["extractor_version"]):
            found[row["url"], row["fetched_at"]] = row
        return {moment: found[moment] for moment in moments if moment in found}

    def row(self, outlet: str, article_id: str, content: Content) -> Row | None:
        """Return the row of a capture of the article; None where the dataset has it no more."""
        wanted = pc.field("outlet") == pc.scalar(outlet)
        wanted &= pc.field("article_id") == pc.scalar(article_id)
        wanted &= pc.field("fetched_at") == pa.scalar(content.fetched_at, _INSTANT)
        wanted &= pc.field("extractor_version") == pc.scalar(content.version)
        found = self._rows_of("articles", ARTICLES.names, wanted).slice(0, 1).to_pylist()
        return found[0] if found else None

    def rejected(
        self, outlets: Collection[str], moments: Collection[Moment], reasons: Collection[str]
    ) -> set[Moment]:
        """Return the captures that were rejected for any of `reasons`."""
        if not moments:
            return set()
        wanted = _of(outlets, moments) & pc.field("reason").isin(list(reasons))
        table = self._rows_of("rejects", ["url", "fetched_at"], wanted)
        return {(row["url"], row["fetched_at"]) for row in table.to_pylist()} & {*moments}

    def reasons(self) -> list[str]:
        """Return every reason for which a page was rejected; takedowns are not among them."""
        reasons = pc.unique(self._rows_of("rejects", ["reason"], None)["reason"])
        return sorted({str(reason) for reason in reasons.to_pylist()} - {FORGOTTEN})

    def evidence(self, reason: str) -> list[str]:
        """Return the evidence of all rejects for `reason`."""
        wanted = pc.field("reason") == pc.scalar(reason)
        table = self._rows_of("rejects", ["evidence"], wanted)
        return [str(text) for text in pc.unique(table["evidence"]).to_pylist() if text]

    def forgotten(self, outlets: Collection[str], article_ids: Collection[str]) -> set[str]:
        """Return the articles that a takedown removed."""
        found: set[str] = set()
        wanted = pc.field("reason") == pc.scalar(FORGOTTEN)
        wanted &= pc.field("article_id").isin(list(article_ids))
        for outlet in outlets if article_ids else ():
            rejects = open_dataset(self._location, "rejects", outlet)
            gone = rejects.to_table(["article_id"], filter=wanted)
            found.update(str(article_id) for article_id in gone["article_id"].to_pylist())
        return found

    def contents(
        self, outlets: Collection[str], article_ids: Collection[str]
    ) -> dict[str, list[Content]]:
        """Return the contents of the articles' captures by article_id, the oldest first."""
        found = defaultdict(list)
        if article_ids:
            wanted = pc.field("outlet").isin(list(outlets))
            wanted &= pc.field("article_id").isin(list(article_ids))
            columns = [*KEYS["articles"], "content_hash", "published_hash"]
            for row in self._rows_of("articles", columns, wanted).to_pylist():
                version, content = row["extractor_version"], published_hash(row)
                found[row["article_id"]].append(Content(row["fetched_at"], version, content))
        return {article_id: sorted(contents) for article_id, contents in found.items()}


def _of(outlets: Collection[str], moments: Collection[Moment]) -> pc.Expression:
    times = [moment for _, moment in moments]
    fetched = pc.field("fetched_at")
    # Row groups outside the range are skipped by their column statistics.
    within = (fetched >= pa.scalar(min(times))) & (fetched <= pa.scalar(max(times)))
    instants = pa.array(times, _INSTANT)
    return pc.field("outlet").isin(list(outlets)) & within & fetched.isin(instants)


def publish_captures(root: Root, outlet: str, rows: Iterable[Row]) -> list[str]:
    """Publish `rows` of articles in files named by a hash of their content, but no article that
    was taken down meanwhile.

    Two processes that publish the same captures write the same files. On a local disk they do so
    one after the other, and the second leaves out the captures that the dataset has by then.

    :raises OSError: when a file cannot be written; files published before it stay.
    """
    rows = list(rows)
    with takedowns_held(root, outlet) as is_held:
        kept = _without(rows, buried(root, outlet))
        paths = _publish(root, outlet, kept)
    if not is_held and len(left := _without(kept, buried(root, outlet))) < len(kept):
        for path in paths:
            root.remove(root.at(path))
        paths = _publish(root, outlet, left)
    return paths


def _without(rows: list[Row], article_ids: Collection[str]) -> list[Row]:
    return [row for row in rows if row["article_id"] not in article_ids]


def _publish(root: Root, outlet: str, rows: Iterable[Row]) -> list[str]:
    months: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        months[month_of("articles", row)].append(row)
    paths = []
    for month, captures in months.items():
        folder = f"articles/outlet={outlet}/month={month}"
        with not_stored(root, folder, captures) as new:
            if new:
                table = pa.Table.from_pylist(new, schema=ARTICLES)
                paths.append(f"{folder}/captures-{_digest(new)}.parquet")
                root.publish(paths[-1], encode(table))
    return paths


def _digest(rows: list[Row]) -> str:
    keys: list[Any] = sorted(tuple(str(row[name]) for name in KEYS["articles"]) for row in rows)
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:20]
