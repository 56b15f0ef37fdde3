"""Comparison of the state's index with the dataset's files, both ways, row by row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from crawler.state.database import FILE, microseconds
from output.lifted import published_hash
from output.schema import KEYS, Row
from output.takedown import FORGOTTEN
from output.verification import READ_ERRORS, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.state.index import DatasetIndex

    Key = tuple[Any, ...]

_INDEXED: dict[str, tuple[str, list[str], Callable[[Row], Key]]] = {
    "articles": (
        "SELECT article_id, fetched_at, version, content_hash FROM captures WHERE part = ?",
        [*KEYS["articles"], "content_hash", "published_hash"],
        lambda row: (
            row["article_id"],
            microseconds(row["fetched_at"]),
            row["extractor_version"],
            bytes.fromhex(published_hash(row)),
        ),
    ),
    "rejects": (
        "SELECT article_id, reason, version FROM rejects WHERE part = ?",
        ["article_id", "reason", "rule_version"],
        lambda row: (row["article_id"], row["reason"], row["rule_version"] or ""),
    ),
}
"""For each table: the query for a part's indexed rows, the columns to compare with, and the
function that turns a row of the file into an indexed row."""
_OF_NO_PART = """
    SELECT article_id FROM captures WHERE part NOT IN (SELECT id FROM parts)
    UNION ALL SELECT article_id FROM rejects WHERE part NOT IN (SELECT id FROM parts)"""
_STORED_AND_NEW = """
    SELECT DISTINCT article_id FROM pending JOIN captures USING (article_id) WHERE NOT look"""
_STORED_AND = """
    SELECT DISTINCT article_id FROM captures JOIN rejects USING (article_id) WHERE reason = ?"""
_KNOWN = """
    SELECT 1 FROM pending WHERE article_id = :article_id
    UNION ALL SELECT 1 FROM captures WHERE article_id = :article_id
    UNION ALL SELECT 1 FROM rejects WHERE article_id = :article_id"""


def disagreements(index: DatasetIndex) -> Iterator[Finding]:
    """Yield rows that only the state knows, rows that only a file holds, and articles that wait
    though they are settled.

    Opening the index has added files that came and dropped files that went. Files that go while
    this runs, and files that cannot be read, are left to `verify`.
    """
    if index.db.damage:
        yield Finding(FILE, f"damaged: {index.db.damage}")
    for part, path in index.db.execute("SELECT id, path FROM parts ORDER BY path").fetchall():
        yield from _part(index, part, path)
    yield from _findings(FILE, index.db.execute(_OF_NO_PART).fetchall(), "stands in no file")
    waiting = index.db.execute(_STORED_AND_NEW).fetchall()
    yield from _findings(FILE, waiting, "is stored and waits as if it were new")
    back = index.db.execute(_STORED_AND, (FORGOTTEN,)).fetchall()
    yield from _findings(FILE, back, "was forgotten and is stored again; `scrapy forget` it")
    for info in index.root.files("pending"):
        path = index.root.relative(info.path)
        rows = _rows(index, path, ["article_id"]) or []
        lost = [
            (row["article_id"],) for row in rows if not index.db.execute(_KNOWN, row).fetchone()
        ]
        yield from _findings(path, lost, f"unknown to {FILE}")


def _part(index: DatasetIndex, part: int, path: str) -> Iterator[Finding]:
    query, columns, key = _INDEXED[path.split("/")[0]]
    if (rows := _rows(index, path, columns)) is None:
        return
    held = Counter(key(row) for row in rows if row["article_id"])
    indexed = Counter(index.db.execute(query, (part,)).fetchall())
    yield from _findings(path, [*(held - indexed)], f"unknown to {FILE}")
    yield from _findings(path, [*(indexed - held)], f"known to {FILE}, and not in it")


def _rows(index: DatasetIndex, path: str, columns: list[str]) -> list[Row] | None:
    """Return `columns` of the file at `path`; None if the file cannot be read, or is gone."""
    try:
        file = pq.ParquetFile(index.root.at(path), filesystem=index.root.filesystem)
        names = file.schema_arrow.names  # converts the whole schema each time
        there = [name for name in columns if name in names]
        rows: list[Row] = file.read(there).to_pylist()
    except READ_ERRORS:
        return None
    return rows


def _findings(path: str, keys: list[Key], what: str) -> Iterator[Finding]:
    if keys:
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        yield Finding(path, f"{what}: {keys[0][0]}{more}")
