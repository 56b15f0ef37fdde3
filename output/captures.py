"""What the dataset holds of given captures, for whoever reads their pages again."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from output.dataset import open_dataset
from output.schema import ARTICLES, KEYS, Row
from output.takedown import FORGOTTEN
from output.writer import encode, month_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from output.dataset import Location
    from output.filesystem import Root

Moment = tuple[str, "datetime"]
"""A capture: the URL and when it was fetched."""


class Content(NamedTuple):
    """What an article said when it was fetched, as one version read it."""

    fetched_at: datetime
    version: str
    content_hash: str


class History:
    """The dataset as it stood when this was opened; what was forgotten, as it stands now."""

    def __init__(self, location: Location) -> None:
        self._location = location
        self._articles = open_dataset(location)
        self._rejects = open_dataset(location, "rejects")

    def versions(self, outlets: Collection[str], moments: Collection[Moment]) -> dict[Moment, str]:
        """The newest version that read each of these captures; none where none did."""
        if not moments:
            return {}
        columns = ["url", "fetched_at", "extractor_version"]
        table = self._articles.to_table(columns, filter=_of(outlets, moments))
        found: dict[Moment, str] = {}
        for row in table.to_pylist():
            moment, version = (row["url"], row["fetched_at"]), row["extractor_version"]
            found[moment] = max(version, found.get(moment, ""))
        return {moment: found[moment] for moment in moments if moment in found}

    def rows(self, outlets: Collection[str], moments: Collection[Moment]) -> dict[Moment, Row]:
        """The row of each of these captures that has one, as the newest version read it."""
        if not moments:
            return {}
        table = self._articles.to_table(ARTICLES.names, filter=_of(outlets, moments))
        found: dict[Moment, Row] = {}
        for row in sorted(table.to_pylist(), key=lambda row: row["extractor_version"]):
            found[row["url"], row["fetched_at"]] = row
        return {moment: found[moment] for moment in moments if moment in found}

    def rejected(
        self, outlets: Collection[str], moments: Collection[Moment], reasons: Collection[str]
    ) -> set[Moment]:
        """Those of the captures that were rejected for one of these reasons."""
        if not moments:
            return set()
        wanted = _of(outlets, moments) & pc.field("reason").isin(list(reasons))
        table = self._rejects.to_table(["url", "fetched_at"], filter=wanted)
        return {(row["url"], row["fetched_at"]) for row in table.to_pylist()} & {*moments}

    def reasons(self) -> list[str]:
        """All that any page was rejected for; what a person took out is no page any more."""
        found: set[str] = set()
        for batch in self._rejects.to_batches(columns=["reason"]):
            found.update(map(str, pc.unique(batch["reason"]).to_pylist()))
        return sorted(found - {FORGOTTEN})

    def forgotten(self, outlets: Collection[str], article_ids: Collection[str]) -> set[str]:
        """Those of the articles that a person took out for good."""
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
        """All that the dataset holds of these articles, by article_id, oldest first."""
        found = defaultdict(list)
        if article_ids:
            wanted = pc.field("outlet").isin(list(outlets))
            wanted &= pc.field("article_id").isin(list(article_ids))
            columns = [*KEYS["articles"], "content_hash"]
            for row in self._articles.to_table(columns, filter=wanted).to_pylist():
                found[row["article_id"]].append(Content(*(row[name] for name in columns[1:])))
        return {article_id: sorted(contents) for article_id, contents in found.items()}


def _of(outlets: Collection[str], moments: Collection[Moment]) -> pc.Expression:
    times = [moment for _, moment in moments]
    fetched = pc.field("fetched_at")
    # The range is what whole row groups are left out by.
    within = (fetched >= pa.scalar(min(times))) & (fetched <= pa.scalar(max(times)))
    instants = pa.array(times, pa.timestamp("us", tz="UTC"))
    return pc.field("outlet").isin(list(outlets)) & within & fetched.isin(instants)


def publish_captures(root: Root, outlet: str, rows: Iterable[Row]) -> list[str]:
    """Publish `rows` of articles in files that are named after what is in them.

    Whoever publishes the same captures again, or at the same time, writes the same files.

    :raises OSError: what was published until then stands.
    """
    months: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        months[month_of("articles", row)].append(row)
    paths = []
    for month, held in months.items():
        table = pa.Table.from_pylist(held, schema=ARTICLES)
        path = f"articles/outlet={outlet}/month={month}/captures-{_digest(held)}.parquet"
        root.publish(path, encode(table))
        paths.append(path)
    return paths


def _digest(rows: list[Row]) -> str:
    keys: list[Any] = sorted(tuple(str(row[name]) for name in KEYS["articles"]) for row in rows)
    return hashlib.sha256(repr(keys).encode()).hexdigest()[:20]
