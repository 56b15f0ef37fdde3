"""Merge the small files of each partition into one, while readers read and runs write.

A merged file takes the place of those it replaces in one step (`output.replacement`).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from output.dataset import clusters_of, in_order, in_stories, live_files, outlets, stories_of
from output.filesystem import Root
from output.lifted import BODY, published_hash
from output.replacement import Replacement, finish_replacing, replace_files
from output.schema import KEYS, SCHEMA_VERSION, SCHEMAS, Row
from output.takedown import UNFINISHED

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    Location = str | os.PathLike[str]

_SAME_CONTENT = ("article_id", "extractor_version", "published_hash")
EVIDENCE = b"wartatek.evidence"
"""Footer key: the evidence by which lines that recur were lifted out of the file's rows."""


class Evidence(Protocol):
    """Lines that recur, to be lifted out of rows."""

    def mark(self, partition: str) -> str:
        """Return a text that changes when a row of the partition may have to; "" for no lines."""

    def clean(self, row: Row, outlet: str) -> Row:
        """Return `row` as the lines leave what the outlet published; `row` itself if unchanged."""


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
    evidence: Evidence | None = None,
) -> list[Merge]:
    """Merge each partition that has more than `more_than` files.

    The caller holds the outlet's lock: two merges at once would double rows. Runs may write to the
    outlet meanwhile. Partitions with files of a newer schema version are left alone. Merged rows
    have the cluster_id of clusters/.

    :param outlet: the only outlet to compact; None: all.
    :param upgrade: also rewrite files of older schema versions: some tools read no folder in which
        files have other columns.
    :param regrouped: also rewrite partitions in which clusters/ has another id for a row.
    :param evidence: lift its lines out of all rows of merged partitions, and rewrite those
        partitions in which lines are to be lifted or put back
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
                judged = evidence if table == "articles" else None
                moved = regrouped and table == "articles" and _is_regrouped(root, paths, clusters)
                if judged and not moved:
                    moved = _is_judged_anew(root, partition, paths, judged)
                if (many or upgrade or moved) and _is_due(root, paths, at_once=many or moved):
                    done.append(_merge(root, partition, paths, clusters, judged))
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


def _is_judged_anew(root: Root, partition: str, paths: Sequence[str], evidence: Evidence) -> bool:
    """Return True if other lines were lifted out of the files than `evidence` says."""
    schemas = [pq.read_schema(path, filesystem=root.filesystem) for path in paths]
    marks = {(schema.metadata or {}).get(EVIDENCE, b"") for schema in schemas}
    return marks != {evidence.mark(partition).encode()}


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


def _merge(
    root: Root,
    partition: str,
    paths: list[str],
    clusters: pa.Table,
    evidence: Evidence | None,
) -> Merge:
    table = partition.split("/")[0]
    parts = [pq.ParquetFile(path, filesystem=root.filesystem).read() for path in paths]
    rows = pa.concat_tables([_as_current(part, SCHEMAS[table]) for part in parts])
    merged = in_order(table, rows.take(_kept(rows, table)))
    if table == "articles":
        merged = in_stories(merged, stories_of(merged["article_id"], clusters))
    if evidence:
        merged = _cleaned(merged, partition, evidence)
    replace_files(root, partition, [Replacement(merged, paths)])
    return Merge(partition, len(paths), len(merged), len(rows) - len(merged))


def _cleaned(rows: pa.Table, partition: str, evidence: Evidence) -> pa.Table:
    """Return `rows` without the lines of `evidence`, and with its mark."""
    outlet = partition.split("/")[1].removeprefix("outlet=")
    names = [*BODY, "published_hash", "word_count"]
    before = rows.select([name for name in names if name in rows.column_names]).to_pylist()
    after = [evidence.clean(row, outlet) for row in before]
    if any(new is not old for new, old in zip(after, before, strict=True)):
        for name in before[0]:
            place = rows.schema.get_field_index(name)
            column = pa.array([row[name] for row in after], rows.schema.field(place).type)
            rows = rows.set_column(place, rows.schema.field(place), column)
    mark = {EVIDENCE: evidence.mark(partition).encode()}
    return rows.replace_schema_metadata((rows.schema.metadata or {}) | mark)


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
    if table == "articles":  # older files lack the hash
        names.add("content_hash")
    values = rows.select(list(names)).to_pylist()
    for row in values if table == "articles" else ():
        row["published_hash"] = published_hash(row)
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
