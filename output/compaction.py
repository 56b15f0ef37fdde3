"""Merge the small files of each partition into one, while readers read and runs write.

A merged file takes the place of those it replaces in one step (`output.replacement`).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from output.dataset import in_order, live_files, outlets
from output.filesystem import Root
from output.schema import KEYS, SCHEMA_VERSION, SCHEMAS, Row
from output.replacement import Replacement, finish_replacing, replace_files
from output.takedown import UNFINISHED

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    Location = str | os.PathLike[str]

_SAME_CONTENT = ("article_id", "extractor_version", "content_hash")


class Merge(NamedTuple):
    """The merge of a partition: `rows` were kept, `dropped` rows repeated others."""

    partition: str
    files: int
    rows: int
    dropped: int


def compact(
    location: Location,
    outlet: str | None = None,
    *,
    more_than: int = 1,
    upgrade: bool = False,
) -> list[Merge]:
    """Merge each partition that has more than `more_than` files.

    The caller holds the outlet's lock: two merges at once would double rows. Runs may write to the
    outlet meanwhile. Partitions with files of a newer schema version are left alone.

    :param outlet: the only outlet to compact; None: all.
    :param upgrade: also rewrite files of older schema versions.
    :raises CannotExchangeError: on a local disk that cannot exchange folders; nothing is merged.
    :raises OSError: when a file cannot be read or written; finished partitions stay merged.
    """
    root, done = Root(location), []
    for name in [outlet] if outlet else sorted({n for table in SCHEMAS for n in outlets(root, table)}):
        finish_replacing(location, name)
    for table in SCHEMAS:
        for name in [outlet] if outlet else outlets(root, table):
            for partition, paths in _partitions(root, table, name).items():
                many = len(paths) > more_than
                if (many or upgrade) and _is_due(root, paths, many=many):
                    done.append(_merge(root, table, partition, paths))
    return done


def _is_due(root: Root, paths: Sequence[str], *, many: bool) -> bool:
    """Return True for files of known versions that are `many`, or of which one is old."""
    versions = {_version(root, path) for path in paths}
    return max(versions) <= SCHEMA_VERSION and (many or min(versions) < SCHEMA_VERSION)


def _partitions(root: Root, table: str, outlet: str) -> dict[str, list[str]]:
    partitions = defaultdict(list)
    for path in live_files(root, table, outlet):
        if PurePosixPath(path).name.startswith(UNFINISHED):  # the name alone marks a tombstone
            continue
        partitions[str(PurePosixPath(root.relative(path)).parent)].append(path)
    return partitions


def _version(root: Root, path: str) -> int:
    schema = pq.read_schema(path, filesystem=root.filesystem)
    return int((schema.metadata or {})[b"wartatek.schema_version"])


def _merge(root: Root, table: str, partition: str, paths: list[str]) -> Merge:
    parts = [pq.ParquetFile(path, filesystem=root.filesystem).read() for path in paths]
    rows = pa.concat_tables([_as_current(part, SCHEMAS[table]) for part in parts])
    merged = in_order(table, rows.take(_kept(rows, table)))
    replace_files(root, partition, [Replacement(merged, paths)])
    return Merge(partition, len(paths), len(merged), len(rows) - len(merged))


def _as_current(part: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return `part` with the columns of `schema`; columns that `part` lacks are null."""
    columns = [
        part[field.name] if field.name in part.column_names else pa.nulls(len(part), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _kept(rows: pa.Table, table: str) -> list[int]:
    """Return the numbers of the rows, by key, that do not repeat the row before them."""
    key = KEYS[table]
    repeats = [key, _SAME_CONTENT] if table == "articles" else [key]
    names = set(chain(*repeats))
    values = rows.select(list(names)).to_pylist()
    kept: list[int] = []
    before: Row | None = None
    for index in sorted(range(len(rows)), key=lambda i: [values[i][name] for name in key]):
        if before is None or not _repeats(values[index], before, repeats):
            kept.append(index)
        before = values[index]
    return kept


def _repeats(row: Row, before: Row, repeats: list[tuple[str, ...]]) -> bool:
    """Return True if both rows agree in every column of one of `repeats`."""
    return any(all(row[name] == before[name] for name in columns) for columns in repeats)
