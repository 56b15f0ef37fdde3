"""Captures stored once: a reparse may have read a page before the run that fetched that page has
published its row."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from output.dataset import again
from output.filesystem import held
from output.schema import KEYS, Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from output.filesystem import Root

_KEYS = KEYS["articles"]


@contextmanager
def not_stored(root: Root, folder: str, captures: list[Row]) -> Iterator[list[Row]]:
    """Yield those of `captures`, rows of articles, that no file of the partition `folder` has.

    Until the end, no other process of this machine publishes captures. On object storage, which
    has no locks, all of `captures` are yielded.
    """
    if not root.local:
        yield captures
        return
    articles = Path(root.at("articles"))
    articles.mkdir(parents=True, exist_ok=True)
    with held(articles):
        stored = again(lambda: _stored(root, folder, [row["fetched_at"] for row in captures]))
        yield [row for row in captures if _key(row) not in stored]


def _stored(root: Root, folder: str, moments: list[datetime]) -> set[tuple[Any, ...]]:
    """Return the primary keys of the captures in `folder` that were fetched at `moments`."""
    fetched = pa.array(moments, pa.timestamp("us", tz="UTC"))
    keys: set[tuple[Any, ...]] = set()
    for info in root.files(folder):
        # Opened once, unlike by read_table: another file may take this name at any moment.
        file = pq.ParquetFile(info.path)
        for group in range(file.num_row_groups):
            if _may_hold(file, group, moments):
                rows = file.read_row_group(group, list(_KEYS))
                rows = rows.filter(pc.is_in(rows["fetched_at"], value_set=fetched))
                keys.update(_key(row) for row in rows.to_pylist())
    return keys


def _may_hold(file: pq.ParquetFile, group: int, moments: list[datetime]) -> bool:
    """Return False if the column statistics of the row group exclude each of `moments`."""
    column = file.schema.names.index("fetched_at")
    found: Any = file.metadata.row_group(group).column(column).statistics
    if found is None or not found.has_min_max:
        return True
    return bool(min(moments) <= found.max and max(moments) >= found.min)


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in _KEYS)
