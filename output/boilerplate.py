"""The table boilerplate/: lines that recur in an outlet's unlike articles, in a file of one hash.

The file's name is the hash of its lines. A new table is written over the old file and then given
its own name: a plain reader finds a file, and one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from output import clock
from output.dataset import again, open_small, small_files
from output.filesystem import Root
from output.schema import BOILERPLATE, Row
from output.writer import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from output.dataset import Location

FOLDER = "boilerplate"
VETO = "veto.txt"
"""The file beside the tables in which a person names lines to keep, one a line: `OUTLET: LINE`, or
LINE for all outlets. Lines that begin with # are remarks."""
_LINES = [name for name in BOILERPLATE.names if name != "as_of"]


def lines(location: Location) -> list[Row]:
    """Return the rows of the table, in order; empty without a table."""
    root = Root(location)
    rows: list[Row] = again(lambda: open_small(root, FOLDER).to_table().to_pylist())
    return rows


def publish(location: Location, rows: Iterable[Row]) -> str:
    """Publish `rows`, without as_of, as the table; return the table's hash.

    An unchanged table is not written again.

    :raises OSError: when the dataset cannot be written.
    """
    root = Root(location)
    schema = pa.schema([BOILERPLATE.field(name) for name in _LINES])
    order = sorted(rows, key=lambda row: (row["outlet"], row["line"], row["shape"]))
    table = pa.Table.from_pylist(order, schema=schema)
    name = name_of(table)
    path, files = f"{FOLDER}/{name}.parquet", _files(root)
    if files == [path] and _holds(root, path, table):
        return name
    as_of = pa.array([clock.now()] * len(table), BOILERPLATE.field("as_of").type)
    whole = table.append_column(BOILERPLATE.field("as_of"), as_of)
    content = encode(whole.replace_schema_metadata(BOILERPLATE.metadata))
    *older, newest = files or [path]
    root.publish(newest, content)  # two files would be two tables to a plain reader
    for old in older:
        root.remove(root.at(old))
    if newest != path:
        root.filesystem.move(root.at(newest), root.at(path))
    return name


def vetoes(location: Location) -> list[tuple[str, str]]:
    """Return the lines that a person keeps, each with an outlet, or "" for all outlets.

    :raises OSError: when the file cannot be read.
    """
    root = Root(location)
    if not root.filesystem.get_file_info(root.at(VETO)).is_file:
        return []
    with root.open_file(root.at(VETO)) as file:
        text = file.read().decode("utf-8-sig", "replace")
    kept = [line.strip() for line in text.splitlines()]
    return [_vetoed(line) for line in kept if line and not line.startswith("#")]


def _vetoed(line: str) -> tuple[str, str]:
    outlet, colon, rest = line.partition(":")
    named = bool(colon) and outlet.isalnum() and outlet.islower() and rest.strip()
    return (outlet, rest.strip()) if named else ("", line)


def name_of(table: pa.Table) -> str:
    """Return the hash of a table's lines, whenever they were decided."""
    said = "".join(f"{[str(row[name]) for name in _LINES]}\n" for row in table.to_pylist())
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


def _files(root: Root) -> list[str]:
    return [root.relative(info.path) for info in small_files(root, FOLDER)]


def _holds(root: Root, path: str, table: pa.Table) -> bool:
    try:
        read = pq.ParquetFile(root.at(path), filesystem=root.filesystem).read(_LINES)
        return bool(read.equals(table))
    except pa.ArrowInvalid:  # the file is damaged
        return False
