"""Does the state say of the dataset what its files say? Both ways, row by row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from crawler.state.database import FILE, microseconds
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
        [*KEYS["articles"], "content_hash"],
        lambda row: (
            row["article_id"],
            microseconds(row["fetched_at"]),
            row["extractor_version"],
            bytes.fromhex(row["content_hash"]),
        ),
    ),
    "rejects": (
        "SELECT article_id, reason, version FROM rejects WHERE part = ?",
        ["article_id", "reason", "rule_version"],
        lambda row: (row["article_id"], row["reason"], row["rule_version"] or ""),
    ),
}
"""What the state keeps of each table's parts, the columns it is of, and how it keeps them."""
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
    """Rows that only the state knows, rows that only a file holds, and what waits in vain.

    Opening the state has brought the two in step as far as whole files came or went. Files that go
    meanwhile, and those that cannot be read, are left to `verify`.
    """
    if index.db.damage:
        yield Finding(FILE, f"damaged: {index.db.damage}")
    for part, path in index.db.execute("SELECT id, path FROM parts ORDER BY path").fetchall():
        yield from _part(index, part, path)
    yield from _told(FILE, index.db.execute(_OF_NO_PART).fetchall(), "stands in no file")
    waiting = index.db.execute(_STORED_AND_NEW).fetchall()
    yield from _told(FILE, waiting, "is stored and waits as if it were new")
    back = index.db.execute(_STORED_AND, (FORGOTTEN,)).fetchall()
    yield from _told(FILE, back, "was forgotten and is stored again; `scrapy forget` it")
    for info in index.root.files("pending"):
        path = index.root.relative(info.path)
        rows = _rows(index, path, ["article_id"]) or []
        lost = [
            (row["article_id"],) for row in rows if not index.db.execute(_KNOWN, row).fetchone()
        ]
        yield from _told(path, lost, f"unknown to {FILE}")


def _part(index: DatasetIndex, part: int, path: str) -> Iterator[Finding]:
    query, columns, key = _INDEXED[path.split("/")[0]]
    if (rows := _rows(index, path, columns)) is None:
        return
    held = Counter(key(row) for row in rows if row["article_id"])
    indexed = Counter(index.db.execute(query, (part,)).fetchall())
    yield from _told(path, [*(held - indexed)], f"unknown to {FILE}")
    yield from _told(path, [*(indexed - held)], f"known to {FILE}, and not in it")


def _rows(index: DatasetIndex, path: str, columns: list[str]) -> list[Row] | None:
    """None: it cannot be read, or not any more."""
    try:
        file = pq.ParquetFile(index.root.at(path), filesystem=index.root.filesystem)
        rows: list[Row] = file.read(columns).to_pylist()
    except READ_ERRORS:
        return None
    return rows


def _told(path: str, keys: list[Key], what: str) -> Iterator[Finding]:
    if keys:
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        yield Finding(path, f"{what}: {keys[0][0]}{more}")
