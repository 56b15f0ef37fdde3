"""Merge the small files of each partition into one, while readers read and runs write.

The merged file is published first, and its footer names the files that it replaces: `read`,
`latest` and the views leave those out. A later run removes the replaced files, after a grace
period in which readers that had found them can open them. A run that dies at any step is finished
by the next.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from output import clock
from output.dataset import MERGED, REPLACES, in_order, live_files, outlets, replaced_by
from output.filesystem import Root
from output.schema import KEYS, SCHEMA_VERSION, SCHEMAS, Row
from output.takedown import UNFINISHED
from output.writer import encode

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    Location = str | os.PathLike[str]

GRACE = 6 * 3600.0
"""Seconds that replaced files stay, for readers that found them and did not open them yet."""

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
    :raises OSError: when a file cannot be read or written; finished partitions stay merged.
    """
    root, done = Root(location), []
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


def remove_replaced(
    location: Location,
    outlets: Iterable[str] | None = None,
    *,
    grace: float = GRACE,
    now: float | None = None,
) -> list[str]:
    """Remove the files whose merged file is at least `grace` seconds old; return their paths.

    :param outlets: the only outlets to look at; None: all.
    """
    root = Root(location)
    horizon = (clock.file_time() if now is None else now) - grace
    parts = [""] if outlets is None else [f"outlet={name}" for name in outlets]
    folders = [f"{table}/{part}" for table in SCHEMAS for part in parts]
    replaced = {path for folder in folders for path in _replaced(root, folder, horizon)}
    for path in sorted(replaced):  # in one go: a plain reader of the folder may fail meanwhile
        root.remove(path)
    return [root.relative(path) for path in sorted(replaced)]


def _replaced(root: Root, folder: str, horizon: float) -> set[str]:
    """Return the files in `folder` that merged files written before `horizon` replace."""
    files = root.files(folder)
    old = [info.path for info in files if (info.mtime_ns or math.inf) / 1e9 <= horizon]
    named = {path for merged in old for path in replaced_by(root, merged)}
    return named & {info.path for info in files}


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
    there = {info.path for info in root.files(partition)}
    before = {old for path in paths for old in replaced_by(root, path)} & there
    names = sorted(PurePosixPath(path).name for path in {*paths, *before})
    metadata = {**(SCHEMAS[table].metadata or {}), REPLACES: json.dumps(names).encode()}
    content = encode(merged.replace_schema_metadata(metadata))
    root.publish(f"{partition}/{MERGED}{clock.now():%Y%m%dT%H%M%S.%fZ}.parquet", content)
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
