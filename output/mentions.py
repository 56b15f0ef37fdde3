"""The table mentions/: who and what articles name, in a file beside each partition of articles/.

A file's name holds a hash of the rules and the contents that were read, so that a partition is read
again only when either has changed.
"""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from output.dataset import PARTITIONS, again, live_files
from output.filesystem import Root
from output.schema import MENTIONS
from output.writer import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from output.dataset import Location
    from output.schema import Row

TABLE = "mentions"
_KEY = ["article_id", "content_hash"]


class Text(NamedTuple):
    """A content of an article, in which mentions are looked for."""

    article_id: str
    content_hash: str
    title: str
    body: str
    published_at: datetime | None


def rebuild(
    location: Location, outlet: str, rules: str, find: Callable[[Text], Iterable[Row]]
) -> int:
    """Rewrite the files of `outlet` whose articles or rules have changed; return their number.

    The caller holds the outlet's lock.

    :param rules: the version of the rules by which `find` yields the rows of a text
    :raises OSError: when the dataset cannot be read or written.
    """
    root = Root(location)
    partitions: dict[str, list[str]] = {}
    for path in live_files(root, "articles", outlet):
        partitions.setdefault(PurePosixPath(path).parent.name, []).append(path)
    wanted = {}
    written = 0
    for month, paths in partitions.items():
        read = (rules, sorted(_keys(root, paths)))
        digest = hashlib.sha256(repr(read).encode()).hexdigest()[:20]
        name = f"{TABLE}/outlet={outlet}/{month}/mentions-{digest}.parquet"
        wanted[name] = paths
    there = {root.relative(info.path) for info in root.files(f"{TABLE}/outlet={outlet}")}
    for name, paths in wanted.items():
        if name not in there:
            texts = _contents(root, paths, list(Text._fields))
            rows = [row for text in texts.to_pylist() for row in find(Text(**text))]
            root.publish(name, encode(pa.Table.from_pylist(rows, schema=MENTIONS)))
            written += 1
    for name in there - wanted.keys():
        root.remove(root.at(name))
    return written


def _contents(root: Root, paths: Iterable[str], columns: list[str]) -> pa.Table:
    """Return `columns` of the files' rows, each content of an article once."""
    tables = [pq.ParquetFile(path, filesystem=root.filesystem).read(columns) for path in paths]
    rows = pa.concat_tables(tables)
    numbers = pa.array(range(len(rows)), pa.int64())
    first = rows.append_column("row", numbers).group_by(_KEY)
    return rows.filter(pc.is_in(numbers, value_set=first.aggregate([("row", "min")])["row_min"]))


def open_mentions(location: Location, outlet: str | None = None) -> ds.FileSystemDataset:
    """Return the table as a pyarrow dataset, with the columns outlet and month of the path."""
    root = Root(location)

    def opened() -> ds.FileSystemDataset:
        paths = [info.path for info in root.files(f"{TABLE}/outlet={outlet}" if outlet else TABLE)]
        partitioning = ds.partitioning(PARTITIONS, flavor="hive")
        form = ds.ParquetFileFormat()
        fragments = [
            form.make_fragment(
                path, root.filesystem, partitioning.parse(path.removeprefix(root.path))
            )
            for path in paths
        ]
        return ds.FileSystemDataset(fragments, mentions_schema(), form, root.filesystem)

    return again(opened)


def mentions_schema() -> pa.Schema:
    """Return the schema that readers see: the table's columns, outlet and month."""
    return pa.unify_schemas([MENTIONS, PARTITIONS])


def remove(root: Root, outlet: str, article_id: str) -> None:
    """Remove an article's mentions.

    :raises OSError: when the dataset cannot be written.
    """
    for info in root.files(f"{TABLE}/outlet={outlet}"):
        rows = pq.ParquetFile(info.path, filesystem=root.filesystem).read()
        kept = rows.filter(pc.field("article_id") != pc.scalar(article_id))
        if len(kept) < len(rows):
            root.publish(root.relative(info.path), encode(kept))


def problems(root: Root, path: str) -> list[str]:
    """Return the problems of the file at the full path `path`, in words.

    :raises OSError, pa.ArrowInvalid: when the file cannot be read.
    """
    file = pq.ParquetFile(path, filesystem=root.filesystem, page_checksum_verification=True)
    if not file.schema_arrow.equals(MENTIONS):
        return ["not written as mentions"]
    folder = PurePosixPath(root.relative(path)).parent
    outlet = folder.parts[1].removeprefix("outlet=")
    beside = [
        each
        for each in live_files(root, "articles", outlet)
        if PurePosixPath(each).parent.name == folder.name
    ]
    stored = _keys(root, beside)
    gone = _pairs(file.read()) - stored
    return [f"{len(gone)} contents are not stored, as of {min(gone)[0]}"] if gone else []


def _keys(root: Root, paths: Iterable[str]) -> set[tuple[str, str]]:
    tables = [pq.ParquetFile(path, filesystem=root.filesystem).read(_KEY) for path in paths]
    return set().union(*map(_pairs, tables))


def _pairs(rows: pa.Table) -> set[tuple[str, str]]:
    return set(zip(*(rows[name].to_pylist() for name in _KEY), strict=True))
