"""Many small files into one per partition, while readers read and runs write.

The merged file is published first, and its footer names the files it stands for: `read`, `latest`
and the views leave those out. They are removed by a later run, after a grace period in which
readers that had found them can open them. A run that dies at any step is finished by the next.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
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
    from collections.abc import Iterable

    Location = str | os.PathLike[str]

GRACE = 6 * 3600.0
"""Seconds that replaced files stay, for readers that found them and did not open them yet."""

_SAME_CONTENT = ("article_id", "extractor_version", "content_hash")


class Merge(NamedTuple):
    """What became of one partition; `dropped` of its `rows` repeated others."""

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
    """Merge each partition that has more than `more_than` files; of all outlets, or one.

    Nobody else may compact the same outlet meanwhile: two merged files would double its rows. Runs
    may go on writing to it. Partitions with files of a newer schema version are left alone.

    :param upgrade: also rewrite files of older schema versions.
    :raises OSError: what was done so far stands.
    """
    root, done = Root(location), []
    for table in SCHEMAS:
        for name in [outlet] if outlet else outlets(root, table):
            for partition, paths in _partitions(root, table, name).items():
                if len(paths) <= more_than and not upgrade:
                    continue
                versions = {_version(root, path) for path in paths}
                if max(versions) > SCHEMA_VERSION:
                    continue
                if len(paths) > more_than or min(versions) < SCHEMA_VERSION:
                    done.append(_merge(root, table, partition, paths))
    return done


def remove_replaced(
    location: Location,
    outlets: Iterable[str] | None = None,
    *,
    grace: float = GRACE,
    now: float | None = None,
) -> list[str]:
    """Remove the files of all outlets, or of these, whose merged file has stood for `grace`
    seconds; the paths removed."""
    root, replaced = Root(location), set()
    horizon = (clock.file_time() if now is None else now) - grace
    parts = [""] if outlets is None else [f"outlet={name}" for name in outlets]
    for folder in (f"{table}/{part}" for table in SCHEMAS for part in parts):
        files = root.files(folder)
        old = [info.path for info in files if (info.mtime_ns or math.inf) / 1e9 <= horizon]
        named = {path for merged in old for path in replaced_by(root, merged)}
        replaced |= named & {info.path for info in files}
    for path in sorted(replaced):  # in one go: whoever reads the folder plainly may stumble now
        root.remove(path)
    return [root.relative(path) for path in sorted(replaced)]


def _partitions(root: Root, table: str, outlet: str) -> dict[str, list[str]]:
    partitions = defaultdict(list)
    for path in live_files(root, table, outlet):
        if PurePosixPath(path).name.startswith(UNFINISHED):  # only its name says that it is
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
    """`part` with the columns of `schema`; those it was written without are null."""
    columns = [
        part[field.name] if field.name in part.column_names else pa.nulls(len(part), field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def _kept(rows: pa.Table, table: str) -> list[int]:
    """Which rows do not repeat the one before, in the order of their keys."""
    key = KEYS[table]
    repetitions = [key, _SAME_CONTENT] if table == "articles" else [key]
    names = {name for columns in repetitions for name in columns}
    values = rows.select(list(names)).to_pylist()
    kept: list[int] = []
    before: Row | None = None
    for index in sorted(range(len(rows)), key=lambda i: [values[i][name] for name in key]):
        row = values[index]
        if before is None or not any(
            all(row[name] == before[name] for name in columns) for columns in repetitions
        ):
            kept.append(index)
        before = row
    return kept
