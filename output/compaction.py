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

from output.dataset import clusters_of, in_order, in_stories, live_files, outlets, stories_of
from output.filesystem import Root
from output.replacement import Replacement, finish_replacing, replace_files
from output.schema import KEYS, SCHEMA_VERSION, SCHEMAS, Row
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
    upgrade: bool = True,
    regrouped: bool = False,
) -> list[Merge]:
    """Merge each partition that has more than `more_than` files.

    The caller holds the outlet's lock: two merges at once would double rows. Runs may write to the
    outlet meanwhile. Partitions with files of a newer schema version are left alone. Merged rows
    have the cluster_id of clusters/.

    :param outlet: the only outlet to compact; None: all.
    :param upgrade: also rewrite files of older schema versions: some tools read no folder in which
        files have other columns.
    :param regrouped: also rewrite partitions in which clusters/ has another id for a row.
    :raises CannotExchangeError: on a local disk that cannot exchange folders; nothing is merged.
    :raises OSError: when a file cannot be read or written; finished partitions stay merged.
    """
    root, done = Root(location), []
    root.sweep()
    every = {name for table in SCHEMAS for name in outlets(root, table)}
    for name in [outlet] if outlet else sorted(every):
        finish_replacing(location, name)
        clusters = clusters_of(root, name)
        for table in SCHEMAS:
            for partition, paths in _partitions(root, table, name).items():
                many = len(paths) > more_than
                moved = regrouped and table == "articles" and _is_regrouped(root, paths, clusters)
                if (many or upgrade or moved) and _is_due(root, paths, at_once=many or moved):
                    done.append(_merge(root, table, partition, paths, clusters))
    return done


def _is_due(root: Root, paths: Sequence[str], *, at_once: bool) -> bool:
    """Return True for files of known versions, if `at_once` or if one is of an older version."""
    versions = {_version(root, path) for path in paths}
    return max(versions) <= SCHEMA_VERSION and (at_once or min(versions) < SCHEMA_VERSION)


def _is_regrouped(root: Root, paths: Sequence[str], clusters: pa.Table) -> bool:
    """Return True if `clusters` has another cluster_id for a row of the files."""
    for path in paths:
        file = pq.ParquetFile(path, filesystem=root.filesystem)
        rows = file.read(["article_id", "cluster_id"])
        ids = in_stories(rows, stories_of(rows["article_id"], clusters))["cluster_id"]
        if ids != rows["cluster_id"]:
            return True
    return False


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


def _merge(root: Root, table: str, partition: str, paths: list[str], clusters: pa.Table) -> Merge:
    parts = [pq.ParquetFile(path, filesystem=root.filesystem).read() for path in paths]
    rows = pa.concat_tables([_as_current(part, SCHEMAS[table]) for part in parts])
    merged = in_order(table, rows.take(_kept(rows, table)))
    if table == "articles":
        merged = in_stories(merged, stories_of(merged["article_id"], clusters))
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
